import CostAnalyzer

// The cache replays as the specification words them: plain loops over an array of entries, no index, quadratic.

/// A cached answer. Arrays of entries are kept in the order of insertion.
struct NaiveEntry {
  var key: UInt32
  var insertedBy: Int
  /// The request with which its life began.
  var begunBy: Int
  var lastUse: Int
  var frequency: Int128 = 1
  var cost: Int64
  var priority: Int128

  init(_ trace: ReplayTrace, _ request: Int, inflation: Int128 = 0) {
    key = trace.keys[request]
    insertedBy = request
    begunBy = request
    lastUse = request
    cost = trace.costs[request]
    priority = inflation + Int128(cost)
  }

  /// In numbers so wide that no TTL overflows.
  func isExpired(at time: Int64, _ trace: ReplayTrace, ttl: Int64?) -> Bool {
    ttl.map { Int128(trace.times[begunBy]) + Int128($0) <= Int128(time) } ?? false
  }
}

/// One call of `onHit`.
struct NaiveHit: Equatable {
  var request: Int
  var kind: HitKind
  var servedBy: Int
  var cosine: Float
}

/// One cache as SPEC §4 words it.
struct NaiveCache {
  let trace: ReplayTrace
  let graph: NeighbourGraph?
  let setting: CacheSetting
  var entries: [NaiveEntry] = []
  var inflation: Int128 = 0
  /// What SIEVE and S3-FIFO keep beside the entries.
  var queues: (any NaiveQueues)?
  var outcome = CacheOutcome()
  var hits: [NaiveHit] = []

  init(_ trace: ReplayTrace, _ graph: NeighbourGraph?, _ setting: CacheSetting) {
    self.trace = trace
    self.graph = graph
    self.setting = setting
    outcome.requests = trace.keys.count
    if setting.capacity != nil, setting.policy == .sieve { queues = NaiveSIEVE() }
    if let capacity = setting.capacity, setting.policy == .s3fifo { queues = NaiveS3FIFO(capacity: capacity) }
    for request in trace.keys.indices { ask(request) }
  }

  /// The cosine with which an entry of one key may serve another; nil when it may not.
  func cosine(_ key: UInt32, _ other: UInt32) -> Float? {
    if key == other { return 1 }
    guard let graph, setting.threshold < 1 else { return nil }
    for pair in graph.offsets[Int(key)]..<graph.offsets[Int(key) + 1] where graph.neighbours[pair] == other {
      let isRefused = graph.refusals[pair] & setting.guards != 0
      return graph.cosines[pair] >= setting.threshold && !isRefused ? graph.cosines[pair] : nil
    }
    return nil
  }

  mutating func ask(_ request: Int) {
    let key = trace.keys[request]
    let expired = entries.filter { $0.isExpired(at: trace.times[request], trace, ttl: setting.ttl) }
    for entry in expired {
      queues?.expire(entry.key)
      outcome.expirations += 1
      entries.removeAll { $0.key == entry.key }
    }

    // Exact before semantic, whatever the cosines; of equal cosines the older entry, which comes first.
    var server = entries.firstIndex { $0.key == key }
    for place in entries.indices where server.map({ entries[$0].key != key }) ?? true {
      guard let cosine = cosine(key, entries[place].key) else { continue }
      if server.map({ cosine > self.cosine(key, entries[$0].key)! }) ?? true { server = place }
    }
    if let server { return hit(request, server) }
    insert(request)
  }

  mutating func hit(_ request: Int, _ place: Int) {
    let isExact = entries[place].key == trace.keys[request]
    if !isExact { embed(request) }
    if isExact {
      outcome.exactHits += 1
      outcome.savedExactPico += Int128(trace.costs[request])
    } else {
      outcome.semanticHits += 1
      outcome.savedSemanticPico += Int128(trace.costs[request])
    }
    if !trace.latencies.isEmpty { outcome.savedMilliseconds += Int(trace.latencies[request]) }
    hits.append(
      NaiveHit(
        request: request, kind: isExact ? .exact : .semantic, servedBy: entries[place].insertedBy,
        cosine: cosine(trace.keys[request], entries[place].key)!))
    queues?.hit(entries[place].key)
    entries[place].lastUse = request
    entries[place].frequency += 1
    entries[place].priority = inflation + entries[place].frequency * Int128(entries[place].cost)
    if setting.isSliding { entries[place].begunBy = request }
  }

