import ArgumentParser
import CostAnalyzer
import Foundation

struct EvaluateCacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "How often caches hit, and serve a wrong answer, on a stream of requests with known meanings.",
    discussion: """
      FILE holds the requests in order: one JSON object a line, {"text": "…", "meaning": "…"}, or CSV with a header. Fixed
      thresholds and vCache (per-entry thresholds under an error bound) are replayed, each without and with guards.

      EXAMPLES
        analyze evaluate cache stream.jsonl --embedder wordllama
        analyze evaluate cache banking77.csv --meaning-field category --shuffle 1 --json | jq .rows
      """)

  @Argument(help: "Labelled requests.", completion: .file(extensions: ["jsonl", "csv"]))
  var file: String

  @Option(help: "Field with the text of a request.")
  var textField = "text"

  @Option(help: "Field with its meaning: a string or an integer.")
  var meaningField = "meaning"

  @Option(help: "Shuffle the requests by this seed: for files that are sorted by meaning.")
  var shuffle: UInt64?

  @Option(
    name: .customLong("bound"), parsing: .singleValue,
    help: "Error bound δ of a vCache; may be repeated. (default: 0.01, 0.02, 0.05)")
  var bounds: [Double] = []

  @Option(help: "Least fixed threshold, and least cosine of a neighbour of a vCache.")
  var floor = 0.7

  @Option(help: "Of the random choices of vCache.")
  var seed: UInt64 = 1

  @Option(
    help: "Only this embedder: hashed, wordllama, minilm, or the folder of a model. (default: all that are there)")
  var embedder: String?

  @Option(
    help: "YAML file with options; `guards` and `normalize` are used.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(help: "Threads; figures do not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "One JSON object an embedder, each on its line, instead of tables.")
  var json = false

  func validate() throws {
    if !(0.1...0.99).contains(floor) { throw ValidationError("--floor must be 0.1 … 0.99") }
    if !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
    for bound in bounds where !(bound > 0 && bound < 1) { throw ValidationError("--bound must be between 0 and 1") }
  }

  func run() throws {
    let options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    var stream = try LabelledStream(path: file, textField: textField, meaningField: meaningField)
    PairInput.report(stream.rejects, of: file)
    if let shuffle { stream.shuffle(seed: shuffle) }
    let normalizer = try TextNormalizer(extraFillers: options.normalize.extraFillers)
    let chosen = try embedder.map { try EmbedderCatalog.named($0) }
    for embedder in try chosen.map({ [$0] }) ?? EmbedderCatalog.available() {
      let model: PairModel?
      do {
        model = try options.guards.model.map { try PairModel(file: $0, embedder: embedder.identity) }
      } catch let error as AnalyzerError where chosen == nil {
        Terminal.error("\(embedder.identity) is left out: \(HostileText.visible(error.message, limit: 500))")
        continue
      }
      let neighbours = try StreamNeighbours(
        stream, floor: Float(floor), embedder: embedder, guards: GuardSet(options.guardAdditions, model: model),
        normalizer: normalizer, threads: threads)
      let evaluation = CacheEvaluation(
        stream, neighbours, floor: floor, mask: options.guardMask,
        errorBounds: bounds.isEmpty ? CacheEvaluation.errorBounds : bounds, seed: seed, threads: threads)
      Terminal.out(json ? try evaluation.summaryJSON() : evaluation.text)
    }
  }
}
