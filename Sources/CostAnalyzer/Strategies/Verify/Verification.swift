import Foundation

/// Which share of the semantic hits would have been wrong, told from the logged answers (SPEC §5).
///
/// The answers to the asking and to the serving question are compared (`AnswerComparison`). Parts of the answers to one
/// question show how right ones compare, rivals of a question how wrong ones do (`AnswerBaselines`); both give every pair of
/// questions a probability of being wrong (`HitPairs`).
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
    /// Which pair of questions it is: the hits of one pair are as probably wrong.
    package var pair: Int
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
  /// Questions below this cosine do not mean the same, nor do those well below the lowest threshold.
  private static let rivalCosine: Float = 0.75

  /// Why nothing is verified; nil where it is.
  package private(set) var unverifiedReason: String?
  package private(set) var rates: [CacheSetting: Rate] = [:]
  /// Exact repeats with answers, at most eight a question.
  package var repeats: Int { baselines.repeats }
  package private(set) var staleness: [Staleness] = []
  /// The verdicts, by pair of questions.
  package let judgements: [QuestionPair: Judgement]
  /// Pairs whose verdict an earlier run was given.
  package private(set) var rememberedPairs = 0

  private let baselines: AnswerBaselines
  private let score: AnswerScore
  private let pairs: HitPairs
  private let cache: CacheTrace
  private let graph: NeighbourGraph
  /// Of two single answers.
  private let single: EvidenceCurve?
  private let singleRatios: [Double]
  /// By request of the log its dense key; `.max` where it is not cacheable.
  private let keyOf: [UInt32]

  package init(
    _ context: StrategyContext, settings: [CacheSetting], verdicts: [Verdict: Bool] = [:]
  ) {
    self.init(
      context.log, context.cache, context.similarity, settings: settings, ttls: context.options.cache.ttls,
      verdicts: verdicts, remembered: context.judgements, threads: context.threads)
  }

  /// - Parameters:
  ///   - verdicts: true where the served answer was right.
  ///   - remembered: what was said of pairs before; a verdict of now takes its place.
  package init(
    _ log: RequestLog, _ cache: CacheTrace, _ similarity: Similarity, settings: [CacheSetting], ttls: [Lifetime] = [],
    verdicts: [Verdict: Bool] = [:], remembered: [QuestionPair: Judgement] = [:], threads: Int
  ) {
    self.cache = cache
    graph = similarity.graph
    var keyOf = [UInt32](repeating: .max, count: log.requests.count)
    for (position, key) in cache.trace.keys.enumerated() { keyOf[Int(cache.requests[position])] = key }
    self.keyOf = keyOf
    let given = Self.byPair(verdicts, keyOf)
    let identities = given.isEmpty && remembered.isEmpty ? [] : log.prompts.keyIdentities()
    func pair(_ key: UInt64) -> QuestionPair {
      let (asked, served) = (cache.keys[Int(key >> 32)], cache.keys[Int(key & 0xffff_ffff)])
      return QuestionPair(asked: identities[Int(asked)], served: identities[Int(served)])
    }
    judgements = Dictionary(uniqueKeysWithValues: given.map { (pair($0.key), $0.value) })
    let semantic = settings.filter { $0.threshold < 1 }
    let keys = Self.pairs(cache, graph, semantic, threads: threads)

    let comparison = AnswerComparison(log, cache, threads: threads)
    let lowest = semantic.map(\.threshold).min() ?? 1
    let rivals = Self.rivals(
      comparison, graph, keyCount: cache.keys.count,
      among: RivalQuestions(
        comparison, cache, similarity, below: min(Self.rivalCosine, lowest - 0.05), threads: threads),
      threads: threads)
    let answered = keys.map { (asked: Int($0 >> 32), server: Int($0 & 0xffff_ffff)) }.filter {
      comparison.answerCount($0.asked) > 0 && comparison.answerCount($0.server) > 0
    }
    let baselines = AnswerBaselines(
      comparison, rivals, graph, keyCount: cache.keys.count, pairs: answered, threads: threads)
    self.baselines = baselines
    let score = AnswerScore(baselines)
    self.score = score
    let single = score.curves[.one]
    self.single = single
    singleRatios = single?.logRatios() ?? []
    unverifiedReason = Self.unverifiedReason(baselines, single)
    guard unverifiedReason == nil else {
      pairs = HitPairs([], cells: [], distances: [], judged: [:], curves: [], threads: threads)
      return
    }

    let classes = score.curves.keys.sorted { ($0.fewer, $0.more) < ($1.fewer, $1.more) }
    let curves = classes.map { score.curves[$0]! }
    var firstCells: [SizeClass: Int] = [:]
    var cellCount = 0
    for size in classes {
      firstCells[size] = cellCount
      cellCount += score.curves[size]!.bins
    }
    let firstCell = firstCells
    let rows = similarity.rows
    let distances = keys.map { key in
      WrongPrior.distance(similarity.vectors.cosine(Int(rows[Int(key >> 32)]), Int(rows[Int(key & 0xffff_ffff)])))
    }
    let cells = parallelMap(keys.count, threads: threads) { index -> UInt16 in
      let (asked, server) = (Int(keys[index] >> 32), Int(keys[index] & 0xffff_ffff))
      guard comparison.answerCount(asked) > 0, comparison.answerCount(server) > 0 else { return HitPairs.unknown }
      let sizes = baselines.sizes(asked, server)
      let size = SizeClass(sizes.asked, sizes.server)
      guard let curve = score.curves[size], let first = firstCell[size] else { return HitPairs.unknown }
      return UInt16(first + curve.bin(score(baselines.features(asked: asked, server: server, sizes: sizes))))
    }
    var judged: [Int: Double] = [:]
    if !identities.isEmpty {
      for (index, key) in keys.enumerated() {
        if let judgement = given[key] {
          judged[index] = judgement.wrongShare
        } else if let judgement = remembered[pair(key)] {
          judged[index] = judgement.wrongShare
          rememberedPairs += 1
        }
      }
    }
    pairs = HitPairs(
      keys, cells: cells, distances: distances.map { Float($0) }, judged: judged, curves: curves, threads: threads)
    let overlap = Self.overlap(curves, cells)
    if overlap > Self.maximumOverlap {
      unverifiedReason = Self.alike(overlap)
      return
    }
    let disagreement = curves.flatMap { $0.disagreement() }
    let results = parallelMap(semantic.count, threads: threads) { [self] in rate(of: semantic[$0], disagreement) }
    for (setting, rate) in zip(semantic, results) { rates[setting] = rate }
    staleness = Staleness.measure(
      baselines, cache, curve: single!, ttls: ttls, threads: threads
    ) { single!.bin(score($0)) }
  }

  /// The rivals whose answers do not tell that they mean the same. A question with many wordings has some far from each
  /// other: what their answers share is no boilerplate.
  private static func rivals(
    _ comparison: AnswerComparison, _ graph: NeighbourGraph, keyCount: Int, among all: RivalQuestions, threads: Int
  ) -> RivalQuestions {
    let baselines = AnswerBaselines(
      comparison, all, graph, keyCount: keyCount, pairs: all.pairs, hasBackground: false, threads: threads)
    let score = AnswerScore(baselines)
    let ratios = score.curves.mapValues { $0.logRatios() }
    guard let usually = score.curves[.one]?.contamination else { return all }
    return all.without(usually: usually, threads: threads) { key, rival in
      let sizes = baselines.sizes(key, rival)
      let size = SizeClass(sizes.asked, sizes.server)
      guard let curve = score.curves[size] else { return nil }
      return ratios[size]![curve.bin(score(baselines.features(asked: key, server: rival, sizes: sizes)))]
    }
  }

  private static func unverifiedReason(_ baselines: AnswerBaselines, _ single: EvidenceCurve?) -> String? {
    if baselines.repeats < minimumPairs {
      return """
        only \(NumberText.grouped(baselines.repeats)) exact repeats carry answers \
        (\(minimumPairs) are needed to see how right answers differ)
        """
    }
    guard let single, baselines.byClass[.one]!.wrong.count >= minimumPairs else {
      return "too few questions are far enough apart to see how wrong answers differ"
    }
    return single.overlap > maximumOverlap ? alike(single.overlap) : nil
  }

  private static func alike(_ overlap: Double) -> String {
    """
    answers to different questions look too much like answers to the same one \
    (\(NumberText.fixed(100 * overlap, 0)) % overlap)
    """
  }

  /// Over the pairs, of the curve that judges each.
  private static func overlap(_ curves: [EvidenceCurve], _ cells: [UInt16]) -> Double {
    let curveOf = curves.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element.bins) }
    var counts = [Double](repeating: 0, count: curves.count)
    for cell in cells where cell != HitPairs.unknown { counts[curveOf[Int(cell)]] += 1 }
    let sum = counts.reduce(0, +)
    return sum == 0 ? 0 : zip(curves, counts).reduce(0) { $0 + ($1.1 > 0 ? $1.0.overlap * $1.1 / sum : 0) }
  }

  /// Every pair of asking and serving key that hits in some setting, rising.
  private static func pairs(
    _ cache: CacheTrace, _ graph: NeighbourGraph, _ settings: [CacheSetting], threads: Int
  ) -> [UInt64] {
    var all: Set<UInt64> = []
    // Some settings at a time: their hits together would take more memory than the log.
    let batch = max(1, threads)
    for start in stride(from: 0, to: settings.count, by: batch) {
      let found = parallelMap(min(batch, settings.count - start), threads: threads) { index -> Set<UInt64> in
        var pairs: Set<UInt64> = []
        forEachHit(cache, graph, settings[start + index]) { position, server, _ in
          pairs.insert(HitPairs.key(asked: cache.trace.keys[position], server: cache.trace.keys[server]))
        }
        return pairs
      }
      for pairs in found { all.formUnion(pairs) }
    }
    return all.sorted()
  }

  /// The only place that asks the replay for hits.
  private static func forEachHit(
    _ cache: CacheTrace, _ graph: NeighbourGraph, _ setting: CacheSetting,
    _ body: @escaping (_ position: Int, _ server: Int, _ cosine: Float) -> Void
  ) {
    _ = replayCache(cache.trace, graph: graph, setting: setting) { position, kind, server, cosine in
      if kind == .semantic { body(position, server, cosine) }
    }
  }

  /// By pair of dense keys: a verdict about one hit speaks for all hits of its two questions.
  private static func byPair(_ verdicts: [Verdict: Bool], _ keyOf: [UInt32]) -> [UInt64: Judgement] {
    var judgements: [UInt64: Judgement] = [:]
    for (hit, isRight) in verdicts where keyOf.indices.contains(hit.request) && keyOf.indices.contains(hit.server) {
      let (asked, server) = (keyOf[hit.request], keyOf[hit.server])
      if asked == .max || server == .max { continue }
      judgements[HitPairs.key(asked: asked, server: server), default: Judgement()].add(isRight: isRight)
    }
    return judgements
  }

  private func rate(of setting: CacheSetting, _ disagreement: [Double]) -> Rate {
    var rate = Rate(hits: 0, compared: 0, disagreement: 0, excess: 0)
    var weights = [Double](repeating: 0, count: pairs.keys.count)
    var dollars = weights
    var squares = 0.0
    var disagreeing = 0.0
    Self.forEachHit(cache, graph, setting) { [self] position, server, _ in
      rate.hits += 1
      guard let pair = pairs.index(asked: cache.trace.keys[position], server: cache.trace.keys[server]),
        pairs.cells[pair] != HitPairs.unknown
      else { return }
      rate.compared += 1
      disagreeing += disagreement[Int(pairs.cells[pair])]
      let cost = Double(cache.trace.costs[position])
      weights[pair] += 1
      dollars[pair] += cost
      squares += cost * cost
    }
    if rate.compared == 0 { return rate }
    rate.disagreement = disagreeing / Double(rate.compared)
    rate.excess = max(0, (rate.disagreement - 0.05) / 0.95)
    if rate.compared >= Self.minimumHits {
      rate.wrong = pairs.interval(weights, squares: Double(rate.compared))
      rate.wrongDollars = pairs.interval(dollars, squares: squares)
    }
    return rate
  }

  /// Probability that the logged answers of two requests say the same where half of such pairs do; nil where one has
  /// none or nothing is verified.
  package func same(_ a: Int, _ b: Int) -> Double? {
    guard unverifiedReason == nil, let single, keyOf[a] != .max, keyOf[b] != .max else { return nil }
    guard baselines.comparison.hasAnswer(a), baselines.comparison.hasAnswer(b) else { return nil }
    let features = baselines.features(
      [UInt32(a)], [UInt32(b)], Int(keyOf[a]), Int(keyOf[b]), size: SizeClass.one.more)
    return 1 / (1 + exp(singleRatios[single.bin(score(features))]))
  }

  /// The hits of a setting that are most probably wrong, worst first.
  package func riskiest(_ count: Int, of setting: CacheSetting) -> [Hit] {
    guard unverifiedReason == nil, rates[setting]?.wrong != nil else { return [] }
    var hits: [Hit] = []
    Self.forEachHit(cache, graph, setting) { [self] position, server, cosine in
      guard let pair = pairs.index(asked: cache.trace.keys[position], server: cache.trace.keys[server]),
        pairs.cells[pair] != HitPairs.unknown
      else { return }
      hits.append(
        Hit(
          request: Int(cache.requests[position]), server: Int(cache.requests[server]), cosine: cosine, pair: pair,
          wrong: pairs.posteriors[pair]))
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
