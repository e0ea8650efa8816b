/// First in, first out: the victim is the entry that was inserted earliest, however often it was used.
struct FIFOOrder: EvictionOrder {
  private var byInsertion: IntrusiveList

  init(places: Int) { byInsertion = IntrusiveList(count: places) }

  mutating func insert(_ entry: Int, key: Int, by request: Int) { byInsertion.append(entry) }
  mutating func touch(_ entry: Int, by request: Int) {}
  mutating func remove(_ entry: Int) { byInsertion.remove(entry) }
  mutating func evict() -> Int { byInsertion.popFirst() }
}
