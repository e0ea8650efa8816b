/// What the truth tells about an intent.
package struct IntentDescription: Sendable, Equatable {
  package var kind: IntentKind
  /// The intent or family it was made from: a template, a question asked at another time, the intent a follow-up
  /// belongs to.
  package var family: Int?
  package var language: String?
}

/// Numbers the intents that arise while generating: a record in a template, a question at an hour, a follow-up.
struct IntentRegistry: Sendable {
  struct Key: Hashable, Sendable {
    var family: Int
    var first: Int
    var second: Int
  }

  /// Static intents come first: the catalog, then one family a bot.
  static let botBase = IntentCatalog.shared.intents.count
  private static let dynamicBase = botBase + BotTraffic.Task.allCases.count

  // Looked up, never iterated: the order of a dictionary differs from run to run.
  private var numbers: [Key: Int] = [:]
  private var dynamic: [(kind: IntentKind, family: Int)] = []

  mutating func number(_ kind: IntentKind, family: Int, _ first: Int, _ second: Int = 0) -> Int {
    let key = Key(family: family, first: first, second: second)
    if let known = numbers[key] { return known }
    let number = Self.dynamicBase + dynamic.count
    dynamic.append((kind, family))
    numbers[key] = number
    return number
  }

  func describe(_ intent: Int) -> IntentDescription {
    if intent < Self.botBase {
      let entry = IntentCatalog.shared.intents[intent]
      return IntentDescription(kind: entry.kind, family: nil, language: entry.language)
    }
    if intent < Self.dynamicBase { return IntentDescription(kind: .bot, family: nil, language: nil) }
    let entry = dynamic[intent - Self.dynamicBase]
    return IntentDescription(kind: entry.kind, family: entry.family, language: nil)
  }
}
