/// Serves a request from the answer of an earlier one that *means* nearly the same: exact first, then the nearest live
/// entry at or above a cosine threshold that no guard refuses.
///
/// The saving is replayed; whether the served answers would have been right is not known from a log. The disagreement
/// of the logged answers is printed beside every threshold, and the saving is never part of the safe total.
package enum SemanticCacheStrategy: Strategy {
  package static let id = "semantic-cache"
  package static let title = "Semantic response cache"
  package static let requires: [Capability] = [.cacheableRequests, .neighbours]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    let options = context.options.cache
    let trace = context.cache.trace
    let mask = context.options.guardMask
    let settings = options.thresholds.flatMap { threshold in
      options.ttls.flatMap { ttl in
        [mask, 0].map { CacheSetting(threshold: Float(threshold), ttl: ttl.micros, guards: $0) }
      }
    }
    let outcomes = replayCacheGrid(
      trace, graph: context.similarity.graph, settings: settings, threads: context.threads)
    let agreement = AnswerAgreement(context)

    // The deployed setting.
    let deployed = CacheSetting(threshold: Float(options.threshold), ttl: options.ttl.micros, guards: mask)
    var served: [UInt32] = []
    var isExact = [Bool](repeating: false, count: trace.count)
    let result = replayCache(trace, graph: context.similarity.graph, setting: deployed) {
      position, kind, _, _ in
      served.append(context.cache.requests[position])
      if kind == .exact { isExact[position] = true }
    }
    let charges = CacheCharges(options)
    let asked = context.cache.requests.enumerated().map { position, request -> (request: UInt32, charge: PicoDollars) in
      if isExact[position] { return (request, charges.lookup) }
      let text = context.log.prompts.prompts[Int(context.log.requests[Int(request)].prompt)].text.count
      return (request, 2 * charges.lookup + charges.embedding(bytes: text))
    }
    outcome.effect = ServedEffect(served: served, charges: asked, count: context.log.requests.count)
    outcome.requestsAffected = served.count
    // Its replay asks for an exact entry first; what an exact cache alone would hold is another history.
    outcome.includes = [ExactCacheStrategy.id]
    outcome.gross = result.savedExactPico + result.savedSemanticPico
    outcome.charges = asked.reduce(0) { $0 + Int128($1.charge) }
    // The replay is exact; that the served answers are right rests on a similarity model nobody verified.
    outcome.evidence = .modelled
    if result.unsearched > 0 {
      let count = NumberText.grouped(result.unsearched)
      outcome.caveat = "a lower bound: \(count) requests of dense clusters were not compared with all entries; "
    }
    outcome.caveat += "how many of the semantic answers would have been wrong is not verified in this version"
    outcome.sections = [section(context, settings, outcomes, agreement, result)]
  }

  private static func section(
    _ context: StrategyContext, _ settings: [CacheSetting], _ outcomes: [CacheOutcome],
    _ agreement: AnswerAgreement, _ deployed: CacheOutcome
  ) -> ReportSection {
    let options = context.options.cache
    let bill = context.ledger.total.cost
    var grid = Table(
      "semantic_cache",
      [
        .init("threshold", "threshold"), .init("ttl"), .init("guards"), .init("requests"),
        .init("exact_hits", "exact hits"), .init("semantic_hits", "semantic hits"), .init("hit_rate", "hit rate"),
        .init("saved_exact_usd"), .init("saved_semantic_usd", "semantic saved"), .init("saved_usd", "saved"),
        .init("saved_share_of_bill", "of the bill"), .init("answers_compared"),
        .init("disagreement", "answers disagree"),
        .init("excess_disagreement", "excess"), .init("unsearched"),
      ])
    for (setting, result) in zip(settings, outcomes) {
      let compared = agreement.disagreement(of: setting)
      grid.add(
        .number(Double(setting.threshold), decimals: 2), .text(Lifetime(micros: setting.ttl).description),
        .text(guardNames(setting.guards)), .int(result.requests), .int(result.exactHits), .int(result.semanticHits),
        .share(Double(result.exactHits + result.semanticHits) / Double(result.requests)), .usd(result.savedExactPico),
        .usd(result.savedSemanticPico), .usd(result.savedExactPico + result.savedSemanticPico),
        .share(bill == 0 ? .nan : Double(result.savedExactPico + result.savedSemanticPico) / Double(bill)),
        compared.map { .int($0.compared) } ?? .empty, compared.map { .share($0.rate) } ?? .empty,
        compared.map { .share($0.excess) } ?? .empty, .int(result.unsearched))
    }
    var shown = Table(grid.name, grid.columns)
    shown.rows = zip(settings, grid.rows).filter {
      $0.0.ttl == options.ttl.micros && $0.0.guards == context.options.guardMask
    }.map(\.1)
    let raw = zip(settings, outcomes).first {
      $0.0.threshold == Float(options.threshold) && $0.0.ttl == options.ttl.micros && $0.0.guards == 0
    }?.1
    return ReportSection(
      title,
      blocks: [
        .paragraph(
          """
          Embedder `\(context.similarity.embedder)` over \(NumberText.grouped(context.similarity.texts)) distinct texts; \
          \(NumberText.grouped(context.similarity.pairs)) pairs of keys at or above the lowest threshold\(dense(context.similarity)). At cosine ≥ \
          \(NumberText.fixed(options.threshold, 2)), TTL \(options.ttl), guards on: \(NumberText.grouped(deployed.exactHits)) \
          exact and \(NumberText.grouped(deployed.semanticHits)) semantic hits.
          """),
        .paragraph(band(context, deployed, raw)),
        .paragraph(agreement.explanation),
        .table(shown, top: .max),
        .paragraph("TTL, raw (unguarded) replays and all thresholds: `semantic_cache.csv`."),
        .paragraph("Pairs that the guards refuse:"),
        .table(guards(context), top: .max),
      ], files: [grid])
  }

  /// What the number of pairs leaves out.
  private static func dense(_ similarity: Similarity) -> String {
    similarity.denseKeys == 0
      ? ", all found"
      : """
      , without those of \(NumberText.grouped(similarity.denseKeys)) keys in dense clusters (fillings of a template) \
      among each other, which a replay computes when it needs them
      """
  }

  private static func guardNames(_ mask: UInt8) -> String {
    let names = GuardSet.names.enumerated().filter { mask >> UInt8($0.offset) & 1 == 1 }.map(\.element)
    return names.isEmpty ? "none" : names.joined(separator: "+")
  }

  private static func band(_ context: StrategyContext, _ guarded: CacheOutcome, _ raw: CacheOutcome?) -> String {
    let bill = context.ledger.total.cost
    let exact = MoneyText.readable(guarded.savedExactPico)
    let middle = guarded.savedExactPico + guarded.savedSemanticPico
    var text = """
      A band, never one number: exact replay alone is the floor; with guarded semantic hits \(MoneyText.readable(middle)) \
      (\(NumberText.percent(middle, of: bill)) of the bill), of which \(exact) come from exact hits
      """
    if let raw {
      let ceiling = raw.savedExactPico + raw.savedSemanticPico
      text += "; without guards \(MoneyText.readable(ceiling)), the ceiling"
    }
    return text + "."
  }

  private static func guards(_ context: StrategyContext) -> Table {
    var table = Table(
      "guards",
      [.init("guard", "guard"), .init("pairs_refused", "pairs refused"), .init("share_of_pairs", "of all pairs")])
    for (name, refused) in zip(GuardSet.names, context.similarity.refusedPairs)
    where name != GuardSet.modelName || context.options.guards.model != nil {
      table.add(.text(name), .int(refused), .share(Double(refused) / Double(max(1, context.similarity.pairs))))
    }
    return table
  }
}
