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

  @OptionGroup var flags: AnalysisFlags

  @Option(
    help: "Directory of the report. Replaced as a whole; must be new, empty, or an earlier report.",
    completion: .directory)
  var out = "reports"

  @OptionGroup var templates: TemplateFlags

  @Option(help: "Run one part only: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var only: Part?

  @Flag(help: "Exit with 2 when a line was rejected or an input was damaged.")
  var strict = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @Flag(help: "Print wall time, CPU time and rows of every stage on standard error.")
  var timings = false

  @Option(
    help: "Log on standard error from this level on: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
  var logLevel: Logger.Level?

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let templates = try templates.read()
    var request = try flags.request(environment, ledgerOnly: only == .ledger)
    let quiet = flags.quiet
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
    if !flags.noState && !request.ledgerOnly {
      request.store = try? StateStore(path: flags.statePath(environment))
    }
    let output = try OutputDirectory(path: out)
    let analysis: Analysis
    do {
      analysis = try Analysis.run(request)
    } catch {
      progress?.clear()
      throw error
    }
    progress?.clear()
    let files = try analysis.reportFiles(environment: environment, templates: templates)
    try output.publish(files)

    if json { Terminal.out(try RunSummary(analysis, report: out).summaryJSON()) }
    if !json && !quiet { Terminal.out(RunSummary.text(analysis, report: out)) }
    if timings { printTimings(analysis) }
    flags.reportProblems(of: analysis)
    // Last, so that a bad state file costs neither the report nor the summary.
    try remember(analysis, files, environment)
    if strict && analysis.isIncomplete { throw ExitCode(2) }
  }

  /// A state error also says that the report is written.
  private func remember(
    _ analysis: Analysis, _ files: [(name: String, content: Data)], _ environment: [String: String]
  ) throws {
    if flags.noState { return }
    do {
      try record(analysis, files, environment)
    } catch let error as AnalyzerError where error.kind == .state {
      throw AnalyzerError(.state, "the report in \(out) is written, but \(error.message)", hint: error.hint)
    }
  }

  private func record(
    _ analysis: Analysis, _ files: [(name: String, content: Data)], _ environment: [String: String]
  ) throws {
    let store = try StateStore(path: flags.statePath(environment))
    let now = environment["SOURCE_DATE_EPOCH"].flatMap(Int64.init) ?? Int64(Date().timeIntervalSince1970)
    try store.record(analysis, runID: RunManifest.runID(of: files.last!.content), out: out, at: now * Timestamp.second)
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
