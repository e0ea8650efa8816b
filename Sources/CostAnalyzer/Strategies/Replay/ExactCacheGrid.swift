/// Replays the trace through every setting; settings run in parallel with each other, each over the whole trace.
///
/// A cache that is never full behaves the same under every policy. So the unbounded cache is replayed once for each
/// TTL, and its outcome is that of every capacity that its peak does not exceed.
package func replayExactCacheGrid(
  _ trace: ReplayTrace, settings: [ExactCacheSetting], threads: Int
) -> [ExactCacheOutcome] {
  trace.requireWellFormed()
  var rowOfTTL: [Int64?: Int] = [:]
  var ttls: [Int64?] = []
  for setting in settings where rowOfTTL[setting.ttl] == nil {
    rowOfTTL[setting.ttl] = ttls.count
    ttls.append(setting.ttl)
  }
  let unbounded = parallelMap(ttls.count, threads: threads) { [ttls] row in
    let setting = ExactCacheSetting(ttl: ttls[row], capacity: nil, policy: .lru)
    return replayExactCache(trace, setting: setting, nextUses: [])
  }

  /// The outcome where no eviction can happen.
  let settled: [ExactCacheOutcome?] = settings.map { setting in
    let roomy = unbounded[rowOfTTL[setting.ttl]!]
    guard let capacity = setting.capacity else { return roomy }
    precondition(capacity >= 1, "a cache needs room for one entry")
    return capacity >= roomy.peakEntries ? roomy : nil
  }
  let open = settings.indices.filter { settled[$0] == nil }
  let nextUses = open.contains { settings[$0].policy == .belady } ? trace.nextUses() : []
  let replayed = parallelMap(open.count, threads: threads) { position in
    replayExactCache(trace, setting: settings[open[position]], nextUses: nextUses)
  }

  var outcomes = settled
  for (position, index) in open.enumerated() { outcomes[index] = replayed[position] }
  return outcomes.map { $0! }
}
