/// What the report says about semantic caching: the grid, what it would have got wrong, and which setting to deploy.
struct SemanticCacheChapter {
  let context: StrategyContext
  let deployed: CacheSetting
  private let deployedOutcome: CacheOutcome
  let outcomes: [CacheSetting: CacheOutcome]
  private let settings: [CacheSetting]
  let charges: CacheCharges
  let verification: Verification
  let recommendation: CacheRecommendation
  var recommended: CacheSetting? { recommendation.guarded }
  private let guardSet: GuardSet
  var options: AnalysisOptions.Cache { context.options.cache }
  private var bill: Int128 { context.ledger.total.cost }

  init(_ context: StrategyContext, deployed: CacheSetting, _ deployedOutcome: CacheOutcome) throws {
    guardSet = try context.options.guardSet(embedder: context.similarity.embedder)
    self.context = context
    self.deployed = deployed
    self.deployedOutcome = deployedOutcome
    let options = context.options.cache
    charges = CacheCharges(options)
    let mask = context.options.guardMask
    settings =
      CacheSweep.settings(options, policies: options.policies, thresholds: options.thresholds, guards: [mask])
      + CacheSweep.unbounded(options, guards: [mask, 0])
    let results = replayCacheGrid(
      context.cache.trace, graph: context.similarity.graph, settings: settings, threads: context.threads)
    let outcomes = Dictionary(zip(settings, results), uniquingKeysWith: { first, _ in first })
    self.outcomes = outcomes
    let unbounded = CacheSweep.unbounded(options, guards: [mask])
    let raw = CacheSweep.unbounded(options, guards: [0]).filter { $0.ttl == options.ttl.micros }
    verification = Verification(
      context, settings: unbounded + raw + [deployed],
      verdicts: try options.verdicts.map { try ReviewFile.verdicts(in: $0, for: context.log) } ?? [:])
    func nets(_ settings: [CacheSetting], _ charges: CacheCharges) -> [(setting: CacheSetting, net: Int128)] {
      settings.map { setting in
        let outcome = outcomes[setting]!
        return (setting, outcome.savedPico - charges.total(outcome, context.cache.trace, isSemantic: true))
      }
    }
    let rawNets = nets(raw, charges)
    let unguarded = verification.recommended(rawNets, maxWrongHits: options.maxWrongHits)
    recommendation = CacheRecommendation(
      guarded: verification.recommended(nets(unbounded, charges), maxWrongHits: options.maxWrongHits),
      unguarded: unguarded, unguardedNet: rawNets.first { $0.setting == unguarded }?.net ?? 0)
  }

  /// What the report says of the lever in one sentence.
  var caveat: String {
    guard verification.unverifiedReason == nil else {
      return "how many of the semantic answers would have been wrong is **unverified** (see its chapter)"
    }
    guard let wrong = verification.rates[deployed]?.wrong else {
      return "too few semantic hits carry answers to say how many would have been wrong"
    }
    return """
      an estimated \(Self.percent(wrong.estimate)) of its semantic answers (95 % interval \(Self.percent(wrong.lower)) to \
      \(Self.percent(wrong.upper))) would have been wrong
      """
  }

  static func percent(_ share: Double) -> String { NumberText.fixed(100 * share, 1) + " %" }

  func net(_ outcome: CacheOutcome, _ setting: CacheSetting) -> Int128 {
    outcome.savedPico - charges.total(outcome, context.cache.trace, isSemantic: setting.threshold < 1)
  }

  func section() -> ReportSection {
    let grid = grid()
    var blocks: [ReportSection.Block] = [
      .paragraph(opening()), .paragraph(band()), .paragraph(verdict()), .table(thresholds(), top: .max),
      .paragraph(
        "Net saving by threshold and TTL (guards on, no capacity limit); the frame is the recommended setting, or else that of the options:"
      ),
      .chart(.heatMap(heatMap())),
      .paragraph("Capacities and policies, TTLs, raw (unguarded) replays and all thresholds: `semantic_cache.csv`."),
      .paragraph("What each guard refuses, and what the cache would save more without it:"),
      .table(guards(), top: .max),
    ]
    if let chart = chart() { blocks.insert(.chart(.caching(chart)), at: 3) }
    if let chart = latency() { blocks.append(.chart(.latency(chart))) }
    if verification.unverifiedReason == nil {
      blocks += [
        .paragraph(
          """
          vCache (a threshold for every cached prompt, learnt under a bound on wrong answers) at the same TTL and guards, its \
          answers judged as above. A fixed threshold of the same error often serves more; its column says which. What vCache \
          saves is not verified beyond that:
          """),
        .table(vCache(), top: .max),
        .paragraph(
          """
          How answers to the same question drift apart with age: exact hits of a cache with that TTL, and the share of them \
          whose answer had changed. \(staleness())
          """),
        .table(stalenessTable(), top: .max),
      ]
      let risky = riskiest()
      if !risky.rows.isEmpty {
        blocks += [
          .paragraph(
            """
            The hits at the options' setting that are most probably wrong, with what the log answered to each question \
            (cut; not shown where too few users asked or private data stands in it). `analyze judge` writes a file to review them:
            """),
          .table(risky, top: .max),
        ]
      }
    }
    let keys = keyPolicies()
    blocks += [
      .paragraph(
        """
        What looser keys would serve at the same setting. A key that holds less than the whole conversation, or ignores \
        the system prompt, model or tenant, serves more and knows less of what it answers:
        """),
      .table(keys, top: .max),
    ]
    var section = ReportSection(SemanticCacheStrategy.title, blocks: blocks, files: [grid, keys])
    section.notDrawn = [
      .caching: verification.unverifiedReason
        ?? "too few semantic hits carry answers to say how many would have been wrong",
      .latency: "no request that a cache would have served has a latency",
    ]
    return section
  }

