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
  private enum Queue: UInt8 {
    case small, main
  }

  /// More would make no difference: main counts three at most, and small asks for two.
  private static var mostUses: UInt8 { 3 }
  private static var usesToStay: UInt8 { 2 }

  private var queues: IntrusiveList
  /// Of each entry: its key, its queue, and the hits since it came into that queue, those of main paid with at the head.
  private let keys: ScratchArray<UInt32>
  private let queue: ScratchArray<Queue>
  private let uses: ScratchArray<UInt8>
  private var smallCount = 0
  private var mainCount = 0
  private var ghost: GhostQueue
  private let smallSize: Int
  private let mainSize: Int
  private var hasEvicted = false
  /// Keys evicted from small for the entry that comes next. They are remembered once it has left the ghost, so that they
  /// cannot push it out of there before it is looked up.
  private var victims: [UInt32] = []

  init(keyCount: Int, places: Int, capacity: Int) {
    queues = IntrusiveList(count: places, lists: 2)
    keys = ScratchArray(repeating: 0, count: places)
    queue = ScratchArray(repeating: .small, count: places)
    uses = ScratchArray(repeating: 0, count: places)
    smallSize = max(1, capacity / 10)
    mainSize = capacity - smallSize
    // As capacity × 9 / 10, without its overflow.
    ghost = GhostQueue(keyCount: keyCount, size: capacity - capacity / 10 - (capacity % 10 == 0 ? 0 : 1))
  }

  mutating func insert(_ entry: Int, key: Int, by request: Int) {
    let isRemembered = ghost.forget(key)
    for victim in victims { ghost.remember(Int(victim)) }
    victims.removeAll(keepingCapacity: true)
    let isFilling = !hasEvicted && smallCount >= smallSize
    keys[entry] = UInt32(key)
    enter(entry, isRemembered || isFilling ? .main : .small)
  }

  mutating func touch(_ entry: Int, by request: Int) { uses[entry] = min(uses[entry] + 1, Self.mostUses) }
  mutating func remove(_ entry: Int) { leave(entry) }

  mutating func evict() -> Int {
    hasEvicted = true
    if mainCount <= mainSize, let victim = evictFromSmall() {
      victims.append(keys[victim])
      return victim
    }
    return evictFromMain()
  }

  /// Nil where all entries of small have gone to main.
  private mutating func evictFromSmall() -> Int? {
    while let oldest = queues.first(of: Int(Queue.small.rawValue)) {
      leave(oldest)
      if uses[oldest] < Self.usesToStay { return oldest }
      enter(oldest, .main)
    }
    return nil
  }

  private mutating func evictFromMain() -> Int {
    while let oldest = queues.first(of: Int(Queue.main.rawValue)) {
      leave(oldest)
      if uses[oldest] == 0 { return oldest }
      enter(oldest, .main, uses: uses[oldest] - 1)
    }
    preconditionFailure("the cache is empty")
  }

  private mutating func enter(_ entry: Int, _ target: Queue, uses count: UInt8 = 0) {
    queues.append(entry, to: Int(target.rawValue))
    queue[entry] = target
    uses[entry] = count
    add(1, to: target)
  }

  private mutating func leave(_ entry: Int) {
    queues.remove(entry)
    add(-1, to: queue[entry])
  }

  private mutating func add(_ change: Int, to queue: Queue) {
    switch queue {
    case .small: smallCount += change
    case .main: mainCount += change
    }
  }
}

/// Keys without their answers, the last `size` that were put in.
private struct GhostQueue {
  private var order: IntrusiveList
  private let isIn: ScratchArray<Bool>
  private var count = 0
  private let size: Int

  init(keyCount: Int, size: Int) {
    order = IntrusiveList(count: keyCount)
    isIn = ScratchArray(repeating: false, count: keyCount)
    self.size = size
  }

  mutating func remember(_ key: Int) {
    guard size > 0 else { return }
    if count == size, let oldest = order.first() { _ = forget(oldest) }
    order.append(key)
    isIn[key] = true
    count += 1
  }

  /// Whether the key was in the queue.
  mutating func forget(_ key: Int) -> Bool {
    guard isIn[key] else { return false }
    order.remove(key)
    isIn[key] = false
    count -= 1
    return true
  }
}
