import CostAnalyzer
import Foundation
import Testing

/// The replays of real runs, grid point by grid point, against the naive references of `NaiveReplay`.
@Suite struct ReferenceRunTests {
  /// Debug builds are some thirty times slower; the full prefix runs with `swift test -c release`.
  #if DEBUG
    private static let prefix = 700
    private static let logs = 200
    private static let days = 2
  #else
    private static let prefix = 5_000
    private static let logs = 200
    private static let days = 7
  #endif

  /// Neighbours by looking at every pair of one group: no tiles, no filter.
  private func bruteForceGraph(_ context: StrategyContext, threshold: Float) throws -> NeighbourGraph {
    let guards = try GuardSet()
    let prompts = context.log.prompts
    let keys = context.cache.keys.map { prompts.keys[Int($0)] }
    // Of the first wording of each text.
    let signatures = keys.map { key in
      guards.signature(of: GuardText(key: context.cache.keys[keys.firstIndex { $0.text == key.text }!], of: prompts))
    }
    var lists: [[(key: UInt32, cosine: Float, refusals: UInt8)]] = Array(repeating: [], count: keys.count)
    for a in keys.indices {
      for b in keys.indices where b != a && keys[a].group == keys[b].group {
        let cosine = context.similarity.vectors.cosine(
          Int(context.similarity.rows[min(a, b)]), Int(context.similarity.rows[max(a, b)]))
        if cosine >= threshold {
          lists[a].append((UInt32(b), cosine, guards.refusals(signatures[a], signatures[b], cosine: cosine)))
        }
      }
      lists[a].sort { $0.cosine != $1.cosine ? $0.cosine > $1.cosine : $0.key < $1.key }
    }
    var offsets = [0]
    for list in lists { offsets.append(offsets.last! + list.count) }
    return NeighbourGraph(
      offsets: offsets, neighbours: lists.flatMap { $0.map(\.key) }, cosines: lists.flatMap { $0.map(\.cosine) },
      refusals: lists.flatMap { $0.map(\.refusals) })
  }

  private func compare(_ context: StrategyContext) throws {
    let trace = context.cache.trace
    let options = context.options.cache
    let exact = options.ttls.flatMap { ttl in
      options.capacities.flatMap { capacity in
        options.policies.map { CacheSetting(ttl: ttl.micros, capacity: capacity.count, policy: $0) }
      }
    }
    let fast = replayCacheGrid(trace, settings: exact, threads: 2)
    let naive = parallelMap(exact.count, threads: 2) { NaiveCache(trace, nil, exact[$0]).outcome }
    for (setting, (a, b)) in zip(exact, zip(fast, naive)) { #expect(a == b, "\(setting)") }

    let graph = try bruteForceGraph(context, threshold: Float(options.thresholds.min()!))
    #expect(graph.offsets == context.similarity.graph.offsets)
    #expect(graph.neighbours == context.similarity.graph.neighbours)
    #expect(graph.cosines == context.similarity.graph.cosines)
    #expect(graph.refusals == context.similarity.graph.refusals)
    let semantic = options.thresholds.flatMap { threshold in
      options.ttls.flatMap { ttl in
        [context.options.guardMask, 0].map { CacheSetting(threshold: Float(threshold), ttl: ttl.micros, guards: $0) }
      }
    }
    let found = replayCacheGrid(trace, graph: context.similarity.graph, settings: semantic, threads: 2)
    let expected = parallelMap(semantic.count, threads: 2) { NaiveCache(trace, graph, semantic[$0]).outcome }
    for (setting, (a, b)) in zip(semantic, zip(found, expected)) { #expect(a == b, "\(setting)") }
  }

  @Test("every exact and semantic grid point of a generated prefix equals the naive reference")
  func generatedPrefix() throws {
    // REFERENCE_LOG names another log to take the prefix of.
    let path =
      try ProcessInfo.processInfo.environment["REFERENCE_LOG"]
      ?? SampleLogs.generated(requests: Self.prefix * 2, seed: 7, days: Self.days)
    let context = try SampleLogs.context(path, limit: Self.prefix)
    #expect(context.cache.trace.count == Self.prefix)
    #expect(context.similarity.pairs > 0)
    try compare(context)
  }

  @Test("every grid point of 200 random small logs equals the naive reference")
  func randomLogs() throws {
    var options = AnalysisOptions()
    options.cache.capacities = [1, 2, 5, nil].map(EntryLimit.init)
    options.cache.ttls = [.hours(1), .hours(24), .unlimited]
    options.cache.thresholds = [0.6, 0.7, 0.8, 0.9, 0.95]
    var rng = SeededGenerator(2026)
    for _ in 0..<Self.logs {
      let path = try SampleLogs.file(SampleLogs.random(requests: Int.random(in: 2...40, using: &rng), using: &rng))
      try compare(try SampleLogs.context(path, options))
    }
  }
}
