import ArgumentParser
import CostAnalyzer
import Foundation

struct NightlyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nightly", abstract: "Take in new logs, analyse a rolling window, say what changed.",
    discussion: """
      For cron. Every log is counted once, however often it is given, renamed or compressed: a longer one adds its new
      lines, a rewritten one replaces what was read. Kill it at any time and run it again: the figures are those of an undisturbed run.
      Writes OUT/YYYY-MM-DD/ and points OUT/latest to it.

      EXAMPLES
        analyze nightly /var/log/gateway --out /srv/reports --state /srv/reports/state.sqlite
        analyze nightly /var/log/gateway --config analyze.yaml --fail-if 'budget.daily>100%' --fail-if 'cache.wrongHits>2%'

      EXIT CODES
        0 done   1 failed   2 done, but input was rejected or damaged (with --strict)   3 done, and a gate failed   64 usage
      """)

  @OptionGroup var flags: AnalysisFlags

  @Option(help: "Directory of the reports.", completion: .directory)
  var out = "reports"

  @OptionGroup var templates: TemplateFlags

  @Option(help: "Days of logs that are analysed together.")
  var window = 30

  @Option(help: "Drop requests older than so many days from the state; their daily sums stay. (default: keep all)")
  var keepDays: Int?

  @Option(
    name: .customLong("fail-if"),
    help: "Condition that makes the exit code 3, like budget.daily>100% or cache.wrongHits>2%. May be repeated.")
  var failIf: [String] = []

  @Option(help: "File for Prometheus' textfile collector. (default: metrics.prom in --out)", completion: .file())
  var metrics: String?

  @Option(
    help: """
      Address that gets the summary as JSON, with a text for Slack; a notice that does not arrive fails nothing. \
      (default: $\(Self.notifyVariable))
      """)
  var notify: String?

  @Flag(help: "Exit with 2 when a line was rejected or an input was damaged.")
  var strict = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  private static let notifyVariable = "ANALYZE_NOTIFY_URL"

  func validate() throws {
    if flags.logs.contains("-") { throw ValidationError("standard input cannot be known again: give files") }
    if flags.noState { throw ValidationError("a night needs a state") }
    if !(1...3660).contains(window) { throw ValidationError("--window must be 1 … 3660 days") }
    if let keepDays, keepDays < window { throw ValidationError("--keep-days must not be less than --window") }
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let now = environment["SOURCE_DATE_EPOCH"].flatMap(Int64.init) ?? Int64(Date().timeIntervalSince1970)
    let gates = try failIf.map { try Gate($0) }
    let templates = try templates.read()
    let webhook = try (notify ?? environment[Self.notifyVariable]).map { try Webhook($0) }
    var analysis = try flags.request(environment)
    let quiet = flags.quiet
    let reports = try ReportArchive(path: out)
    let store = try StateStore(path: flags.statePath(environment))
    let lock = try store.lock()
    defer { withExtendedLifetime(lock) {} }
    if let last = try store.runs(limit: 1).first?.finishedAt, last > Timestamp.text(now * Timestamp.second) {
      Terminal.error(
        "analyze: the clock says \(Timestamp.text(now * Timestamp.second)), but a run finished at \(HostileText.visible(last)); going on"
      )
    }
    analysis.store = store
    let progress = quiet || isatty(2) == 0 ? nil : ProgressLine()
    analysis.progress = { progress?.update(stage: $0, bytes: $1, total: $2, lines: $3) }
    var request = Nightly.Request(inputs: flags.logs, analysis: analysis, now: now * Timestamp.second)
    request.windowDays = window
    request.gates = gates
    let night: Nightly
    do {
      night = try Nightly(request, store)
    } catch {
      progress?.clear()
      throw error
    }
    progress?.clear()
    let report = try publish(night, store, reports, templates, environment)
    if let webhook {
      let today = Timestamp.dayNumber(night.now)
      // A run that is killed while it waits has sent nothing.
      try store.remember(noticeArrived: false, on: today)
      let problem = webhook.post(night, report: report)
      if problem == nil { try store.remember(noticeArrived: true, on: today) }
      if let problem, !quiet {
        Terminal.error("analyze: the notice did not arrive: \(HostileText.visible(problem, limit: 500))")
      }
    }
    if failsNothing(night) { return }
    throw ExitCode(night.failedGates.isEmpty ? 2 : 3)
  }

  private func publish(
    _ night: Nightly, _ store: StateStore, _ reports: ReportArchive, _ templates: ReportTemplates,
    _ environment: [String: String]
  ) throws -> String {
    let date = Timestamp.dayText(Timestamp.dayNumber(night.now))
    let (report, runID) = try reports.publish(night, date: date, environment: environment, templates: templates)
    try night.metrics.write(to: metrics ?? out + "/metrics.prom")
    try store.record(night.analysis, runID: runID, out: report, at: night.now)
    try store.remember(prices: night.prices, on: Timestamp.dayNumber(night.now))
    try store.remember(list: night.list, on: Timestamp.dayNumber(night.now))
    try store.remember(night)
    if let keepDays, let day = night.last?.day { _ = try store.dropRequests(before: day - keepDays + 1) }
    if json {
      Terminal.out(try night.summary(report: report).summaryJSON())
    } else if !flags.quiet || !failsNothing(night) {
      Terminal.out("\(night.line); \(HostileText.visible(report, limit: 2_000))")
    }
    for problem in night.problems where !flags.quiet {
      Terminal.error(
        "analyze: \(HostileText.visible(problem.path)): \(HostileText.visible(problem.explanation, limit: 500))")
    }
    return report
  }

  private func failsNothing(_ night: Nightly) -> Bool {
    let isIncomplete = night.newRejected > 0 || night.problems.contains { $0.reason != "repeated_file" }
    return night.failedGates.isEmpty && !(strict && isIncomplete)
  }
}
