import ArgumentParser
import CostAnalyzer
import Foundation

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Analyse logs and write what to do, in order, with settings to deploy.",
    discussion: """
      Every lever that pays by itself and behind those before it, with its saving, evidence, effort, risk and first step; what
      was left out and why; and settings for LiteLLM's proxy, as far as the analysis supports them. The directory is replaced
      as a whole when the command succeeds, and left alone when it does not.

      EXAMPLES
        analyze plan /var/log/gateway/2026-11-*.jsonl.zst --out plan
        analyze plan logs/ --config analyze.yaml --json | jq '.items[].title'
      """)

  @OptionGroup var flags: AnalysisFlags

  @Option(
    help: "Directory of the plan. Replaced as a whole; must be new, empty, or an earlier plan.", completion: .directory)
  var out = "plan"

  @Flag(help: "Exit with 2 when a line was rejected or an input was damaged.")
  var strict = false

  @Flag(help: "Print plan.json on standard output.")
  var json = false

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    var request = try flags.request(environment)
    let progress = flags.quiet || isatty(2) == 0 ? nil : ProgressLine()
    request.progress = { progress?.update(stage: $0, bytes: $1, total: $2, lines: $3) }
    // A state file that cannot be used only keeps no vectors.
    if !flags.noState { request.store = try? StateStore(path: flags.statePath(environment)) }
    let output = try OutputDirectory(path: out)
    let analysis: Analysis
    do {
      analysis = try Analysis.run(request)
    } catch {
      progress?.clear()
      throw error
    }
    progress?.clear()
    let plan = try SavingsPlan(analysis, threads: request.threads)
    let files = try PlanFiles.files(plan, environment: environment)
    try output.publish(files)
    if json {
      Terminal.write(
        String(decoding: files.first { $0.name == "plan.json" }!.content, as: UTF8.self), to: STDOUT_FILENO)
    } else if !flags.quiet {
      Terminal.out(Self.summary(plan, out: out))
    }
    flags.reportProblems(of: analysis)
    if strict && analysis.isIncomplete { throw ExitCode(2) }
  }

  private static func summary(_ plan: SavingsPlan, out: String) -> String {
    let bill = plan.analysis.ledger.total.cost
    var lines = plan.items.enumerated().map { index, item in
      let share = NumberText.percent(item.saving, of: bill)
      return
        "\(index + 1). \(item.title): \(MoneyText.readable(item.saving)) (\(share)), answers \(item.quality.rawValue)"
    }
    lines += plan.leftOut.map { "-  \($0.title): \(HostileText.visible($0.reason, limit: 500))" }
    lines.append("Plan  \(HostileText.visible(out, limit: 2000))/plan.md")
    return lines.joined(separator: "\n")
  }
}
