import ArgumentParser
import CostAnalyzer
import Foundation

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract:
      "Measure embedders, guards, caches and routers on labelled data, trimming on prompts, and windows of budgets.",
    subcommands: [
      EvaluatePairsCommand.self, EvaluateCacheCommand.self, EvaluateRouterCommand.self,
      EvaluatePromptsCommand.self, EvaluateBudgetWindowsCommand.self,
    ])
}

struct EvaluatePairsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs",
    abstract: "How many right and wrong hits a semantic cache would serve on labelled question pairs.",
    discussion: """
      FILE holds one JSON object a line: {"a": "…", "b": "…", "same": true}, with an optional "category". A JSON array of
      {"origin": "…", "similar": "…"} replays GPTCache's benchmark instead.

      EXAMPLES
        analyze evaluate pairs pairs.jsonl
        analyze evaluate pairs pairs.jsonl --embedder hashed --json | jq .auc
      """)

  @Argument(help: "Labelled pairs.", completion: .file(extensions: ["jsonl", "json"]))
  var file: String

  @Option(
    help: "Only this embedder: hashed, wordllama, minilm, or the folder of a model. (default: all that are there)")
  var embedder: String?

  @Option(help: "YAML file with options; `guards` is used.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(help: "Threads; figures do not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "One JSON object an embedder, each on its line, instead of tables.")
  var json = false

  func run() throws {
    let options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    let input = try PairFile(path: file)
    PairInput.report(input.rejects, of: file)
    let normalizer = try TextNormalizer(extraFillers: options.normalize.extraFillers)
    let embedders = try embedder.map { [try EmbedderCatalog.named($0)] } ?? EmbedderCatalog.available()
    let isChosen = embedder != nil
    for embedder in embedders {
      let model: PairModel?
      do {
        model = try options.guards.model.map { try PairModel(file: $0, embedder: embedder.identity) }
      } catch let error as AnalyzerError where !isChosen {
        Terminal.error("\(embedder.identity) is left out: \(HostileText.visible(error.message, limit: 500))")
        continue
      }
      let guards = try GuardSet(options.guardAdditions, model: model)
      let texts = input.pairs.flatMap { [$0.a, $0.b] } + input.mocks.flatMap { [$0.origin, $0.similar] }
      let scorer = try PairScorer(
        texts: texts, embedder: embedder, guards: guards, normalizer: normalizer, threads: threads)
      if input.isMock {
        let replay = MockReplay(input.mocks, scorer: scorer, mask: options.guardMask, threads: threads)
        try output(replay, replay.text)
      } else {
        let evaluation = PairEvaluation(input.pairs, scorer: scorer, mask: options.guardMask)
        try output(evaluation, evaluation.text)
      }
    }
  }

  private func output(_ value: some Encodable, _ text: String) throws {
    if !json { return Terminal.out(text) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    Terminal.out(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

/// What the commands on labelled pairs share.
enum PairInput {
  /// Tells how many lines could not be used, and where the first ones are.
  static func report(_ rejects: [PairFile.Reject], of file: String) {
    if rejects.isEmpty { return }
    let places = rejects.prefix(5).map { "\($0.line) (\($0.reason))" }.joined(separator: ", ")
    let more = rejects.count > 5 ? ", …" : ""
    Terminal.error("\(HostileText.visible(file)): \(rejects.count) entries not used, at \(places)\(more)")
  }
}
