import ArgumentParser
import CostAnalyzer
import Foundation

/// What an analysis of logs is told on the command line, for every command that runs one.
struct AnalysisFlags: ParsableArguments {
  @Option(
    help: "YAML file with options; `analyze config` prints all of them.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(
    help: "Price table in LiteLLM's JSON format. Without it, or for names it lacks, a small built-in table serves.",
    completion: .file(extensions: ["json"]))
  var prices: String?

  @Option(
    help: "YAML file that describes a log format of your own: which JSON pointer holds which field.",
    completion: .file(extensions: ["yaml", "yml"]))
  var mapping: String?

  @OptionGroup var cache: CacheFlags

  @Option(help: "Embedder: auto, hashed, wordllama, minilm, endpoint, or the folder of a model.")
  var embedder: String?

  @Option(help: "Threads. Figures do not depend on it. (default: all cores)")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
  }

  /// Defaults, then the config file, then flags.
  func options() throws -> AnalysisOptions {
    var options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    if let prices { options.prices.file = prices }
    if let mapping { options.input.mapping = mapping }
    try cache.apply(to: &options)
    if let embedder { options.embedding.model = embedder }
    try options.validate()
    return options
  }

  /// With the embedder and the tokenizer that the options ask for, where text is looked at.
  func request(
    _ inputs: [String], options: AnalysisOptions, needsText: Bool = true, environment: [String: String]
  ) throws -> Analysis.Request {
    var request = Analysis.Request(inputs: inputs)
    request.options = options
    request.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    if !needsText { return request }
    if options.prompts.level != .none { request.tokens = try TokenCounter.installed(environment: environment) }
    let embedding = options.embedding
    request.embedder = try EmbedderCatalog.embedder(embedding, environment: environment)
    if embedding.cascade > 0 && request.embedder is TransformerEmbedder {
      request.cascade = Cascade(
        first: try EmbedderCatalog.named("wordllama", environment: environment), floor: Float(embedding.cascade))
    }
    return request
  }
}
