/// First in, first out: the victim is the entry that was inserted earliest, however often it was used.
struct FIFOOrder: EvictionOrder {
  private var byInsertion: IntrusiveList

  init(keyCount: Int) { byInsertion = IntrusiveList(keyCount: keyCount) }

  mutating func insert(_ key: Int, by request: Int) { byInsertion.append(key) }
  mutating func touch(_ key: Int, by request: Int) {}
  mutating func remove(_ key: Int) { byInsertion.remove(key) }
  mutating func evict() -> Int { byInsertion.popFirst() }
}
