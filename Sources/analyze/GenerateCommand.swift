import ArgumentParser
import CostAnalyzer
import Foundation

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Write a made-up log with known truth, for trials, tests and benchmarks.",
    discussion: """
      Same seed and options, same bytes. The traffic is invented; nothing in it says what your own log would show.

      EXAMPLES
        analyze generate --requests 20000 --seed 7 --out demo.jsonl.zst --truth truth.json
        analyze generate --format litellm --out litellm.jsonl.zst
      """)

  @Option(help: "Requests (lines are a few more: retries and stream fragments).")
  var requests = 20_000

  @Option(help: "Seed of the random numbers.")
  var seed: UInt64 = 1

  @Option(help: "Days the log covers.")
  var days = 7

  @Option(help: "Users.")
  var users = 400

  @Option(help: "Share of the questions' ranking that changes each day, 0 … 1.")
  var drift = 0.0

  @Option(help: "Format: \(GeneratedFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format = GeneratedFormat.traffic

  @Option(help: "Share of the answers that a user gives a verdict on, 0 … 1.")
  var feedback = 0.032

  @Option(help: "Share of good verdicts on a model's answers, as MODEL=SHARE; 0.2 less on complex work. (repeatable)")
  var satisfaction: [String] = []

  @Option(help: "Share of the requests that stay on the model of their user and product, 0 … 1; the others go to any.")
  var ownModel = 0.97

  @Flag(help: "Log what each request was billed.")
  var cost = false

  @Option(help: "File to write; zstd when the name ends in .zst.", completion: .file())
  var out = "traffic.jsonl.zst"

  @Option(help: "Also write which requests share an intent.", completion: .file(extensions: ["json"]))
  var truth: String?

  @Flag(name: .shortAndLong, help: "No summary.")
  var quiet = false

  func run() throws {
    var options = GeneratorOptions()
    options.requests = requests
    options.seed = seed
    options.days = days
    options.users = users
    options.drift = drift
    options.includeCost = cost
    options.feedbackShare = feedback
    options.ownModelShare = ownModel
    for text in satisfaction {
      let parts = text.split(separator: "=")
      guard parts.count == 2, let share = Double(parts[1]) else {
        throw ValidationError("--satisfaction must be MODEL=SHARE, such as gpt-4o-mini=0.7")
      }
      options.satisfaction[String(parts[0])] = share
    }
    let summary = try writeGeneratedLog(options: options, format: format, to: out, truthPath: truth)
    if quiet { return }
    Terminal.out(
      "\(HostileText.visible(out)): \(NumberText.grouped(summary.requests)) requests in \(NumberText.grouped(summary.lines)) lines, "
        + "\(NumberText.grouped(Int(summary.logBytes))) bytes, \(NumberText.grouped(Int(summary.fileBytes))) on disk")
  }
}

extension GeneratedFormat: ExpressibleByArgument {}
