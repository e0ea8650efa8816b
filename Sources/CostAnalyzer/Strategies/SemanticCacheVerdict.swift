/// The part of the chapter on semantic caching that rests on the logged answers.
extension SemanticCacheChapter {
  /// What was found, and what to deploy.
  func verdict() -> String {
    if let reason = verification.unverifiedReason {
      return """
        **Unverified**: \(reason). Nothing can be said about how many semantic answers would have been wrong, so no setting \
        is recommended.
        """
    }
    let limit = NumberText.fixed(100 * options.maxWrongHits, 1)
    var text = """
      *Wrong* is the share of semantic hits whose logged answer says something else than the answer they would have been \
      served, estimated as a mixture of how right answers differ (\(NumberText.grouped(verification.repeats)) \
      exact repeats) and how wrong ones do, with its 95 % interval: **modelled**. \

      """
    if verification.rememberedPairs > 0 {
      text += """
        \(ReportWords.count(verification.rememberedPairs, "pair")) of questions count as judged in earlier reviews, which the \
        state remembers. \

        """
    }
    if let recommended, let wrong = verification.rates[recommended]?.wrong, let result = outcomes[recommended] {
      text += """
        **Recommended: cosine ≥ \(NumberText.fixed(Double(recommended.threshold), 2)), TTL \
        \(Lifetime(micros: recommended.ttl))**, the highest net saving (\(MoneyText.readable(net(result, recommended)))) of \
        all settings whose wrong hits stay under `cache.maxWrongHits` (\(limit) %) with the upper end of the interval \
        (\(Self.percent(wrong.lower)) to \(Self.percent(wrong.upper))).
        """
    } else {
      text += """
        **No setting is recommended**: none saves anything and is known to stay under `cache.maxWrongHits` (\(limit) % wrong \
        hits) with the upper end of its interval.
        """
    }
    return text
  }

  /// The setting that the first part of the log would have chosen. Which ones are safe is told from the whole log: answers are
  /// few, and their limit is no saving.
  func heldOut() -> Holdout.Choice? {
    let safe = CacheSweep.unbounded(options, guards: [deployed.guards]).filter {
      verification.rates[$0]?.wrong.map { $0.upper <= options.maxWrongHits } == true
    }
    if safe.isEmpty { return nil }
    let before = context.cache.trace.before(context.holdout.start)
    let results = replayCacheGrid(before, graph: context.similarity.graph, settings: safe, threads: context.threads)
    let candidates = zip(safe, results).map { setting, result in
      let first = result.savedPico - charges.total(result, before, isSemantic: true)
      return Holdout.Candidate(
        name: "cosine ≥ \(NumberText.fixed(Double(setting.threshold), 2)), TTL \(Lifetime(micros: setting.ttl))",
        first: first, later: net(outcomes[setting]!, setting) - first)
    }
    return Holdout.choose(
      candidates, rule: "settings whose wrong hits stay under \(Self.percent(options.maxWrongHits)), by the whole log")
  }

  func vCache() -> Table {
    var table = Table(
      "vcache",
      [
        .init("bound", "error bound"), .init("hits", "hits"), .init("rate", "hit rate"), .init("saved", "saved"),
        .init("wrong", "observed wrong while learning"), .init("fixed", "best fixed threshold"),
        .init("fixed_rate", "its hit rate"),
      ])
    for bound in [0.01, 0.02, 0.05] {
      let setting = VCacheSetting(
        errorBound: bound, floor: Float(options.thresholds.min()!), ttl: options.ttl.micros, guards: deployed.guards)
      let requests = context.cache.requests
      let result = replayVCache(context.cache.trace, graph: context.similarity.graph, setting: setting) {
        verification.same(Int(requests[$0]), Int(requests[$1])).map { $0 >= SameAnswer.agreed }
      }
      let fixed = bestFixed(wrongOfAll: bound)
      table.add(
        .share(bound), .int(result.hits), .share(result.hitRate),
        .usd(result.savedExactPico + result.savedSemanticPico),
        .share(Double(result.wrongObservations) / Double(max(1, result.observations))),
        fixed.map { .number(Double($0.threshold), decimals: 2) } ?? .empty,
        fixed.map { .share(outcomes[$0]!.hitRate) } ?? .empty)
    }
    return table
  }

