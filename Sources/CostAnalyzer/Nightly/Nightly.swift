import Foundation

/// One night: what is new goes into the state, a rolling window of logs is analysed, and what changed is said.
package struct Nightly: Sendable {
  package struct Request: Sendable {
    package var inputs: [String]
    /// Options, embedder and threads of the analysis; its inputs are those of the window.
    package var analysis: Analysis.Request
    package var windowDays = 30
    package var gates: [Gate] = []
    /// UTC microseconds.
    package var now: Int64

    package init(inputs: [String], analysis: Analysis.Request, now: Int64) {
      (self.inputs, self.analysis, self.now) = (inputs, analysis, now)
    }
  }

  package struct DaySpend: Sendable, Equatable {
    package var day: Int
    package var requests: Int
    package var cost: Int128

    package init(day: Int, requests: Int, cost: Int128) { (self.day, self.requests, self.cost) = (day, requests, cost) }
  }

  package struct GateResult: Sendable {
    package var gate: Gate
    package var verdict: Gate.Verdict
  }

  /// Inputs by what became of them.
  package private(set) var inputs: [IntakeOutcome: Int] = [:]
  package private(set) var newRequests = 0
  package private(set) var newLines = 0
  package private(set) var newRejected = 0
  package private(set) var tooOld = 0
  package private(set) var problems: [InputProblem] = []
  /// The last complete day, and the one before it where it has requests.
  package private(set) var last: DaySpend?
  package private(set) var before: DaySpend?
  /// All days that the state knows.
  package private(set) var total = LedgerRow()
  package private(set) var days = 0
  package private(set) var changes: [SpendChange] = []
  /// The window's clusters under their ids, and the questions of those that may be named, by id.
  package private(set) var clusters = ClusterHistory()
  private(set) var clusterQuestions: [String: String] = [:]
  /// Caches that would have answered less than usual, and what their rates depend on.
  package private(set) var hitRateChanges: [HitRateChange] = []
  package private(set) var hitSetting = ""
  /// What is new of all that, what goes on, and what is over.
  package private(set) var alerts = AlertChanges()
  /// The price of every model of the window now, and what of it is new.
  package private(set) var prices: [String: String] = [:]
  package private(set) var priceChanges: [PriceChange] = []
  /// Hashes of answers by key, and what of it is new.
  package private(set) var list: [String: String] = [:]
  package private(set) var listChange = ListChange([:], since: nil)
  /// Whether there are days enough to call anything usual.
  package private(set) var isComparable = false
  package let analysis: Analysis
  /// Logs of the window that are gone, or are no longer what was read.
  package let missing: [String]
  package private(set) var gates: [GateResult] = []
  package let now: Int64
  package let windowDays: Int
  let content: ContentPolicy

  package init(_ request: Request, _ store: StateStore) throws {
    now = request.now
    windowDays = request.windowDays
    request.analysis.progress?("taking in new logs", 0, 0, 0)
    var intake = try Intake(
      store, request.analysis.options, tokens: request.analysis.usageTokens, threads: request.analysis.threads, now: now
    )
    try intake.take(request.inputs)
    for line in intake.lines {
      inputs[line.outcome, default: 0] += 1
      newRequests += line.requests
      newLines += line.lines
      newRejected += line.rejected
      tooOld += line.tooOld
    }
    problems = intake.problems
    let totals = try store.daily(.total)
    guard let lastDay = totals.last?.day else {
      throw AnalyzerError(
        .input,
        "there is no request, neither in the new logs nor in the state"
          + (problems.first.map { "; \($0.path): \($0.explanation)" } ?? ""),
        hint: "give log files, directories or globs")
    }
    var (analysis, missing) = try Self.analyse(request, store, intake.files, lastDay: lastDay)
    let night = Timestamp.dayNumber(now)
    let history = ClusterHistory(
      analysis.clusterTraces, days: Set(analysis.dayHits.keys.filter { $0 > lastDay - request.windowDays }),
      known: try store.clusters(before: night, lastDay: lastDay))
    analysis.candidates?.number(by: history.ids)
    (self.analysis, self.missing, clusters) = (analysis, missing, history)
    content = ContentPolicy(request.analysis.options.privacy, hashKey: request.analysis.hashKey)
    for shown in analysis.candidates?.shown ?? [] where !shown.isWithheld {
      if let id = shown.id { clusterQuestions[String(id)] = shown.question }
    }
    try summarise(totals, store)
    prices = PriceChange.prices(analysis.prices, at: now)
    priceChanges = PriceChange.find(prices, since: try store.prices(before: night))
    list = ListChange.list(analysis.candidates?.precache.candidates ?? [])
    listChange = ListChange(list, since: try store.list(before: night))
    gates = request.gates.map { GateResult(gate: $0, verdict: $0.judge(value(of: $0.measure, totals))) }
    alerts = AlertChanges(alertSubjects, since: try store.alerts(before: night), on: night)
    for index in changes.indices {
      changes[index].since = alerts.firstNight(of: subject(of: changes[index]))
      changes[index].name = shownName(.init(.init(changes[index].dimension), changes[index].name, ""))
    }
  }

  private mutating func summarise(_ totals: [DailyTotal], _ store: StateStore) throws {
    for entry in totals { total.add(entry.row) }
    days = totals.count
    let today = Timestamp.dayNumber(now)
    // The day that is not over is no day to compare.
    guard let last = totals.last(where: { $0.day < today }) ?? totals.last, let first = totals.first else { return }
    func spend(_ entry: DailyTotal) -> DaySpend {
      DaySpend(day: entry.day, requests: entry.row.requests, cost: entry.row.cost)
    }
    self.last = spend(last)
    before = totals.first { $0.day == last.day - 1 }.map(spend)
    isComparable = SpendChange.usual(totals, day: last.day) != nil
    for (dimension, stored) in [
      (SpendChange.Dimension.total, StateStore.Dimension.total), (.model, .model), (.user, .user), (.tenant, .tenant),
      (.tag, .tag),
    ] {
      changes += SpendChange.find(
        dimension, stored == .total ? totals : try store.daily(stored), day: last.day, firstDay: first.day,
        spent: last.row.cost)
    }
    changes += clusters.changes(on: last.day, spent: last.row.cost)
    hitSetting = DayHits.setting(analysis.options, embedder: analysis.embedder) + ", window \(windowDays) d"
    var hits = try store.dayHits(before: last.day, setting: hitSetting)
    hits[last.day] = analysis.dayHits[last.day]
    hitRateChanges = HitRateChange.find(hits, day: last.day)
  }

  private static func analyse(
    _ request: Request, _ store: StateStore, _ files: [InputFile], lastDay: Int
  ) throws -> (analysis: Analysis, missing: [String]) {
    let start = Int64(lastDay - request.windowDays + 1) * Timestamp.day
    let sources = try store.sources().filter { $0.lastTime.map { $0 >= start } ?? false }
    // Hashed already, but for logs of the window that were not given tonight.
    var byPath = Dictionary(files.map { ($0.path, $0) }) { $1 }
    let others = sources.map(\.path).filter { byPath[$0] == nil && FileManager.default.fileExists(atPath: $0) }
    for file in InputFiles.identify(others, threads: request.analysis.threads).files { byPath[file.path] = file }
    let present = sources.compactMap { source in byPath[source.path].flatMap { $0.sha256 == source.sha256 ? $0 : nil } }
    let held = Set(present.map(\.sha256))
    let missing = sources.filter { !held.contains($0.sha256) }.map(\.path)
    guard !present.isEmpty else {
      throw AnalyzerError(
        .input, "none of the \(sources.count) logs of the last \(request.windowDays) days is there to analyse",
        hint: "their requests are in the state; keep the logs as long as --window")
    }
    var analysis = request.analysis
    analysis.identified = present
    analysis.keepsTraces = true
    return (try Analysis.run(analysis), missing)
  }

  private func value(of measure: Gate.Measure, _ totals: [DailyTotal]) -> Double? {
    switch measure {
    case .spendDay: return last.map { Double($0.cost) / 1e12 }
    case .spendChange:
      guard let last, let usual = SpendChange.usual(totals, day: last.day), usual > 0 else { return nil }
      return Double(last.cost) / Double(usual)
    case .budgetDaily: return budget(["1d", "24h"])
    case .budgetWeekly: return budget(["1w", "7d"])
    case .budgetMonthly: return budget(["1mo", "30d"])
    case .wrongHits: return analysis.wrongHits?.upper
    case .rejected: return newLines > 0 ? Double(newRejected) / Double(newLines) : nil
    case .unpriced:
      guard let last, let row = totals.first(where: { $0.day == last.day })?.row else { return nil }
      return Double(row.unpriced) / Double(row.requests)
    }
  }

  /// Largest used share of the limits on some periods, in the windows that were open when the log ended.
  private func budget(_ periods: Set<String>) -> Double? {
    guard let replay = analysis.budgets?.replay else { return nil }
    let limits = analysis.options.budgets.limits
    return replay.windows.filter { window in
      periods.contains(limits[window.limit].every?.description ?? "")
        && window.end.map { $0 > analysis.ledger.lastTime } ?? true
    }.map { Double($0.used) / Double(max(1, limits[$0.limit].allowed)) }.max()
  }

  package var failedGates: [GateResult] {
    gates.filter { if case .failed = $0.verdict { true } else { false } }
  }
}
