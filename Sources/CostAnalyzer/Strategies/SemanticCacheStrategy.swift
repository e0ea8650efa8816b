/// Serves a request from the answer of an earlier one that *means* nearly the same: exact first, then the nearest live
/// entry at or above a cosine threshold that no guard refuses.
///
/// The saving is replayed; that the served answers would have been right is estimated from the answers in the log
/// (`Verification`), and the saving is never part of the safe total.
package enum SemanticCacheStrategy: Strategy {
  package static let id = "semantic-cache"
  package static let title = "Semantic response cache"
  package static let requires: [Capability] = [.cacheableRequests, .neighbours]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    let options = context.options.cache
    let deployed = context.options.deployed(threshold: options.threshold)
    let (service, result) = serve(context, deployed)
    outcome.serve(as: service)
    // Its replay asks for an exact entry first; what an exact cache alone would hold is another history.
    outcome.includes = [ExactCacheStrategy.id]
    // The replay is exact; that the served answers are right rests on a model of likeness.
    outcome.evidence = .modelled
    let chapter = try SemanticCacheChapter(context, deployed: deployed, result)
    if result.unsearched > 0 {
      let count = NumberText.grouped(result.unsearched)
      outcome.caveat = "a lower bound: \(count) requests of dense clusters were not compared with all entries; "
    }
    outcome.caveat += chapter.caveat
    outcome.verification = chapter.verification
    let wrong = chapter.verification.rates[deployed]?.wrong
    outcome.isFirm = wrong.map { $0.upper <= options.maxWrongHits } ?? false
    outcome.holdout = chapter.heldOut()
    var recommendation = chapter.recommendation
    recommendation.service = recommendation.guarded.map { serve(context, $0).service }
    outcome.deployment = .cache(recommendation)
    outcome.sections = [chapter.section()]
  }

  private static func serve(
    _ context: StrategyContext, _ setting: CacheSetting
  ) -> (service: CacheService, result: CacheOutcome) {
    let trace = context.cache.trace
    let charges = CacheCharges(context.options.cache)
    var served: [UInt32] = []
    var isExact = [Bool](repeating: false, count: trace.count)
    let result = replayCache(trace, graph: context.similarity.graph, setting: setting) { position, kind, _, _ in
      served.append(context.cache.requests[position])
      if kind == .exact { isExact[position] = true }
    }
    let asked = context.cache.requests.enumerated().map { position, request -> (request: UInt32, charge: PicoDollars) in
      // From a threshold of 1 upwards nothing is embedded.
      let embedding = setting.threshold < 1 ? trace.embeddingCosts[position] : 0
      return (request, isExact[position] ? charges.lookup : 2 * charges.lookup + embedding)
    }
    let service = CacheService(
      effect: ServedEffect(served: served, charges: asked, count: context.log.requests.count), requests: served.count,
      gross: result.savedPico, charges: asked.reduce(0) { $0 + Int128($1.charge) },
      fixedCharges: charges.storage(result, trace))
    precondition(
      service.charges + service.fixedCharges == charges.total(result, trace, isSemantic: true),
      "the replay and its requests disagree about charges")
    return (service, result)
  }
}
