/// Bélády's clairvoyant policy: the victim is the entry that could be used again furthest in the future.
///
/// A next use at or after the entry's own expiry counts as never, for it can only miss. The entry that has just
/// entered is a candidate too and is then not kept, which counts as an eviction. Of several with the same next use, or
/// with none, the one inserted earliest leaves.
///
/// **What it bounds.** Entries have one size and hits are counted, not weighed, so for exact caches whose entries never
/// expire no policy with the same capacity, online or not, has more hits (Bélády 1966, Mattson 1970; with bypass too). It
/// bounds *hits*, not savings: where costs differ, keeping a dear entry can save more than keeping the next one used.
/// With a finite TTL this policy is a strong yardstick and **not** a bound: an entry that misses comes back with a
/// fresh lifetime, and that can be worth a miss (`exactHitBound` is the proven bound for that case). A semantic cache has
/// no such bound either: what is inserted depends on what was there.
struct BeladyOrder: EvictionOrder {
  static var judgesIncoming: Bool { true }
  static var looksAhead: Bool { true }

  private struct Priority: Comparable, BitwiseCopyable {
    /// `UInt32.max` is never.
    var nextUse: UInt32
    var inserted: UInt32

    /// The heap yields its minimum: the furthest next use comes first.
    static func < (left: Self, right: Self) -> Bool {
      (right.nextUse, left.inserted) < (left.nextUse, right.inserted)
    }
  }

  private let times: [Int64]
  private let future: FutureUses
  private let lifespan: Lifespan
  /// Of each entry: its key, the request with which its life began, and how far its key's future has been read.
  private let keys: ScratchArray<UInt32>
  private let begunBy: ScratchArray<UInt32>
  private let cursors: ScratchArray<UInt32>
  private var heap: IndexedHeap<Priority>

  init(_ trace: ReplayTrace, future: FutureUses, lifespan: Lifespan, places: Int) {
    times = trace.times
    self.future = future
    self.lifespan = lifespan
    keys = ScratchArray(repeating: 0, count: places)
    begunBy = ScratchArray(repeating: 0, count: places)
    cursors = ScratchArray(repeating: 0, count: places)
    heap = IndexedHeap(count: places, filler: Priority(nextUse: 0, inserted: 0))
  }

  mutating func insert(_ entry: Int, key: Int, by request: Int) {
    keys[entry] = UInt32(key)
    begunBy[entry] = UInt32(request)
    cursors[entry] = 0
    heap.insert(entry, priority(entry, after: request, inserted: UInt32(request)))
  }

  mutating func touch(_ entry: Int, by request: Int) {
    if lifespan.isSliding { begunBy[entry] = UInt32(request) }
    pass(entry, by: request)
  }

  mutating func pass(_ entry: Int, by request: Int) {
    heap.update(entry, priority(entry, after: request, inserted: heap.priority(of: entry).inserted))
  }

  mutating func remove(_ entry: Int) { heap.remove(entry) }
  mutating func evict() -> Int { heap.popMinimum().key }

  private mutating func priority(_ entry: Int, after request: Int, inserted: UInt32) -> Priority {
    var cursor = cursors[entry]
    let next = future.next(of: Int(keys[entry]), after: request, cursor: &cursor)
    cursors[entry] = cursor
    let isUseless = next != .max && lifespan.isOver(since: times[Int(begunBy[entry])], now: times[Int(next)])
    return Priority(nextUse: isUseless ? .max : next, inserted: inserted)
  }
}
