/// The cacheable requests of one day, and how many of them the caches of the options would have answered.
package struct DayHits: Sendable, Equatable {
  package var requests = 0
  /// Of an exact cache.
  package var exact = 0
  /// Of the semantic cache, exact hits included; nil where it was not replayed.
  package var semantic: Int?

  package init(requests: Int = 0, exact: Int = 0, semantic: Int? = nil) {
    (self.requests, self.exact, self.semantic) = (requests, exact, semantic)
  }

  /// By day since 1970, of a log that was replayed from its start.
  static func find(_ context: StrategyContext) -> [Int: DayHits] {
    let trace = context.cache.trace
    var days: [Int: DayHits] = [:]
    for time in trace.times { days[Timestamp.dayNumber(time), default: DayHits()].requests += 1 }
    func hits(_ setting: CacheSetting) -> [Int: Int] {
      var hits: [Int: Int] = [:]
      _ = replayCache(trace, graph: setting.threshold < 1 ? context.similarity.graph : nil, setting: setting) {
        position, _, _, _ in hits[Timestamp.dayNumber(trace.times[position]), default: 0] += 1
      }
      return hits
    }
    for (day, count) in hits(context.options.deployed(threshold: 1)) { days[day]!.exact = count }
    guard context.has(.neighbours) else { return days }
    let semantic = hits(context.options.deployed(threshold: context.options.cache.threshold))
    for day in days.keys { days[day]!.semantic = semantic[day] ?? 0 }
    return days
  }

  /// What rates of different nights must share to be comparable.
  static func setting(_ options: AnalysisOptions, embedder: String) -> String {
    let cache = options.cache
    return """
      threshold \(cache.threshold), TTL \(cache.ttl)\(cache.sliding ? " sliding" : ""), capacity \(cache.capacity) \
      \(cache.policy.rawValue), guards \(options.guardMask), \(embedder)
      """
  }
}
