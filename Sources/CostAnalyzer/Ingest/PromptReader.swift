import CTextScan

/// The parts of a prompt that keys, complexity and estimates need. Bytes live as long as the line.
struct Prompt {
  /// Hash of all system and developer messages.
  var system = Hash128(low: 0, high: 0)
  /// Hashes of the turns: roles, texts, tool calls, non-text parts; of the last user message without its text.
  var turnParts: [Hash128] = []
  /// Which of them is the last user message.
  var lastUserTurn = 0
  /// User and assistant messages, the last user message included.
  var turns = 0
  var lastUser = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Bytes of all message texts.
  var textBytes = 0
  /// All messages in order, where they were asked for.
  var messages: [Message] = []

  struct Message {
    enum Role: String { case system, user, other }

    var role: Role
    var text: UnsafeRawBufferPointer
    /// Hash of what is no text: images, tool calls.
    var foreign: UInt64
  }
  /// Nothing but system prompts and one user message of text: no earlier turns, images or tool results.
  var isPlain = true
  var isEmpty: Bool { turns == 0 }

  /// Hash of what a cache key holds around the text of the last user message.
  func context(_ kept: KeyContext) -> Hash128 {
    guard case .lastTurns(let count) = kept else { return Hash128.combine(turnParts, tag: 2) }
    return Hash128.combine(Array(turnParts[max(0, lastUserTurn - count + 1)...]), tag: 2)
  }
}

enum PromptReader {
  private enum MessageField: Int, CaseIterable {
    case role, content, toolCalls
    var pointer: String {
      switch self {
      case .role: "/role"
      case .content: "/content"
      case .toolCalls: "/tool_calls"
      }
    }
  }

  private enum PartField: Int, CaseIterable {
    case type, text
    var pointer: String {
      switch self {
      case .type: "/type"
      case .text: "/text"
      }
    }
  }

  private static let messagePlan = FieldPlan(MessageField.allCases.map(\.pointer))
  private static let partPlan = FieldPlan(PartField.allCases.map(\.pointer))
  private static let none = Hash128(low: 0, high: 0)
  /// What a user message without attachments leaves of itself in the context.
  private static let plainUser = Hash128.combine([Hash128("user"), none], tag: 5)

  /// Reads `messages`: an array of `{role, content}` or a plain string. Nil when there is nothing usable in it.
  ///
  /// - Parameters:
  ///   - system: the system prompt of APIs that keep it apart; the same as a first system message.
  ///   - keepsMessages: whether to fill `Prompt.messages`.
  static func read(
    _ messages: ca_slice, system: ca_slice = ca_slice(), _ scanner: JSONScanner, keepsMessages: Bool = false
  ) -> Prompt? {
    var prompt = Prompt()
    var systemParts: [Hash128] = []
    if system.isPresent {
      let text = text(system, scanner)
      systemParts = [Hash128(text)]
      prompt.textBytes = text.count
      if keepsMessages { prompt.messages = [.init(role: .system, text: text, foreign: 0)] }
    }
    if messages.isFilledString {
      prompt.lastUser = scanner.text(messages)
      if keepsMessages { prompt.messages.append(.init(role: .user, text: prompt.lastUser, foreign: 0)) }
      prompt.textBytes += prompt.lastUser.count
      prompt.turns = 1
      prompt.system = systemParts.isEmpty ? none : Hash128.combine(systemParts, tag: 1)
      return prompt
    }
    guard messages.is(CA_ARRAY), let elements = scanner.elements(messages) else { return nil }
    var turnParts: [Hash128] = []
    var lastUser: (turn: Int, withoutText: Hash128)?
    for element in elements where element.is(CA_OBJECT) {
      scanner.releasing {
        let (status, fields) = scanner.walk(messagePlan, element.bytes, as: MessageField.self)
        guard status == CA_OK else { return }
        var (text, foreign) = content(fields[.content], toolCalls: fields[.toolCalls], scanner)
        // Items of the Responses API that are no messages: calls of tools and what they gave.
        if !fields[.role].isPresent { foreign = Hash128(element.bytes) }
        prompt.textBytes += text.count
        if fields[.role].equals("system") || fields[.role].equals("developer") {
          systemParts.append(Hash128(text))
          if keepsMessages { prompt.messages.append(.init(role: .system, text: text, foreign: foreign.low)) }
          return
        }
        let role = Hash128(fields[.role].bytes)
        if fields[.role].equals("user") {
          lastUser = (turnParts.count, Hash128.combine([role, foreign], tag: 5))
          prompt.lastUser = text
          prompt.turns += 1
          if keepsMessages { prompt.messages.append(.init(role: .user, text: text, foreign: foreign.low)) }
        } else if fields[.role].equals("assistant") {
          prompt.turns += 1
        }
        if keepsMessages && !fields[.role].equals("user") {
          prompt.messages.append(.init(role: .other, text: text, foreign: foreign.low))
        }
        turnParts.append(Hash128.combine([role, Hash128(text), foreign], tag: 4))
      }
    }
    guard let lastUser else { return nil }
    prompt.isPlain = turnParts.count == 1 && lastUser.withoutText == Self.plainUser
    // The text of the last user message is the key, not the context; its images stay in the context.
    turnParts[lastUser.turn] = lastUser.withoutText
    prompt.lastUserTurn = lastUser.turn
    prompt.system = systemParts.isEmpty ? none : Hash128.combine(systemParts, tag: 1)
    prompt.turnParts = turnParts
    return prompt
  }

  /// A string, or the text parts of an array.
  static func text(_ slice: ca_slice, _ scanner: JSONScanner) -> UnsafeRawBufferPointer {
    content(slice, toolCalls: ca_slice(), scanner).text
  }

  /// The text of a message and a hash of everything in it that is not text.
  private static func content(
    _ slice: ca_slice, toolCalls: ca_slice, _ scanner: JSONScanner
  ) -> (text: UnsafeRawBufferPointer, foreign: Hash128) {
    var foreign: [Hash128] = toolCalls.is(CA_ARRAY) ? [Hash128(toolCalls.bytes)] : []
    guard slice.is(CA_ARRAY) else {
      return (scanner.text(slice), foreign.isEmpty ? none : Hash128.combine(foreign, tag: 3))
    }
    var texts: [UnsafeRawBufferPointer] = []
    for part in scanner.elements(slice) ?? UnsafeBufferPointer(start: nil, count: 0) {
      if part.is(CA_STRING) {
        texts.append(scanner.text(part))
        continue
      }
      guard part.is(CA_OBJECT) else { continue }
      scanner.releasing {
        let (_, fields) = scanner.walk(partPlan, part.bytes, as: PartField.self)
        if fields[.text].is(CA_STRING) {
          texts.append(scanner.text(fields[.text]))
        } else {
          foreign.append(Hash128(part.bytes))
        }
      }
    }
    return (join(texts, scanner), foreign.isEmpty ? none : Hash128.combine(foreign, tag: 3))
  }

  /// Text parts joined by a newline.
  static func join(_ texts: [UnsafeRawBufferPointer], _ scanner: JSONScanner) -> UnsafeRawBufferPointer {
    if texts.count <= 1 { return texts.first ?? UnsafeRawBufferPointer(start: nil, count: 0) }
    let target = scanner.scratch.take(texts.reduce(0) { $0 + $1.count + 1 })
    var length = 0
    for text in texts {
      if length > 0 {
        target[length] = 10
        length += 1
      }
      UnsafeMutableRawBufferPointer(rebasing: target[length...]).copyMemory(from: text)
      length += text.count
    }
    return UnsafeRawBufferPointer(rebasing: target[..<length])
  }
}
