import CostAnalyzer
import Foundation
import Testing

/// UTC microseconds of an ISO time.
func utcTime(_ text: String) -> Int64 {
  var text = text
  return text.withUTF8 { Timestamp.parse(iso: UnsafeRawBufferPointer($0))! }
}

/// One request a line: time, user, dollars, and what else a line may say.
func costLog(_ rows: [(String, String, Double)]) throws -> RequestLog {
  let lines = rows.map { time, user, usd in
    trafficLine([
      "ts": "\"\(time)\"", "user": "\"\(user)\"", "cost_usd": "\(usd)",
      "messages": "[{\"role\":\"user\",\"content\":\"q\"}]",
    ])
  }
  return try Ingest.read(lines: lines)
}

@Suite("Budgets")
struct BudgetTests {
  private static func options(_ limits: BudgetLimit..., zone: String = "UTC") -> AnalysisOptions.Budgets {
    var options = AnalysisOptions.Budgets()
    options.limits = limits
    options.timeZone = zone
    return options
  }

  // MARK: Windows

  @Test(
    "Windows end where LiteLLM ends them",
    arguments: [
      ("1d", "2026-01-07T15:20:00Z", "UTC", "2026-01-08T00:00:00Z"),
      ("24h", "2026-01-07T15:20:00Z", "UTC", "2026-01-08T00:00:00Z"),
      ("daily", "2026-01-07T15:20:00Z", "Europe/Berlin", "2026-01-07T23:00:00Z"),
      // Wednesday to Monday; a Monday's midnight is the start of the next week.
      ("7d", "2026-01-07T15:20:00Z", "UTC", "2026-01-12T00:00:00Z"),
      ("1w", "2026-01-12T00:00:00Z", "UTC", "2026-01-19T00:00:00Z"),
      ("30d", "2026-01-31T15:20:00Z", "UTC", "2026-02-01T00:00:00Z"),
      ("1mo", "2026-12-31T23:59:59Z", "UTC", "2027-01-01T00:00:00Z"),
      ("10d", "2026-01-07T15:20:00Z", "UTC", "2026-01-17T00:00:00Z"),
      ("30m", "2026-01-07T15:20:00Z", "UTC", "2026-01-07T15:30:00Z"),
      ("30s", "2026-01-07T15:20:00Z", "UTC", "2026-01-07T15:20:30Z"),
      ("5h", "2026-01-07T21:20:00Z", "UTC", "2026-01-08T01:00:00Z"),
      // Clocks go forward at 01:00 UTC, back at 01:00 UTC.
      ("1d", "2026-03-29T00:30:00Z", "Europe/Berlin", "2026-03-29T22:00:00Z"),
      ("1h", "2026-03-29T00:30:00Z", "Europe/Berlin", "2026-03-29T01:00:00Z"),
      ("1h", "2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25T02:00:00Z"),
      ("30m", "2026-10-25T01:10:00Z", "Europe/Berlin", "2026-10-25T01:30:00Z"),
    ])
  func windows(_ duration: String, _ now: String, _ zone: String, _ reset: String) throws {
    let period = try #require(BudgetPeriod(duration))
    let clock = try #require(ZoneClock(zone))
    #expect(Timestamp.text(period.nextReset(after: utcTime(now), in: clock)) == reset)
  }

