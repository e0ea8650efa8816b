import CTextScan

/// Writes the messages of other conventions as `PromptReader` reads them: `[{role, content}]`, content a text or parts.
/// Texts are copied as they stand, escapes and all.
struct MessageWriter {
  private var text: [UInt8] = Array("[".utf8)
  private var count = 0

  var isEmpty: Bool { count == 0 }

  /// - Parameters:
  ///   - texts: strings.
  ///   - others: what is no text: images, tool calls; part of a cache key's context.
  mutating func add(role: ca_slice, texts: [ca_slice], others: [ca_slice] = []) {
    var name = Array("\"user\"".utf8)
    if role.isFilledString {
      name = []
      name.append(json: role)
    }
    add(role: name) { text in
      if texts.count == 1 && others.isEmpty { return text.append(json: texts[0]) }
      var parts: [[UInt8]] = []
      for part in texts { parts.append(Self.member("text", part, head: "\"type\":\"text\",")) }
      for part in others { parts.append(part.is(CA_OBJECT) ? Array(part.bytes) : Self.member("value", part)) }
      text += "[".utf8
      text += parts.joined(separator: ",".utf8)
      text += "]".utf8
    }
  }

  /// A message whose content is in the reader's form already.
  mutating func add(role: ca_slice, content: ca_slice, toolCalls: ca_slice) {
    var name: [UInt8] = []
    name.append(json: role)
    add(role: name) { text in
      text.append(json: content)
      if toolCalls.is(CA_ARRAY) {
        text += ",\"tool_calls\":".utf8
        text.append(json: toolCalls)
      }
    }
  }

  private mutating func add(role: [UInt8], content: (inout [UInt8]) -> Void) {
    text += (count == 0 ? "{\"role\":" : ",{\"role\":").utf8
    text += role
    text += ",\"content\":".utf8
    content(&text)
    text += "}".utf8
    count += 1
  }

  private static func member(_ name: String, _ value: ca_slice, head: String = "") -> [UInt8] {
    var text = Array("{\(head)\"\(name)\":".utf8)
    text.append(json: value)
    return text + "}".utf8
  }

  /// Several texts as the parts of one answer; absent without any.
  static func parts(_ texts: [ca_slice], _ scanner: JSONScanner) -> ca_slice {
    if texts.count < 2 { return texts.first ?? ca_slice() }
    return array(
      texts.map { part in
        var text: [UInt8] = []
        text.append(json: part)
        return text
      }, scanner)
  }

  /// - Parameter elements: JSON texts.
  static func array(_ elements: [[UInt8]], _ scanner: JSONScanner) -> ca_slice {
    var text: [UInt8] = [91]
    text += elements.joined(separator: [44])
    text.append(93)
    return scanner.keep(text, as: CA_ARRAY)
  }

  /// Absent without messages.
  func messages(_ scanner: JSONScanner) -> ca_slice {
    isEmpty ? ca_slice() : scanner.keep(text + "]".utf8, as: CA_ARRAY)
  }
}
