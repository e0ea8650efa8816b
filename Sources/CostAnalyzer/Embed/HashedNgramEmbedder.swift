import CTextScan
import Foundation

/// Hashed word and character n-grams with inverse document frequencies learned on the texts themselves.
///
/// Needs no download. Signed feature hashing (Weinberger et al. 2009, arXiv 0902.2206) of words, word pairs and the
/// 3- to 5-grams of each padded word into 512 dimensions; weight (1 + ln tf) · ln((1 + N) / (1 + df)), L2-normalised.
/// It sees wording, not meaning: `docs/method.md` says what that costs.
package struct HashedNgramEmbedder: Embedder {
  package let identity = "hashed-ngrams-512-v1"
  /// Document frequencies are those of the texts embedded together.
  package let isPerText = false
  package let seesCase = false
  private static let dimensions = 512
  private static let frequencyBits = 20
  private static let chunk = 256

  package init() {}

  package func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
    let chunks = (texts.count + Self.chunk - 1) / Self.chunk
    let frequencies = documentFrequencies(texts, threads: threads)
    let parts = parallelMap(chunks, threads: threads) { index in
      let range = index * Self.chunk..<min(texts.count, (index + 1) * Self.chunk)
      var rows = [Float](repeating: 0, count: range.count * Self.dimensions)
      rows.withUnsafeMutableBufferPointer { rows in
        var terms = TermCounter()
        for text in range {
          let start = (text - range.lowerBound) * Self.dimensions
          let row = UnsafeMutableBufferPointer(rebasing: rows[start..<start + Self.dimensions])
          terms.count(texts[text])
          terms.forEach { hash, count in
            let frequency = frequencies[Int(truncatingIfNeeded: hash & (1 << Self.frequencyBits - 1))]
            let rarity = log(Double(1 + texts.count) / Double(1 + frequency))
            let weight = Float((1 + log(Double(count))) * rarity)
            let place = Int(truncatingIfNeeded: hash >> 32) & (Self.dimensions - 1)
            row[place] += hash >> 63 == 0 ? weight : -weight
          }
          VectorMatrix.normalize(row)
        }
      }
      return rows
    }
    var matrix = VectorMatrix(count: texts.count, dimensions: Self.dimensions)
    var position = 0
    for part in parts {
      matrix.values.replaceSubrange(position..<position + part.count, with: part)
      position += part.count
    }
    return matrix
  }

  /// In how many texts each hash bucket occurs.
  private func documentFrequencies(_ texts: [[UInt8]], threads: Int) -> [UInt32] {
    let parts = 4
    let counted = parallelMap(parts, threads: threads) { part in
      var frequencies = [UInt32](repeating: 0, count: 1 << Self.frequencyBits)
      var terms = TermCounter()
      for text in texts[texts.count * part / parts..<texts.count * (part + 1) / parts] {
        terms.count(text)
        terms.forEach { hash, _ in frequencies[Int(truncatingIfNeeded: hash & (1 << Self.frequencyBits - 1))] += 1 }
      }
      return frequencies
    }
    var total = counted[0]
    for part in counted.dropFirst() { for bucket in total.indices { total[bucket] += part[bucket] } }
    return total
  }
}

/// Counts the hashed terms of one text.
struct TermCounter {
  private var hashes: [UInt64] = []
  private var padded: [UInt8] = []

  /// Words, word pairs, and character 3- to 5-grams of `_word_`, each kind under its own seed.
  mutating func count(_ text: [UInt8]) {
    hashes.removeAll(keepingCapacity: true)
    var previous: UInt64?
    for word in PhraseSet.words(text) {
      let own = word.withUnsafeBytes { ca_hash64($0.baseAddress, $0.count, 1) }
      hashes.append(own)
      if let previous {
        hashes.append(withUnsafeBytes(of: (previous, own)) { ca_hash64($0.baseAddress, $0.count, 2) })
      }
      previous = own
      padded.removeAll(keepingCapacity: true)
      padded.append(95)
      padded.append(contentsOf: word)
      padded.append(95)
      padded.withUnsafeBytes { padded in
        for length in 3...5 where padded.count >= length {
          for start in 0...(padded.count - length) {
            hashes.append(ca_hash64(padded.baseAddress! + start, length, UInt64(length)))
          }
        }
      }
    }
    hashes.sort()
  }

  /// Distinct hashes in ascending order with their counts.
  func forEach(_ body: (UInt64, Int) -> Void) {
    var start = 0
    while start < hashes.count {
      var end = start + 1
      while end < hashes.count && hashes[end] == hashes[start] { end += 1 }
      body(hashes[start], end - start)
      start = end
    }
  }
}
