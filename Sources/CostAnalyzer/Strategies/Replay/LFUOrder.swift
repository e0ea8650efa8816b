/// Least frequently used: the victim is the entry with the fewest uses, of those the least recently used.
///
/// The insertion counts as the first use, each hit as one more. What has left by eviction or expiry is forgotten: a
/// key that comes back starts at one.
struct LFUOrder: EvictionOrder {
  private struct Priority: Comparable, BitwiseCopyable {
    var frequency: UInt32
    var lastUse: UInt32

    static func < (left: Self, right: Self) -> Bool {
      (left.frequency, left.lastUse) < (right.frequency, right.lastUse)
    }
  }

  private var heap: IndexedHeap<Priority>

  init(places: Int) { heap = IndexedHeap(count: places, filler: Priority(frequency: 0, lastUse: 0)) }

  mutating func insert(_ entry: Int, key: Int, by request: Int) {
    heap.insert(entry, Priority(frequency: 1, lastUse: UInt32(request)))
  }

  mutating func touch(_ entry: Int, by request: Int) {
    let frequency = heap.priority(of: entry).frequency + 1
    heap.update(entry, Priority(frequency: frequency, lastUse: UInt32(request)))
  }

  mutating func remove(_ entry: Int) { heap.remove(entry) }
  mutating func evict() -> Int { heap.popMinimum().key }
}
