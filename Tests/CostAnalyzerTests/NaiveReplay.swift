import CostAnalyzer

// The cache replays as the specification words them: plain loops over an array of entries, no index, quadratic.

/// A cached answer. Arrays of entries are kept in the order of insertion.
struct NaiveEntry {
  var key: UInt32
  var insertedBy: Int
  /// Wide enough that no TTL overflows; nil is never.
  var expires: Int128?
  var lastUse: Int
  var frequency: Int128 = 1
  var cost: Int64
  var priority: Int128

  init(_ trace: ReplayTrace, _ request: Int, ttl: Int64?, inflation: Int128 = 0) {
    key = trace.keys[request]
    insertedBy = request
    expires = ttl.map { Int128(trace.times[request]) + Int128($0) }
    lastUse = request
    cost = trace.costs[request]
    priority = inflation + Int128(cost)
  }

  func isExpired(at time: Int64) -> Bool { expires.map { $0 <= Int128(time) } ?? false }

  /// The next request after `now` that this entry could serve; nil is never.
  func nextUse(after now: Int, in trace: ReplayTrace) -> Int? {
    for request in now + 1..<max(now + 1, trace.keys.count) where trace.keys[request] == key {
      return isExpired(at: trace.times[request]) ? nil : request
    }
    return nil
  }
}

func naiveExactCache(_ trace: ReplayTrace, _ setting: ExactCacheSetting) -> ExactCacheOutcome {
  var outcome = ExactCacheOutcome(requests: trace.keys.count)
  var entries: [NaiveEntry] = []
  var inflation: Int128 = 0
  var queues = naiveQueues(setting)

  for request in trace.keys.indices {
    for entry in entries where entry.isExpired(at: trace.times[request]) {
      queues?.expire(entry.key)
      outcome.expirations += 1
    }
    entries.removeAll { $0.isExpired(at: trace.times[request]) }

    if let hit = entries.firstIndex(where: { $0.key == trace.keys[request] }) {
      outcome.hits += 1
      outcome.savedPico += Int128(trace.costs[request])
      queues?.hit(entries[hit].key)
      entries[hit].lastUse = request
      entries[hit].frequency += 1
      entries[hit].priority = inflation + entries[hit].frequency * Int128(entries[hit].cost)
      continue
    }
    if let victim = queues?.miss(trace.keys[request], isFull: entries.count == setting.capacity) {
      entries.removeAll { $0.key == victim }
      outcome.evictions += 1
    }
    if setting.policy == .belady {
      entries.append(NaiveEntry(trace, request, ttl: setting.ttl))
    }
    while let capacity = setting.capacity, entries.count > (setting.policy == .belady ? capacity : capacity - 1) {
      let victim = entries.remove(at: naiveVictim(entries, setting.policy, trace, now: request))
      inflation = victim.priority
      outcome.evictions += 1
    }
    if setting.policy != .belady {
      entries.append(NaiveEntry(trace, request, ttl: setting.ttl, inflation: inflation))
    }
    outcome.peakEntries = max(outcome.peakEntries, entries.count)
  }
  return outcome
}

/// The policies whose victim depends on more than the entries.
private func naiveQueues(_ setting: ExactCacheSetting) -> (any NaiveQueues)? {
  switch setting.policy {
  case .sieve: NaiveSIEVE()
  case .s3fifo: NaiveS3FIFO(capacity: setting.capacity ?? .max)
  default: nil
  }
}

/// The place of the entry that leaves; where the policy sees a tie, an earlier place wins or its own rule decides.
private func naiveVictim(_ entries: [NaiveEntry], _ policy: EvictionPolicy, _ trace: ReplayTrace, now: Int) -> Int {
  var victim = 0
  for place in entries.indices.dropFirst() {
    let best = entries[victim]
    let entry = entries[place]
    let isBetter =
      switch policy {
      case .fifo: false
      case .lru: entry.lastUse < best.lastUse
      case .lfu:
        entry.frequency < best.frequency
          || (entry.frequency == best.frequency && entry.lastUse < best.lastUse)
      case .gdsf:
        entry.priority < best.priority || (entry.priority == best.priority && entry.lastUse < best.lastUse)
      case .belady:
        (entry.nextUse(after: now, in: trace) ?? .max) > (best.nextUse(after: now, in: trace) ?? .max)
      case .sieve, .s3fifo: preconditionFailure("their queues make room")
      }
    if isBetter { victim = place }
  }
  return victim
}

/// The most hits that any way of keeping, refusing, dropping and refreshing entries can reach; exponential.
func mostHitsOfAnyPolicy(_ trace: ReplayTrace, ttl: Int64?, capacity: Int) -> Int {
  func best(_ request: Int, _ held: [NaiveEntry]) -> Int {
    guard request < trace.keys.count else { return 0 }
    let live = held.filter { !$0.isExpired(at: trace.times[request]) }
    let others = live.filter { $0.key != trace.keys[request] }
    let mine = NaiveEntry(trace, request, ttl: ttl)
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

/// One call of `onHit`.
struct NaiveHit: Equatable {
  var request: Int
  var kind: HitKind
  var servedBy: Int
  var cosine: Float
}

func naiveSemanticCache(
  _ trace: ReplayTrace, _ graph: NeighbourGraph, _ setting: SemanticSetting
) -> (outcome: SemanticOutcome, hits: [NaiveHit]) {
  var outcome = SemanticOutcome(requests: trace.keys.count)
  var hits: [NaiveHit] = []
  var entries: [NaiveEntry] = []

  for request in trace.keys.indices {
    let key = Int(trace.keys[request])
    let before = entries.count
    entries.removeAll { $0.isExpired(at: trace.times[request]) }
    outcome.expirations += before - entries.count

    if let entry = entries.first(where: { Int($0.key) == key }) {
      outcome.exactHits += 1
      outcome.savedExactPico += Int128(trace.costs[request])
      hits.append(NaiveHit(request: request, kind: .exact, servedBy: entry.insertedBy, cosine: 1))
      continue
    }
    var best: NaiveHit?
    for entry in entries where setting.threshold < 1 {
      for pair in graph.offsets[key]..<graph.offsets[key + 1]
      where graph.neighbours[pair] == entry.key && graph.cosines[pair] >= setting.threshold
        && graph.refusals[pair] & setting.guards == 0
      {
        // Entries come oldest first, so that a later one must be strictly nearer.
        if let best, best.cosine >= graph.cosines[pair] { continue }
        best = NaiveHit(
          request: request, kind: .semantic, servedBy: entry.insertedBy, cosine: graph.cosines[pair])
      }
    }
    if let best {
      outcome.semanticHits += 1
      outcome.savedSemanticPico += Int128(trace.costs[request])
      hits.append(best)
    } else {
      outcome.inserts += 1
      entries.append(NaiveEntry(trace, request, ttl: setting.ttl))
    }
  }
  return (outcome, hits)
}
