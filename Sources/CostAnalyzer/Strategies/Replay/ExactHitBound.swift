/// A proven upper bound on the hits of every replacement policy, online or clairvoyant, with this TTL and capacity.
///
/// It is the smaller of two relaxations, each exact for its own problem:
/// - *Capacity alone.* Whatever a policy does with expiring entries, a cache whose entries never expire can do too, by
///   dropping them at the same moments; and there Bélády's policy has the most hits.
/// - *TTL alone.* With unlimited room keys do not compete. Per key, misses are the starts of windows of length TTL
///   that cover the other requests, and to open a window at each first uncovered request, as the replay does, needs
///   the fewest windows.
package func exactHitBound(_ trace: ReplayTrace, ttl: Int64?, capacity: Int?) -> Int {
  let byCapacity = CacheSetting(capacity: capacity, policy: .belady)
  let byTTL = CacheSetting(ttl: ttl)
  return min(replayCache(trace, setting: byCapacity).hits, replayCache(trace, setting: byTTL).hits)
}
