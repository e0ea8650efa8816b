/// Which entry leaves a full cache.
package enum EvictionPolicy: String, CaseIterable, Sendable, Codable {
  case lru, fifo, lfu, gdsf, belady, sieve
  case s3fifo = "s3-fifo"
}

/// The bookkeeping of one eviction policy: told what enters, is used and expires, it names the victim.
///
/// Entries are known by their numbers in the cache, below the `places` a policy is made with; a number is used again when
/// its entry has left. `request` is the position in the trace, which serves as the clock: it orders entries also where
/// times are equal.
protocol EvictionOrder {
  /// Whether an entry that has just entered may be the victim at once (it is then never kept, "bypassed").
  /// Otherwise room is made before it enters.
  static var judgesIncoming: Bool { get }
  /// Whether it must hear of every use that an entry was there for, also when another one served it.
  static var looksAhead: Bool { get }

  mutating func insert(_ entry: Int, key: Int, by request: Int)
  mutating func touch(_ entry: Int, by request: Int)
  /// Another entry served a request that this one could have served.
  mutating func pass(_ entry: Int, by request: Int)
  /// An entry left by expiry.
  mutating func remove(_ entry: Int)
  /// Removes the victim and returns it. Called only while there is an entry.
  mutating func evict() -> Int
}

extension EvictionOrder {
  static var judgesIncoming: Bool { false }
  static var looksAhead: Bool { false }
  func pass(_ entry: Int, by request: Int) {}
}

/// The order of a cache that is never full.
struct UnboundedOrder: EvictionOrder {
  func insert(_ entry: Int, key: Int, by request: Int) {}
  func touch(_ entry: Int, by request: Int) {}
  func remove(_ entry: Int) {}
  func evict() -> Int { preconditionFailure("an unbounded cache never evicts") }
}
