import Foundation

/// One run, from logs to a report. This file alone names every stage, in order.
package struct Analysis: Sendable {
  package static let version = "0.1.0"

  package var options: AnalysisOptions
  package var ledgerOnly = false
  package var log: RequestLog
  package var prices: PriceBook
  /// Tables that were old when the last request was made.
  package var priceWarnings: [String] = []
  /// What counted the tokens of requests without counts; empty where all have them.
  package var estimatedWith = ""
  package var ledger: Ledger
  package var outcomes: [StrategyOutcome] = []
  package var holdout: Holdout
  package var joint: JointReplay?
  package var budgets: BudgetChapter?
  package var candidates: CachingCandidates?
  /// What a state keeps of the clusters, and hits by day; empty unless asked for.
  package var clusterTraces: [ClusterTrace] = []
  package var dayHits: [Int: DayHits] = [:]
  package var conservation: Conservation
  package var embedder = ""
  /// Of this run alone: not part of the report, which a second run writes to the same bytes.
  package var vectors = VectorCounts()
  package var storeProblem: AnalyzerError?
  package var timings: [StageTiming] = []

  package struct VectorCounts: Sendable, Encodable {
    package var computed = 0
    package var reused = 0
  }

  package struct Request: Sendable {
    package var inputs: [String]
    /// Files found and hashed already, in the place of `inputs`.
    package var identified: [InputFile]?
    package var options = AnalysisOptions()
    package var threads = 1
    package var ledgerOnly = false
    /// Used where the log carries no vectors of its own.
    package var embedder: any Embedder = HashedNgramEmbedder()
    /// Spares the embedder texts without a neighbour for a quicker one.
    package var cascade: Cascade?
    /// Counts tokens; nil estimates them.
    package var tokens: TokenCounter?
    /// Counts the tokens of requests whose log has no counts.
    package var usageTokens = LazyTokenCounter.estimates
    /// Keeps vectors and verdicts from one run to the next.
    package var store: StateStore?
    /// Fills `clusterTraces` and `dayHits`.
    package var keepsTraces = false
    /// Keys the hashes that stand for texts.
    package var hashKey = ""
    package var progress: (@Sendable (_ stage: String, _ bytes: Int, _ totalBytes: Int, _ lines: Int) -> Void)?

    package init(inputs: [String]) { self.inputs = inputs }
  }

  package static func run(_ request: Request) throws -> Analysis {
    let content = ContentPolicy(request.options.privacy, hashKey: request.hashKey)
    let options = content.renamingUsers(in: request.options)
    let threads = request.threads
    var clock = StageClock()
    let say: (String) -> Void = { request.progress?($0, 0, 0, 0) }

    // Ingest
    let settings = request.ledgerOnly ? nil : try TextSettings(options, tokens: request.tokens)
    var log = try read(request, settings, &clock)
    log.users = log.users.map(content.user)

    // Pricing
    let tables = try options.priceTables()
    let prices = PriceBook(models: log.models, tables: tables)
    clock.measure("price", rows: { [count = log.requests.count] in count }) { prices.price(&log) }
    let ledger = clock.measure("ledger", rows: { $0.total.requests }) { Ledger(log) }
    let estimatedWith = ledger.total.estimated > 0 ? try request.usageTokens.get().summary : ""
    let priceWarnings = PriceAge.warnings(
      prices, tables: tables, lastRequest: ledger.lastTime, maxDays: options.prices.maxAgeDays)
    if request.ledgerOnly {
      let conservation = Conservation(ledger: ledger, log: log, outcomes: [], joint: nil)
      try conservation.enforce()
      return Analysis(
        options: options, ledgerOnly: true, log: log, prices: prices, priceWarnings: priceWarnings,
        estimatedWith: estimatedWith,
        ledger: ledger, holdout: Holdout(log), conservation: conservation, timings: clock.timings)
    }

    // Normalize, Embed, Neighbours
    say("building cache keys")
    let cache = clock.measure("keys", rows: { $0.trace.count }) { CacheTrace(log, options: options.cache) }
    let lowest = (options.cache.thresholds + [options.cache.threshold]).min()!
    let similarity = try findSimilar(request, log, cache, lowest: lowest, &clock)

    // Strategies (complexity was scored with the prompts)
    var context = StrategyContext(
      options: options, log: log, priceTables: tables, prices: prices, ledger: ledger, cache: cache,
      similarity: similarity,
      complexityVersion: settings?.complexityVersion ?? "", trims: settings?.trims, embedder: request.embedder,
      content: content, threads: threads)
    var storeProblem = similarity.storeProblem
    do {
      context.judgements = try request.store?.judgements() ?? [:]
    } catch {
      storeProblem = storeProblem ?? error as? AnalyzerError
    }
    var outcomes: [StrategyOutcome] = []
    for strategy in StrategyCatalog.all {
      say(strategy.title)
      outcomes.append(
        try clock.measure(strategy.id, rows: { $0.requestsAffected }) { try StrategyCatalog.run(strategy, context) })
    }

    // Combine
    say("combining")
    let joint = clock.measure("combine", rows: { $0.bySubset.count }) { JointReplay(log, outcomes, threads: threads) }
    let candidates = clock.measure("clusters", rows: { $0?.clusters ?? 0 }) {
      let verified = outcomes.lazy.compactMap(\.verification).first { $0.unverifiedReason == nil }
      let same = verified.map { verification in SameAnswer { verification.same($0, $1) } }
      return cache.trace.count > 0 ? CachingCandidates(context, same: same ?? SameAnswer(log)) : nil
    }
    let hasTraces = request.keepsTraces && cache.trace.count > 0
    let traces = hasTraces ? clock.measure("traces", rows: { $0.count }) { ClusterTrace.find(context) } : []
    say("replaying budgets")
    let budgets = try clock.measure("budgets", rows: { $0.replay.windows.count }) { try BudgetChapter(context) }
    let conservation = Conservation(
      ledger: ledger, log: log, outcomes: outcomes, joint: joint, budgets: budgets.replay)
    try conservation.enforce()
    return Analysis(
      options: options, log: log, prices: prices, priceWarnings: priceWarnings, estimatedWith: estimatedWith,
      ledger: ledger, outcomes: outcomes,
      holdout: context.holdout, joint: joint, budgets: budgets, candidates: candidates, clusterTraces: traces,
      dayHits: hasTraces ? DayHits.find(context) : [:], conservation: conservation, embedder: similarity.embedder,
      vectors: VectorCounts(computed: similarity.computedVectors, reused: similarity.reusedVectors),
      storeProblem: storeProblem, timings: clock.timings)
  }

  /// One cache over the log: the options' own, at `threshold` (from 1 upwards an exact one), hit by hit.
  package static func replay(_ request: Request, threshold: Double) throws -> SingleReplay {
    let options = request.options
    var clock = StageClock()
    var log = try read(request, try textOnly(options), &clock)
    let prices = PriceBook(models: log.models, tables: try options.priceTables())
    clock.measure("price", rows: { [count = log.requests.count] in count }) { prices.price(&log) }
    let cache = clock.measure("keys", rows: { $0.trace.count }) { CacheTrace(log, options: options.cache) }
    var similarity = Similarity()
    if threshold < 1 { similarity = try findSimilar(request, log, cache, lowest: threshold, &clock) }
    if similarity.hasTooManyPairs {
      throw AnalyzerError(.input, "there are more pairs of neighbours than cache.maxPairs")
    }
    var replay = clock.measure("replay", rows: { $0.rows.count }) {
      SingleReplay(log, cache, similarity, options.deployed(threshold: threshold))
    }
    if threshold < 1 {
      replay.verification = clock.measure("verify", rows: { $0.rates.count }) {
        Verification(log, cache, similarity, settings: [replay.setting], threads: request.threads)
      }
    }
    replay.problems = problems(of: log)
    replay.timings = clock.timings
    return replay
  }

  /// Semantic hits of the options' cache for somebody to judge.
  package static func review(_ request: Request, hits: Int) throws -> ReviewFile {
    let options = request.options
    var clock = StageClock()
    var log = try read(request, try textOnly(options), &clock)
    let tables = try options.priceTables()
    let prices = PriceBook(models: log.models, tables: tables)
    prices.price(&log)
    let cache = CacheTrace(log, options: options.cache)
    let similarity = try findSimilar(request, log, cache, lowest: options.cache.threshold, &clock)
    var context = StrategyContext(
      options: options, log: log, priceTables: tables, prices: prices, ledger: Ledger(log), cache: cache,
      similarity: similarity, complexityVersion: "", threads: request.threads)
    context.judgements = try request.store?.judgements() ?? [:]
    let setting = options.deployed(threshold: options.cache.threshold)
    let verification = Verification(context, settings: [setting])
    if let reason = verification.unverifiedReason {
      throw AnalyzerError(.input, "there is nothing to judge by: \(reason)")
    }
    return try ReviewFile(context, verification, setting: setting, count: hits)
  }

  /// A cohort of requests as examples for a smaller model. Reads the log twice.
  package static func trainingSet(_ request: Request, cohort: Int, examples: Int) throws -> TrainingSet {
    let options = request.options
    var clock = StageClock()
    var log = try read(request, try textOnly(options), &clock, places: true)
    let tables = try options.priceTables()
    let prices = PriceBook(models: log.models, tables: tables)
    prices.price(&log)
    let cache = CacheTrace(log, options: options.cache)
    let similarity = try Similarity.embed(cache, log.prompts, embedder: request.embedder, threads: request.threads)
    let context = StrategyContext(
      options: options, log: log, priceTables: tables, prices: prices, ledger: Ledger(log), cache: cache,
      similarity: similarity, complexityVersion: "", threads: request.threads)
    let mapping = try options.input.mapping.map { try LogMapping(file: $0) }
    return try TrainingSet(context, cohort: cohort, examples: examples) { [log] requests in
      LogReader.examples(
        at: requests.map { log.places[Int($0)] }, log.inputs, limits: options.inputLimits, mapping: mapping)
    }
  }

  /// Users' verdicts of a log as outcomes of the two models that its options name, or else its cheapest and dearest.
  package static func feedbackOutcomes(_ request: Request) throws -> FeedbackOutcomes {
    let options = request.options
    var clock = StageClock()
    var log = try read(request, try textOnly(options), &clock)
    let tables = try options.priceTables()
    let prices = PriceBook(models: log.models, tables: tables)
    prices.price(&log)
    return try FeedbackOutcomes(
      StrategyContext(
        options: options, log: log, priceTables: tables, prices: prices, ledger: Ledger(log),
        cache: CacheTrace(log, options: options.cache), similarity: Similarity(), complexityVersion: "",
        threads: request.threads))
  }

  /// For replays of caches: nothing is trimmed.
  private static func textOnly(_ options: AnalysisOptions) throws -> TextSettings {
    var options = options
    options.prompts.level = .none
    return try TextSettings(options, tokens: nil)
  }

  /// Everything up to the requests of the log, without their prices.
  private static func read(
    _ request: Request, _ settings: TextSettings?, _ clock: inout StageClock, places: Bool = false
  ) throws -> RequestLog {
    let options = request.options
    let mapping = try options.input.mapping.map { try LogMapping(file: $0) }
    request.progress?("finding inputs", 0, 0, 0)
    let (files, problems) = clock.measure("identify", rows: { $0.0.count }) { identify(request) }
    var log = clock.measure("ingest", rows: { $0.counts.lines }) {
      var reader = LogReader(settings: settings, threads: request.threads)
      reader.limits = options.inputLimits
      reader.mapping = mapping
      reader.tokens = request.usageTokens
      reader.needs.text = !request.ledgerOnly
      reader.needs.scope = options.cache.scope
      reader.needs.key = options.cache.key
      reader.needs.maxTemperature = options.cache.maxTemperature
      reader.needs.maxAnswerBytes = options.precache.maxAnswerBytes
      reader.needs.places = places
      let total = files.reduce(0) { $0 + $1.bytes }
      if let progress = request.progress { reader.progress = { progress("reading", $0, total, $1) } }
      return reader.read(files)
    }
    log.problems = problems + log.problems
    try request.usageTokens.check()
    try requireRequests(log)
    return log
  }

  private static func identify(_ request: Request) -> (files: [InputFile], problems: [InputProblem]) {
    if let files = request.identified { return (files, []) }
    let (paths, missing) = InputFiles.discover(request.inputs)
    let (files, refused) = InputFiles.identify(paths, threads: request.threads)
    return (files, missing + refused)
  }

  /// Vectors of the cache keys, and their neighbours down to a cosine.
  private static func findSimilar(
    _ request: Request, _ log: RequestLog, _ cache: CacheTrace, lowest: Double, _ clock: inout StageClock
  ) throws -> Similarity {
    if cache.trace.count == 0 { return Similarity() }
    request.progress?("embedding", 0, 0, 0)
    var similarity = try clock.measure("embed", rows: { $0.texts }) {
      try Similarity.embed(
        cache, log.prompts, embedder: request.embedder, cascade: request.cascade, store: request.store,
        threads: request.threads)
    }
    request.progress?("finding neighbours", 0, 0, 0)
    let guards = try request.options.guardSet(embedder: similarity.embedder)
    similarity = clock.measure("neighbours", rows: { $0.pairs }) { [similarity] in
      var similarity = similarity
      similarity.findNeighbours(
        cache, log.prompts, threshold: Float(lowest), guards: guards, maxPairs: request.options.cache.maxPairs,
        threads: request.threads)
      return similarity
    }
    return similarity
  }

  private static func requireRequests(_ log: RequestLog) throws {
    guard log.requests.count == 0 else { return }
    if log.inputs.isEmpty {
      let first = log.problems.first
      throw AnalyzerError(
        .input, "no input could be read" + (first.map { ": \($0.path): \($0.explanation)" } ?? ""),
        hint: "give log files, directories, globs, or - for standard input")
    }
    let skipped = log.counts.skipped == 0 ? "" : ", \(log.counts.skipped) skipped"
    var message =
      "no line of the input is a request (\(log.counts.lines) lines read, \(log.counts.rejected) rejected\(skipped))"
    let firsts = log.rejects.entries.compactMap { entry in entry.places.first.map { (place: $0, reason: entry.reason) }
    }
    if let first = firsts.min(by: { ($0.place.file, $0.place.line) < ($1.place.file, $1.place.line) }) {
      message += "; first: \(log.inputs[first.place.file].path):\(first.place.line): \(first.reason.explanation)"
    } else if let problem = problems(of: log).first {
      message += "; \(problem.path): \(problem.explanation)"
    }
    throw AnalyzerError(
      .input, message,
      hint: "docs/log-formats.md lists the formats read: \(FormatRegistry.names.joined(separator: ", "))")
  }
}

