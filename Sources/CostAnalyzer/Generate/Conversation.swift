/// A session waiting for its user to ask on.
struct Conversation: Sendable {
  var area: Int
  var user: Int
  var session: String
  var model: Int
  var temperature: Double?
  var maxTokens: Int?
  /// The intent of the first question; the follow-ups are about it.
  var topic: Int
  /// The follow-ups asked so far, as digits.
  var chain: Int
  /// Turns already answered.
  var turns: Int
  /// Everything said so far, the system prompt first.
  var messages: [GeneratedMessage]

  static let mostTurns = 4

  /// How likely the user asks on.
  var continuing: Double {
    switch turns {
    case 1: 0.185
    case 2: 0.45
    case 3: 0.4
    default: 0
    }
  }
}
