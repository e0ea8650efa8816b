/// Least frequently used: the victim is the entry with the fewest uses, of those the least recently used.
///
/// The insertion counts as the first use, each hit as one more. What has left by eviction or expiry is forgotten: a
/// key that comes back starts at one.
struct LFUOrder: EvictionOrder {
  private struct Priority: Comparable {
    var frequency: UInt32
    var lastUse: UInt32

    static func < (left: Self, right: Self) -> Bool {
      (left.frequency, left.lastUse) < (right.frequency, right.lastUse)
    }
  }

  private var heap: IndexedHeap<Priority>

  init(keyCount: Int) { heap = IndexedHeap(keyCount: keyCount) }

  mutating func insert(_ key: Int, by request: Int) {
    heap.insert(key, Priority(frequency: 1, lastUse: UInt32(request)))
  }

  mutating func touch(_ key: Int, by request: Int) {
    let frequency = heap.priority(of: key).frequency + 1
    heap.update(key, Priority(frequency: frequency, lastUse: UInt32(request)))
  }

  mutating func remove(_ key: Int) { heap.remove(key) }
  mutating func evict() -> Int { heap.popMinimum().key }
}
