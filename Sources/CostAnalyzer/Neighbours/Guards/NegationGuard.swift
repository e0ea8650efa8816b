import Yams

/// Refuses a pair when one text is negated and the other is not, when they stand on opposite sides of an antonym pair
/// (enable / disable, before / after), or when one has a word and the other the same word with a negative prefix (archive /
/// unarchive). Word lists: `Data/negation.yaml`.
///
/// Two negations cancel out. Scope is the whole text: which word a negation belongs to is not looked at.
package struct NegationGuard: PairGuard {
  package let name = "negation"
  /// Id 1 negates; id 0 is a longer phrase around such a word that does not.
  private var negations = PhraseTable()
  /// Id `2 · pair` is a left side, `2 · pair + 1` a right one.
  private var antonyms = PhraseTable()
  private let interjection = GuardWord.hash("no".utf8)
  private let prefixes: [[UInt8]]
  private let unprefixed: Set<UInt64>

  package struct Signature: Sendable, Equatable {
    var isNegated = false
    /// Sides of antonym pairs, as numbered above, of which the text has only this one; ascending.
    var sides: [UInt32] = []
    /// Stems of the text, and those of its words that are left when a negative prefix is cut off; both ascending.
    var stems: [UInt64] = []
    var bare: [UInt64] = []
  }

  private struct File: Decodable {
    var negations, neutral, prefixes, unprefixed: [String]
    var antonyms: [[String]]
  }

  /// `extraAntonyms` holds pairs.
  package init(extraNegations: [String] = [], extraAntonyms: [[String]] = []) throws {
    let yaml = String(decoding: PackageResources.negation_yaml, as: UTF8.self)
    let file = try YAMLDecoder().decode(File.self, from: yaml)
    for phrase in file.negations + extraNegations { negations.add(phrase, id: 1) }
    for phrase in file.neutral { negations.add(phrase, id: 0) }
    for (pair, sides) in (file.antonyms + extraAntonyms).enumerated() {
      guard sides.count == 2 else { throw AnalyzerError(.config, "an antonym pair has two sides: \(sides)") }
      for (side, phrases) in sides.enumerated() {
        for phrase in phrases.split(separator: "|") { antonyms.add(String(phrase), id: 2 * pair + side) }
      }
    }
    prefixes = file.prefixes.map { Array($0.utf8) }
    unprefixed = Set(file.unprefixed.map { GuardWord(Array($0.utf8)).stem })
  }

  package func signature(of text: GuardText) -> Signature {
    var signature = Signature()
    // A "no" that opens a text answers something and negates nothing in it.
    let isAnswer = text.words.count > 2 && text.words[0].exact == interjection
    let body = isAnswer ? Array(text.words.dropFirst()) : text.words
    var places: Set<Int> = []
    negations.find(in: body) { id, place in if id == 1 { places.insert(place.lowerBound) } }
    signature.isNegated = places.count % 2 == 1
    let sides = Set(antonyms.ids(in: text.words).map(UInt32.init))
    signature.sides = sides.filter { !sides.contains($0 ^ 1) }.sorted()
    signature.stems = Set(text.words.map(\.stem)).sorted()
    signature.bare = Set(text.words.flatMap(bareStems)).sorted()
    return signature
  }

  /// What is left of "unlocked" without "un": nothing for words that only begin like one ("under", "design").
  private func bareStems(_ word: GuardWord) -> [UInt64] {
    if unprefixed.contains(word.stem) { return [] }
    return prefixes.compactMap { prefix in
      guard word.text.count >= prefix.count + 4, word.text.starts(with: prefix) else { return nil }
      return GuardWord(Array(word.text[prefix.count...])).stem
    }
  }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool {
    if a.isNegated != b.isNegated { return true }
    for side in a.sides where b.sides.contains(side ^ 1) { return true }
    return Self.isReversed(a, b) || Self.isReversed(b, a)
  }

  /// Whether `b` has the prefixed form of a word that `a` has only without prefix.
  private static func isReversed(_ a: Signature, _ b: Signature) -> Bool {
    b.bare.contains { a.stems.containsSorted($0) && !b.stems.containsSorted($0) && !a.bare.containsSorted($0) }
  }
}

extension [UInt64] {
  /// Binary search.
  func containsSorted(_ value: UInt64) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == value
  }
}
