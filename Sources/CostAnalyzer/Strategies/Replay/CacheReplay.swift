/// Replays the trace through one cache (SPEC §4).
///
/// For a request at time x: entries with `expires ≤ x` leave; a live entry of the same key is an exact hit; else, with a
/// threshold below 1, the live neighbour with the highest cosine at or above it that no guard refuses is a semantic hit, of
/// equal cosines the entry inserted earlier; else the request is inserted with `expires = x + TTL`, and entries leave by
/// the policy while there are more than the capacity. The online policies never choose the entry that is being inserted;
/// Bélády's may. A hit inserts nothing; it extends the serving entry's life only where the TTL is sliding.
///
/// `onHit` is called for each hit in order with the request that inserted the serving entry and the pair's cosine (1 for
/// an exact hit). It is not called for misses.
package func replayCache(
  _ trace: ReplayTrace, graph: NeighbourGraph? = nil, setting: CacheSetting,
  onHit: ((_ request: Int, _ kind: HitKind, _ servedByRequest: Int, _ cosine: Float) -> Void)? = nil
) -> CacheOutcome {
  trace.requireWellFormed()
  graph?.requireWellFormed(keyCount: trace.keyCount)
  return replayLanes(trace, graph: graph, settings: [setting], onHit: onHit)[0]
}

/// Replays a well-formed trace through settings that differ in nothing but TTL and capacity.
///
/// - Parameter budget: comparisons that each may spend on what the graph does not list.
func replayLanes(
  _ trace: ReplayTrace, graph: NeighbourGraph?, settings: [CacheSetting], budget: Int = DenseSearch.budget,
  onHit: ((Int, HitKind, Int, Float) -> Void)? = nil
) -> [CacheOutcome] {
  func run<Order: EvictionOrder>(_ order: (_ places: Int, _ setting: CacheSetting) -> Order) -> [CacheOutcome] {
    LaneReplay(trace, graph: graph, settings: settings, budget: budget, order: order).run(onHit: onHit)
  }
  for setting in settings { precondition(setting.capacity ?? 1 >= 1, "a cache needs room for one entry") }
  if settings.allSatisfy({ $0.capacity == nil }) { return run { _, _ in UnboundedOrder() } }
  switch settings[0].policy {
  case .lru: return run { places, _ in LRUOrder(places: places) }
  case .fifo: return run { places, _ in FIFOOrder(places: places) }
  case .lfu: return run { places, _ in LFUOrder(places: places) }
  case .gdsf: return run { places, _ in GDSFOrder(trace, places: places) }
  case .sieve: return run { places, _ in SIEVEOrder(places: places) }
  case .s3fifo:
    return run { places, setting in
      S3FIFOOrder(keyCount: trace.keyCount, places: places, capacity: setting.capacity ?? trace.keyCount)
    }
  case .belady:
    let future = FutureUses(trace, graph: graph, setting: settings[0])
    return run { places, setting in
      BeladyOrder(trace, future: future, lifespan: Lifespan(setting), places: places)
    }
  }
}
