import Yams

/// Refuses a pair when one text is negated and the other is not, or when they stand on opposite sides of an antonym pair
/// (enable / disable, before / after). Word lists: `Data/guards.yaml`.
package struct NegationGuard: PairGuard {
  package let name = "negation"
  private let negations: PhraseSet
  /// Sides of antonym pairs by their first word.
  private var sides: [ArraySlice<UInt8>: [Side]] = [:]

  private struct Side: Sendable {
    var words: [ArraySlice<UInt8>]
    var pair: Int
    var isLeft: Bool
  }

  package struct Signature: Sendable, Equatable {
    var negated: Bool
    /// Bit p: the text has the left (right) word of pair p.
    var left: UInt128
    var right: UInt128
  }

  private struct File: Decodable {
    var negations: [String]
    var antonyms: [[String]]
  }

  package init() throws {
    let file = try YAMLDecoder().decode(File.self, from: String(decoding: PackageResources.guards_yaml, as: UTF8.self))
    guard file.antonyms.count <= 128, file.antonyms.allSatisfy({ $0.count == 2 }) else {
      throw AnalyzerError(.config, "guards.yaml needs at most 128 antonym pairs of two words each")
    }
    negations = PhraseSet(file.negations)
    for (pair, words) in file.antonyms.enumerated() {
      for (phrase, isLeft) in [(words[0], true), (words[1], false)] {
        let side = Side(words: PhraseSet.words(Array(phrase.utf8)), pair: pair, isLeft: isLeft)
        sides[side.words[0], default: []].append(side)
      }
    }
  }

  package func signature(of text: [UInt8]) -> Signature {
    let words = PhraseSet.words(text)
    var signature = Signature(negated: negations.count(in: words) % 2 == 1, left: 0, right: 0)
    for (index, word) in words.enumerated() {
      for side in sides[word] ?? [] where index + side.words.count <= words.count {
        guard side.words.indices.allSatisfy({ side.words[$0] == words[index + $0] }) else { continue }
        if side.isLeft { signature.left |= 1 << UInt128(side.pair) } else { signature.right |= 1 << UInt128(side.pair) }
      }
    }
    return signature
  }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool {
    if a.negated != b.negated { return true }
    let opposite = a.left & ~a.right & b.right & ~b.left | a.right & ~a.left & b.left & ~b.right
    return opposite != 0
  }
}
