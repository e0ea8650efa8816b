/// Which request an id belongs to: open addressing over 64-bit id hashes, at most 8 + 11 bytes a request.
///
/// Two different ids collide with probability n² / 2⁶⁵: 1e-7 at two million requests.
struct IDTable {
  /// High half: the hash's high bits; low half: request + 1. A probe reads the hash itself only when the halves agree.
  private var slots: [UInt64]
  /// Hash of each request's id, 0 without one.
  private(set) var hashes = ChunkedArray<UInt64>()
  private var used = 0
  private var mask: Int

  init() {
    slots = [UInt64](repeating: 0, count: 1 << 12)
    mask = slots.count - 1
  }

  /// Loads the slots of hashes that are about to be asked for. The loads do not wait for each other, the probes would.
  @inline(__always)
  func prefetch(_ lines: [DecodedLine], _ hash: (DecodedLine) -> UInt64) -> UInt64 {
    var sum: UInt64 = 0
    for line in lines { sum &+= slots[Int(truncatingIfNeeded: hash(line)) & mask] }
    return sum
  }

  var isInUse: Bool { used > 0 }

  /// 0 without one.
  func hash(of request: Int) -> UInt64 { request < hashes.count ? hashes[request] : 0 }

  /// Adds the hash of a request where it has one; those before it that were not added have none.
  mutating func append(_ hash: UInt64, after count: Int) {
    if hash == 0 && !isInUse { return }
    while hashes.count < count { hashes.append(0) }
    append(hash)
  }

  /// A further record tells the id of a request. One that it has already is kept.
  ///
  /// - Returns: whether the request has the hash now.
  mutating func set(_ hash: UInt64, of request: Int) -> Bool {
    while hashes.count <= request { hashes.append(0) }
    if hashes[request] != 0 { return hashes[request] == hash }
    hashes[request] = hash
    insert(hash, request: request)
    used += 1
    if used * 4 > slots.count * 3 { grow() }
    return true
  }

  /// The request that has the hash already, or nil.
  func owner(of hash: UInt64) -> Int? {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let request = Int(slots[slot] & 0xFFFF_FFFF) - 1
      if slots[slot] >> 32 == hash >> 32 && hashes[request] == hash { return request }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds the next request; hash 0 when it has no id.
  mutating func append(_ hash: UInt64) {
    hashes.append(hash)
    if hash == 0 { return }
    insert(hash, request: hashes.count - 1)
    used += 1
    if used * 4 > slots.count * 3 { grow() }
  }

  private mutating func insert(_ hash: UInt64, request: Int) {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(request + 1)
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: slots.count * 2)
    mask = slots.count - 1
    for request in 0..<hashes.count where hashes[request] != 0 { insert(hashes[request], request: request) }
  }
}
