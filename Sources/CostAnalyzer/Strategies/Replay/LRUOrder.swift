/// Least recently used: the victim is the entry whose last use, its insertion included, lies furthest back.
struct LRUOrder: EvictionOrder {
  private var byLastUse: IntrusiveList

  init(places: Int) { byLastUse = IntrusiveList(count: places) }

  mutating func insert(_ entry: Int, key: Int, by request: Int) { byLastUse.append(entry) }

  mutating func touch(_ entry: Int, by request: Int) {
    byLastUse.remove(entry)
    byLastUse.append(entry)
  }

  mutating func remove(_ entry: Int) { byLastUse.remove(entry) }
  mutating func evict() -> Int { byLastUse.popFirst() }
}
