/// Bélády's clairvoyant policy: the victim is the entry whose key is requested again furthest in the future.
///
/// A next use at or after the entry's own expiry counts as never, for it can only miss. The entry that has just
/// entered is a candidate too and is then not kept, which counts as an eviction. Of several that are never used again
/// the one inserted earliest leaves (other next uses cannot be equal: a request has one key).
///
/// **What it bounds.** Entries have one size and hits are counted, not weighed, so for entries that never expire no
/// policy with the same capacity, online or not, has more hits (Bélády 1966, Mattson 1970; with bypass too). It bounds
/// *hits*, not savings: where costs differ, keeping a dear entry can save more than keeping the next one used.
/// With a finite TTL this policy is a strong yardstick and **not** a bound: an entry that misses comes back with a
/// fresh lifetime, and that can be worth a miss. `exactHitBound` is the proven bound for that case.
struct BeladyOrder: EvictionOrder {
  static var judgesIncoming: Bool { true }

  private struct Priority: Comparable {
    /// `UInt32.max` is never.
    var nextUse: UInt32
    var inserted: UInt32

    /// The heap yields its minimum: the furthest next use comes first.
    static func < (left: Self, right: Self) -> Bool {
      (right.nextUse, left.inserted) < (left.nextUse, right.inserted)
    }
  }

  private let times: [Int64]
  private let nextUses: [UInt32]
  private let lifetime: FixedLifetime
  private var heap: IndexedHeap<Priority>

  init(_ trace: ReplayTrace, nextUses: [UInt32], lifetime: FixedLifetime) {
    times = trace.times
    self.nextUses = nextUses
    self.lifetime = lifetime
    heap = IndexedHeap(keyCount: trace.keyCount)
  }

  mutating func insert(_ key: Int, by request: Int) {
    heap.insert(key, priority(after: request, inserted: UInt32(request)))
  }

  mutating func touch(_ key: Int, by request: Int) {
    heap.update(key, priority(after: request, inserted: heap.priority(of: key).inserted))
  }

  mutating func remove(_ key: Int) { heap.remove(key) }
  mutating func evict() -> Int { heap.popMinimum().key }

  private func priority(after request: Int, inserted: UInt32) -> Priority {
    let next = nextUses[request]
    let isUseless =
      next != .max && lifetime.isOver(insertedAt: times[Int(inserted)], now: times[Int(next)])
    return Priority(nextUse: isUseless ? .max : next, inserted: inserted)
  }
}
