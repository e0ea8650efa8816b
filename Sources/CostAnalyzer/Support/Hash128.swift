import CTextScan

/// A 128-bit XXH3 hash: the identity of a text or key. Stable across machines and versions, so it may be stored.
package struct Hash128: Hashable, Sendable, Comparable {
  package var low: UInt64
  package var high: UInt64

  package init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  package init(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) {
    let hash = ca_hash128(bytes.baseAddress, bytes.count, seed)
    self.init(low: hash.low, high: hash.high)
  }

  package init(_ text: String, seed: UInt64 = 0) {
    var text = text
    self = text.withUTF8 { Hash128(UnsafeRawBufferPointer($0), seed: seed) }
  }

  /// What `hex` gives; nil for anything else.
  package init?(hex: String) {
    guard hex.utf8.count == 32, let high = UInt64(hex.prefix(16), radix: 16),
      let low = UInt64(hex.suffix(16), radix: 16)
    else { return nil }
    self.init(low: low, high: high)
  }

  package static func < (a: Hash128, b: Hash128) -> Bool { (a.high, a.low) < (b.high, b.low) }

  /// The words are already well mixed: hand one to the hasher.
  package func hash(into hasher: inout Hasher) { hasher.combine(low) }

  /// Hash of an ordered list of hashes; `tag` keeps lists of different meaning apart.
  package static func combine(_ parts: [Hash128], tag: UInt64) -> Hash128 {
    parts.withUnsafeBytes { Hash128($0, seed: tag) }
  }

  package var hex: String {
    func word(_ value: UInt64) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return word(high) + word(low)
  }
}
