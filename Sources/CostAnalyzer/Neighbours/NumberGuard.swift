import CTextScan

/// Refuses a pair whose numbers differ: digits with their sign, decimals, dates, versions, percent and unit suffixes
/// ("5%" is not "5", "3.11" is not "3.12"), in any order.
package struct NumberGuard: PairGuard {
  package let name = "numbers"
  package typealias Signature = UInt64

  package init() {}

  /// Order-free hash of all tokens that contain a digit; 0 when there is none.
  package func signature(of text: [UInt8]) -> UInt64 {
    var sum: UInt64 = 0
    for token in text.split(separator: 32) where token.contains(where: { (48...57).contains($0) }) {
      var token = token
      while let last = token.last, Self.isEdge(last) { token.removeLast() }
      while let first = token.first, Self.isEdge(first) { token.removeFirst() }
      sum &+= token.withUnsafeBytes { ca_hash64($0.baseAddress, $0.count, 7) } | 1
    }
    return sum
  }

  package func refuses(_ a: UInt64, _ b: UInt64) -> Bool { a != b }

  private static func isEdge(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "?"),
      UInt8(ascii: "!"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "'"):
      true
    default: false
    }
  }
}
