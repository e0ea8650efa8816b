/// Greedy dual size frequency with size 1: dear and often used entries stay, and what is no longer used ages out.
///
/// `priority = L + frequency × cost`, where *cost* is that of the inserting request, *frequency* counts the insertion
/// as 1 and each hit as one more, and the inflation *L* is the priority of the last evicted entry (0 before the
/// first). A priority is computed at the insertion, after room was made, and again at each hit with the *L* of that
/// moment. The victim has the lowest priority, of equal ones the least recently used. Expiry leaves *L* as it is, and
/// the frequency of an entry that has left is forgotten. All in exact integers.
struct GDSFOrder: EvictionOrder {
  private struct Priority: Comparable, BitwiseCopyable {
    var value: Int128
    var lastUse: UInt32

    static func < (left: Self, right: Self) -> Bool {
      left.value != right.value ? left.value < right.value : left.lastUse < right.lastUse
    }
  }

  /// What the priority of a live entry is computed from.
  private struct Worth: BitwiseCopyable {
    var cost: Int64 = 0
    var frequency: Int64 = 0
  }

  private let costs: [Int64]
  private let worths: ScratchArray<Worth>
  private var heap: IndexedHeap<Priority>
  private var inflation: Int128 = 0

  init(_ trace: ReplayTrace, places: Int) {
    costs = trace.costs
    worths = ScratchArray(repeating: Worth(), count: places)
    heap = IndexedHeap(count: places, filler: Priority(value: 0, lastUse: 0))
  }

  mutating func insert(_ entry: Int, key: Int, by request: Int) {
    worths[entry] = Worth(cost: costs[request], frequency: 1)
    heap.insert(entry, priority(entry, request))
  }

  mutating func touch(_ entry: Int, by request: Int) {
    worths[entry].frequency += 1
    heap.update(entry, priority(entry, request))
  }

  mutating func remove(_ entry: Int) { heap.remove(entry) }

  mutating func evict() -> Int {
    let victim = heap.popMinimum()
    inflation = victim.priority.value
    return victim.key
  }

  private func priority(_ entry: Int, _ request: Int) -> Priority {
    let worth = worths[entry]
    return Priority(
      value: inflation + Int128(worth.frequency) * Int128(worth.cost), lastUse: UInt32(request))
  }
}
