/// One exact-match cache to replay.
package struct ExactCacheSetting: Sendable, Hashable {
  /// Microseconds from insertion; nil where entries never expire.
  package var ttl: Int64?
  /// Entries, at least one; nil where the cache is never full.
  package var capacity: Int?
  /// Without meaning where the capacity is nil.
  package var policy: EvictionPolicy

  package init(ttl: Int64?, capacity: Int?, policy: EvictionPolicy) {
    self.ttl = ttl
    self.capacity = capacity
    self.policy = policy
  }
}

/// What an exact-match cache would have done. Every miss is an insertion.
package struct ExactCacheOutcome: Sendable, Equatable {
  package var requests: Int = 0
  package var hits: Int = 0
  /// The summed costs of the hits.
  package var savedPico: Int128 = 0
  /// Entries that left for want of room, those that Bélády's policy did not keep at all included.
  package var evictions: Int = 0
  /// Entries dropped because a request came at or after their expiry.
  package var expirations: Int = 0
  /// The most entries after any request.
  package var peakEntries: Int = 0

  package init(
    requests: Int = 0, hits: Int = 0, savedPico: Int128 = 0, evictions: Int = 0, expirations: Int = 0,
    peakEntries: Int = 0
  ) {
    self.requests = requests
    self.hits = hits
    self.savedPico = savedPico
    self.evictions = evictions
    self.expirations = expirations
    self.peakEntries = peakEntries
  }
}

/// Replays the trace through one exact-match cache.
///
/// For a request at time x: entries with `expires ≤ x` leave; a live entry of the same key is a hit; otherwise the
/// request is inserted with `expires = x + TTL`, and entries leave by the policy while there are more than the
/// capacity. The online policies never choose the entry that is being inserted; Bélády's may. A hit neither inserts
/// nor extends.
package func replayExactCache(_ trace: ReplayTrace, setting: ExactCacheSetting) -> ExactCacheOutcome {
  trace.requireWellFormed()
  let nextUses = setting.policy == .belady && setting.capacity != nil ? trace.nextUses() : []
  return replayExactCache(trace, setting: setting, nextUses: nextUses)
}

/// The replay of a well-formed trace, whose next uses are only read by Bélády's policy.
func replayExactCache(_ trace: ReplayTrace, setting: ExactCacheSetting, nextUses: [UInt32]) -> ExactCacheOutcome {
  let lifetime = FixedLifetime(ttl: setting.ttl)
  guard let capacity = setting.capacity else {
    return replay(trace, lifetime, capacity: .max, UnboundedOrder())
  }
  precondition(capacity >= 1, "a cache needs room for one entry")
  let keyCount = trace.keyCount
  switch setting.policy {
  case .lru: return replay(trace, lifetime, capacity: capacity, LRUOrder(keyCount: keyCount))
  case .fifo: return replay(trace, lifetime, capacity: capacity, FIFOOrder(keyCount: keyCount))
  case .lfu: return replay(trace, lifetime, capacity: capacity, LFUOrder(keyCount: keyCount))
  case .gdsf: return replay(trace, lifetime, capacity: capacity, GDSFOrder(trace))
  case .sieve: return replay(trace, lifetime, capacity: capacity, SIEVEOrder(keyCount: keyCount))
  case .s3fifo:
    return replay(trace, lifetime, capacity: capacity, S3FIFOOrder(keyCount: keyCount, capacity: capacity))
  case .belady:
    let order = BeladyOrder(trace, nextUses: nextUses, lifetime: lifetime)
    return replay(trace, lifetime, capacity: capacity, order)
  }
}

/// Generic so that each policy gets a loop of its own, without a dynamic call in it.
private func replay<Order: EvictionOrder>(
  _ trace: ReplayTrace, _ lifetime: FixedLifetime, capacity: Int, _ initial: Order
) -> ExactCacheOutcome {
  var order = initial
  var live = LiveEntries(trace, lifetime: lifetime)
  var outcome = ExactCacheOutcome(requests: trace.count)
  var inserts = 0

  for request in 0..<trace.count {
    let key = Int(trace.keys[request])
    while let expired = live.popExpired(now: trace.times[request]) {
      order.remove(expired)
      outcome.expirations += 1
    }
    if live.contains(key) {
      order.touch(key, by: request)
      outcome.hits += 1
      outcome.savedPico += Int128(trace.costs[request])
      continue
    }
    let room = Order.judgesIncoming ? capacity : capacity - 1
    if Order.judgesIncoming {
      live.insert(key, by: request)
      order.insert(key, by: request)
    }
    while live.count > room {
      live.remove(order.evict())
      outcome.evictions += 1
    }
    if !Order.judgesIncoming {
      live.insert(key, by: request)
      order.insert(key, by: request)
    }
    inserts += 1
    outcome.peakEntries = max(outcome.peakEntries, live.count)
  }

  precondition(outcome.hits + inserts == outcome.requests, "a request was neither hit nor miss")
  precondition(
    inserts - outcome.evictions - outcome.expirations == live.count, "an entry came or left without being counted")
  return outcome
}
