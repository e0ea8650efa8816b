import ArgumentParser
import CostAnalyzer
import Foundation
import Logging

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Analyse logs and write a report.",
    discussion: """
      Inputs are files, directories, globs, or - for standard input; zstd, gzip or plain JSON Lines, told by content.
      The report directory is replaced as a whole when the run succeeds, and left alone when it does not.

      EXAMPLES
        analyze run /var/log/gateway/2026-11-*.jsonl.zst --out report
        analyze run logs/ --config analyze.yaml --strict
      """)

  enum Part: String, ExpressibleByArgument, CaseIterable { case ledger }

  @Argument(help: "Log files, directories, globs, or - for standard input.", completion: .file())
  var logs: [String]

  @Option(
    help: "Directory of the report. Replaced as a whole; must be new, empty, or an earlier report.",
    completion: .directory)
  var out = "reports"

  @Option(
    help: "YAML file with options; `analyze config` prints all of them.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @OptionGroup var prices: PriceFlags

  @OptionGroup var cache: CacheFlags

  @Option(
    help: "File of judged hits (`analyze judge`): they tighten the estimate of wrong answers.",
    completion: .file(extensions: ["jsonl"]))
  var verdicts: String?

  @Option(help: "Embedder: auto, hashed, wordllama, minilm, endpoint, or the folder of a model.")
  var embedder: String?

  @Option(help: "Run one part only: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var only: Part?

  @Option(help: "Threads. Figures do not depend on it. (default: all cores)")
  var threads: Int?

  @Option(
    help: "SQLite file that remembers runs. (default: $ANALYZE_STATE or ~/.local/state/llm-cost-analyzer/state.sqlite)",
    completion: .file())
  var state: String?

  @Flag(help: "Remember nothing.")
  var noState = false

  @Flag(help: "Exit with 2 when a line was rejected or an input was damaged.")
  var strict = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @Flag(help: "Print wall time, CPU time and rows of every stage on standard error.")
  var timings = false

  @Option(
    help: "Log on standard error from this level on: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
  var logLevel: Logger.Level?

  @Flag(name: .shortAndLong, help: "No progress and no summary.")
  var quiet = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
    if logs.isEmpty { throw ValidationError("give at least one log") }
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    var request = Analysis.Request(inputs: logs)
    request.options = try resolvedOptions()
    request.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    request.ledgerOnly = only == .ledger
    if !request.ledgerOnly {
      if request.options.prompts.level != .none {
        request.tokens = try TokenCounter.installed(environment: environment)
      }
      let embedding = request.options.embedding
      request.embedder = try EmbedderCatalog.embedder(embedding, environment: environment)
      if embedding.cascade > 0 && request.embedder is TransformerEmbedder {
        request.cascade = Cascade(
          first: try EmbedderCatalog.named("wordllama", environment: environment), floor: Float(embedding.cascade))
      }
    }
    let progress = quiet || isatty(2) == 0 ? nil : ProgressLine()
    let logger = logLevel.map { level in
      var logger = Logger(label: "analyze") { StreamLogHandler.standardError(label: $0) }
      logger.logLevel = level
      return logger
    }
    if progress != nil || logger != nil {
      request.progress = { stage, bytes, total, lines in
        progress?.update(stage: stage, bytes: bytes, total: total, lines: lines)
        // No text from the log goes in here: logs are kept where reports are not.
        logger?.debug("\(stage)", metadata: ["bytes": "\(bytes)", "of": "\(total)", "lines": "\(lines)"])
      }
    }

    // A state file that cannot be used is an error when the report is written; until then it only keeps no vectors.
    if !noState && !request.ledgerOnly { request.store = try? StateStore(path: statePath(environment)) }
    let output = try OutputDirectory(path: out)
    let analysis: Analysis
    do {
      analysis = try Analysis.run(request)
    } catch {
      progress?.clear()
      throw error
    }
    progress?.clear()
    let files = try analysis.reportFiles(environment: environment)
    try output.publish(files)

    if json { Terminal.out(try RunSummary(analysis, report: out).summaryJSON()) }
    if !json && !quiet { Terminal.out(RunSummary.text(analysis, report: out)) }
    if timings { printTimings(analysis) }
    for problem in analysis.inputProblems where !quiet {
      Terminal.error(
        "analyze: \(HostileText.visible(problem.path)): \(HostileText.visible(problem.explanation, limit: 500))")
    }
    for warning in analysis.priceWarnings where !quiet {
      Terminal.error("analyze: \(HostileText.visible(warning, limit: 500))")
    }
    if let problem = analysis.storeProblem, !quiet {
      Terminal.error("analyze: \(HostileText.visible(problem.message))")
    }
    // Last, so that a bad state file costs neither the report nor the summary.
    try remember(analysis, files, environment)
    if strict && analysis.isIncomplete { throw ExitCode(2) }
  }

  /// Defaults, then the config file, then flags.
  private func resolvedOptions() throws -> AnalysisOptions {
    var options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    prices.apply(to: &options)
    try cache.apply(to: &options)
    if let verdicts { options.cache.verdicts = verdicts }
    if let embedder { options.embedding.model = embedder }
    try options.validate()
    return options
  }

  private func statePath(_ environment: [String: String]) -> String {
    state ?? StateStore.defaultPath(environment: environment)
  }

  /// A state error also says that the report is written.
  private func remember(
    _ analysis: Analysis, _ files: [(name: String, content: Data)], _ environment: [String: String]
  ) throws {
    if noState { return }
    do {
      try record(analysis, files, environment)
    } catch let error as AnalyzerError where error.kind == .state {
      throw AnalyzerError(.state, "the report in \(out) is written, but \(error.message)", hint: error.hint)
    }
  }

  private func record(
    _ analysis: Analysis, _ files: [(name: String, content: Data)], _ environment: [String: String]
  ) throws {
    let store = try StateStore(path: statePath(environment))
    let manifest = files.last!.content
    let runID = (try? JSONSerialization.jsonObject(with: manifest) as? [String: Any])?["run_id"] as? String ?? ""
    let now = environment["SOURCE_DATE_EPOCH"].flatMap(Int64.init) ?? Int64(Date().timeIntervalSince1970)
    try store.record(analysis, runID: runID, out: out, at: now * Timestamp.second)
  }

  private func printTimings(_ analysis: Analysis) {
    func pad(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    Terminal.error(
      "\("stage".padding(toLength: 16, withPad: " ", startingAt: 0))\(pad("wall s", 10))\(pad("cpu s", 10))\(pad("rows", 14))"
    )
    for timing in analysis.timings {
      let name = timing.stage.padding(toLength: 16, withPad: " ", startingAt: 0)
      Terminal.error(
        "\(name)\(pad(NumberText.fixed(timing.wall, 3), 10))\(pad(NumberText.fixed(timing.cpu, 3), 10))\(pad(NumberText.grouped(timing.rows), 14))"
      )
    }
    let usage = ProcessUsage.now()
    Terminal.error(
      "whole process: cpu \(NumberText.fixed(usage.cpu, 3)) s, peak RSS \(NumberText.fixed(Double(usage.peakRSS) / 1e6, 1)) MB"
    )
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