  /// The fixed threshold with the highest hit rate whose estimated wrong answers stay under a share of all requests.
  private func bestFixed(wrongOfAll bound: Double) -> CacheSetting? {
    CacheSweep.unbounded(options, guards: [deployed.guards]).filter { setting in
      guard setting.ttl == options.ttl.micros, let wrong = verification.rates[setting]?.wrong,
        let result = outcomes[setting]
      else { return false }
      return wrong.estimate * Double(result.semanticHits) <= bound * Double(result.requests)
    }.max { outcomes[$0]!.hits < outcomes[$1]!.hits }
  }

  func staleness() -> String {
    if verification.staleness.isEmpty { return "There are too few exact repeats with answers to tell." }
    guard let ttl = verification.recommendedTTL(maxWrongHits: options.maxWrongHits) else {
      return "No TTL of the grid keeps changed answers under `cache.maxWrongHits`."
    }
    return "The longest TTL that keeps changed answers under `cache.maxWrongHits` is \(ttl)."
  }

  func stalenessTable() -> Table {
    var table = Table(
      "staleness", [.init("ttl", "TTL"), .init("compared", "repeats compared"), .init("stale", "answer changed")])
    for row in verification.staleness { table.add(.text(row.ttl.description), .int(row.compared), .share(row.stale)) }
    return table
  }

  /// The twenty riskiest pairs of questions that may be shown, of those that are wrong once in a hundred times.
  func riskiest() -> Table {
    var table = Table(
      "riskiest",
      [
        .init("wrong", "wrong"), .init("cosine", "cosine"), .init("question", "question"),
        .init("answer", "its answer in the log"), .init("cached", "cached question"), .init("served", "answer served"),
      ])
    let shown = ShownHits(context)
    var seen: Set<Int> = []
    for hit in verification.riskiest(.max, of: deployed) {
      if table.rows.count == 20 || hit.wrong < 0.01 { break }
      guard !seen.contains(hit.pair), let asked = shown.text(of: hit.request), let cached = shown.text(of: hit.server)
      else { continue }
      seen.insert(hit.pair)
      table.add(
        .share(hit.wrong), .number(Double(hit.cosine), decimals: 3), .text(asked.question), .text(asked.answer),
        .text(cached.question), .text(cached.answer))
    }
    return table
  }
}

/// Questions and answers of single requests, as far as a report may show them.
struct ShownHits {
  private static let shownCharacters = 160
  private let context: StrategyContext
  private let users: [Int]

  init(_ context: StrategyContext) {
    self.context = context
    var seen: Set<UInt64> = []
    var users = [Int](repeating: 0, count: context.cache.trace.keyCount)
    for (position, request) in context.cache.requests.enumerated() {
      let user = context.log.requests[Int(request)].user
      let key = context.cache.trace.keys[position]
      if !context.log.users[Int(user)].isEmpty, seen.insert(UInt64(key) << 32 | UInt64(user)).inserted {
        users[Int(key)] += 1
      }
    }
    self.users = users
    var keyOf: [UInt32: UInt32] = [:]
    for (dense, key) in context.cache.keys.enumerated() { keyOf[key] = UInt32(dense) }
    self.keyOf = keyOf
  }

  private let keyOf: [UInt32: UInt32]

  /// Nil where the answer is not kept, one of the texts may not be shown, or fewer than `precache.minUsers` users asked.
  func text(of request: Int) -> (question: String, answer: String)? {
    let prompt = context.log.prompts.prompts[Int(context.log.requests[request].prompt)]
    guard prompt.answerRequest == request, !prompt.answer.isEmpty, let key = keyOf[prompt.key],
      users[Int(key)] >= context.options.precache.minUsers
    else { return nil }
    guard let question = context.content.shown(String(decoding: prompt.text, as: UTF8.self)),
      let answer = context.content.shown(String(decoding: prompt.answer, as: UTF8.self))
    else { return nil }
    return (String(question.prefix(Self.shownCharacters)), String(answer.prefix(Self.shownCharacters)))
  }
}
