import Foundation
import Yams

/// Every option and its default, once. Built from defaults, a YAML file and flags, then validated; the resolved options
/// are the last section of every report. What cannot change a figure (threads, paths, verbosity) is not here.
package struct AnalysisOptions: Codable, Sendable, Equatable {
  package struct Input: Codable, Sendable, Equatable {
    /// log2 of the largest zstd window (10 … 31).
    package var maxWindowLog = 27
    /// Decoded bytes per compressed byte before a stream is refused.
    package var maxExpansion = 4096
    /// Longest line in bytes.
    package var maxLineBytes = 16 << 20
    /// YAML file that describes a log format of the user's own.
    package var mapping: String?
  }

  package struct Prices: Codable, Sendable, Equatable {
    /// LiteLLM-format price table; without it the small built-in table serves.
    package var file: String?
    /// Older prices, in the same format with dates.
    package var history: String?
    /// YAML file with names, discounts and rates of one's own.
    package var contract: String?
    /// Days that the log may go on after a price table was last seen, before the report warns.
    package var maxAgeDays = 180
  }

  package struct Cache: Codable, Sendable, Equatable {
    package var scope = CacheScope()
    /// How much of the conversation a key holds: `conversation`, `last-user` or `last-turns:K`.
    package var key = KeyContext.conversation
    /// Setting of the headline figures and of the joint replay.
    package var ttl = Lifetime.hours(24)
    package var threshold = 0.95
    /// Whether a hit starts the life of its entry anew, in every replay.
    package var sliding = false
    package var capacity = EntryLimit(nil)
    package var policy = EvictionPolicy.lru
    /// Entries that leave a full cache at once.
    package var evictBatch = 1
    /// Grids of the sweeps.
    package var ttls = [Lifetime.hours(1), .hours(6), .hours(24), .days(7), .unlimited]
    package var capacities = [100, 1_000, 10_000, 100_000, nil].map(EntryLimit.init)
    package var policies: [EvictionPolicy] = [.lru, .lfu, .sieve, .s3fifo, .gdsf]
    package var thresholds = (80...99).map { Double($0) / 100 }
    /// Whether tool calls, temperature and time-sensitive or personal questions keep requests out.
    package var rules = true
    /// User and assistant messages, the last user message included.
    package var maxTurns = 4
    package var maxPromptTokens = 8191
    package var maxTemperature = 1.0
    /// Pairs of near-identical questions above which the semantic replay is not run; one takes some 35 bytes.
    package var maxPairs = 20_000_000
    /// Largest share of semantic hits, at the upper end of its interval, that may be wrong at a recommended setting.
    package var maxWrongHits = 0.01
    /// USD per million tokens of the embedding call that a semantic lookup needs.
    package var embeddingUSDPerMillionTokens = 0.02
    /// USD per million cache lookups, exact or semantic.
    package var lookupUSDPerMillion = 0.0
    /// USD per million entries kept for a day.
    package var storageUSDPerMillionEntryDays = 0.0
    /// File with judged hits (`analyze judge`).
    package var verdicts: String?
    package var extraTimeSensitive: [String] = []
    package var extraPersonal: [String] = []
  }

  package struct Normalize: Codable, Sendable, Equatable {
    /// Off: keys hold the text as it stands.
    package var enabled = true
    package var extraFillers: [String] = []
  }

  package struct Embedding: Codable, Sendable, Equatable {
    package struct Endpoint: Codable, Sendable, Equatable {
      /// Address of an OpenAI-compatible service: `https://host/v1`.
      package var url: String?
      package var model: String?
      /// Environment variable that holds the key.
      package var keyVariable: String?
      /// Texts a request.
      package var batch = 128
      package var timeoutSeconds = 30.0
      package var retries = 4
      /// Length of a vector to ask for.
      package var dimensions: Int?
    }

    /// `auto`, `hashed`, `wordllama`, `minilm`, `endpoint`, or the folder of a model.
    package var model = "auto"
    /// Above 0, a transformer embeds only texts with a neighbour at or above this cosine among the vectors of `wordllama`.
    package var cascade = 0.0
    package var endpoint = Endpoint()
  }

  package struct Guards: Codable, Sendable, Equatable {
    package var numbers = true
    package var negation = true
    package var entities = true
    package var wordOrder = true
    package var language = true
    package var answerForm = true
    package var scope = true
    /// File of a learned pair model (`analyze train pairs`); without one, no learned guard.
    package var model: String?
    package var extraNegations: [String] = []
    /// Pairs of opposites.
    package var extraAntonyms: [[String]] = []
    package var extraEntities: [String] = []
    /// Lists of terms that exclude each other.
    package var extraClasses: [[String]] = []
  }

  package struct Routing: Codable, Sendable, Equatable {
    /// Confidence below which a request goes to the medium tier.
    package var gate = 0.80
    /// Share of the moved requests that the score may expect to be misroutes at a gate that is chosen on the log.
    package var maxMisroutes = 0.2
    /// Models of the tiers; a missing one is chosen by price among the models of the log.
    package var cheap: String?
    package var medium: String?
    package var strong: String?
    /// File of trained complexity weights (`analyze train router`); without one, the built-in hand-set ones.
    package var model: String?
    /// Output tokens of the other model per output token of the logged one.
    package var outputRatio = 1.0
    /// Input tokens likewise: tokenizers differ.
    package var inputRatio = 1.0
    /// Also show what asking the cheap model first, and the logged one where its answer will not do, would save.
    package var cascade = false
    /// Share of the cheap answers that will do.
    package var cascadeAccept = 0.7
    /// How many verdicts the log's mean satisfaction is worth where that of a group begins.
    package var feedbackPrior = 20.0
    /// Verdicts on each of two models before their answers to the same work are compared.
    package var feedbackMinimum = 30
  }

  package struct Prompts: Codable, Sendable, Equatable {
    package enum Level: String, Codable, Sendable, CaseIterable {
      case none, whitespace, politeness, safe, unsafe

      /// The deepest level of the rules.
      var trim: TrimLevel? {
        switch self {
        case .none: nil
        case .whitespace: .whitespace
        case .politeness: .politeness
        case .safe: .wordy
        case .unsafe: .unsafe
        }
      }
    }

    /// What may be taken out of users' messages.
    package var level = Level.safe
    /// Least cosine of a message and what is left of it; below it the message stays whole.
    package var minSimilarity = 0.95
  }

  package struct Prefix: Codable, Sendable, Equatable {
    /// YAML file with what providers cache of the beginnings of prompts, in the place of the built-in rules.
    package var rules: String?
  }

  package struct Precache: Codable, Sendable, Equatable {
    /// Distinct users that must have asked before a question may leave the log.
    package var minUsers = 3
    package var maxEntries = 1_000
    /// Share of the newest answers that must agree with each other.
    package var minAgreement = 0.6
    /// Age at which a request counts half in the order of the list.
    package var halfLife = Lifetime.days(2)
    package var maxAnswerBytes = 32 << 10
  }

  package struct Report: Codable, Sendable, Equatable {
    /// Rows in the tables of `report.md`; the CSV files hold all.
    package var topRows = 10
    package var maxClusters = 10_000
  }

  package var input = Input()
  package var prices = Prices()
  package var normalize = Normalize()
  package var embedding = Embedding()
  package var cache = Cache()
  package var guards = Guards()
  package var routing = Routing()
  package var selfHosted = SelfHosted()
  package var quantisation = Quantisation()
  package var batching = Batching()
  package var distillation = Distillation()
  package var budgets = Budgets()
  package var prompts = Prompts()
  package var prefix = Prefix()
  package var precache = Precache()
  package var privacy = Privacy()
  package var report = Report()

  package init() {}

  /// The defaults overlaid with what a YAML file says. Unknown keys are errors: a misspelt option must not pass silently.
  package init(yamlFile path: String) throws {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw AnalyzerError(.config, "cannot read the config file \(path)", hint: "analyze config > \(path) writes one")
    }
    do {
      try self.init(yaml: text)
    } catch let error as AnalyzerError {
      throw AnalyzerError(.config, "\(path): \(error.message)", hint: error.hint)
    }
  }

  package init(yaml text: String) throws {
    let defaults = try YAMLEncoder().encode(AnalysisOptions.withAllKeys)
    let known = try Yams.load(yaml: defaults) as? [String: Any] ?? [:]
    let loaded: Any?
    do {
      // Yams stops the program at a key that is a list or a mapping.
      guard try Self.hasPlainKeys(Yams.compose(yaml: text)) else {
        throw AnalyzerError(.config, "a key must be a word")
      }
      loaded = try Yams.load(yaml: text)
    } catch let error as AnalyzerError {
      throw error
    } catch {
      throw AnalyzerError(.config, "not valid YAML: \(error)")
    }
    guard let sections = (loaded ?? [String: Any]()) as? [String: Any] else {
      throw AnalyzerError(.config, "must be a YAML mapping", hint: "analyze config prints one with every option")
    }
    try Self.checkKeys(sections, against: known, path: "")
    let plain = try Yams.load(yaml: YAMLEncoder().encode(AnalysisOptions())) as? [String: Any] ?? [:]
    let merged = try Yams.dump(object: Self.merge(plain, sections))
    do {
      self = try YAMLDecoder().decode(AnalysisOptions.self, from: merged)
    } catch let error as DecodingError {
      throw AnalyzerError(.config, Self.explain(error))
    }
    try validate()
  }

  /// All optional options filled, to know which keys exist.
  private static var withAllKeys: AnalysisOptions {
    var options = AnalysisOptions()
    options.prices.file = "file"
    options.input.mapping = "file"
    options.prices.history = "file"
    options.prices.contract = "file"
    options.embedding.endpoint.url = "url"
    options.embedding.endpoint.model = "model"
    options.embedding.endpoint.keyVariable = "name"
    options.embedding.endpoint.dimensions = 1
    options.guards.model = "file"
    options.cache.verdicts = "file"
    options.prefix.rules = "file"
    options.routing.cheap = "model"
    options.routing.medium = "model"
    options.routing.strong = "model"
    options.selfHosted.gpuHourUSD = 1
    options.selfHosted.gpus = 1
    options.selfHosted.throughput = 1
    options.selfHosted.computeCapability = 1
    options.distillation.student = "model"
    options.budgets.breaker.multiple = 2
    var limit = BudgetLimit(.user, name: "name", usd: 1, requests: 1, tokens: 1)
    limit.every = .day
    options.budgets.limits = [limit]
    options.routing.model = "file"
    return options
  }

  static func hasPlainKeys(_ node: Node?) -> Bool {
    switch node {
    case .mapping(let mapping): mapping.allSatisfy { $0.key.scalar != nil && hasPlainKeys($0.value) }
    case .sequence(let sequence): sequence.allSatisfy(hasPlainKeys)
    default: true
    }
  }

  private static func checkKeys(_ given: [String: Any], against known: [String: Any], path: String) throws {
    for key in given.keys.sorted() {
      guard let expected = known[key] else {
        let names = known.keys.sorted().joined(separator: ", ")
        throw AnalyzerError(.config, "unknown option '\(path)\(key)'", hint: "known here: \(names)")
      }
      if let inner = expected as? [String: Any], let values = given[key] as? [String: Any] {
        try checkKeys(values, against: inner, path: "\(path)\(key).")
      }
      if let inner = (expected as? [Any])?.first as? [String: Any], let values = given[key] as? [Any] {
        for (index, value) in values.enumerated() {
          try checkKeys(value as? [String: Any] ?? [:], against: inner, path: "\(path)\(key)[\(index)].")
        }
      }
    }
  }

  private static func merge(_ base: [String: Any], _ overlay: [String: Any]) -> [String: Any] {
    base.merging(overlay) { old, new in
      if let old = old as? [String: Any], let new = new as? [String: Any] { return merge(old, new) }
      // `cache:` with every line below it commented out.
      if old is [String: Any], new is NSNull { return old }
      return new
    }
  }

  static func explain(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context),
      .keyNotFound(_, let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return "\(path): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  /// Throws for a value outside its range.
  package func validate() throws {
    func require(_ condition: Bool, _ message: String) throws {
      if !condition {
        throw AnalyzerError(.config, message, hint: "analyze config shows every option with its default")
      }
    }
    try require((10...31).contains(input.maxWindowLog), "input.maxWindowLog must be 10 … 31")
    try require(input.maxExpansion >= 2, "input.maxExpansion must be at least 2")
    try require((1024...(1 << 30)).contains(input.maxLineBytes), "input.maxLineBytes must be 1,024 … 1,073,741,824")
    try require(prices.maxAgeDays >= 1, "prices.maxAgeDays must be at least 1")
    try require((0.5...1).contains(cache.threshold), "cache.threshold must be 0.5 … 1")
    try require(
      !cache.thresholds.isEmpty && cache.thresholds.allSatisfy { (0.5...1).contains($0) },
      "cache.thresholds must be 0.5 … 1")
    try require(
      !cache.ttls.isEmpty && !cache.capacities.isEmpty && !cache.policies.isEmpty, "the cache grids must not be empty")
    try require(
      cache.maxTurns >= 1 && cache.maxPromptTokens >= 1, "cache.maxTurns and cache.maxPromptTokens must be at least 1")
    try require(
      cache.evictBatch >= 1 && cache.capacity.count ?? 1 >= 1 && cache.capacities.allSatisfy { $0.count ?? 1 >= 1 },
      "cache.capacity, cache.capacities and cache.evictBatch must be at least 1")
    try require((0...1).contains(cache.maxWrongHits), "cache.maxWrongHits must be 0 … 1")
    try require(cache.maxPairs >= 0, "cache.maxPairs must not be negative")
    try require(cache.maxTemperature >= 0, "cache.maxTemperature must not be negative")
    try require(
      (0...1000).contains(cache.embeddingUSDPerMillionTokens) && (0...1_000_000).contains(cache.lookupUSDPerMillion)
        && (0...1_000_000).contains(cache.storageUSDPerMillionEntryDays),
      "cache.embeddingUSDPerMillionTokens, cache.lookupUSDPerMillion and cache.storageUSDPerMillionEntryDays must not be negative"
    )
    try require((0...1).contains(embedding.cascade), "embedding.cascade must be 0 … 1")
    try require(!embedding.model.isEmpty, "embedding.model must name an embedder")
    try require(
      embedding.endpoint.batch >= 1 && embedding.endpoint.timeoutSeconds > 0 && embedding.endpoint.retries >= 0
        && embedding.endpoint.dimensions ?? 1 >= 1,
      "embedding.endpoint needs a batch of at least 1, a positive timeout and no negative retries")
    try require(
      guards.extraAntonyms.allSatisfy { $0.count == 2 }, "guards.extraAntonyms must be lists of two phrases each")
    try require((0.5...1).contains(routing.gate), "routing.gate must be 0.5 … 1")
    try require((0...1).contains(routing.maxMisroutes), "routing.maxMisroutes must be 0 … 1")
    try selfHosted.validate(require)
    try quantisation.validate(require)
    try batching.validate(require)
    try distillation.validate(require)
    try budgets.validate(require)
    try require((0...1).contains(prompts.minSimilarity), "prompts.minSimilarity must be 0 … 1")
    try require(
      (0.01...100).contains(routing.outputRatio) && (0.01...100).contains(routing.inputRatio),
      "routing.outputRatio and routing.inputRatio must be 0.01 … 100")
    try require((0...1).contains(routing.cascadeAccept), "routing.cascadeAccept must be 0 … 1")
    try require((0.1...10_000).contains(routing.feedbackPrior), "routing.feedbackPrior must be 0.1 … 10,000")
    try require(routing.feedbackMinimum >= 1, "routing.feedbackMinimum must be at least 1")
    try privacy.validate(require)
    try require(precache.minUsers >= 1, "precache.minUsers must be at least 1")
    try require((0...1).contains(precache.minAgreement), "precache.minAgreement must be 0 … 1")
    try require(precache.maxAnswerBytes >= 0, "precache.maxAnswerBytes must not be negative")
    try require(
      precache.maxEntries >= 0 && (1...100_000).contains(report.topRows) && report.maxClusters >= 0,
      "row limits must not be negative")
  }

  /// The resolved options as YAML: what `analyze config` prints and every report ends with.
  package func yaml() throws -> String {
    let encoder = YAMLEncoder()
    encoder.options.sortKeys = true
    encoder.options.allowUnicode = true
    return try encoder.encode(self).split(separator: "\n", omittingEmptySubsequences: false).map(Self.plainNumber)
      .joined(separator: "\n")
  }

  /// Yams writes 0.95 as `9.5e-1`. Strings that look like numbers come quoted, so a bare one is a number.
  private static func plainNumber(_ line: Substring) -> String {
    guard let start = line.lastIndex(of: " ") else { return String(line) }
    let text = line[line.index(after: start)...]
    guard text.contains("e"), let value = Double(text), value.isFinite else { return String(line) }
    return line[...start] + "\(value)"
  }

  /// The cache to deploy: what the headline figures replay.
  ///
  /// - Parameter threshold: from 1 upwards an exact cache.
  package func deployed(threshold: Double) -> CacheSetting {
    var setting = CacheSetting(
      threshold: Float(threshold), ttl: cache.ttl.micros, guards: threshold < 1 ? guardMask : 0,
      isSliding: cache.sliding, capacity: cache.capacity.count, policy: cache.policy)
    setting.evictBatch = cache.evictBatch
    return setting
  }

  /// Guards that are on, as a mask for `NeighbourGraph.refusals`.
  package var guardMask: UInt8 {
    // In the order of `GuardSet.names`.
    [
      guards.numbers, guards.negation, guards.entities, guards.wordOrder, guards.language, guards.answerForm,
      guards.scope, guards.model != nil,
    ]
    .enumerated().reduce(0) { $0 | ($1.element ? 1 << UInt8($1.offset) : 0) }
  }

  package var guardAdditions: GuardAdditions {
    var additions = GuardAdditions()
    additions.negations = guards.extraNegations
    additions.antonyms = guards.extraAntonyms
    additions.entities = guards.extraEntities
    additions.classes = guards.extraClasses
    return additions
  }

  /// - Parameter embedder: identity of the embedder in use: a learned guard is for one only.
  package func guardSet(embedder: String) throws -> GuardSet {
    try GuardSet(guardAdditions, model: guards.model.map { try PairModel(file: $0, embedder: embedder) })
  }

  package var inputLimits: InputLimits {
    var limits = InputLimits()
    limits.maxWindowLog = input.maxWindowLog
    limits.maxExpansion = input.maxExpansion
    limits.maxLineBytes = input.maxLineBytes
    return limits
  }
}
