/// Serves a request from the stored answer of an earlier one with the same scope and normalised key.
///
/// Replayed exactly for every TTL × capacity × policy of the options; the headline is the setting to deploy
/// (`cache.ttl`, unbounded capacity). Saves the whole billed cost of every hit.
package enum ExactCacheStrategy: Strategy {
  package static let id = "exact-cache"
  package static let title = "Exact response cache"
  package static let requires: [Capability] = [.cacheableRequests]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    let options = context.options.cache
    let trace = context.cache.trace
    // Bélády's policy bounds what any other could reach.
    let settings = CacheSweep.settings(options, policies: options.policies + [.belady], thresholds: [1], guards: [0])
    let outcomes = replayCacheGrid(trace, settings: settings, threads: context.threads)
    let (served, deployed) = replayDeployed(context)
    let charges = CacheCharges(options)
    outcome.effect = ServedEffect(
      served: served, charges: context.cache.requests.map { (request: $0, charge: charges.lookup) },
      count: context.log.requests.count)
    outcome.requestsAffected = served.count
    outcome.gross = served.reduce(0) { $0 + Int128(context.log.requests[Int($1)].cost) }
    outcome.estimatedGross = served.reduce(0) { sum, request in
      let request = context.log.requests[Int(request)]
      return request.flags.contains(.estimated) && !request.flags.contains(.billed) ? sum + Int128(request.cost) : sum
    }
    outcome.charges = Int128(charges.lookup) * Int128(trace.count)
    outcome.fixedCharges = charges.storage(deployed, trace)
    outcome.evidence = .replayed
    outcome.caveat = "answers repeat word for word only if the caller accepts the first answer again"
    outcome.sections = [section(context, settings, outcomes, outcome, deployed)]
  }

  /// What the deployed setting serves.
  private static func replayDeployed(_ context: StrategyContext) -> (served: [UInt32], outcome: CacheOutcome) {
    var served: [UInt32] = []
    let outcome = replayCache(context.cache.trace, setting: context.options.deployed(threshold: 1)) {
      position, _, _, _ in served.append(context.cache.requests[position])
    }
    return (served, outcome)
  }

  private static func section(
    _ context: StrategyContext, _ settings: [CacheSetting], _ outcomes: [CacheOutcome],
    _ outcome: StrategyOutcome, _ deployed: CacheOutcome
  ) -> ReportSection {
    let bill = context.ledger.total.cost
    var grid = Table(
      "exact_cache",
      [
        .init("ttl", "TTL"), .init("capacity", "capacity"), .init("policy", "policy"), .init("requests"),
        .init("hits", "hits"), .init("hit_rate", "hit rate"), .init("saved_usd", "saved"),
        .init("saved_share_of_bill", "of the bill"), .init("saved_seconds"), .init("evictions"), .init("expirations"),
        .init("peak_entries", "peak entries"),
        .init("hit_bound"),
      ])
    for (setting, result) in zip(settings, outcomes) {
      grid.add(
        .text(Lifetime(micros: setting.ttl).description), setting.capacity.map { .int($0) } ?? .text("inf"),
        .text(setting.policy.rawValue), .int(result.requests), .int(result.hits),
        .share(Double(result.hits) / Double(result.requests)), .usd(result.savedPico),
        .share(bill == 0 ? .nan : Double(result.savedPico) / Double(bill)), .int(result.savedMilliseconds / 1000),
        .int(result.evictions),
        .int(result.expirations),
        .int(result.peakEntries),
        setting.policy == .belady
          ? .int(exactHitBound(context.cache.trace, ttl: setting.ttl, capacity: setting.capacity)) : .empty)
    }
    var shown = Table(grid.name, grid.columns)
    // A cache that was never full is the unbounded one again.
    let peaks = Dictionary(
      zip(settings, outcomes).filter { $0.0.capacity == nil }.map { ($0.0.ttl, $0.1.peakEntries) },
      uniquingKeysWith: max)
    shown.rows = zip(settings, grid.rows).filter { setting, _ in
      setting.policy == context.options.cache.policies[0] && (setting.capacity ?? -1) < peaks[setting.ttl] ?? .max
    }.map(\.1)
    let trace = context.cache.trace
    return ReportSection(
      title,
      blocks: [
        .paragraph(
          """
          \(NumberText.grouped(trace.count)) of \(NumberText.grouped(context.ledger.total.requests)) requests are cacheable \
          (\(NumberText.percent(context.cache.cost, of: bill)) of the bill), with \(NumberText.grouped(trace.keyCount)) distinct \
          keys. At TTL \(context.options.cache.ttl) without a capacity limit, \(NumberText.grouped(outcome.requestsAffected)) \
          would have been hits, saving \(MoneyText.readable(outcome.gross)) before \(MoneyText.readable(outcome.charges)) for \
          lookups, and \(NumberText.grouped(deployed.savedMilliseconds / 1000)) s of waiting. \
          \(context.options.cache.policies[0].rawValue) is shown; all policies, and the proven bound on hits beside Bélády, \
          are in `exact_cache.csv`.
          """),
        .table(shown, top: .max),
        .paragraph("What each normalisation step buys (TTL ∞, no capacity limit, cumulative):"),
        .table(normalization(context), top: .max),
        .paragraph("What is never cached, by the first rule that applies:"),
        .table(leftOut(context), top: .max),
      ], files: [grid])
  }

  private static func normalization(_ context: StrategyContext) -> Table {
    let cache = context.cache
    let prompts = context.log.prompts
    var table = Table(
      "normalization",
      [
        .init("step", "after step"), .init("distinct_keys", "distinct keys"), .init("hits", "hits"),
        .init("saved_usd", "saved"), .init("extra_hits", "hits gained"), .init("extra_saved_usd", "gained"),
      ])
    var before: (hits: Int, saved: Int128) = (0, 0)
    for step in -1..<NormalizationStep.allCases.count {
      let keys = cache.requests.enumerated().map { position, request -> UInt64 in
        let prompt = context.log.requests[Int(request)].prompt
        if step == -1 { return UInt64(prompt) }
        if step == NormalizationStep.fillers.rawValue { return UInt64(cache.trace.keys[position]) }
        return prompts.prompts[Int(prompt)].stepKeys[step]
      }
      let (hits, saved) = cache.repeats(keys: keys)
      let name = step == -1 ? "raw text" : NormalizationStep(rawValue: step)!.name
      table.add(
        .text(name), .int(keys.count - hits), .int(hits), .usd(saved), step == -1 ? .empty : .int(hits - before.hits),
        step == -1 ? .empty : .usd(saved - before.saved))
      before = (hits, saved)
    }
    return table
  }

  private static func leftOut(_ context: StrategyContext) -> Table {
    var table = Table(
      "not_cacheable", [.init("rule", "rule"), .init("requests", "requests"), .init("cost_usd", "cost")])
    for rule in CacheabilityRule.allCases {
      let left = context.cache.leftOut[Int(rule.rawValue)]
      if left.requests > 0 { table.add(.text(rule.name), .int(left.requests), .usd(left.cost)) }
    }
    return table
  }
}

/// A cache that serves some requests and charges for being asked.
struct ServedEffect: LeverEffect {
  private var isServed: [Bool]
  private var charges: [PicoDollars]

  init(served: [UInt32], charges: [(request: UInt32, charge: PicoDollars)], count: Int) {
    isServed = [Bool](repeating: false, count: count)
    self.charges = [PicoDollars](repeating: 0, count: count)
    for request in served { isServed[Int(request)] = true }
    for (request, charge) in charges { self.charges[Int(request)] = charge }
  }

  func apply(to state: inout RequestState, request: Int) {
    if state.isServed { return }
    state.charges += charges[request]
    if isServed[request] {
      state.isServed = true
      state.cost = 0
    }
  }
}

extension NeighbourGraph {
  package static func empty(keyCount: Int) -> NeighbourGraph {
    NeighbourGraph(offsets: [Int](repeating: 0, count: keyCount + 1), neighbours: [], cosines: [], refusals: [])
  }
}
