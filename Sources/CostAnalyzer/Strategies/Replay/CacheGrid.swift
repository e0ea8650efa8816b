/// Replays the trace through every setting, in parallel and in step, without a pass over the log.
///
/// A cache that is never full behaves the same under every policy. So an unbounded cache is replayed for each TTL, and
/// its outcome is that of every capacity that its peak does not exceed.
package func replayCacheGrid(
  _ trace: ReplayTrace, graph: NeighbourGraph? = nil, settings: [CacheSetting], threads: Int
) -> [CacheOutcome] {
  trace.requireWellFormed()
  graph?.requireWellFormed(keyCount: trace.keyCount)
  var outcomes: [CacheSetting: CacheOutcome] = [:]

  func replayAll(_ settings: [CacheSetting]) {
    let batches = batches(settings)
    let found = parallelMap(batches.count, threads: threads) {
      replayLanes(trace, graph: graph, settings: batches[$0], budget: DenseSearch.budget / batches[$0].count)
    }
    for (batch, results) in zip(batches, found) {
      for (setting, outcome) in zip(batch, results) { outcomes[setting] = outcome }
    }
  }
  replayAll(settings.map(\.unbounded))
  var bounded: [CacheSetting] = []
  for setting in settings {
    guard let capacity = setting.capacity else { continue }
    precondition(capacity >= 1, "a cache needs room for one entry")
    let roomy = outcomes[setting.unbounded]!
    if capacity >= roomy.peakEntries { outcomes[setting] = roomy } else { bounded.append(setting) }
  }
  replayAll(bounded)
  return settings.map { outcomes[$0.capacity == nil ? $0.unbounded : $0]! }
}

/// Distinct settings that one `LaneReplay` can take together, in the order in which they are first named.
private func batches(_ settings: [CacheSetting]) -> [[CacheSetting]] {
  var numbers: [CacheSetting: Int] = [:]
  var batches: [[CacheSetting]] = []
  var seen: Set<CacheSetting> = []
  for setting in settings where seen.insert(setting).inserted {
    let common = CacheSetting(threshold: setting.threshold, guards: setting.guards, policy: setting.policy)
    if let number = numbers[common], batches[number].count < LaneReplay<UnboundedOrder>.maxLanes {
      batches[number].append(setting)
    } else {
      numbers[common] = batches.count
      batches.append([setting])
    }
  }
  return batches
}

extension CacheSetting {
  /// The same cache with room for everything.
  fileprivate var unbounded: CacheSetting {
    var setting = self
    setting.capacity = nil
    setting.policy = .lru
    return setting
  }
}