  mutating func embed(_ request: Int) {
    if setting.threshold < 1, !trace.embeddingCosts.isEmpty {
      outcome.embeddingPico += Int128(trace.embeddingCosts[request])
    }
  }

  mutating func insert(_ request: Int) {
    embed(request)
    let judgesIncoming = setting.policy == .belady
    if judgesIncoming { entries.append(NaiveEntry(trace, request)) }
    let isFull = entries.count == setting.capacity
    let key = trace.keys[request]
    if let victim = queues?.miss(key, isFull: isFull) {
      entries.removeAll { $0.key == victim }
      outcome.evictions += 1
    }
    var room = setting.capacity.map { judgesIncoming ? $0 : $0 - 1 } ?? .max
    if entries.count > room, !judgesIncoming { room = max(0, setting.capacity! - setting.evictBatch) }
    while entries.count > room {
      let victim = entries.remove(at: victim(now: request))
      inflation = victim.priority
      outcome.evictions += 1
    }
    if !judgesIncoming { entries.append(NaiveEntry(trace, request, inflation: inflation)) }
    outcome.peakEntries = max(outcome.peakEntries, entries.count)
  }

  /// The place of the entry that leaves; where the policy sees a tie, an earlier place wins or its own rule decides.
  func victim(now: Int) -> Int {
    var victim = 0
    for place in entries.indices.dropFirst() {
      let best = entries[victim]
      let entry = entries[place]
      let isBetter =
        switch setting.policy {
        case .fifo: false
        case .lru: entry.lastUse < best.lastUse
        case .lfu:
          entry.frequency < best.frequency
            || (entry.frequency == best.frequency && entry.lastUse < best.lastUse)
        case .gdsf:
          entry.priority < best.priority || (entry.priority == best.priority && entry.lastUse < best.lastUse)
        case .sieve, .s3fifo: preconditionFailure("their queues make room")
        case .belady: nextUse(entry, after: now) > nextUse(best, after: now)
        }
      if isBetter { victim = place }
    }
    return victim
  }

  /// The next request that the entry could serve; `Int.max` is never.
  func nextUse(_ entry: NaiveEntry, after now: Int) -> Int {
    for request in now + 1..<max(now + 1, trace.keys.count) where cosine(trace.keys[request], entry.key) != nil {
      return entry.isExpired(at: trace.times[request], trace, ttl: setting.ttl) ? .max : request
    }
    return .max
  }
}

/// The most hits that any way of keeping, refusing, dropping and refreshing entries can reach; exponential.
func mostHitsOfAnyPolicy(_ trace: ReplayTrace, ttl: Int64?, capacity: Int) -> Int {
  func best(_ request: Int, _ held: [NaiveEntry]) -> Int {
    guard request < trace.keys.count else { return 0 }
    let live = held.filter { !$0.isExpired(at: trace.times[request], trace, ttl: ttl) }
    let others = live.filter { $0.key != trace.keys[request] }
    let mine = NaiveEntry(trace, request)
    // A hit, or a miss that is not kept.
    var most = (others.count < live.count ? 1 : 0) + best(request + 1, live)
    // A miss that is kept, in free room or in the place of another entry.
    if others.count < capacity { most = max(most, best(request + 1, others + [mine])) }
    for victim in others.indices where others.count == capacity {
      var rest = others
      rest.remove(at: victim)
      most = max(most, best(request + 1, rest + [mine]))
    }
    return most
  }
  return best(0, [])
}
