/// Which share of the semantic hits would have been wrong, told from the logged answers (SPEC §5).
///
/// A hit compares the answer the request was really given with that of the serving request (`AnswerComparison`). Exact
/// repeats show how right answers compare, questions far apart how wrong ones do (`AnswerBaselines`), and the share that
/// best explains the hits as a mixture of both is the estimate (`MixtureShare`).
package struct Verification: Sendable {
  package struct Interval: Sendable, Equatable {
    package var estimate: Double
    /// 95 % bounds.
    package var lower: Double
    package var upper: Double
  }

  package struct Rate: Sendable, Equatable {
    package var hits: Int
    /// Hits of which both answers are logged.
    package var compared: Int
    /// Share of compared hits whose answers are less alike than those of 95 % of exact repeats.
    package var disagreement: Double
    /// What of it right answers do not reach by themselves.
    package var excess: Double
    /// Share of hits that would have been wrong; nil below `minimumHits` compared ones.
    package var wrong: Interval?
    /// The same with each hit weighted by what it saves; nil also where no hit saves anything.
    package var wrongDollars: Interval?
  }

  /// One semantic hit; requests are indices into `RequestLog.requests`.
  package struct Hit: Sendable, Equatable {
    package var request: Int
    package var server: Int
    package var cosine: Float
    package var wrong: Double
  }

  /// What a person or a stronger model said about a hit.
  package struct Verdict: Sendable, Hashable {
    package var request: Int
    package var server: Int
    package init(request: Int, server: Int) {
      self.request = request
      self.server = server
    }
  }

  package static let minimumPairs = 100
  package static let minimumHits = 50
  /// Overlap of right and wrong pairs above which answers do not tell them apart.
  package static let maximumOverlap = 0.7

  /// Why nothing is verified; nil where it is.
  package private(set) var unverifiedReason: String?
  package private(set) var rates: [CacheSetting: Rate] = [:]
  package let baselines: AnswerBaselines
  package let mixture: MixtureShare
  package let staleness: [Staleness]

  private let comparison: AnswerComparison
  private let cache: CacheTrace
  private let graph: NeighbourGraph
  private let verdicts: [Verdict: Bool]
  /// Baselines of each bootstrap replicate.
  private let replicates: [MixtureShare]
  /// By dense key: the first requests with an answer.
  private let answered: [[UInt32]]
  /// By cell, how far a pair counts as disagreeing.
  private let disagreement: [Double]

  package init(
    _ context: StrategyContext, settings: [CacheSetting], verdicts: [Verdict: Bool] = [:]
  ) {
    self.init(
      context.log, context.cache, context.similarity, settings: settings, ttls: context.options.cache.ttls,
      verdicts: verdicts, threads: context.threads)
  }

  /// - Parameter verdicts: true where the served answer was right.
  package init(
    _ log: RequestLog, _ cache: CacheTrace, _ similarity: Similarity, settings: [CacheSetting], ttls: [Lifetime] = [],
    verdicts: [Verdict: Bool] = [:], threads: Int
  ) {
    self.cache = cache
    self.verdicts = verdicts
    graph = similarity.graph
    let comparison = AnswerComparison(log, threads: threads)
    let baselines = AnswerBaselines(comparison, cache, similarity)
    self.comparison = comparison
    self.baselines = baselines
    let (right, wrong) = (AnswerBaselines.histogram(baselines.right), AnswerBaselines.histogram(baselines.wrong))
    mixture = MixtureShare(
      rightCounts: right, wrongCounts: wrong, cellsPerStratum: AnswerComparison.cellsPerStratum)
    answered = Self.answered(comparison, cache)
    disagreement = Self.disagreement(mixture)
    replicates = parallelMap(BlockBootstrap.replicates, threads: threads) { replicate in
      func drawn(_ pairs: [AnswerBaselines.Pair], _ seed: UInt64) -> [Double] {
        var counts = [Double](repeating: 0, count: AnswerComparison.cells)
        for pair in pairs {
          counts[Int(pair.cell)] += BlockBootstrap.weight(pair.block, replicate: replicate, seed: seed)
        }
        return counts
      }
      return MixtureShare(
        rightCounts: drawn(baselines.right, 1), wrongCounts: drawn(baselines.wrong, 2),
        cellsPerStratum: AnswerComparison.cellsPerStratum)
    }
    if baselines.right.count < Self.minimumPairs {
      unverifiedReason = """
        only \(NumberText.grouped(baselines.right.count)) exact repeats carry answers \
        (\(Self.minimumPairs) are needed to see how right answers differ)
        """
    } else if baselines.wrong.count < Self.minimumPairs {
      unverifiedReason = "too few questions are far enough apart to see how wrong answers differ"
    } else if mixture.overlap > Self.maximumOverlap {
      unverifiedReason = """
        answers to different questions look too much like answers to the same one \
        (\(NumberText.fixed(100 * mixture.overlap, 0)) % overlap)
        """
    }
    staleness = unverifiedReason == nil ? Staleness.measure(comparison, cache, mixture: mixture, ttls: ttls) : []
    guard unverifiedReason == nil else { return }
    let semantic = settings.filter { $0.threshold < 1 }
    let results = parallelMap(semantic.count, threads: threads) { [self] in rate(of: semantic[$0]) }
    for (setting, rate) in zip(semantic, results) { rates[setting] = rate }
  }

  /// By cell, the part of its pairs among the 5 % least alike of right pairs.
  private static func disagreement(_ mixture: MixtureShare) -> [Double] {
    let order = mixture.right.indices.sorted {
      let (a, b) = (mixture.right[$0] / mixture.wrong[$0], mixture.right[$1] / mixture.wrong[$1])
      return a != b ? a < b : $0 < $1
    }
    var left = 0.05
    var parts = [Double](repeating: 0, count: order.count)
    for cell in order where left > 0 {
      let share = mixture.strata[cell / mixture.cellsPerStratum] * mixture.right[cell]
      parts[cell] = share > 0 ? min(1, left / share) : 1
      left -= share
    }
    return parts
  }

  /// One answer that states little says little. What the key of a server means does not change from request to request, so
  /// its other answers speak too.
  package static let answersPerServer = 8

  private static func answered(_ comparison: AnswerComparison, _ cache: CacheTrace) -> [[UInt32]] {
    var requests = [[UInt32]](repeating: [], count: cache.trace.keyCount)
    for (position, key) in cache.trace.keys.enumerated() where requests[Int(key)].count < answersPerServer {
      let request = cache.requests[position]
      if comparison.hasAnswer(Int(request)) { requests[Int(key)].append(request) }
    }
    return requests
  }

  /// The only place that asks the replay for hits.
  private func forEachHit(
    _ setting: CacheSetting, _ body: @escaping (_ position: Int, _ server: Int, _ cosine: Float) -> Void
  ) {
    _ = replayCache(cache.trace, graph: graph, setting: setting) { position, kind, server, cosine in
      if kind == .semantic { body(position, server, cosine) }
    }
  }

  private struct Compared {
    /// Of the request's answer with each answer of the server's key.
    var cells: [UInt8]
    /// Nil where nobody judged it.
    var isRight: Bool?
    var block: UInt32
    var cost: Double
  }

  private func rate(of setting: CacheSetting) -> Rate {
    var hits = 0
    var disagreeing = 0.0
    var compared: [Compared] = []
    forEachHit(setting) { position, server, _ in
      hits += 1
      let (request, by) = (Int(cache.requests[position]), Int(cache.requests[server]))
      guard let cell = comparison.cell(request, by) else { return }
      disagreeing += disagreement[cell]
      let key = cache.trace.keys[server]
      let cells = answered[Int(key)].map { UInt8(comparison.cell(request, Int($0))!) }
      compared.append(
        Compared(
          cells: cells, isRight: verdicts[Verdict(request: request, server: by)], block: key,
          cost: Double(cache.trace.costs[position])))
    }
    var rate = Rate(hits: hits, compared: compared.count, disagreement: 0, excess: 0)
    if compared.isEmpty { return rate }
    rate.disagreement = disagreeing / Double(compared.count)
    rate.excess = max(0, (rate.disagreement - 0.05) / 0.95)
    if compared.count >= Self.minimumHits {
      rate.wrong = interval(compared) { _ in 1 }
      rate.wrongDollars = interval(compared, weight: \.cost)
    }
    return rate
  }

  private struct Histogram {
    var cells = [Double](repeating: 0, count: AnswerComparison.cells)
    var right = 0.0
    var wrong = 0.0

    mutating func add(_ hit: Compared, _ weight: Double) {
      switch hit.isRight {
      case nil:
        for cell in hit.cells { cells[Int(cell)] += weight / Double(hit.cells.count) }
      case true?: right += weight
      case false?: wrong += weight
      }
    }

    func share(_ mixture: MixtureShare) -> Double { mixture.estimate(cells, judged: (right, wrong)) }
  }

  /// The estimate is about the hits that were replayed, not about hits to come: of the spread over resampled hits only
  /// the part counts that comes from not knowing which of them are wrong (missing information); that of the baselines
  /// counts in full.
  private func interval(_ hits: [Compared], weight: (Compared) -> Double) -> Interval? {
    var all = Histogram()
    var (sum, squares) = (0.0, 0.0)
    for hit in hits {
      let value = weight(hit)
      all.add(hit, value)
      sum += value
      squares += value * value
    }
    guard sum > 0 else { return nil }
    let estimate = all.share(mixture)
    let judged = (all.right + all.wrong) / sum
    let damping = ((1 - judged) * mixture.missingInformation(all.cells, share: estimate)).squareRoot()
    let spread = replicates.indices.map { replicate in
      var drawn = Histogram()
      for hit in hits {
        let times = BlockBootstrap.weight(hit.block, replicate: replicate, seed: 3)
        if times > 0 { drawn.add(hit, times * weight(hit)) }
      }
      return damping * (drawn.share(mixture) - estimate) + (all.share(replicates[replicate]) - estimate)
    }
    let (low, high) = BlockBootstrap.quantiles(spread)
    // The rule of three: where no error is seen among n independent hits, 3/n is the 95 % bound.
    let least = 3 * squares / (sum * sum) * (1 - judged)
    return Interval(
      estimate: estimate, lower: max(0, estimate + min(low, -least)), upper: min(1, estimate + max(high, least)))
  }

  /// Probability that the logged answers of two requests say the same where half of such pairs do; nil where one has
  /// none or nothing is verified.
  package func same(_ a: Int, _ b: Int) -> Double? {
    guard unverifiedReason == nil, let cell = comparison.cell(a, b) else { return nil }
    return 1 - mixture.posterior(cell, share: 0.5)
  }

  /// The hits of a setting that are most probably wrong, worst first.
  package func riskiest(_ count: Int, of setting: CacheSetting) -> [Hit] {
    guard unverifiedReason == nil, let share = rates[setting]?.wrong?.estimate else { return [] }
    var hits: [Hit] = []
    forEachHit(setting) { position, server, cosine in
      let (request, by) = (Int(cache.requests[position]), Int(cache.requests[server]))
      guard let cell = comparison.cell(request, by) else { return }
      let wrong = mixture.posterior(cell, share: max(share, 0.001))
      hits.append(Hit(request: request, server: by, cosine: cosine, wrong: wrong))
    }
    hits.sort { ($1.wrong, $0.cosine, $0.request) < ($0.wrong, $1.cosine, $1.request) }
    return Array(hits.prefix(count))
  }

  /// The setting with the highest net saving among those whose wrong hits stay under the limit with 97.5 % confidence.
  ///
  /// - Parameter rows: settings with their net saving in pico-dollars; of equals the first.
  package func recommended(_ rows: [(setting: CacheSetting, net: Int128)], maxWrongHits: Double) -> CacheSetting? {
    var best: (setting: CacheSetting, net: Int128)?
    for row in rows where rates[row.setting]?.wrong.map({ $0.upper <= maxWrongHits }) == true {
      if row.net > best?.net ?? 0 { best = row }
    }
    return best?.setting
  }
}
