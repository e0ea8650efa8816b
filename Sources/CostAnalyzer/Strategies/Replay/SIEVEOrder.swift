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
  private let isMarked: ScratchArray<Bool>
  /// Nil where the next walk starts at the oldest entry.
  private var hand: Int?

  init(places: Int) {
    byInsertion = IntrusiveList(count: places)
    isMarked = ScratchArray(repeating: false, count: places)
  }

  mutating func insert(_ entry: Int, key: Int, by request: Int) {
    byInsertion.append(entry)
    isMarked[entry] = false
  }

  mutating func touch(_ entry: Int, by request: Int) { isMarked[entry] = true }

  mutating func remove(_ entry: Int) {
    if hand == entry { hand = byInsertion.next(after: entry) }
    byInsertion.remove(entry)
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
