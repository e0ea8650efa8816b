import Yams

/// The listed names of `Data/entities.yaml`: `a | b` are names of one thing. A name with a capital in the list ("Go",
/// "US") is also an ordinary word and counts only when the original text writes it so.
struct EntityNames: Sendable {
  struct Hit: Sendable, Equatable {
    var id: UInt32
    /// Stem of a name that needs its capitals; else 0.
    var casedStem: UInt64 = 0
  }

  private var table = PhraseTable()
  /// Names that need their capitals, by their exact hash.
  private var cased: [UInt64: Int] = [:]

  init(extra: [String]) throws {
    let yaml = String(decoding: PackageResources.entities_yaml, as: UTF8.self)
    let groups = try YAMLDecoder().decode([String: [String]].self, from: yaml)
    let names = groups.keys.sorted().flatMap { groups[$0]! }
    for (number, entry) in (names + extra.map { $0.lowercased() }).enumerated() {
      for name in entry.split(separator: "|") {
        let words = GuardWord.words(of: Array(name.utf8))
        if words.count == 1, name.contains(where: \.isUppercase) {
          cased[words[0].exact] = number
        } else {
          table.add(String(name), id: number)
        }
      }
    }
  }

  /// The names found, each once and by number, and the stems of the words that they cover.
  func find(in text: GuardText) -> (hits: [Hit], covered: Set<UInt64>) {
    var hits: [UInt32: Hit] = [:]
    var covered: Set<UInt64> = []
    for word in text.originalWords where !word.startsSentence {
      guard let id = cased[word.exact] else { continue }
      let stem = GuardWord(TextNormalizer.lowercased(word.text)).stem
      hits[UInt32(id)] = Hit(id: UInt32(id), casedStem: stem)
      covered.insert(stem)
    }
    table.find(in: text.words) { id, place in
      hits[UInt32(id)] = Hit(id: UInt32(id))
      for word in text.words[place] { covered.insert(word.stem) }
    }
    return (hits.values.sorted { $0.id < $1.id }, covered)
  }
}
