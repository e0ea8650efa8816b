import ArgumentParser
import CostAnalyzer
import Foundation

struct TrainRouterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "router", abstract: "Train the complexity score that routing goes by on outcomes of two models.",
    discussion: """
      Use it with `routing.model: router.json` in the options. It learns when the cheap model is right, on questions like the
      labelled ones: label questions of your own log.

      EXAMPLES
        analyze train router outcomes.jsonl --out router.json --report router.md
        analyze train router --feedback logs/*.jsonl.zst --cheap gpt-4o-mini --strong gpt-4o
        analyze train router public.jsonl --recalibrate mine.jsonl --out router.json
      """)

  @Argument(help: "Outcomes, as for `analyze evaluate router`.", completion: .file(extensions: ["jsonl"]))
  var files: [String] = []

  @Option(
    parsing: .upToNextOption, help: "Logs whose users' verdicts are outcomes too.", completion: .file())
  var feedback: [String] = []

  @Option(help: "Model whose verdicts say when a cheap answer will do. (default: the log's cheapest)")
  var cheap: String?

  @Option(help: "Model it is compared with. (default: the log's dearest)")
  var strong: String?

  @Option(help: "YAML file that describes a log format of your own.", completion: .file(extensions: ["yaml", "yml"]))
  var mapping: String?

  @Option(
    help: "Outcomes of your own traffic: slope and intercept are fitted to them.",
    completion: .file(extensions: ["jsonl"]))
  var recalibrate: String?

  @Option(help: "Where the model goes.", completion: .file(extensions: ["json"]))
  var out = "router.json"

  @Option(help: "Where the report goes; default standard output.", completion: .file(extensions: ["md"]))
  var report: String?

  @Option(help: "Threads; the model does not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    if files.isEmpty && feedback.isEmpty { throw ValidationError("give at least one file of outcomes, or --feedback") }
    if !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
  }

  func run() throws {
    func outcomes(_ path: String) throws -> [RouterOutcome] {
      let input = try OutcomeFile(path: path)
      OutcomeInput.report(input, of: path)
      return input.outcomes
    }
    let handSet = try ComplexityModel.builtin()
    let verdicts = try verdicts()
    let training = try RouterTraining(
      try files.flatMap(outcomes) + (verdicts?.outcomes ?? []), recalibrateOn: try recalibrate.map(outcomes),
      base: handSet,
      normalizer: TextNormalizer(), threads: threads)
    // Names only: a report may leave the machine.
    let names = (files + feedback).map { URL(fileURLWithPath: $0).lastPathComponent }
    let text = training.text(files: names, feedback: verdicts, handSet: handSet)
    if let report { try PrivateFile.write(Data(text.utf8), to: report) } else { Terminal.out(text) }
    try PrivateFile.write(training.model.json(), to: out)
    let written = [report, out].compactMap(\.self).map { HostileText.visible($0, limit: 2000) }
    Terminal.error("Written \(written.joined(separator: " and "))")
  }

  private func verdicts() throws -> FeedbackOutcomes? {
    if feedback.isEmpty { return nil }
    var request = Analysis.Request(inputs: feedback)
    request.threads = threads
    request.options.input.mapping = mapping
    request.options.routing.cheap = cheap
    request.options.routing.strong = strong
    return try Analysis.feedbackOutcomes(request)
  }
}
