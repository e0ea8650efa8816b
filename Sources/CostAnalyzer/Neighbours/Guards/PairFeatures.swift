import CTextScan

/// What the learned pair model looks at: cosine, overlaps of the two texts and the outcomes of the other guards.
package enum PairFeatures {
  package static let names =
    ["cosine", "word_jaccard", "content_jaccard", "trigram_jaccard", "shared_prefix", "length_ratio"]
    + GuardSet.names.dropLast().map { "guard_" + $0 }

  package struct Signature: Sendable, Equatable {
    /// Hashes of the words in order.
    var words: [UInt64]
    /// Distinct hashes, ascending.
    var wordSet: [UInt64]
    var contentSet: [UInt64]
    var trigrams: [UInt64]
    var length: Int

    init(_ text: GuardText, contentWords: [UInt64]) {
      words = text.words.map(\.exact)
      wordSet = Set(words).sorted()
      contentSet = Set(contentWords).sorted()
      let joined = Array(text.words.map(\.text).joined(separator: [32]))
      length = joined.count
      let padded = [32] + joined + [32]
      trigrams = Set((0..<max(0, padded.count - 2)).map { GuardWord.hash(padded[$0..<$0 + 3]) }).sorted()
    }
  }

  /// One value a name of `names`; `guards` is the mask of the guards before the model.
  static func values(_ a: Signature, _ b: Signature, cosine: Float, guards: UInt8) -> [Double] {
    let prefix = zip(a.words, b.words).prefix { $0 == $1 }.count
    let shorter = min(a.words.count, b.words.count)
    return [
      Double(cosine), jaccard(a.wordSet, b.wordSet), jaccard(a.contentSet, b.contentSet),
      jaccard(a.trigrams, b.trigrams), shorter == 0 ? 0 : Double(prefix) / Double(shorter),
      a.length == b.length ? 1 : Double(min(a.length, b.length)) / Double(max(a.length, b.length)),
    ] + (0..<GuardSet.names.count - 1).map { Double(guards >> UInt8($0) & 1) }
  }

  /// Shared share of two ascending lists of distinct hashes; 1 for two empty ones.
  package static func jaccard(_ a: [UInt64], _ b: [UInt64]) -> Double {
    var (i, j, shared) = (0, 0, 0)
    while i < a.count && j < b.count {
      if a[i] == b[j] {
        shared += 1
        i += 1
        j += 1
      } else if a[i] < b[j] {
        i += 1
      } else {
        j += 1
      }
    }
    let all = a.count + b.count - shared
    return all == 0 ? 1 : Double(shared) / Double(all)
  }
}
