/// Finds phrases of a word list in the words of a text and tells their numbers. Inflections of a word match it.
struct PhraseTable: Sendable {
  private struct Phrase: Sendable {
    var stems: [UInt64]
    var id: Int
  }

  /// By first stem, longest phrase first.
  private var phrases: [UInt64: [Phrase]] = [:]

  mutating func add(_ phrase: String, id: Int) {
    let stems = GuardWord.words(of: Array(phrase.lowercased().utf8)).map(\.stem)
    guard let first = stems.first else { return }
    phrases[first, default: []].append(Phrase(stems: stems, id: id))
    phrases[first]!.sort { $0.stems.count > $1.stems.count }
  }

  /// Calls `body` with every phrase found and where; of several that begin at one word, with the longest (all of it, when
  /// it is in the list more than once). Phrases do not overlap.
  func find(in words: [GuardWord], _ body: (_ id: Int, _ place: Range<Int>) -> Void) {
    var index = 0
    while index < words.count {
      var length = 1
      for phrase in phrases[words[index].stem] ?? [] {
        let count = phrase.stems.count
        if count < length || index + count > words.count { continue }
        guard phrase.stems.indices.allSatisfy({ phrase.stems[$0] == words[index + $0].stem }) else { continue }
        body(phrase.id, index..<index + count)
        length = count
      }
      index += length
    }
  }

  func ids(in words: [GuardWord]) -> [Int] {
    var found: [Int] = []
    find(in: words) { id, _ in found.append(id) }
    return found
  }
}
