import CTextScan

/// Messages as OpenTelemetry's GenAI conventions write them, `[{role, parts: [{type, content}]}]`, and those of the
/// chat-completions API, which stand in the same attributes of older versions.
enum PartMessages {
  private enum MessageField: Int, CaseIterable {
    case role, parts, content, toolCalls
    var pointer: String {
      switch self {
      case .role: "/role"
      case .parts: "/parts"
      case .content: "/content"
      case .toolCalls: "/tool_calls"
      }
    }
  }
  private enum PartField: Int, CaseIterable {
    case type, content, text
    var pointer: String {
      switch self {
      case .type: "/type"
      case .content: "/content"
      case .text: "/text"
      }
    }
  }

  private static let messagePlan = FieldPlan(MessageField.allCases.map(\.pointer))
  private static let partPlan = FieldPlan(PartField.allCases.map(\.pointer))

  struct Content {
    var texts: [ca_slice] = []
    var others: [ca_slice] = []
    var hasToolCalls = false
  }

  /// - Parameter value: an array of messages, JSON text of one, or a plain text, which is a message of the user.
  static func write(_ value: ca_slice, to writer: inout MessageWriter, _ scanner: JSONScanner) {
    guard let list = scanner.embedded(value) else {
      if value.isFilledString { writer.add(role: ca_slice(), texts: [value]) }
      return
    }
    for message in list.is(CA_ARRAY) ? Array(scanner.elements(list) ?? .init(start: nil, count: 0)) : [list] {
      if message.is(CA_STRING) { writer.add(role: ca_slice(), texts: [message]) }
      guard message.is(CA_OBJECT) else { continue }
      scanner.releasing {
        let (status, fields) = scanner.walk(messagePlan, message.bytes, as: MessageField.self)
        guard status == CA_OK else { return }
        if fields[.parts].is(CA_ARRAY) {
          let content = parts(fields[.parts], scanner)
          writer.add(role: fields[.role], texts: content.texts, others: content.others)
        } else {
          writer.add(role: fields[.role], content: fields[.content], toolCalls: fields[.toolCalls])
        }
      }
    }
  }

  /// The system prompt, logged apart: parts, JSON text of them, or a plain text.
  static func writeSystem(_ value: ca_slice, to writer: inout MessageWriter, _ scanner: JSONScanner) {
    if !value.isPresent { return }
    var texts = [value]
    if let list = scanner.embedded(value), list.is(CA_ARRAY) { texts = parts(list, scanner).texts }
    let role = Array("system".utf8)
    role.withUnsafeBytes { writer.add(role: ca_slice(text: $0, kind: CA_STRING), texts: texts) }
  }

  /// Texts and tool calls of the answer, in the same forms.
  static func answer(
    _ value: ca_slice, _ scanner: JSONScanner
  ) -> (text: UnsafeRawBufferPointer, callsTools: Bool) {
    guard let list = scanner.embedded(value) else { return (PromptReader.text(value, scanner), false) }
    var all = Content()
    for message in list.is(CA_ARRAY) ? Array(scanner.elements(list) ?? .init(start: nil, count: 0)) : [list] {
      if message.is(CA_STRING) { all.texts.append(message) }
      guard message.is(CA_OBJECT) else { continue }
      let (status, fields) = scanner.walk(messagePlan, message.bytes, as: MessageField.self)
      guard status == CA_OK else { continue }
      if fields[.content].is(CA_STRING) { all.texts.append(fields[.content]) }
      if fields[.toolCalls].is(CA_ARRAY) && fields[.toolCalls].length > 2 { all.hasToolCalls = true }
      let content = parts(fields[.parts].is(CA_ARRAY) ? fields[.parts] : fields[.content], scanner)
      all.texts += content.texts
      all.hasToolCalls = all.hasToolCalls || content.hasToolCalls
    }
    return (PromptReader.join(all.texts.map(scanner.text), scanner), all.hasToolCalls)
  }

  private static func parts(_ list: ca_slice, _ scanner: JSONScanner) -> Content {
    var content = Content()
    guard list.is(CA_ARRAY), let parts = scanner.elements(list) else { return content }
    for part in parts {
      if part.is(CA_STRING) { content.texts.append(part) }
      guard part.is(CA_OBJECT) else { continue }
      scanner.releasing {
        let (status, fields) = scanner.walk(partPlan, part.bytes, as: PartField.self)
        let isText = fields[.type].equals("text") || !fields[.type].isPresent
        let text = fields[.content].is(CA_STRING) ? fields[.content] : fields[.text]
        if status == CA_OK && isText && text.is(CA_STRING) {
          content.texts.append(text)
        } else {
          content.others.append(part)
          if fields[.type].equals("tool_call") || fields[.type].equals("tool_use") { content.hasToolCalls = true }
        }
      }
    }
    return content
  }
}
