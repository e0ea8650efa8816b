import ArgumentParser
import CostAnalyzer
import Foundation

struct NeighboursCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neighbours", abstract: "Find every pair of near-identical texts, none left out.",
    discussion: """
      Inputs hold {"text": "…"} a line, or are logs, whose cache keys are compared inside each cache scope; zstd, gzip or
      plain. Texts with very many neighbours (fillings of one template) are told as clusters, not pair by pair;
      --all-pairs lists those pairs too.

      EXAMPLES
        analyze neighbours questions.jsonl --threshold 0.85 --out pairs.csv
        analyze neighbours traffic.jsonl.zst --json
      """)

  @Argument(help: "Files of texts, or logs.", completion: .file())
  var files: [String]

  @Option(help: "Least cosine of a pair.")
  var threshold = 0.8

  @Option(help: "Embedder: auto, hashed, wordllama, minilm, or the folder of a model.")
  var embedder = "auto"

  @Option(
    help: "CSV file for the pairs; dense clusters go to a second one beside it.", completion: .file(extensions: ["csv"])
  )
  var out: String?

  @Flag(help: "List the pairs inside dense clusters too: their number grows with the square of the cluster.")
  var allPairs = false

  @Option(help: "Threads. The pairs do not depend on it. (default: all cores)")
  var threads: Int?

  @Option(help: "SQLite file that keeps vectors. (default: as for `run`)", completion: .file())
  var state: String?

  @Flag(help: "Keep no vectors, and use none that are kept.")
  var noState = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
    if files.isEmpty { throw ValidationError("give at least one file") }
    if !(0.1...1).contains(threshold) { throw ValidationError("--threshold must be 0.1 … 1") }
  }

  func run() throws {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    var options = AnalysisOptions()
    options.embedding.model = embedder
    var clock = StageClock()
    let corpus = try clock.measure("read", rows: { $0.lines }) {
      try TextCorpus(paths: files, options: options, threads: threads)
    }
    let environment = ProcessInfo.processInfo.environment
    let store = noState ? nil : try StateStore(path: state ?? StateStore.defaultPath(environment: environment))
    let chosen = try EmbedderCatalog.embedder(options.embedding, environment: environment)
    let writer = try out.map { try PairWriter(path: $0, corpus: corpus) }
    let found = try NearDuplicates(
      corpus, embedder: chosen, store: store, threshold: Float(threshold), listsDense: allPairs, threads: threads,
      clock: &clock
    ) { pairs in try writer?.write(pairs) }
    try writer?.finish(found)
    let summary = NeighboursSummary(corpus, found, threshold: threshold, timings: clock.timings)
    Terminal.out(json ? try summary.summaryJSON() : summary.text(corpus, found, out: out))
    for problem in corpus.problems {
      Terminal.error(
        "analyze: \(HostileText.visible(problem.path)): \(HostileText.visible(problem.explanation, limit: 500))")
    }
    if let problem = found.storeProblem { Terminal.error("analyze: \(HostileText.visible(problem.message))") }
  }
}