  private func opening() -> String {
    """
    Embedder `\(context.similarity.embedder)` over \(NumberText.grouped(context.similarity.texts)) distinct texts; \
    \(NumberText.grouped(context.similarity.pairs)) pairs of keys at or above the lowest threshold\(dense()). At cosine ≥ \
    \(NumberText.fixed(options.threshold, 2)), TTL \(options.ttl), guards on: \
    \(NumberText.grouped(deployedOutcome.exactHits)) exact and \(NumberText.grouped(deployedOutcome.semanticHits)) semantic \
    hits, \(NumberText.grouped(deployedOutcome.savedMilliseconds / 1000)) s of waiting saved.
    """
  }

  /// What the number of pairs leaves out.
  private func dense() -> String {
    context.similarity.denseKeys == 0
      ? ", all found"
      : """
      , without those of \(NumberText.grouped(context.similarity.denseKeys)) keys in dense clusters (fillings of a \
      template) among each other, which a replay computes when it needs them
      """
  }

  private func band() -> String {
    var exact = deployed
    exact.threshold = 1
    let floor = replayCache(context.cache.trace, setting: exact).savedPico
    var raw = deployed
    raw.guards = 0
    let ceiling = replayCache(context.cache.trace, graph: context.similarity.graph, setting: raw).savedPico
    let middle = deployedOutcome.savedPico
    return """
      A band, never one number: exact replay alone saves \(MoneyText.readable(floor)), the floor; with guarded semantic \
      hits \(MoneyText.readable(middle)) (\(NumberText.percent(middle, of: bill)) of the bill); without guards \
      \(MoneyText.readable(ceiling)), the ceiling. The cache itself costs \
      \(MoneyText.readable(charges.total(deployedOutcome, context.cache.trace, isSemantic: true))) (lookups, embeddings and \
      storage at the options' prices, **assumed**).
      """
  }

  private func grid() -> Table {
    var table = Table(
      "semantic_cache",
      [
        .init("threshold", "threshold"), .init("ttl", "TTL"), .init("capacity"), .init("policy"), .init("guards"),
        .init("requests"), .init("exact_hits", "exact hits"), .init("semantic_hits", "semantic hits"),
        .init("hit_rate", "hit rate"), .init("saved_exact_usd"), .init("saved_semantic_usd", "semantic saved"),
        .init("saved_usd", "saved"), .init("charges_usd"), .init("net_usd", "net"),
        .init("net_share_of_bill", "of the bill"), .init("saved_seconds"), .init("evictions"), .init("peak_entries"),
        .init("unsearched"), .init("answers_compared"), .init("disagreement"), .init("excess_disagreement"),
        .init("wrong", "wrong"), .init("wrong_lower", "from"), .init("wrong_upper", "to"), .init("wrong_dollars"),
        .init("wrong_dollars_lower"), .init("wrong_dollars_upper"),
      ])
    for setting in settings {
      let result = outcomes[setting]!
      // A cache that was never full is the unlimited one again.
      if setting.capacity != nil && result.evictions == 0 { continue }
      if setting.capacity == nil && setting.policy != .lru { continue }
      table.add(row(setting, result))
    }
    var seen: Set<String> = []
    table.rows = table.rows.filter { row in seen.insert("\(row.prefix(5))").inserted }
    return table
  }