  @Test("What is no period", arguments: ["", "d", "0d", "-1d", "1", "1y", "2mo", "1.5h", "1d ", "Daily", "٣d"])
  func noPeriods(_ text: String) { #expect(BudgetPeriod(text) == nil) }

  @Test("A reset lies behind its time, and the window that ends there holds it, in zones that change their clocks")
  func resetsAdvance() throws {
    var random = TestRandom(5)
    for zone in ["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"] {
      let clock = try #require(ZoneClock(zone))
      for text in ["45s", "7m", "30m", "1h", "6h", "1d", "7d", "30d", "1mo"] {
        let period = BudgetPeriod(text)!
        for _ in 0..<200 {
          let now = Int64.random(in: 1_200_000_000..<1_900_000_000, using: &random) * Timestamp.second
          let reset = period.nextReset(after: now, in: clock)
          #expect(reset > now, "\(text) \(zone) \(Timestamp.text(now))")
          // The same wall time comes back from UTC.
          #expect(clock.time(clock.wall(now)) == now)
        }
      }
    }
  }

  // MARK: Limits

  @Test("Three days under a daily budget, by hand: crossing, refusals, overshoot, alerts, reset")
  func dayByDay() throws {
    let log = try costLog([
      // Day 1: 6 + 3 = 9 of 10, the third crosses with 14, the fourth (2) is refused.
      ("2026-01-05T08:00:00Z", "a", 6), ("2026-01-05T09:00:00Z", "b", 3), ("2026-01-05T10:00:00Z", "a", 5),
      ("2026-01-05T11:00:00Z", "b", 2),
      // Day 2: 10 exactly: used up, and the next is refused.
      ("2026-01-06T00:00:00Z", "a", 10), ("2026-01-06T23:59:59Z", "c", 1),
      // Day 3: within.
      ("2026-01-07T12:00:00Z", "a", 4),
    ])
    let limit = BudgetLimit(.global, usd: 10, every: .day)
    let replay = try BudgetReplay(log, Self.options(limit))
    let usd: Int128 = 1_000_000_000_000
    #expect(replay.windows.map(\.used) == [14 * usd, 10 * usd, 4 * usd])
    #expect(replay.windows.map(\.requests) == [3, 1, 1])
    #expect(replay.windows.map { $0.overshoot(limit) } == [4 * usd, 0, 0])
    #expect(replay.windows.map(\.refused) == [1, 1, 0] && replay.windows.map(\.refusedCost) == [2 * usd, usd, 0])
    #expect(replay.windows.map(\.exhausted) == [utcTime("2026-01-05T10:00:00Z"), utcTime("2026-01-06T00:00:00Z"), nil])
    #expect(
      replay.windows.map(\.start) == [utcTime("2026-01-05"), utcTime("2026-01-06"), utcTime("2026-01-07")]
        && replay.windows.map(\.end) == [utcTime("2026-01-06"), utcTime("2026-01-07"), utcTime("2026-01-08")])
    #expect(replay.served == 28 * usd && replay.refused == 3 * usd && replay.refusedUsers[0].count == 2)
    // Day 1: 50 % at 6, 80 % at 9, 100 % at 14; day 2: all at once.
    #expect(
      replay.alerts.map { "\(Timestamp.minutes($0.time)) \($0.threshold) \($0.used / usd)" } == [
        "2026-01-05 08:00 0.5 6", "2026-01-05 09:00 0.8 9", "2026-01-05 10:00 1.0 14", "2026-01-06 00:00 0.5 10",
        "2026-01-06 00:00 0.8 10", "2026-01-06 00:00 1.0 10",
      ])
  }

  @Test("The zone decides which day a request is in")
  func zone() throws {
    let log = try costLog([("2026-01-05T22:59:59Z", "a", 10), ("2026-01-05T23:00:00Z", "a", 10)])
    let limit = BudgetLimit(.global, usd: 10, every: .day)
    #expect(try BudgetReplay(log, Self.options(limit)).refusedRequests == 1)
    #expect(try BudgetReplay(log, Self.options(limit, zone: "Europe/Berlin")).refusedRequests == 0)
  }

  @Test("Each user has a budget of its own, a named limit binds one, and nobody's requests have no user budget")
  func perUser() throws {
    let log = try costLog([
      ("2026-01-05T08:00:00Z", "a", 2), ("2026-01-05T08:01:00Z", "b", 1), ("2026-01-05T08:02:00Z", "a", 1),
      ("2026-01-05T08:03:00Z", "b", 1), ("2026-01-05T08:04:00Z", "", 9), ("2026-01-05T08:05:00Z", "", 9),
    ])
    let each = try BudgetReplay(log, Self.options(BudgetLimit(.user, usd: 2)))
    #expect(each.windows.map(\.name) == ["a", "b"] && each.windows.map(\.refused) == [1, 0])
    let named = try BudgetReplay(log, Self.options(BudgetLimit(.user, name: "b", usd: 1)))
    #expect(named.windows.map(\.name) == ["b"] && named.windows.map(\.refused) == [1])
  }

  @Test("Keys and teams have budgets where the log names them, and none where it does not")
  func perKeyAndTeam() throws {
    let usd: Int128 = 1_000_000_000_000
    let lines = (0..<6).map { index in
      let owner =
        index < 3 ? #""key":"alias-a","tenant":"sales","# : index < 5 ? #""key":"alias-b","tenant":"sales","# : ""
      return
        #"{\#(owner)"schema":"traffic/1","ts":"2026-01-05T08:00:0\#(index)Z","model":"m","cost_usd":1,"usage":{"input":1,"output":1}}"#
    }
    let log = try Ingest.read(lines: lines)
    let keys = try BudgetReplay(log, Self.options(BudgetLimit(.key, usd: 2)))
    #expect(keys.windows.map(\.name) == ["alias-a", "alias-b"] && keys.windows.map(\.refused) == [1, 0])
    let named = try BudgetReplay(log, Self.options(BudgetLimit(.key, name: "alias-b", usd: 1)))
    #expect(named.windows.map(\.used) == [usd] && named.refusedRequests == 1)
    let teams = try BudgetReplay(log, Self.options(BudgetLimit(.team, usd: 4), BudgetLimit(.key, usd: 2)))
    #expect(teams.windows.map(\.name) == ["sales", "alias-a", "alias-b"] && teams.served == 5 * usd)
    let none = try BudgetReplay(
      try costLog([("2026-01-05T08:00:00Z", "a", 9), ("2026-01-05T08:00:01Z", "a", 9)]),
      Self.options(BudgetLimit(.key, usd: 1)))
    #expect(none.windows.isEmpty && none.refusedRequests == 0)
  }

  @Test("A rate limit of n lets n requests through in each window, and tells nobody")
  func rates() throws {
    let log = try costLog((0..<9).map { ("2026-01-05T08:00:\(10 + $0 * 5)Z", "a", 1) })
    let replay = try BudgetReplay(
      log, Self.options(BudgetLimit(.user, requests: 3, every: BudgetPeriod("30s")!)))
    // :10 :15 :20 | :25 refused | :30 :35 :40 | :45 :50 refused.
    #expect(replay.windows.map(\.requests) == [3, 3] && replay.windows.map(\.refused) == [1, 2])
    #expect(replay.alerts.isEmpty)
    let tokens = try BudgetReplay(log, Self.options(BudgetLimit(.user, tokens: 20)))
    #expect(tokens.windows.map(\.requests) == [2] && tokens.windows[0].used == 30)
  }

  @Test("The rest of a window is projected linearly, and a window hardly begun is not")
  func projection() throws {
    let log = try costLog([("2026-01-05T00:00:00Z", "a", 2), ("2026-01-05T06:00:00Z", "a", 2)])
    let limit = BudgetLimit(.global, usd: 10, every: .day)
    let window = try BudgetReplay(log, Self.options(limit)).windows[0]
    // 4 in 6 hours: 10 in 15.
    #expect(window.projectedExhaustion(limit, now: utcTime("2026-01-05T06:00:00Z")) == utcTime("2026-01-05T15:00:00Z"))
    #expect(window.projectedExhaustion(limit, now: utcTime("2026-01-05T01:00:00Z")) == nil)
    #expect(window.projectedExhaustion(limit, now: utcTime("2026-01-06T00:00:00Z")) == nil)
    #expect(window.projectedExhaustion(BudgetLimit(.global, usd: 16), now: utcTime("2026-01-05T06:00:00Z")) == nil)
    let ahead = try SpendAhead(
      log, first: utcTime("2026-01-05T00:00:00Z"), last: utcTime("2026-01-05T06:00:00Z"), Self.options())
    #expect(ahead.rows.map(\.spent) == Array(repeating: 4_000_000_000_000, count: 3))
    #expect(ahead.rows[0].projected == 16_000_000_000_000)
    // 6 of 168 hours are too few for a week.
    #expect(ahead.rows[1].projected == nil && ahead.rows[2].projected == nil)
  }

  // MARK: Against a plain replay

  /// Every limit looks through everything served before; windows by walking resets from the first request.
  private static func naive(_ log: RequestLog, _ options: AnalysisOptions.Budgets) throws -> (
    refused: [Bool], by: [Int: Int]
  ) {
    let clock = try options.clock()
    let order = (0..<log.requests.count).sorted {
      (log.requests[$0].time, $0) < (log.requests[$1].time, $1)
    }
    let first = log.requests[order[0]].time
    func window(_ limit: BudgetLimit, _ time: Int64) -> Int {
      guard let every = limit.every else { return 0 }
      var count = 0
      var reset = every.nextReset(after: first, in: clock)
      while reset <= time {
        count += 1
        reset = every.nextReset(after: reset, in: clock)
      }
      return count
    }
    func names(_ limit: BudgetLimit, _ index: Int) -> [String] {
      let request = log.requests[index]
      let all: [String] =
        switch limit.scope {
        case .global: ["*"]
        case .user: [log.users[Int(request.user)]]
        case .key: [log.keyNames[Int(log.keys[index])]]
        case .team, .tenant: [log.tenants[Int(request.tenant)]]
        case .model: [log.models[Int(request.model)].display]
        case .tag: Array(Set(log.tagSets[Int(request.tags)])).sorted()
        }
      return all.filter { !$0.isEmpty && (limit.name == nil || limit.name == $0) }
    }
    var refused = [Bool](repeating: false, count: log.requests.count)
    var by: [Int: Int] = [:]
    for (position, index) in order.enumerated() {
      let request = log.requests[index]
      search: for (number, limit) in options.limits.enumerated() {
        for name in names(limit, index) {
          var used: Int128 = 0
          for earlier in order[..<position] where !refused[earlier] {
            let other = log.requests[earlier]
            guard names(limit, earlier).contains(name), window(limit, other.time) == window(limit, request.time) else {
              continue
            }
            switch limit.measure {
            case .usd: used += Int128(other.cost)
            case .requests: used += 1
            case .tokens: used += Int128(other.usage.promptTokens) + Int128(other.usage.output)
            }
          }
          if used >= limit.allowed {
            refused[index] = true
            by[number, default: 0] += 1
            break search
          }
        }
      }
    }
    return (refused, by)
  }

  @Test("All limits at once refuse what a plain replay refuses, on random logs")
  func againstNaive() throws {
    var random = TestRandom(11)
    var refusals = 0
    for round in 0..<40 {
      var time = 1_767_600_000 + Int64(round) * 40_000
      let lines = (0..<60).map { _ -> String in
        // Sometimes the clock goes backwards.
        time += Int64.random(in: -600...20_000, using: &random)
        let tags = ["[]", "[\"x\"]", "[\"x\",\"y\"]", "[\"y\",\"y\"]"].randomElement(using: &random)!
        return trafficLine([
          "ts": "\(time)", "user": "\"\(["", "a", "b", "c"].randomElement(using: &random)!)\"",
          "tenant": "\"\(["", "t"].randomElement(using: &random)!)\"", "tags": tags,
          "key": "\"\(["", "k", "l"].randomElement(using: &random)!)\"",
          "model": "\"\(["m", "n"].randomElement(using: &random)!)\"",
          "cost_usd": "\(Int.random(in: 0...5, using: &random))",
        ])
      }
      let log = try Ingest.read(lines: lines)
      var options = AnalysisOptions.Budgets()
      options.timeZone = ["UTC", "Europe/Berlin", "Asia/Kolkata"].randomElement(using: &random)!
      for scope in BudgetLimit.Scope.allCases.shuffled(using: &random).prefix(3) {
        let every = [nil, "30m", "5h", "1d", "7d", "3d"].randomElement(using: &random)!
        var limit = BudgetLimit(scope, every: every.flatMap { BudgetPeriod($0) })
        if scope == .user && Bool.random(using: &random) { limit.name = "a" }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: limit.usd = Double(Int.random(in: 0...12, using: &random))
        case 1: limit.requests = Int.random(in: 0...6, using: &random)
        default: limit.tokens = Int.random(in: 0...90, using: &random)
        }
        options.limits.append(limit)
      }
      let replay = try BudgetReplay(log, options)
      let expected = try Self.naive(log, options)
      var cost: Int128 = 0
      for (request, isRefused) in zip(log.all, expected.refused) where isRefused { cost += Int128(request.cost) }
      #expect(replay.refused == cost, "round \(round)")
      #expect(replay.refusedRequests == expected.refused.count { $0 }, "round \(round)")
      for number in options.limits.indices {
        let refused = replay.windows.filter { $0.limit == number }.reduce(0) { $0 + $1.refused }
        #expect(refused == expected.by[number] ?? 0, "round \(round), limit \(number)")
      }
      #expect(replay.served + replay.refused == log.all.reduce(0) { $0 + Int128($1.cost) })
      refusals += replay.refusedRequests
    }
    #expect(refusals > 200 && refusals < 2200, "both verdicts are met")
  }

  // MARK: Report and options

  @Test("The chapter says that no budget is configured, and with limits its files hold every window")
  func chapter() throws {
    let (_, files, text) = try ReportTests.build(TrafficLine.plain(60))
    #expect(text.contains("## Budgets and spikes") && text.contains("No budget is configured"))
    #expect(parseCSV(try #require(files["budgets.csv"])).count == 1)
    let (analysis, limited, report) = try ReportTests.build(TrafficLine.plain(60)) {
      $0.budgets.limits = [BudgetLimit(.user, usd: 0.001, every: .day), BudgetLimit(.global, requests: 2, every: .day)]
    }
    let rows = parseCSV(try #require(limited["budgets.csv"]))
    #expect(rows.count > 3 && Set(column("scope", of: rows)) == ["user", "global"])
    let refused = column("refused", of: rows).map { Int($0)! }.reduce(0, +)
    #expect(refused == analysis.budgets?.replay.refusedRequests && refused > 0)
    #expect(report.contains("spend avoided by not answering, no saving"))
    let open = try ReportTests.build(TrafficLine.plain(60)) {
      $0.budgets.limits = [BudgetLimit(.global, usd: 1, every: .month)]
    }
    let windows = try #require(open.analysis.budgets?.replay.windows)
    #expect(windows.count == 1 && windows[0].exhausted == nil)
    #expect(!open.text.contains("used up about"), "a fraction of a dollar in three days lasts for January")
    let narrow = try ReportTests.build(TrafficLine.plain(60)) {
      $0.budgets.limits = [BudgetLimit(.global, usd: Double(windows[0].used) / 1e12 * 1.2, every: .month)]
    }
    #expect(narrow.text.contains("used up about"))
    #expect(analysis.conservation.checks.contains { $0.name == "bill = served + refused by budgets" })
    #expect(analysis.totals?.safe == (try ReportTests.build(TrafficLine.plain(60)).analysis.totals?.safe))
  }

  @Test("Names from the log stay harmless in the files of the chapter")
  func hostileNames() throws {
    var lines = TrafficLine.plain(30)
    for index in lines.indices { lines[index].user = "=cmd|'/c'!A1\u{1b}[31m" }
    let (_, files, _) = try ReportTests.build(lines) {
      $0.budgets.limits = [BudgetLimit(.user, usd: 0.0001, every: .day)]
    }
    for name in ["budgets.csv", "budget_alerts.csv"] {
      let text = String(decoding: try #require(files[name]), as: UTF8.self)
      #expect(text.contains("'=cmd") && unsafeScalars(in: text).isEmpty, "\(name)")
    }
  }

  @Test(
    "A limit that says too much, too little or something unknown is an error that names it",
    arguments: [
      ("limits: [{scope: user}]", "budgets.limits[0] needs one of"),
      ("limits: [{scope: user, usd: 1, tokens: 1}]", "budgets.limits[0] needs one of"),
      ("limits: [{scope: user, usd: 1}, {scope: user, usd: -1}]", "budgets.limits[1] must not be negative"),
      ("limits: [{scope: everyone, usd: 1}]", "budgets.limits"), ("limits: [{scope: user, usd: 1, evry: 1d}]", "evry"),
      ("limits: [{scope: user, usd: 1, every: 2mo}]", "2mo"), ("limits: [5]", "budgets.limits"),
      ("limits: [{scope: global, name: x, usd: 1}]", "has no name"), ("timeZone: Mars/Phobos", "Mars/Phobos"),
      ("resetTime: \"25:00\"", "25:00"), ("resetTime: 6", "budgets.resetTime"), ("alerts: [0]", "budgets.alerts"),
      ("breaker: {multiple: 1}", "budgets.breaker.multiple"), ("breaker: {window: inf}", "inf"),
      ("spikes: {multiple: 0.5}", "budgets.spikes.multiple"),
    ])
  func badOptions(_ yaml: String, _ message: String) {
    let error = #expect(throws: AnalyzerError.self) { try AnalysisOptions(yaml: "budgets: {\(yaml)}\n") }
    #expect(error?.kind == .config && error?.message.contains(message) == true, "\(String(describing: error))")
  }

  @Test("Limits read from YAML and printed are the same")
  func roundTrip() throws {
    let yaml =
      "budgets: {limits: [{scope: tenant, name: t, usd: 2.5, every: weekly}, {scope: user, requests: 9, every: 1m}]}\n"
    let options = try AnalysisOptions(yaml: yaml)
    #expect(
      options.budgets.limits == [
        BudgetLimit(.tenant, name: "t", usd: 2.5, every: .week),
        BudgetLimit(.user, requests: 9, every: BudgetPeriod("1m")!),
      ])
    #expect(try AnalysisOptions(yaml: options.yaml()) == options)
  }

  @Test("The command answers line by line, and a bad line is an error with its number")
  func windowCommand() throws {
    let program = Program(scratch: try Scratch())
    let input = try program.scratch.write(
      """
      {"duration":"7d","time":"2026-01-07T15:20:00Z","timeZone":"Europe/Berlin"}
      {"duration":"1d","time":"2026-01-07T05:20:00Z","resetTime":"06:30"}

      """, to: "in.jsonl")
    let result = try program.run("evaluate", "budget-windows", input: input)
    #expect(
      result.out == """
        {"reset":"2026-01-11T23:00:00Z","start":"2026-01-04T23:00:00Z"}
        {"reset":"2026-01-07T06:30:00Z","start":"2026-01-06T06:30:00Z"}

        """)
    let bad = try program.run(
      "evaluate", "budget-windows",
      input: program.scratch.write("{\"duration\":\"7y\",\"time\":\"2026-01-07\"}\n", to: "bad"))
    #expect(bad.status == 1 && bad.error.contains("line 1: '7y' is no budget period"))
  }
}