extension Analysis {
  package struct Totals: Sendable {
    /// Net saving of the exact cache on requests whose cost is billed or priced from logged tokens.
    package var safe: Int128
    /// Lower end of the interval of what firm levers save together.
    package var defensible: Int128
    /// Net saving of the best combination of levers.
    package var potential: Int128
    package var potentialEvidence: Evidence
  }

  package var totals: Totals? {
    guard let joint else { return nil }
    let exact = outcomes.first { $0.id == ExactCacheStrategy.id }
    let firm = exact.map { $0.net - $0.estimatedGross } ?? 0
    return Totals(
      safe: max(0, firm), defensible: joint.defensible, potential: joint.bySubset.max() ?? 0,
      potentialEvidence: joint.levers.map(\.evidence).max() ?? .replayed)
  }

  /// Share of the semantic hits of the cache as configured that would have been wrong; nil where nothing is verified.
  package var wrongHits: Verification.Interval? {
    guard let verification = outcomes.lazy.compactMap(\.verification).first else { return nil }
    return verification.rates[options.deployed(threshold: options.cache.threshold)]?.wrong
  }

  /// Verdicts that this run was given, by pair of questions.
  package var judgements: [QuestionPair: Judgement] {
    outcomes.lazy.compactMap(\.verification).first?.judgements ?? [:]
  }

