/// One cache in a `LaneReplay`: its entries, which of them expires next, and the books.
///
/// Entries are numbered from 0, and numbers are used again: everything about them lies in arrays as long as the cache is
/// large, however many keys there are.
struct CacheLane<Order: EvictionOrder> {
  private let lifespan: Lifespan
  private let capacity: Int
  /// How many entries leave a full cache at once, and how many of them are still to go.
  private let evictBatch: Int
  private let isSemantic: Bool
  private var leaving = 0
  private var order: Order
  private let keys: ScratchArray<UInt32>
  private let inserters: ScratchArray<UInt32>
  /// When the life of each entry began.
  private let begun: ScratchArray<Int64>
  /// Entries in the order in which their lives began, which is that of their expiry.
  private var ages: IntrusiveList
  /// Numbers that are free again, the last one on top, and from which on none was ever used.
  private let free: ScratchArray<UInt32>
  private var freeCount = 0
  private var used = 0
  /// No entry expires before this moment.
  private(set) var nextExpiry = Int64.max
  private var count = 0
  private(set) var outcome: CacheOutcome

  /// The most entries a lane holds at any moment.
  static func places(_ capacity: Int?, keyCount: Int) -> Int {
    min(capacity ?? .max, keyCount) + (Order.judgesIncoming ? 1 : 0)
  }

  init(_ trace: ReplayTrace, _ setting: CacheSetting, order: Order) {
    lifespan = Lifespan(setting)
    capacity = setting.capacity ?? .max
    evictBatch = setting.evictBatch
    isSemantic = setting.threshold < 1
    self.order = order
    let places = Self.places(setting.capacity, keyCount: trace.keyCount)
    keys = ScratchArray(repeating: 0, count: places)
    inserters = ScratchArray(repeating: 0, count: places)
    begun = ScratchArray(repeating: 0, count: lifespan.ttl == nil ? 0 : places)
    ages = IntrusiveList(count: lifespan.ttl == nil ? 0 : places)
    free = ScratchArray(repeating: 0, count: places)
    outcome = CacheOutcome(requests: trace.count)
    // Less those of exact hits, as they come.
    if setting.threshold < 1 { outcome.embeddingPico = trace.embeddingCosts.reduce(0) { $0 + Int128($1) } }
  }

  /// The request that inserted the entry. Later insertions have greater numbers.
  func inserter(of entry: Int) -> Int { Int(inserters[entry]) }
  func key(of entry: Int) -> Int { Int(keys[entry]) }

  /// Removes one entry with `expires ≤ now` and returns its key; nil where there is none left.
  mutating func popExpired(now: Int64) -> Int? {
    guard let oldest = ages.first() else {
      nextExpiry = .max
      return nil
    }
    guard lifespan.isOver(since: begun[oldest], now: now) else {
      nextExpiry = lifespan.end(since: begun[oldest])
      return nil
    }
    order.remove(oldest)
    outcome.expirations += 1
    return release(oldest)
  }

  mutating func hit(_ entry: Int, by request: Int, isExact: Bool, _ trace: ReplayTrace) {
    order.touch(entry, by: request)
    if lifespan.isSliding, lifespan.ttl != nil {
      begun[entry] = trace.times[request]
      ages.remove(entry)
      ages.append(entry)
    }
    let cost = Int128(trace.costs[request])
    if isExact {
      outcome.exactHits += 1
      outcome.savedExactPico += cost
      if isSemantic, !trace.embeddingCosts.isEmpty { outcome.embeddingPico -= Int128(trace.embeddingCosts[request]) }
    } else {
      outcome.semanticHits += 1
      outcome.savedSemanticPico += cost
    }
    if !trace.latencies.isEmpty { outcome.savedMilliseconds += Int(trace.latencies[request]) }
  }

  /// Another entry served a request that this one could have served.
  mutating func pass(_ entry: Int, by request: Int) { order.pass(entry, by: request) }

  /// Where the cache is full, makes room for the next entry: the key of one that leaves. Asked until it is nil.
  mutating func makeRoom() -> Int? {
    if count == capacity { leaving = evictBatch }
    if leaving == 0 || count == 0 {
      leaving = 0
      return nil
    }
    leaving -= 1
    return evict()
  }

  private mutating func evict() -> Int {
    outcome.evictions += 1
    let victim = order.evict()
    if lifespan.ttl != nil { ages.remove(victim) }
    return release(victim, isInAges: false)
  }

  /// Adds the request's entry and returns its number.
  mutating func insert(_ key: Int, by request: Int, at now: Int64) -> Int {
    let entry = takeNumber()
    keys[entry] = UInt32(key)
    inserters[entry] = UInt32(request)
    if lifespan.ttl != nil {
      begun[entry] = now
      ages.append(entry)
      if nextExpiry == .max { nextExpiry = lifespan.end(since: now) }
    }
    order.insert(entry, key: key, by: request)
    count += 1
    if count <= capacity { outcome.peakEntries = max(outcome.peakEntries, count) }
    return entry
  }

  /// Where the policy judges the incoming entry too: the key of the one that leaves, if one is over.
  mutating func dropExcess() -> Int? {
    if count <= capacity { return nil }
    let key = evict()
    outcome.peakEntries = max(outcome.peakEntries, count)
    return key
  }

  private mutating func release(_ entry: Int, isInAges: Bool = true) -> Int {
    if isInAges { ages.remove(entry) }
    free[freeCount] = UInt32(entry)
    freeCount += 1
    count -= 1
    return Int(keys[entry])
  }

  private mutating func takeNumber() -> Int {
    if freeCount == 0 {
      used += 1
      return used - 1
    }
    freeCount -= 1
    return Int(free[freeCount])
  }

  func requireBalance() {
    precondition(
      outcome.inserts - outcome.evictions - outcome.expirations == count, "an entry came or left without being counted")
  }
}