  private func row(_ setting: CacheSetting, _ result: CacheOutcome) -> [Table.Cell] {
    let netSaving = net(result, setting)
    let share = bill == 0 ? Double.nan : Double(netSaving) / Double(bill)
    var cells: [Table.Cell] = [
      .number(Double(setting.threshold), decimals: 2), .text(Lifetime(micros: setting.ttl).description),
    ]
    if let capacity = setting.capacity {
      cells += [.int(capacity), .text(setting.policy.rawValue)]
    } else {
      cells += [.text("inf"), .text("any")]
    }
    cells += [
      .text(Self.guardNames(setting.guards)), .int(result.requests), .int(result.exactHits), .int(result.semanticHits),
      .share(result.hitRate), .usd(result.savedExactPico), .usd(result.savedSemanticPico), .usd(result.savedPico),
    ]
    cells += [
      .usd(result.savedPico - netSaving), .usd(netSaving), .share(share), .int(result.savedMilliseconds / 1000),
      .int(result.evictions), .int(result.peakEntries), .int(result.unsearched),
    ]
    guard setting.capacity == nil, let rate = verification.rates[setting] else {
      return cells + [Table.Cell](repeating: .empty, count: 9)
    }
    cells += [.int(rate.compared), .share(rate.disagreement), .share(rate.excess)]
    return cells + Self.interval(rate.wrong) + Self.interval(rate.wrongDollars)
  }

  private static func interval(_ value: Verification.Interval?) -> [Table.Cell] {
    guard let value else { return [.empty, .empty, .empty] }
    return [.share(value.estimate), .share(value.lower), .share(value.upper)]
  }

  /// Every threshold at the options' TTL, without a capacity limit.
  private func thresholds() -> Table {
    var table = Table(grid().name, grid().columns)
    for setting in CacheSweep.unbounded(options, guards: [deployed.guards]) where setting.ttl == options.ttl.micros {
      table.add(row(setting, outcomes[setting]!))
    }
    return table
  }

  func unbounded(_ setting: CacheSetting) -> CacheOutcome {
    var setting = setting
    setting.evictBatch = options.evictBatch
    return outcomes[setting]!
  }

  static func guardNames(_ mask: UInt8) -> String {
    let names = GuardSet.names.enumerated().filter { mask >> UInt8($0.offset) & 1 == 1 }.map(\.element)
    return names.isEmpty ? "none" : names.joined(separator: "+")
  }

  private func guards() -> Table {
    var table = Table(
      "guards",
      [
        .init("guard", "guard"), .init("pairs_refused", "pairs refused"), .init("share_of_pairs", "of all pairs"),
        .init("hits_lost", "semantic hits lost"), .init("saving_lost", "saving lost"),
      ])
    let bits = GuardSet.names.indices.filter { deployed.guards >> UInt8($0) & 1 == 1 }
    let without = replayCacheGrid(
      context.cache.trace, graph: context.similarity.graph,
      settings: bits.map { bit in
        var setting = deployed
        setting.guards &= ~(1 << UInt8(bit))
        return setting
      }, threads: context.threads)
    for (bit, result) in zip(bits, without) {
      let refused = context.similarity.refusedPairs[bit]
      table.add(
        .text(GuardSet.names[bit]), .int(refused), .share(Double(refused) / Double(max(1, context.similarity.pairs))),
        .int(result.hits - deployedOutcome.hits), .usd(result.savedPico - deployedOutcome.savedPico))
    }
    return table
  }

  /// The deployed setting under looser keys.
  private func keyPolicies() -> Table {
    var table = Table(
      "key_policies",
      [
        .init("key", "key"), .init("distinct_keys", "distinct keys"), .init("exact_hits", "exact hits"),
        .init("semantic_hits", "semantic hits"), .init("hit_rate", "hit rate"), .init("saved_usd", "saved"),
        .init("saved_exact_usd"), .init("saved_semantic_usd"),
      ])
    for policy in KeyPolicy.sweep {
      var cache = context.cache
      var similarity = context.similarity
      if policy != KeyPolicy() {
        cache = cache.loosened(context.log, policy)
        // A key that merges nothing serves what the options' key serves.
        if cache.trace.keyCount < context.cache.trace.keyCount || cache.groups.max() != context.cache.groups.max() {
          similarity = similarity.rekeyed(cache, context.log.prompts)
          similarity.findNeighbours(
            cache, context.log.prompts, threshold: deployed.threshold, guards: guardSet,
            maxPairs: options.maxPairs, threads: context.threads)
        }
      }
      if similarity.hasTooManyPairs {
        table.add([.text(policy.name), .int(cache.trace.keyCount)] + Array(repeating: .empty, count: 6))
        continue
      }
      let result = replayCache(cache.trace, graph: similarity.graph, setting: deployed)
      table.add(
        .text(policy.name), .int(cache.trace.keyCount), .int(result.exactHits), .int(result.semanticHits),
        .share(result.hitRate), .usd(result.savedPico), .usd(result.savedExactPico), .usd(result.savedSemanticPico))
    }
    return table
  }
}
