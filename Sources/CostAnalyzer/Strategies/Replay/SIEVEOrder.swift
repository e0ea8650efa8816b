/// SIEVE: a hand walks from the oldest entry to the newest, sparing each entry that was used since it last came by.
///
/// The queue is in the order of insertion and a hit only marks the entry. The victim is the first unmarked entry from
/// the hand on; marks on the way are taken off; past the newest entry the hand starts over at the oldest. It then
/// stays at the neighbour that was inserted after the victim, or, if the victim was the newest, starts over. Where an
/// entry expires under the hand, the hand moves on by one.
///
/// Source: Zhang et al., *SIEVE is Simpler than LRU* (NSDI 2024); victim for victim as libCacheSim's `Sieve.c`.
struct SIEVEOrder: EvictionOrder {
  private var byInsertion: IntrusiveList
  private var isMarked: [Bool]
  /// Nil where the next walk starts at the oldest entry.
  private var hand: Int?

  init(keyCount: Int) {
    byInsertion = IntrusiveList(keyCount: keyCount)
    isMarked = [Bool](repeating: false, count: keyCount)
  }

  mutating func insert(_ key: Int, by request: Int) {
    byInsertion.append(key)
    isMarked[key] = false
  }

  mutating func touch(_ key: Int, by request: Int) { isMarked[key] = true }

  mutating func remove(_ key: Int) {
    if hand == key { hand = byInsertion.next(after: key) }
    byInsertion.remove(key)
  }

  mutating func evict() -> Int {
    guard let oldest = byInsertion.first() else { preconditionFailure("the cache is empty") }
    var victim = hand ?? oldest
    while isMarked[victim] {
      isMarked[victim] = false
      victim = byInsertion.next(after: victim) ?? oldest
    }
    hand = byInsertion.next(after: victim)
    byInsertion.remove(victim)
    return victim
  }
}
