/// Which entry leaves a full cache.
package enum EvictionPolicy: String, CaseIterable, Sendable, Codable {
  case lru, fifo, lfu, gdsf, belady, sieve
  case s3fifo = "s3-fifo"
}

/// The bookkeeping of one eviction policy: told what enters, is used and expires, it names the victim.
///
/// Keys index arrays, and each key has at most one entry. `request` is the position in the trace, which serves as
/// the clock: it orders entries also where times are equal.
protocol EvictionOrder {
  /// Whether an entry that has just entered may be the victim at once (it is then never kept, "bypassed").
  /// Otherwise room is made before it enters.
  static var judgesIncoming: Bool { get }

  mutating func insert(_ key: Int, by request: Int)
  mutating func touch(_ key: Int, by request: Int)
  /// An entry left by expiry.
  mutating func remove(_ key: Int)
  /// Removes the victim and returns its key. Called only while there is an entry.
  mutating func evict() -> Int
}

extension EvictionOrder {
  static var judgesIncoming: Bool { false }
}

/// The order of a cache that is never full.
struct UnboundedOrder: EvictionOrder {
  func insert(_ key: Int, by request: Int) {}
  func touch(_ key: Int, by request: Int) {}
  func remove(_ key: Int) {}
  func evict() -> Int { preconditionFailure("an unbounded cache never evicts") }
}
