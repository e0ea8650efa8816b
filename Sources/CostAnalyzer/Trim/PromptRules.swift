import Yams

/// How much is taken out of a prompt; every level does what the ones before it do, too.
package enum TrimLevel: String, Sendable, CaseIterable, Codable, Comparable {
  case whitespace, politeness, wordy, unsafe

  package var index: Int { Self.allCases.firstIndex(of: self)! }
  package static func < (a: TrimLevel, b: TrimLevel) -> Bool { a.index < b.index }
}

/// `Data/promptrules.yaml`, ready to be matched.
package struct PromptRules: Sendable {
  enum Place: String, Decodable, Sendable { case anywhere, start, greeting, thanks, request }

  struct Rule: Sendable {
    var id: String
    var level: TrimLevel
    var place: Place
    var replacement: [UInt8]
    var notAfter: Set<[UInt8]>
    var notBefore: Set<[UInt8]>
  }

  /// These are code, the others data.
  static let passes: [(id: String, level: TrimLevel)] = [
    ("line-ends", .whitespace), ("trailing-blanks", .whitespace), ("blank-lines", .whitespace),
    ("inner-blanks", .whitespace), ("json-blanks", .whitespace), ("repeated-paragraphs", .wordy),
  ]
  static func number(of pass: String) -> Int { passes.firstIndex { $0.id == pass }! }

  let version: String
  /// Tokens of a paragraph from which on a second copy goes.
  let repeatedTokens: Int
  let rules: [Rule]
  /// Of each level, its phrases with the place of their rule in `rules`.
  let phrases: [TrimLevel: WordPhrases]
  let verbs: Set<[UInt8]>
  let critical: CriticalTokens
  let instructions: WordPhrases
  let textTasks: WordPhrases
  let textSystems: WordPhrases

  /// Names by number, as `TrimmedText.uses` has them.
  package var names: [String] { Self.passes.map(\.id) + rules.map(\.id) }
  package func level(ofRule number: Int) -> TrimLevel {
    number < Self.passes.count ? Self.passes[number].level : rules[number - Self.passes.count].level
  }

  private struct File: Decodable {
    struct Rule: Decodable {
      var id: String
      var level: TrimLevel
      var at: Place?
      var phrases: [String]
      var to: String?
      var notAfter: [String]?
      var notBefore: [String]?
    }
    var version: String
    var repeatedTokens: Int?
    var rules: [Rule]
    var verbs: [String]
    var critical: [String]
    var instructions: [String]
    var textTasks: [String]
    var textSystems: [String]
  }

  /// Read once a process.
  package static func builtin() throws -> PromptRules { try shared.get() }

  private static let shared = Result {
    try PromptRules(yaml: String(decoding: PackageResources.promptrules_yaml, as: UTF8.self))
  }

  package init(yaml: String) throws {
    let file = try YAMLDecoder().decode(File.self, from: yaml)
    func words(_ list: [String]?) -> Set<[UInt8]> { Set((list ?? []).map { Array($0.utf8) }) }
    version = file.version
    repeatedTokens = file.repeatedTokens ?? 64
    rules = file.rules.map {
      Rule(
        id: $0.id, level: $0.level, place: $0.at ?? .anywhere, replacement: Array(($0.to ?? "").utf8),
        notAfter: words($0.notAfter), notBefore: words($0.notBefore))
    }
    var phrases: [TrimLevel: WordPhrases] = [:]
    for level in TrimLevel.allCases {
      phrases[level] = WordPhrases(
        file.rules.enumerated().filter { $0.element.level == level }
          .flatMap { number, rule in rule.phrases.map { (text: $0, id: number) } })
    }
    self.phrases = phrases
    verbs = words(file.verbs)
    critical = CriticalTokens(file.critical)
    instructions = WordPhrases(file.instructions)
    textTasks = WordPhrases(file.textTasks)
    textSystems = WordPhrases(file.textSystems)
  }
}
