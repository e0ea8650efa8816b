import ArgumentParser
import CostAnalyzer
import Foundation

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Replay one cache over logs, hit by hit.",
    discussion: """
      Without flags it is the cache of the options (`analyze config`). From --threshold 1 upwards only exact repeats are
      answered.

      EXAMPLES
        analyze replay traffic.jsonl.zst --threshold 0.92 --ttl 24h --hits hits.csv
        analyze replay traffic.jsonl.zst --preset gptcache --json
        analyze replay traffic.jsonl.zst --threshold 1 --capacity 10000 --policy sieve
      """)

  enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }

  @Argument(help: "Log files, directories, globs, or - for standard input.", completion: .file())
  var logs: [String]

  @OptionGroup var cache: CacheFlags

  @Flag(help: "A hit starts the life of its entry anew.")
  var sliding = false

  @Option(help: "Entries the cache holds, or inf.")
  var capacity: String?

  @Option(help: "Who leaves a full cache: \(EvictionPolicy.allCases.map(\.rawValue).joined(separator: ", ")).")
  var policy: EvictionPolicy?

  @Option(help: "Guards against answers to look-alike questions: on or off. (default: as in the options)")
  var guards: Switch?

  @Option(help: "Embedder: auto, hashed, wordllama, minilm, endpoint, or the folder of a model.")
  var embedder: String?

  @Option(help: "CSV file for what the cache did to every request.", completion: .file(extensions: ["csv"]))
  var hits: String?

  @Option(
    help: "YAML file with options; `analyze config` prints all of them.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(help: "Threads. Figures do not depend on it. (default: all cores)")
  var threads: Int?

  @Option(help: "SQLite file that keeps vectors. (default: as for `run`)", completion: .file())
  var state: String?

  @Flag(help: "Keep no vectors, and use none that are kept.")
  var noState = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
    if logs.isEmpty { throw ValidationError("give at least one log") }
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    var request = Analysis.Request(inputs: logs)
    request.usageTokens = LazyTokenCounter { try TokenCounter.installed() }
    request.options = try resolvedOptions()
    request.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let threshold = request.options.cache.threshold
    if threshold < 1 {
      request.embedder = try EmbedderCatalog.embedder(request.options.embedding, environment: environment)
      if !noState {
        request.store = try StateStore(path: state ?? StateStore.defaultPath(environment: environment))
      }
    }
    let replay = try Analysis.replay(request, threshold: threshold)
    if let hits { try PrivateFile.write(replay.csv, to: hits) }
    let summary = ReplaySummary(replay)
    Terminal.out(json ? try summary.summaryJSON() : summary.text(replay))
    for problem in replay.problems {
      Terminal.error(
        "analyze: \(HostileText.visible(problem.path)): \(HostileText.visible(problem.explanation, limit: 500))")
    }
  }

  private func resolvedOptions() throws -> AnalysisOptions {
    var options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    try cache.apply(to: &options)
    if sliding { options.cache.sliding = true }
    if let policy { options.cache.policy = policy }
    if guards == .off { options.guards.switchOff() }
    if let embedder { options.embedding.model = embedder }
    if let capacity {
      guard let count = capacity == "inf" ? .some(nil) : Int(capacity).map(Optional.some) else {
        throw AnalyzerError(.usage, "--capacity '\(capacity)' is no number", hint: "write a number of entries or inf")
      }
      options.cache.capacity = EntryLimit(count)
    }
    try options.validate()
    return options
  }
}

extension EvictionPolicy: ExpressibleByArgument {}

/// What `replay` prints. The JSON keys are an interface: later versions add keys and rename none.
struct ReplaySummary: Encodable {
  var schema = "replay/1"
  var requests: Int
  var exactHits: Int
  var semanticHits: Int
  var skipped: Int
  var hitRate: Double
  var savedUsd: String
  var savedMilliseconds: Int
  var evictions: Int
  var expirations: Int
  var peakEntries: Int
  var unsearched: Int
  var embedder: String
  /// Absent for an exact cache.
  var wrongHits: WrongHitsSummary?
  var timings: [TimingSummary]

  init(_ replay: SingleReplay) {
    let outcome = replay.outcome
    requests = outcome.requests
    exactHits = outcome.exactHits
    semanticHits = outcome.semanticHits
    skipped = replay.rows.count - outcome.requests
    hitRate = outcome.requests == 0 ? 0 : outcome.hitRate
    savedUsd = MoneyText.exact(outcome.savedPico)
    savedMilliseconds = outcome.savedMilliseconds
    evictions = outcome.evictions
    expirations = outcome.expirations
    peakEntries = outcome.peakEntries
    unsearched = outcome.unsearched
    embedder = replay.embedder
    wrongHits = replay.verification.map { WrongHitsSummary($0, replay.setting) }
    timings = replay.timings.map(TimingSummary.init)
  }

  func text(_ replay: SingleReplay) -> String {
    """
    \(NumberText.grouped(requests)) cacheable requests (\(NumberText.grouped(skipped)) left out by rules): \
    \(NumberText.grouped(exactHits)) exact and \(NumberText.grouped(semanticHits)) semantic hits \
    (\(NumberText.fixed(100 * hitRate, 1)) %), saving \(MoneyText.readable(replay.outcome.savedPico)) of \
    \(MoneyText.readable(replay.billPico)) and \(NumberText.grouped(savedMilliseconds / 1000)) s of waiting
    \(NumberText.grouped(peakEntries)) entries at most, \(NumberText.grouped(evictions)) evicted, \
    \(NumberText.grouped(expirations)) expired\(wrongHits.map { "\n\($0.text)" } ?? "")
    """
  }
}