  /// Factor from the days that have requests to 30 days; nil below two days.
  package var monthMultiplier: Double? { ledger.days.count >= 2 ? 30 / Double(ledger.days.count) : nil }

  func perMonth(_ pico: Int128) -> Int128 { monthMultiplier.map { Int128((Double(pico) * $0).rounded()) } ?? pico }

  /// Inputs that were refused, skipped, or ended early.
  package var inputProblems: [InputProblem] { Self.problems(of: log) }

  private static func problems(of log: RequestLog) -> [InputProblem] {
    log.problems + InputProblem.damage(log.inputs, log.ends)
  }

  /// Whether something that was asked for is not in the figures; a file given twice is not.
  package var isIncomplete: Bool {
    log.counts.rejected > 0 || !inputProblems.filter { $0.reason != "repeated_file" }.isEmpty
  }

  var damage: String? {
    let count = inputProblems.filter { $0.reason != "repeated_file" }.count
    return count == 0
      ? nil
      : "\(count) input\(count == 1 ? "" : "s") could not be read in full; the figures cover what was read (see *Input*)."
  }

  /// All files of the report and those added to it, the manifest last. What is added does not change the run's id.
  ///
  /// - Parameter night: what a night has to say before everything else.
  package func reportFiles(
    environment: [String: String], templates: ReportTemplates = .builtIn, night: ReportDocument.Section? = nil,
    adding others: [(name: String, content: Data)] = []
  ) throws -> [(name: String, content: Data)] {
    var files = try ReportFiles(self, night: night, templates).files
    let hashes = Dictionary(uniqueKeysWithValues: files.map { ($0.name, RunManifest.sha256($0.content)) })
    let runID = RunManifest.runID(version: Self.version, files: hashes)
    if let precache = candidates?.precache, let hash = hashes[PrecacheList.fileName] {
      let content = try PrecacheManifest(
        runId: runID, fileSchema: precache.fileSchema, sha256: hash, entries: precache.candidates.count,
        embedder: embedder,
        threshold: options.cache.threshold, minUsers: options.precache.minUsers
      ).json()
      files.append((PrecacheManifest.fileName, content))
    }
    files += others
    return files + [try manifest(of: files, environment: environment, runID: runID)]
  }

