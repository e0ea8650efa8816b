import ArgumentParser
import CostAnalyzer
import Foundation

extension RouterEvaluation.Score: ExpressibleByArgument {}

struct EvaluateRouterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "router",
    abstract: "What routing by a score would keep of a strong model's quality, on questions both models have answered.",
    discussion: """
      FILE holds one JSON object a line: {"prompt": "…", "weak": 0, "strong": 1}, with an optional "task". weak and strong are
      the quality of both models' answers: 0 or 1, or the points of a judge.

      EXAMPLES
        analyze evaluate router outcomes.jsonl
        analyze evaluate router outcomes.jsonl --score model --model router.json --json | jq .apgr
      """)

  @Argument(help: "Outcomes.", completion: .file(extensions: ["jsonl"]))
  var file: String

  @Option(help: "Only this score: length, keywords or model. (default: all three)")
  var score: RouterEvaluation.Score?

  @Option(
    help: "Model from `analyze train router`. (default: the built-in, hand-set weights)",
    completion: .file(extensions: ["json", "yaml"]))
  var model: String?

  @Option(help: "Threads; figures do not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "One JSON object a score, each on its line, instead of tables.")
  var json = false

  func validate() throws {
    if !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
  }

  func run() throws {
    let input = try OutcomeFile(path: file)
    OutcomeInput.report(input, of: file)
    let weights = try model.map { try ComplexityModel(path: $0) } ?? ComplexityModel.builtin()
    let normalizer = try TextNormalizer()
    let scores = score.map { [$0] } ?? RouterEvaluation.Score.allCases
    let evaluations = try scores.map {
      try RouterEvaluation(input.outcomes, score: $0, model: weights, normalizer: normalizer, threads: threads)
    }
    if json {
      for evaluation in evaluations { Terminal.out(try evaluation.summaryJSON()) }
    } else {
      Terminal.out(RouterEvaluation.text(evaluations))
    }
  }
}

/// What the commands on outcomes share.
enum OutcomeInput {
  /// Tells which lines could not be used, and how many must not be.
  static func report(_ input: OutcomeFile, of file: String) {
    PairInput.report(input.rejects, of: file)
    let name = HostileText.visible(file)
    if input.contaminated > 0 { Terminal.error("\(name): \(input.contaminated) contaminated questions left out") }
    if input.overridden > 0 {
      Terminal.error("\(name): \(input.overridden) questions left out whose model was chosen by hand")
    }
  }
}
