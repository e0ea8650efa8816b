import CTextScan

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Gives every distinct byte string a small number, in order of first appearance.
package struct Interner: Sendable {
  /// All strings, one after the other.
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private var hashes: [UInt64] = []
  private var table: [UInt32]
  private var mask: Int

  package init() {
    table = [UInt32](repeating: 0, count: 64)
    mask = 63
  }

  package var count: Int { hashes.count }

  package var strings: [String] { (0..<count).map { self[UInt32($0)] } }

  package subscript(number: UInt32) -> String {
    String(decoding: bytes[starts[Int(number)]..<starts[Int(number) + 1]], as: UTF8.self)
  }

  package mutating func intern(_ text: UnsafeRawBufferPointer) -> UInt32 {
    let hash = ca_hash64(text.baseAddress, text.count, 0)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while table[slot] != 0 {
      let index = Int(table[slot]) - 1
      if hashes[index] == hash && equals(index, text) { return UInt32(index) }
      slot = (slot + 1) & mask
    }
    bytes.append(contentsOf: text)
    starts.append(bytes.count)
    hashes.append(hash)
    table[slot] = UInt32(hashes.count)
    if hashes.count * 2 > mask { grow() }
    return UInt32(hashes.count - 1)
  }

  package mutating func intern(_ text: String) -> UInt32 {
    var text = text
    return text.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
  }

  private func equals(_ index: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    let start = starts[index]
    guard starts[index + 1] - start == text.count else { return false }
    return text.isEmpty || bytes.withUnsafeBytes { memcmp($0.baseAddress! + start, text.baseAddress!, text.count) == 0 }
  }

  private mutating func grow() {
    mask = mask * 2 + 1
    table = [UInt32](repeating: 0, count: mask + 1)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while table[slot] != 0 { slot = (slot + 1) & mask }
      table[slot] = UInt32(index + 1)
    }
  }
}
