import ArgumentParser
import CostAnalyzer
import Foundation

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Learn from your own labels.",
    subcommands: [TrainPairsCommand.self, TrainRouterCommand.self])
}

struct TrainPairsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs", abstract: "Train the learned guard of the semantic cache on labelled question pairs.",
    discussion: """
      Use it with `guards.model: model.json` in the options. It fits questions like the labelled ones, and one embedder: label
      pairs of your own log.

      EXAMPLES
        analyze train pairs pairs.jsonl --out model.json --report model.md
      """)

  @Argument(help: "Labelled pairs, as for `analyze evaluate pairs`.", completion: .file(extensions: ["jsonl"]))
  var file: String

  @Option(help: "Embedder whose cosines the model weighs: auto, hashed, wordllama, minilm, or the folder of a model.")
  var embedder: String?

  @Option(help: "YAML file with options; `guards` is used.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(help: "Refuse pairs below this probability of the same answer.")
  var cutoff = 0.5

  @Option(help: "Where the model goes.", completion: .file(extensions: ["json"]))
  var out = "model.json"

  @Option(help: "Where the report goes; default standard output.", completion: .file(extensions: ["md"]))
  var report: String?

  @Option(help: "Threads; the model does not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    if !(0...1).contains(cutoff) { throw ValidationError("--cutoff must be 0 … 1") }
  }

  func run() throws {
    var options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    if let embedder { options.embedding.model = embedder }
    let input = try PairFile(path: file)
    if input.isMock { throw AnalyzerError(.usage, "\(file) has no labels", hint: "train on a and b with same") }
    PairInput.report(input.rejects, of: file)
    let embedder = try EmbedderCatalog.embedder(options.embedding)
    let scorer = try PairScorer(
      texts: input.pairs.flatMap { [$0.a, $0.b] }, embedder: embedder,
      guards: GuardSet(options.guardAdditions, model: .untrained(embedder: embedder.identity)),
      normalizer: TextNormalizer(extraFillers: options.normalize.extraFillers), threads: threads)
    let training = try PairTraining(input.pairs, scorer: scorer, mask: options.guardMask, cutoff: cutoff)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    if let report { try PrivateFile.write(Data(training.text.utf8), to: report) } else { Terminal.out(training.text) }
    try PrivateFile.write(encoder.encode(training.model) + Data("\n".utf8), to: out)
    let written = [report, out].compactMap(\.self).map { HostileText.visible($0, limit: 2000) }
    Terminal.error("Written \(written.joined(separator: " and "))")
  }
}
