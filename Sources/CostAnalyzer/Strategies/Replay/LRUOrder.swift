/// Least recently used: the victim is the entry whose last use, its insertion included, lies furthest back.
struct LRUOrder: EvictionOrder {
  private var byLastUse: IntrusiveList

  init(keyCount: Int) { byLastUse = IntrusiveList(keyCount: keyCount) }

  mutating func insert(_ key: Int, by request: Int) { byLastUse.append(key) }

  mutating func touch(_ key: Int, by request: Int) {
    byLastUse.remove(key)
    byLastUse.append(key)
  }

  mutating func remove(_ key: Int) { byLastUse.remove(key) }
  mutating func evict() -> Int { byLastUse.popFirst() }
}
