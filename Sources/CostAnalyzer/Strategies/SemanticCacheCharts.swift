/// The charts of the chapter on semantic caching.
extension SemanticCacheChapter {
  /// Net saving against wrong hits at the recommended TTL, or else that of the options; nil where nothing is verified.
  func chart() -> CachingChart? {
    let ttl = recommended?.ttl ?? options.ttl.micros
    let points = CacheSweep.unbounded(options, guards: [deployed.guards]).compactMap { setting -> CachingChart.Point? in
      guard setting.ttl == ttl, let wrong = verification.rates[setting]?.wrong, let result = outcomes[setting] else {
        return nil
      }
      return CachingChart.Point(
        threshold: Double(setting.threshold), net: Amount(net(result, setting)),
        wrong: RunFigures.Share(estimate: wrong.estimate, lower: wrong.lower, upper: wrong.upper),
        isRecommended: setting == recommended)
    }
    if points.isEmpty { return nil }
    let exact = CacheSetting(ttl: ttl, isSliding: options.sliding)
    let floor = replayCache(context.cache.trace, setting: exact)
    return CachingChart(points: points, floor: Amount(net(floor, exact)), limit: options.maxWrongHits)
  }

  func heatMap() -> CachingHeatMap {
    let settings = options.thresholds.map { threshold in
      options.ttls.map { ttl in
        CacheSetting(
          threshold: Float(threshold), ttl: ttl.micros, guards: deployed.guards, isSliding: options.sliding)
      }
    }
    return CachingHeatMap(
      thresholds: options.thresholds, ttls: options.ttls.map(\.description),
      net: settings.map { row in row.map { Amount(net(unbounded($0), $0)) } },
      marked: settings.indices.lazy.compactMap { row in
        settings[row].firstIndex { isMarked($0) }.map { [row, $0] }
      }.first)
  }

  /// The recommended setting; the options' own where none is.
  private func isMarked(_ setting: CacheSetting) -> Bool {
    let target = recommended ?? deployed
    return setting.threshold == target.threshold && setting.ttl == target.ttl
  }

  /// What the exact cache and semantic ones at the options' TTL would have spared callers; nil without latencies.
  func latency() -> LatencyChart? {
    let exact = replayCache(context.cache.trace, setting: context.options.deployed(threshold: 1))
    func bar(_ name: String, _ result: CacheOutcome, isDeployed: Bool) -> LatencyChart.Bar {
      LatencyChart.Bar(name: name, seconds: Double(result.savedMilliseconds) / 1000, isDeployed: isDeployed)
    }
    let thresholds = CacheSweep.unbounded(options, guards: [deployed.guards]).filter { $0.ttl == options.ttl.micros }
      .sorted { $0.threshold > $1.threshold }
    let bars =
      [bar("exact cache", exact, isDeployed: true)]
      + thresholds.map { setting in
        bar(
          "cosine ≥ " + NumberText.fixed(Double(setting.threshold), 2), outcomes[setting]!,
          isDeployed: setting.threshold == deployed.threshold)
      }
    return bars.contains { $0.seconds > 0 } ? LatencyChart(ttl: options.ttl.description, bars: bars) : nil
  }
}
