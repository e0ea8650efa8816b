import ArgumentParser
import CostAnalyzer
import Foundation

struct JudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge", abstract: "Write semantic hits to a file, for a person or a model to judge.",
    discussion: """
      Half of the hits are those most probably wrong, half are spread over the rest. Change "same" from null to true where
      the cached answer would have been right, to false where it would have been wrong; then
      `analyze run … --verdicts FILE` counts those hits as judged. The file holds questions and answers as they were logged;
      hits with private data in them are left out, unless --content full asks for them.

      EXAMPLES
        analyze judge traffic.jsonl.zst --hits 100 --out review.jsonl
        analyze run traffic.jsonl.zst --verdicts review.jsonl
      """)

  @Argument(help: "Log files, directories, globs, or - for standard input.", completion: .file())
  var logs: [String]

  @OptionGroup var cache: CacheFlags

  @Option(help: "Hits to write.")
  var hits = 100

  @Option(help: "File to write, readable by you alone.", completion: .file(extensions: ["jsonl"]))
  var out = "review.jsonl"

  @Option(help: "Which hits may stand in the file: redacted, those without private data, or full. (default: redacted)")
  var content: ContentPolicy.Mode?

  @Option(help: "Embedder: auto, hashed, wordllama, minilm, endpoint, or the folder of a model.")
  var embedder: String?

  @Option(
    help: "YAML file with options; `analyze config` prints all of them.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(
    help: """
      SQLite file whose judged hits are not offered again. (default: $ANALYZE_STATE or \
      ~/.local/state/llm-cost-analyzer/state.sqlite)
      """, completion: .file())
  var state: String?

  @Flag(help: "Use no state: offer judged hits, too.")
  var noState = false

  @Option(help: "Threads. The file does not depend on it. (default: all cores)")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
    if logs.isEmpty { throw ValidationError("give at least one log") }
    if hits < 1 { throw ValidationError("--hits must be at least 1") }
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    var request = Analysis.Request(inputs: logs)
    request.usageTokens = LazyTokenCounter { try TokenCounter.installed() }
    request.options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    try cache.apply(to: &request.options)
    if let embedder { request.options.embedding.model = embedder }
    if let content { request.options.privacy.content = content }
    try request.options.validate()
    request.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    request.embedder = try EmbedderCatalog.embedder(
      request.options.embedding, environment: environment)
    let path = state ?? StateStore.defaultPath(environment: environment)
    if !noState && (state != nil || FileManager.default.fileExists(atPath: path)) {
      request.store = try StateStore(path: path)
    }
    let review = try Analysis.review(request, hits: hits)
    try PrivateFile.write(try review.jsonLines(), to: out)
    Terminal.out(
      """
      \(NumberText.grouped(review.hits.count)) of \(NumberText.grouped(review.judgeable)) pairs of questions with both \
      answers kept are in \(HostileText.visible(out)), \(NumberText.grouped(review.withPrivateData)) others hold private \
      data\(review.judged > 0 ? ", \(NumberText.grouped(review.judged)) were judged before" : ""). Fill in "same" and give the file to `analyze run --verdicts`.
      """)
  }
}
