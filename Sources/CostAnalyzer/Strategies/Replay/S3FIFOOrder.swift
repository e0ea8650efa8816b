/// S3-FIFO: new entries prove themselves in a small queue before they may stay in the main one.
///
/// Three queues in the order of arrival: *small* (a tenth of the capacity, at least one), *main* (the rest) and
/// *ghost*, which remembers the keys of up to nine tenths of the capacity that small has evicted. Hits count, and move
/// nothing. With *C* the capacity, all sizes rounded down:
/// - A new entry enters small; a remembered one leaves the ghost and enters main. So does a new one while small is full
///   and nothing was evicted yet.
/// - Room is made in main while it is over its size or small is empty: its oldest entry leaves if it has no uses left,
///   otherwise it goes to the end with one use less, of three at most. Else room is made in small: its oldest entry goes
///   to main with no uses if it had two or more, otherwise it leaves and is remembered.
/// - An entry that expires leaves its queue and is not remembered: it left by age, not for want of room.
///
/// Source: Yang et al., *FIFO queues are all you need for cache eviction* (SOSP 2023); victim for victim as
/// libCacheSim's `S3FIFO.c` with its defaults, which takes only capacities of 20 and more.
struct S3FIFOOrder: EvictionOrder {
  private enum Queue: Int {
    case small, main, ghost
  }

  /// More would make no difference: main counts three at most, and small asks for two.
  private static var mostUses: UInt8 { 3 }
  private static var usesToStay: UInt8 { 2 }

  private var queues: IntrusiveList
  /// Where each key stands; nil where nowhere.
  private var queue: [Queue?]
  /// Hits since the entry came into its queue, those of main paid with at the head.
  private var uses: [UInt8]
  private var smallCount = 0
  private var mainCount = 0
  private var ghostCount = 0
  private let smallSize: Int
  private let mainSize: Int
  private let ghostSize: Int
  private var hasEvicted = false
  /// Evicted from small for the entry that comes next. They are remembered once it has left the ghost, so that they
  /// cannot push it out of there before it is looked up.
  private var victims: [UInt32] = []

  init(keyCount: Int, capacity: Int) {
    queues = IntrusiveList(keyCount: keyCount, lists: 3)
    queue = [Queue?](repeating: nil, count: keyCount)
    uses = [UInt8](repeating: 0, count: keyCount)
    smallSize = max(1, capacity / 10)
    mainSize = capacity - smallSize
    // As capacity × 9 / 10, without its overflow.
    ghostSize = capacity - capacity / 10 - (capacity % 10 == 0 ? 0 : 1)
  }

  mutating func insert(_ key: Int, by request: Int) {
    let isRemembered = queue[key] == .ghost
    if isRemembered { leave(key) }
    for victim in victims { remember(Int(victim)) }
    victims.removeAll(keepingCapacity: true)
    let isFilling = !hasEvicted && smallCount >= smallSize
    enter(key, isRemembered || isFilling ? .main : .small)
  }

  mutating func touch(_ key: Int, by request: Int) { uses[key] = min(uses[key] + 1, Self.mostUses) }
  mutating func remove(_ key: Int) { leave(key) }

  mutating func evict() -> Int {
    hasEvicted = true
    if mainCount <= mainSize, let victim = evictFromSmall() {
      victims.append(UInt32(victim))
      return victim
    }
    return evictFromMain()
  }

  /// Nil where all entries of small have gone to main.
  private mutating func evictFromSmall() -> Int? {
    while let oldest = queues.first(of: Queue.small.rawValue) {
      leave(oldest)
      if uses[oldest] < Self.usesToStay { return oldest }
      enter(oldest, .main)
    }
    return nil
  }

  private mutating func evictFromMain() -> Int {
    while let oldest = queues.first(of: Queue.main.rawValue) {
      leave(oldest)
      if uses[oldest] == 0 { return oldest }
      enter(oldest, .main, uses: uses[oldest] - 1)
    }
    preconditionFailure("the cache is empty")
  }

  private mutating func remember(_ key: Int) {
    guard ghostSize > 0 else { return }
    if ghostCount == ghostSize, let oldest = queues.first(of: Queue.ghost.rawValue) { leave(oldest) }
    enter(key, .ghost)
  }

  private mutating func enter(_ key: Int, _ target: Queue, uses count: UInt8 = 0) {
    queues.append(key, to: target.rawValue)
    queue[key] = target
    uses[key] = count
    add(1, to: target)
  }

  private mutating func leave(_ key: Int) {
    guard let source = queue[key] else { preconditionFailure("the key is in no queue") }
    queues.remove(key)
    queue[key] = nil
    add(-1, to: source)
  }

  private mutating func add(_ change: Int, to queue: Queue) {
    switch queue {
    case .small: smallCount += change
    case .main: mainCount += change
    case .ghost: ghostCount += change
    }
  }
}
