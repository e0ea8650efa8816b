import CTextScan

/// Messages that stand in numbered attributes: `gen_ai.prompt.0.content`, `llm.input_messages.0.message.contents.1.…`.
struct IndexedMessages {
  private struct Message {
    var role = ca_slice()
    var content = ca_slice()
    var texts: [Int: ca_slice] = [:]
    var others: [(key: String, value: ca_slice)] = []
  }
  private var messages: [Int: Message] = [:]

  var isEmpty: Bool { messages.isEmpty }

  /// - Parameter rest: of the name, from the number on.
  mutating func add(_ rest: Substring, _ value: ca_slice) {
    var path = rest.split(separator: ".").map(String.init)
    guard let number = path.first.flatMap({ Int($0) }) else { return }
    path.removeFirst()
    if path.first == "message" { path.removeFirst() }
    switch path {
    case ["role"]: messages[number, default: Message()].role = value
    case ["content"]: messages[number, default: Message()].content = value
    case ["finish_reason"]: break
    default:
      // contents.N.message_content.text or .type
      let isPart = path.count == 4 && path[0] == "contents" && path[2] == "message_content"
      if isPart, let part = Int(path[1]), path[3] == "text" {
        messages[number, default: Message()].texts[part] = value
      } else if !(isPart && path[3] == "type") {
        messages[number, default: Message()].others.append((path.joined(separator: "."), value))
      }
    }
  }

  func write(to writer: inout MessageWriter, _ scanner: JSONScanner) {
    for number in messages.keys.sorted() {
      let message = messages[number]!
      if let parts = scanner.embedded(message.content), parts.is(CA_ARRAY), message.others.isEmpty {
        writer.add(role: message.role, content: parts, toolCalls: ca_slice())
        continue
      }
      var texts = message.texts.keys.sorted().map { message.texts[$0]! }
      if message.content.is(CA_STRING) { texts.insert(message.content, at: 0) }
      writer.add(
        role: message.role, texts: texts, others: message.others.sorted { $0.key < $1.key }.map(\.value))
    }
  }

  /// All texts, as one value that `PromptReader` takes for an answer.
  func answer(_ scanner: JSONScanner) -> ca_slice {
    let texts = messages.keys.sorted().flatMap { number -> [ca_slice] in
      let message = messages[number]!
      return (message.content.is(CA_STRING) ? [message.content] : [])
        + message.texts.keys.sorted().map { message.texts[$0]! }
    }
    return MessageWriter.parts(texts, scanner)
  }

  var hasToolCalls: Bool { messages.values.contains { $0.others.contains { $0.key.hasPrefix("tool_calls") } } }
}
