/// Byte strings and their ids, for lookups of a piece of a longer text without copying it.
///
/// Open addressing at a quarter load. The hash grows byte by byte, so one pass over a word gives the hashes of all its
/// prefixes, which is what the longest match needs.
struct TokenTable: Sendable {
  private struct Slot {
    var hash: UInt64 = 0
    var start: UInt32 = 0
    var length: UInt32 = 0
    var id: Int32 = -1
  }
  private var slots: [Slot]
  private var bytes: [UInt8] = []
  /// Length of the longest key, in bytes.
  private(set) var longest = 0

  static let emptyHash: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  static func extend(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    let mixed = (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
    return mixed ^ mixed >> 32
  }

  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(emptyHash, extend) }

  /// Of equal keys, the last one counts.
  init(_ entries: [(token: [UInt8], id: Int32)]) {
    var capacity = 16
    while capacity < entries.count * 4 { capacity *= 2 }
    slots = [Slot](repeating: Slot(), count: capacity)
    bytes.reserveCapacity(entries.reduce(0) { $0 + $1.token.count })
    for (token, id) in entries {
      let hash = Self.hash(token)
      var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
      while slots[place].id >= 0 && !matches(slots[place], hash, token) { place = (place + 1) & (capacity - 1) }
      slots[place] = Slot(hash: hash, start: UInt32(bytes.count), length: UInt32(token.count), id: id)
      bytes += token
      longest = max(longest, token.count)
    }
  }

  private func matches(_ slot: Slot, _ hash: UInt64, _ token: [UInt8]) -> Bool {
    slot.hash == hash && bytes[Int(slot.start)..<Int(slot.start) + Int(slot.length)].elementsEqual(token)
  }

  /// The id of `key`, whose hash the caller has; nil when it is not in the table.
  @inline(__always)
  func find(_ key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int32? {
    slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place].id >= 0 {
        let slot = slots[place]
        if slot.hash == hash && Int(slot.length) == key.count && equal(key, at: Int(slot.start)) { return slot.id }
        place = (place + 1) & mask
      }
      return nil
    }
  }

  func find(_ key: [UInt8]) -> Int32? { key.withUnsafeBufferPointer { find($0, hash: Self.hash($0)) } }

  @inline(__always)
  private func equal(_ key: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      for index in 0..<key.count where bytes[start + index] != key[index] { return false }
      return true
    }
  }
}
