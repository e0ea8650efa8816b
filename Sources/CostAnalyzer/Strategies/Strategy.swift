/// What a log must carry for a strategy to run.
package enum Capability: Sendable {
  case promptText, cacheableRequests, neighbours, prices, severalPricedModels, selfHosted, student

  package var lack: String {
    switch self {
    case .promptText: "no accepted request carries prompt text"
    case .cacheableRequests: "no request may be cached (no prompt text, errors, tool calls, or a rule of the options)"
    case .neighbours: "there are more pairs of near-identical questions than cache.maxPairs (some 35 bytes each)"
    case .prices: "no accepted request has a cost"
    case .severalPricedModels: "the log has fewer than two priced models; name routing.cheap in the config"
    case .selfHosted: "no model is declared self-hosted (selfHosted.models)"
    case .student: "no student model is named (distillation.student)"
    }
  }
}

/// What one request is served by and costs while levers are applied in order (SPEC §9). Cost is computed once, at the end.
package struct RequestState: Sendable, Equatable {
  /// Pico-dollars of the model call in the log.
  package let logged: PicoDollars
  /// Pico-dollars of the model call; 0 once a cache served it.
  package var cost: PicoDollars
  /// Pico-dollars of the levers themselves: lookups, embeddings.
  package var charges: PicoDollars = 0
  package var isServed = false
  /// Another model than the logged one answers.
  package var isMoved = false

  package init(cost: PicoDollars) {
    logged = cost
    self.cost = cost
  }
}

/// How a lever changes a request, for the joint replay. What it leaves alone when nothing was changed before, it leaves alone
/// behind every other lever.
package protocol LeverEffect: Sendable {
  func apply(to state: inout RequestState, request: Int)
}

/// What a strategy found. Savings are pico-dollars.
package struct StrategyOutcome: Sendable {
  package var id: String
  package var title: String
  /// Why the strategy did not run; then everything below is empty.
  package var notRun: String?
  /// What the model calls would have cost less.
  package var gross: Int128 = 0
  /// What the lever itself would have cost.
  package var charges: Int128 = 0
  /// What it would have cost whoever was served (storage).
  package var fixedCharges: Int128 = 0
  /// The part of `gross` that rests on estimated token counts.
  package var estimatedGross: Int128 = 0
  /// Levers whose work this one does itself: with both on, only this one is replayed.
  package var includes: [String] = []
  package var requestsAffected = 0
  /// Pico-dollars that one more affected request would save on average; 0 for a lever of which a log shows enough. With few
  /// affected requests, how many there are is chance, and the interval says so.
  package var meanPotential = 0.0
  package var evidence = Evidence.replayed
  /// One sentence on what the figure does not cover.
  package var caveat = ""
  package var effect: (any LeverEffect)?
  package var sections: [ReportSection] = []
  /// The setting that the first 70 % of the log would have chosen, where the lever has one to choose.
  package var holdout: Holdout.Choice?
  /// What to deploy of the lever, where that is more than the options say.
  package var deployment: Deployment?
  /// How the logged answers compare, where the lever asked.
  package var verification: Verification?

  /// Whether the saving may count in a lower bound; unless the lever knows better, when it rests on no assumption.
  package var isDefensible: Bool { isFirm ?? (evidence < .assumed) }
  package var isFirm: Bool?

  package var net: Int128 { gross - charges - fixedCharges }

  package init(id: String, title: String) {
    self.id = id
    self.title = title
  }
}

/// One lever: one file, one line in the catalog, one section in `docs/strategies.md`.
package protocol Strategy: Sendable {
  static var id: String { get }
  static var title: String { get }
  static var requires: [Capability] { get }
  static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws
}

/// Everything strategies read. Built once by `Analysis`.
package struct StrategyContext: Sendable {
  package var options: AnalysisOptions
  package var log: RequestLog
  /// In the order they are asked.
  package var priceTables: [PriceTable]
  package var prices: PriceBook
  package var ledger: Ledger
  package var cache: CacheTrace
  /// Vectors and neighbours of the cache keys; empty when no text is there.
  package var similarity: Similarity
  /// Which weights scored the prompts.
  package var complexityVersion: String
  /// How prompts were trimmed; nil where that is off.
  package var trims: TrimMeasure?
  /// What embeds texts that the log has no vectors of.
  package var embedder: (any Embedder)?
  package var threads: Int
  package var holdout: Holdout
  /// What of the log's texts may be written.
  package var content: ContentPolicy
  /// Verdicts of earlier reviews that the state remembers.
  package var judgements: [QuestionPair: Judgement] = [:]

  package init(
    options: AnalysisOptions, log: RequestLog, priceTables: [PriceTable], prices: PriceBook, ledger: Ledger,
    cache: CacheTrace, similarity: Similarity, complexityVersion: String, trims: TrimMeasure? = nil,
    embedder: (any Embedder)? = nil, content: ContentPolicy? = nil, threads: Int
  ) {
    self.options = options
    self.log = log
    self.priceTables = priceTables
    self.prices = prices
    self.ledger = ledger
    self.cache = cache
    self.similarity = similarity
    self.complexityVersion = complexityVersion
    self.trims = trims
    self.embedder = embedder
    self.threads = threads
    holdout = Holdout(log)
    self.content = content ?? ContentPolicy(options.privacy)
  }
}

/// All levers in the order of the waterfall.
package enum StrategyCatalog {
  package static let all: [any Strategy.Type] = [
    ExactCacheStrategy.self,
    SemanticCacheStrategy.self,
    PrefixCacheStrategy.self,
    PromptStrategy.self,
    RoutingStrategy.self,
    DistillationStrategy.self,
    QuantisationStrategy.self,
    BatchingStrategy.self,
  ]

  static func run(_ strategy: any Strategy.Type, _ context: StrategyContext) throws -> StrategyOutcome {
    var outcome = StrategyOutcome(id: strategy.id, title: strategy.title)
    if let missing = strategy.requires.first(where: { !context.has($0) }) {
      outcome.notRun = missing.lack
      return outcome
    }
    try strategy.run(context, into: &outcome)
    return outcome
  }
}

extension StrategyContext {
  func has(_ capability: Capability) -> Bool {
    switch capability {
    case .promptText: !log.prompts.prompts.isEmpty
    case .cacheableRequests: cache.trace.count > 0
    case .neighbours: !similarity.hasTooManyPairs
    case .prices: ledger.total.cost > 0
    case .severalPricedModels: RoutingTiers.candidates(self).count > 1 || options.routing.cheap != nil
    case .selfHosted: !options.selfHosted.models.isEmpty
    case .student: options.distillation.student != nil
    }
  }
}