  /// `run.json` for some files.
  ///
  /// - Parameter runID: by default over all of them.
  func manifest(
    of files: [(name: String, content: Data)], environment: [String: String], runID: String? = nil
  ) throws -> (name: String, content: Data) {
    let hashes = Dictionary(uniqueKeysWithValues: files.map { ($0.name, RunManifest.sha256($0.content)) })
    let runID = runID ?? RunManifest.runID(version: Self.version, files: hashes)
    let manifest = RunManifest(
      runId: runID, version: Self.version,
      sourceDateEpoch: environment["SOURCE_DATE_EPOCH"].flatMap(Int.init),
      inputs: zip(log.inputs, log.ends).map { input, end in
        RunManifest.Input(
          path: input.path, sha256: input.sha256, bytes: input.bytes, decodedBytes: end.decodedBytes,
          container: end.container.rawValue, end: end.end.name)
      },
      problems: log.problems.map { RunManifest.Problem(path: $0.path, reason: $0.reason, explanation: $0.explanation) },
      counts: RunManifest.Counts(
        lines: log.counts.lines, records: log.counts.hasOneRecordPerLine ? nil : log.counts.records,
        skipped: log.counts.hasOneRecordPerLine ? nil : log.counts.skipped, requests: log.counts.accepted,
        rejected: log.counts.rejected,
        duplicates: log.counts.duplicates, blank: log.counts.blank, estimated: ledger.total.estimated,
        contradictory: log.counts.contradictory, unpriced: ledger.total.unpriced,
        rated: log.counts.rated == 0 ? nil : log.counts.rated),
      costPicodollars: String(ledger.total.cost), costUsd: MoneyText.exact(ledger.total.cost), prices: prices.source,
      embedder: embedder, options: options, files: hashes)
    return (OutputDirectory.marker, try manifest.json())
  }
}
