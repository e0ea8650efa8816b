/// How much of a conversation a cache key holds beside the text of the last user message.
///
/// Written `conversation`, `last-user` or `last-turns:K`: the last user message and the K − 1 messages before it, with what
/// comes after it. `last-user` is K = 1. System prompts are no turns: the scope decides on them.
package enum KeyContext: Sendable, Hashable, Codable, CustomStringConvertible {
  case conversation
  case lastTurns(Int)

  package init?(_ text: String) {
    switch text {
    case "conversation": self = .conversation
    case "last-user": self = .lastTurns(1)
    default:
      guard text.hasPrefix("last-turns:"), let count = Int(text.dropFirst(11)), count >= 1 else { return nil }
      self = .lastTurns(count)
    }
  }

  package var description: String {
    switch self {
    case .conversation: "conversation"
    case .lastTurns(1): "last-user"
    case .lastTurns(let count): "last-turns:\(count)"
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = KeyContext(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is no key: write conversation, last-user or last-turns:K")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A looser cache key than the one of the options, to see what it would serve, and how wrongly.
package struct KeyPolicy: Sendable, Hashable {
  /// Nil leaves the context as the options have it.
  package var context: KeyContext?
  package var ignoresTenant = false
  package var ignoresModel = false
  package var ignoresSystem = false

  /// Contexts that a sweep can loosen to; each distinct scope keeps their hashes.
  static let contexts: [KeyContext] = [.lastTurns(4), .lastTurns(2), .lastTurns(1)]

  /// The options' own key first.
  package static let sweep: [KeyPolicy] =
    [KeyPolicy()] + contexts.map { KeyPolicy(context: $0) } + [
      KeyPolicy(ignoresSystem: true), KeyPolicy(ignoresModel: true), KeyPolicy(ignoresTenant: true),
      KeyPolicy(context: .lastTurns(1), ignoresTenant: true, ignoresModel: true, ignoresSystem: true),
    ]

  package var name: String {
    var parts: [String] = []
    if let context { parts.append(context.description) }
    if ignoresSystem { parts.append("any system prompt") }
    if ignoresModel { parts.append("any model") }
    if ignoresTenant { parts.append("any tenant") }
    return parts.isEmpty ? "as configured" : parts.joined(separator: ", ")
  }
}

/// What two requests must share, part by part, before one may be answered from the other's entry. 64 bits a part serve to
/// compare parts of one log.
struct ScopeParts: Sendable, Hashable {
  var tenant: UInt64
  var model: UInt64
  var system: UInt64
  /// Tools, response format, parameters.
  var rest: UInt64
  /// As the options have it, and of each of `KeyPolicy.contexts`.
  var context: UInt64
  var looser: [UInt64]

  func group(_ policy: KeyPolicy) -> Hash128 {
    let kept = policy.context.map { looser[KeyPolicy.contexts.firstIndex(of: $0)!] } ?? context
    let parts = [
      policy.ignoresTenant ? 0 : tenant, policy.ignoresModel ? 0 : model, policy.ignoresSystem ? 0 : system, rest, kept,
    ]
    return Hash128.combine(parts.map { Hash128(low: $0, high: 0) }, tag: 12)
  }
}
