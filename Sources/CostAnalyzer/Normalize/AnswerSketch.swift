import CTextScan
import Foundation

/// A 64-bit SimHash of an answer's words (Charikar 2002): the share of equal bits estimates how alike two answers are.
/// Eight bytes a request instead of the text.
package enum AnswerSketch {
  /// 0 for an answer without words.
  static func sketch(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var counters = (
      SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(),
      SIMD8<Int32>()
    )
    var words: Int32 = 0
    var start = 0
    var lower = [UInt8](repeating: 0, count: 32)
    for index in 0...text.count {
      let byte = index < text.count ? text[index] : 32
      let isWord = (97...122).contains(byte | 32) || (48...57).contains(byte) || byte >= 128
      if isWord { continue }
      if index > start {
        let length = min(32, index - start)
        for offset in 0..<length {
          let letter = text[start + offset]
          lower[offset] = (65...90).contains(letter) ? letter | 32 : letter
        }
        let hash = lower.withUnsafeBytes { ca_hash64($0.baseAddress, length, 0) }
        counters.0 &+= bits(hash)
        counters.1 &+= bits(hash >> 8)
        counters.2 &+= bits(hash >> 16)
        counters.3 &+= bits(hash >> 24)
        counters.4 &+= bits(hash >> 32)
        counters.5 &+= bits(hash >> 40)
        counters.6 &+= bits(hash >> 48)
        counters.7 &+= bits(hash >> 56)
        words &+= 1
      }
      start = index + 1
    }
    if words == 0 { return 0 }
    var sketch: UInt64 = 0
    func set(_ lane: SIMD8<Int32>, _ shift: UInt64) {
      for bit in 0..<8 where lane[bit] * 2 > words { sketch |= 1 << (shift + UInt64(bit)) }
    }
    set(counters.0, 0)
    set(counters.1, 8)
    set(counters.2, 16)
    set(counters.3, 24)
    set(counters.4, 32)
    set(counters.5, 40)
    set(counters.6, 48)
    set(counters.7, 56)
    return max(1, sketch)
  }

  private static let table: [SIMD8<Int32>] = (0..<256).map { byte in
    var lanes = SIMD8<Int32>()
    for bit in 0..<8 { lanes[bit] = Int32(byte >> bit & 1) }
    return lanes
  }

  private static func bits(_ hash: UInt64) -> SIMD8<Int32> { table[Int(hash & 255)] }

  /// Similarity of two sketches in −1 … 1: the cosine that SimHash estimates, cos(π · differing bits / 64).
  package static func similarity(_ a: UInt64, _ b: UInt64) -> Double { cosines[(a ^ b).nonzeroBitCount] }

  /// The same estimate for an average number of differing bits.
  package static func similarity(atDistance bits: Double) -> Double { cos(Double.pi * bits / 64) }

  private static let cosines: [Double] = (0...64).map { cos(Double.pi * Double($0) / 64) }
}
