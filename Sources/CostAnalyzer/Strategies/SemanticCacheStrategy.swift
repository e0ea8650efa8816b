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
    let trace = context.cache.trace
    let charges = CacheCharges(options)
    let deployed = context.options.deployed(threshold: options.threshold)
    var served: [UInt32] = []
    var isExact = [Bool](repeating: false, count: trace.count)
    let result = replayCache(trace, graph: context.similarity.graph, setting: deployed) { position, kind, _, _ in
      served.append(context.cache.requests[position])
      if kind == .exact { isExact[position] = true }
    }
    let asked = context.cache.requests.enumerated().map { position, request -> (request: UInt32, charge: PicoDollars) in
      (request, isExact[position] ? charges.lookup : 2 * charges.lookup + trace.embeddingCosts[position])
    }
    outcome.effect = ServedEffect(served: served, charges: asked, count: context.log.requests.count)
    outcome.requestsAffected = served.count
    // Its replay asks for an exact entry first; what an exact cache alone would hold is another history.
    outcome.includes = [ExactCacheStrategy.id]
    outcome.gross = result.savedPico
    outcome.charges = asked.reduce(0) { $0 + Int128($1.charge) }
    outcome.fixedCharges = charges.storage(result, trace)
    precondition(
      outcome.charges + outcome.fixedCharges == charges.total(result, trace, isSemantic: true),
      "the replay and its requests disagree about charges")
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
    outcome.sections = [chapter.section()]
  }
}
