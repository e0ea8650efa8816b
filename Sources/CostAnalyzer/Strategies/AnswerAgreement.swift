/// How often the logged answer of a semantic hit differs from the answer it would have been given (SPEC §5, first part).
///
/// S₀ is how alike two right answers are: the sketches of exact repeats. A hit *disagrees* when its answers are less
/// alike than the 5 % quantile of S₀; `excess` takes away the 5 % that right answers reach by themselves. This is a
/// comparison of words (SimHash), not a verdict on truth, and it is labelled so in the report.
package struct AnswerAgreement: Sendable {
  package struct Rate: Sendable, Equatable {
    package var compared: Int
    package var disagreeing: Int
    package var rate: Double { Double(disagreeing) / Double(compared) }
    package var excess: Double { max(0, (rate - 0.05) / 0.95) }
  }

  private static let minimumRepeats = 50
  private var rates: [CacheSetting: Rate] = [:]
  private var quantile: Double?
  private var repeats = 0

  /// Compares the hits of the deployed TTL at every threshold, with and without guards.
  package init(_ context: StrategyContext) {
    let trace = context.cache.trace
    @Sendable func similarity(_ a: Int, _ b: Int) -> Double? {
      let x = context.log.answerSketches[Int(context.cache.requests[a])]
      let y = context.log.answerSketches[Int(context.cache.requests[b])]
      return x == 0 || y == 0 ? nil : AnswerSketch.similarity(x, y)
    }
    let ttl = context.options.cache.ttl.micros
    var baseline: [Double] = []
    let exact = CacheSetting(threshold: 1, ttl: ttl, guards: 0)
    _ = replayCache(trace, setting: exact) { request, _, server, _ in
      if let value = similarity(request, server) { baseline.append(value) }
    }
    repeats = baseline.count
    guard repeats >= Self.minimumRepeats else { return }
    baseline.sort()
    let cut = baseline[baseline.count / 20]
    quantile = cut
    let settings = context.options.cache.thresholds.flatMap { threshold in
      [context.options.guardMask, 0].map { CacheSetting(threshold: Float(threshold), ttl: ttl, guards: $0) }
    }
    let compared = parallelMap(settings.count, threads: context.threads) { index in
      var rate = Rate(compared: 0, disagreeing: 0)
      _ = replayCache(trace, graph: context.similarity.graph, setting: settings[index]) {
        request, kind, server, _ in
        guard kind == .semantic, let value = similarity(request, server) else { return }
        rate.compared += 1
        if value < cut { rate.disagreeing += 1 }
      }
      return rate
    }
    for (setting, rate) in zip(settings, compared) where rate.compared > 0 { rates[setting] = rate }
  }

  package func disagreement(of setting: CacheSetting) -> Rate? { rates[setting] }

  var explanation: String {
    guard let quantile else {
      return """
        **Unverified**: only \(repeats) exact repeats carry answers (\(Self.minimumRepeats) are needed), so nothing can be \
        said about how many semantic answers would have been wrong. No threshold is recommended.
        """
    }
    return """
      *Answers disagree* is the share of semantic hits whose logged answer shares fewer words with the answer they would \
      have been served than 95 % of \(NumberText.grouped(repeats)) exact repeats do (similarity below \
      \(NumberText.fixed(quantile, 2))); 5 % is what right answers reach by themselves, *excess* is what lies above. It is \
      an indication, not a verified error rate, so this version recommends no threshold.
      """
  }
}
