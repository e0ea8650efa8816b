import Yams

/// Refuses a pair of the same words in exchanged roles: "from Paris to London" / "from London to Paris", "does a dog bite a
/// cat" / "does a cat bite a dog". Function words and the list of symmetric words: `Data/wordorder.yaml`.
package struct WordOrderGuard: PairGuard {
  package let name = "word-order"
  private let functionWords: Set<UInt64>
  private let sources: Set<UInt64>
  private let goals: Set<UInt64>
  private let directional: Set<UInt64>
  private let symmetric: Set<UInt64>

  package struct Signature: Sendable, Equatable {
    /// Stems of content words and direction words in the order of the text, and their hash in any order.
    var sequence: [UInt64] = []
    var bag: UInt64 = 0
    /// Content words behind "from", and behind "to" or "into". Words that occur more than once are in neither.
    var sources: [UInt64] = []
    var goals: [UInt64] = []
    /// "compare", "difference": exchanging what they join changes nothing.
    var isSymmetric = false
  }

  private struct File: Decodable { var functionWords, sources, goals, directional, symmetric: [String] }

  package init() throws {
    let yaml = String(decoding: PackageResources.wordorder_yaml, as: UTF8.self)
    let file = try YAMLDecoder().decode(File.self, from: yaml)
    func set(_ words: [String]) -> Set<UInt64> { Set(words.map { GuardWord(Array($0.utf8)).stem }) }
    functionWords = set(file.functionWords)
    sources = set(file.sources)
    goals = set(file.goals)
    directional = set(file.directional).union(sources).union(goals)
    symmetric = set(file.symmetric)
  }

  package func signature(of text: GuardText) -> Signature {
    var signature = Signature()
    var (sources, goals): (Set<UInt64>, Set<UInt64>) = ([], [])
    var counts: [UInt64: Int] = [:]
    var direction: UInt64?
    for stem in text.words.map(\.stem) {
      if symmetric.contains(stem) { signature.isSymmetric = true }
      if directional.contains(stem) {
        direction = stem
        signature.sequence.append(stem)
      } else if !functionWords.contains(stem) {
        signature.sequence.append(stem)
        counts[stem, default: 0] += 1
        if let mark = direction {
          if self.sources.contains(mark) { sources.insert(stem) }
          if self.goals.contains(mark) { goals.insert(stem) }
        }
        direction = nil
      }
    }
    signature.sources = sources.filter { counts[$0] == 1 }.sorted()
    signature.goals = goals.filter { counts[$0] == 1 }.sorted()
    signature.bag = signature.sequence.reduce(0, &+)
    return signature
  }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool {
    for word in a.sources where b.goals.containsSorted(word) { return true }
    for word in b.sources where a.goals.containsSorted(word) { return true }
    if a.bag != b.bag || a.isSymmetric || b.isSymmetric || a.sequence == b.sequence { return false }
    return Self.isExchange(a.sequence, b.sequence)
  }

  /// Whether `b` is `a` with two blocks of at most three words exchanged over at least one word that stays between them.
  /// Neighbours that swap are mostly a genitive ("Austria's capital", "capital of Austria").
  private static func isExchange(_ a: [UInt64], _ b: [UInt64]) -> Bool {
    guard a.count == b.count, let first = a.indices.first(where: { a[$0] != b[$0] }),
      let last = a.indices.last(where: { a[$0] != b[$0] })
    else { return false }
    let (x, y) = (Array(a[first...last]), Array(b[first...last]))
    for left in 1...3 {
      for right in 1...3 where left + right < x.count {
        let middle = x[left..<x.count - right]
        if x[..<left].elementsEqual(y.suffix(left)) && x.suffix(right).elementsEqual(y.prefix(right))
          && middle.elementsEqual(y[right..<y.count - left])
        {
          return true
        }
      }
    }
    return false
  }
}
