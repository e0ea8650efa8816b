import ArgumentParser
import CostAnalyzer
import Foundation

/// Which logs are analysed and how: the flags of every command that runs all levers.
struct AnalysisFlags: ParsableArguments {
  @Argument(help: "Log files, directories, globs, or - for standard input.", completion: .file())
  var logs: [String]

  @Option(
    help: "YAML file with options; `analyze config` prints all of them.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @OptionGroup var prices: PriceFlags

  @Option(
    help: "YAML file that describes a log format of your own: which JSON pointer holds which field.",
    completion: .file(extensions: ["yaml", "yml"]))
  var mapping: String?

  @OptionGroup var cache: CacheFlags

  @Option(
    help: "File of judged hits (`analyze judge`): they tighten the estimate of wrong answers.",
    completion: .file(extensions: ["jsonl"]))
  var verdicts: String?

  @Option(help: "Embedder: auto, hashed, wordllama, minilm, endpoint, or the folder of a model.")
  var embedder: String?

  @Option(
    help: """
      What of questions and answers may stand in the files: none, hashed (keyed with $\(Self.hashKeyVariable)), redacted, \
      full. (default: redacted)
      """)
  var content: ContentPolicy.Mode?

  @Option(help: "Threads. Figures do not depend on it. (default: all cores)")
  var threads: Int?

  @Option(
    help: "SQLite file that remembers runs. (default: $ANALYZE_STATE or ~/.local/state/llm-cost-analyzer/state.sqlite)",
    completion: .file())
  var state: String?

  @Flag(help: "Remember nothing.")
  var noState = false

  @Flag(name: .shortAndLong, help: "No progress and no summary.")
  var quiet = false

  static let hashKeyVariable = "ANALYZE_HASH_KEY"

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
    if logs.isEmpty { throw ValidationError("give at least one log") }
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// The analysis that is asked for, with what it needs of this machine.
  func request(_ environment: [String: String], ledgerOnly: Bool = false) throws -> Analysis.Request {
    var request = Analysis.Request(inputs: logs)
    request.options = try resolvedOptions()
    request.threads = threadCount
    request.hashKey = environment[Self.hashKeyVariable] ?? ""
    request.ledgerOnly = ledgerOnly
    let tokens = LazyTokenCounter { try TokenCounter.installed(environment: environment) }
    request.usageTokens = tokens
    if ledgerOnly { return request }
    if request.options.prompts.level != .none { request.tokens = try tokens.get() }
    let embedding = request.options.embedding
    request.embedder = try EmbedderCatalog.embedder(embedding, environment: environment)
    if embedding.cascade > 0 && request.embedder is TransformerEmbedder {
      request.cascade = Cascade(
        first: try EmbedderCatalog.named("wordllama", environment: environment), floor: Float(embedding.cascade))
    }
    return request
  }

  /// Defaults, then the config file, then flags.
  private func resolvedOptions() throws -> AnalysisOptions {
    var options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    prices.apply(to: &options)
    if let mapping { options.input.mapping = mapping }
    try cache.apply(to: &options)
    if let verdicts { options.cache.verdicts = verdicts }
    if let embedder { options.embedding.model = embedder }
    if let content { options.privacy.content = content }
    try options.validate()
    return options
  }

  func statePath(_ environment: [String: String]) -> String {
    state ?? StateStore.defaultPath(environment: environment)
  }

  /// What of the input is not in the figures.
  func reportProblems(of analysis: Analysis) {
    if quiet { return }
    for problem in analysis.inputProblems {
      Terminal.error(
        "analyze: \(HostileText.visible(problem.path)): \(HostileText.visible(problem.explanation, limit: 500))")
    }
    for warning in analysis.priceWarnings { Terminal.error("analyze: \(HostileText.visible(warning, limit: 500))") }
    if let problem = analysis.storeProblem { Terminal.error("analyze: \(HostileText.visible(problem.message))") }
  }
}

extension ContentPolicy.Mode: ExpressibleByArgument {}
