/// What people want done, how they say it, and the words around it.
enum IntentVocabulary {
  struct Verb: Sendable {
    /// The first is the usual word.
    var words: [String]
    /// Index of the verb that means the opposite, in the same table.
    var opposite: Int?
  }

  static let featureVerbs: [Verb] = [
    Verb(words: ["enable", "turn on", "activate", "switch on"], opposite: 1),
    Verb(words: ["disable", "turn off", "deactivate", "switch off"], opposite: 0),
    Verb(words: ["pause", "suspend", "put on hold"], opposite: 3),
    Verb(words: ["resume", "restart", "continue"], opposite: 2),
    Verb(words: ["set up", "configure"], opposite: nil),
    Verb(words: ["test", "try out", "check"], opposite: nil),
  ]

  static let itemVerbs: [Verb] = [
    Verb(words: ["create", "add", "set up", "make"], opposite: 1),
    Verb(words: ["delete", "remove", "get rid of"], opposite: 0),
    Verb(words: ["export", "download", "save"], opposite: 3),
    Verb(words: ["import", "upload", "load"], opposite: 2),
    Verb(words: ["archive", "put away"], opposite: 5),
    Verb(words: ["restore", "bring back", "recover"], opposite: 4),
    Verb(words: ["lock", "freeze"], opposite: 7),
    Verb(words: ["unlock", "unfreeze"], opposite: 6),
    Verb(words: ["share", "pass on"], opposite: nil),
    Verb(words: ["rename", "change the name of"], opposite: nil),
  ]

  static let limitVerbs: [Verb] = [
    Verb(words: ["increase", "raise", "extend"], opposite: 1),
    Verb(words: ["decrease", "lower", "reduce"], opposite: 0),
    Verb(words: ["check", "look up", "see"], opposite: nil),
    Verb(words: ["reset", "restore"], opposite: nil),
  ]

  static let contexts: [String] = ["", " on the mobile app", " for the whole team"]

  static let symptoms: [[String]] = [
    ["not working", "broken"], ["slow", "taking so long"], ["greyed out", "not clickable"],
    ["showing an error", "failing with an error"], ["switched off again and again", "turning itself off"],
    ["missing from my menu", "not visible for me"],
  ]

  /// Numbers people ask about; neighbours must not share an answer.
  static let numbers: [Int] = [7, 14, 30, 90]

  static let howToTemplates = 9

  /// `context` begins with a blank or is empty.
  static func howTo(_ template: Int, verb: String, object: String, context: String) -> String {
    switch template {
    case 0: "How do I \(verb) \(object)\(context)?"
    case 1: "How can I \(verb) \(object)\(context)?"
    case 2: "What is the best way to \(verb) \(object)\(context)?"
    case 3: "I want to \(verb) \(object)\(context), what are the steps?"
    case 4: "Where do I go to \(verb) \(object)\(context)?"
    case 5: "Steps to \(verb) \(object)\(context)?"
    case 6: "Is there a way to \(verb) \(object)\(context)?"
    case 7: "I need to \(verb) \(object)\(context) but I can't find the setting. Where is it?"
    default: "Guide me through it: how to \(verb) \(object)\(context)?"
    }
  }

  static func why(_ template: Int, object: String, symptom: String) -> String {
    switch template {
    case 0: "Why is \(object) \(symptom)?"
    case 1: "What causes \(object) to be \(symptom)?"
    case 2: "\(sentence(object)) is \(symptom), what is the reason?"
    case 3: "What can I do if \(object) is \(symptom)?"
    default: "For some reason \(object) is \(symptom). How do I fix this?"
    }
  }

  static func timing(_ template: Int, object: String, after: Bool, event: String) -> String {
    let when = after ? "after" : "before"
    return switch template {
    case 0: "Can I change \(object) \(when) \(event)?"
    case 1: "Is it possible to edit \(object) \(when) \(event)?"
    case 2: "Am I allowed to change \(object) \(when) \(event)?"
    case 3: "What happens if I edit \(object) \(when) \(event)?"
    default: "\(sentence(object)): are changes \(when) \(event) still possible?"
    }
  }

  static func extra(_ template: Int, object: String, with: Bool, extra: String) -> String {
    let how = with ? "with" : "without"
    return switch template {
    case 0: "Can I submit \(object) \(how) \(extra)?"
    case 1: "Is it okay to send in \(object) \(how) \(extra)?"
    case 2: "What happens to \(object) \(how) \(extra)?"
    default: "How do you handle \(object) \(how) \(extra)?"
    }
  }

  static func number(_ template: Int, limit: String, number: Int) -> String {
    switch template {
    case 0: "Can \(limit) be set to \(number)?"
    case 1: "Is \(number) allowed for \(limit)?"
    case 2: "What does it mean if \(limit) is \(number)?"
    default: "I would like \(number) for \(limit), does that work?"
    }
  }

  static func plan(_ template: Int, thing: String, plan: String) -> String {
    switch template {
    case 0: "What is \(thing) with the \(plan)?"
    case 1: "How does \(thing) work with the \(plan)?"
    case 2: "\(plan): what applies to \(thing)?"
    default: "Tell me about \(thing) for the \(plan)."
    }
  }

  static func compare(_ template: Int, first: String, second: String) -> String {
    switch template {
    case 0: "What is the difference between \(first) and \(second)?"
    case 1: "How does \(first) differ from \(second)?"
    case 2: "\(sentence(first)) or \(second): which one should I use?"
    default: "Compare \(first) with \(second)."
    }
  }

  /// First letter upper case, ASCII only.
  static func sentence(_ text: String) -> String {
    guard let first = text.utf8.first, first >= 97, first <= 122 else { return text }
    return String(UnicodeScalar(first - 32)) + text.dropFirst()
  }
}
