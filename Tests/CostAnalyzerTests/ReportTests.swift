import CostAnalyzer
import Foundation
import Testing

@Suite("Report")
struct ReportTests {
  static func build(
    _ lines: [TrafficLine], _ tail: String = "", ledgerOnly: Bool = false,
    change: (inout AnalysisOptions) -> Void = { _ in }
  )
    throws -> (analysis: Analysis, files: [String: Data], text: String)
  {
    let scratch = try Scratch()
    var options = AnalysisOptions()
    change(&options)
    let (analysis, files) = try report(
      of: [scratch.write(TrafficLine.log(lines) + tail, to: "log.jsonl")], options: options, ledgerOnly: ledgerOnly)
    return (analysis, files, String(decoding: files["report.md"] ?? Data(), as: UTF8.self))
  }

  @Test(
    "The safe total is the exact replay, labelled billed or replayed only, in report, summary and head figures alike")
  func safeTotal() throws {
    let (analysis, files, text) = try Self.build(TrafficLine.plain(30))
    let totals = try #require(analysis.totals)
    let exact = try #require(analysis.joint?.levers.first { $0.id == "exact-cache" })
    #expect(totals.safe == exact.alone && totals.safe > 0)
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| safe | ") })
    #expect(row.contains("| \(MoneyText.readable(totals.safe)) |") && row.contains("billed or replayed only"))
    let summary = parseCSV(try #require(files["summary.csv"]))
    #expect(summary.contains(["saving_safe", MoneyText.exact(totals.safe), "usd", "replayed"]))
    #expect(
      summary.contains([
        "saving_potential", MoneyText.exact(totals.potential), "usd", totals.potentialEvidence.rawValue,
      ]))
    #expect(summary.contains(["saving_defensible", MoneyText.exact(totals.defensible), "usd", "modelled"]))
    #expect(
      text.contains("| defensible | \(MoneyText.readable(totals.defensible)) |")
        && totals.defensible <= totals.potential)
  }

  @Test("Times are shown without needless fractions, and a day's log is not stretched to a month")
  func times() throws {
    var lines = TrafficLine.plain(6)
    for index in lines.indices { lines[index].minute = index }
    let (_, files, text) = try Self.build(lines)
    #expect(text.contains("from 2026-01-05 08:00 to 2026-01-05 08:05 UTC"))
    #expect(!text.contains("Per month") && text.contains("covers one day only"))
    let clusters = parseCSV(try #require(files["clusters.csv"]))
    for time in column("first_seen", of: clusters) + column("last_seen", of: clusters) {
      #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil, "\(time)")
    }
    let month = try Self.build(TrafficLine.plain(60)).text
    #expect(month.contains("Per month of 30 days (the log times 10.00, **assumed**"))
  }

  @Test("Files with rows by cost add up to the bill and stand dearest first")
  func booksOfFiles() throws {
    let (analysis, files, _) = try Self.build(TrafficLine.plain(50))
    for name in ["models", "users", "tenants", "daily", "hourly", "prices"] {
      let rows = parseCSV(try #require(files["\(name).csv"]))
      let costs = column("cost_usd", of: rows).map { MoneyText.parse(decimal: $0.utf8)! }
      #expect(costs.reduce(0) { $0 + Int128($1) } == analysis.ledger.total.cost, "\(name)")
      if !["daily", "hourly"].contains(name) { #expect(costs == costs.sorted(by: >), "\(name)") }
    }
    #expect(column("hour_of_day_utc", of: parseCSV(try #require(files["hourly.csv"]))).count == 24)
    let saved = column("saved_usd", of: parseCSV(try #require(files["clusters.csv"]))).map {
      MoneyText.parse(decimal: $0.utf8)!
    }
    #expect(saved == saved.sorted(by: >))
  }

  @Test(
    "Capacities that were never reached are left out, missing names are dashes, and no table is wider than 200 columns")
  func layout() throws {
    var lines = TrafficLine.plain(30)
    for index in lines.indices { lines[index].tenant = index % 2 == 0 ? "" : "t" }
    let (_, _, text) = try Self.build(lines)
    #expect(!text.contains("| 24h | 100,000 | lru |") && text.contains("| 24h | inf | lru |"))
    #expect(text.contains("| – | 15 |"))
    for line in text.split(separator: "\n") where line.hasPrefix("|") { #expect(line.count <= 200, "\(line)") }
    #expect(!text.contains("| lines read = accepted + duplicates + rejected + blank | 30 | 31 |"))
  }

  @Test("Requests without a price, rejected lines and damaged inputs are told on the first screen")
  func warnings() throws {
    var lines = TrafficLine.plain(10)
    lines[0].model = "house-model"
    lines[0].id = "a"
    let scratch = try Scratch()
    let log = try scratch.write(TrafficLine.log(lines) + "bad\n", to: "log.jsonl")
    let (analysis, files) = try report(of: [log, scratch.path("missing.jsonl")])
    let text = String(decoding: try #require(files["report.md"]), as: UTF8.self)
    let screen = text.prefix { _ in true }.split(separator: "## The bill")[0]
    #expect(screen.contains("1 request without a price") && screen.contains("Give the unpriced models a price"))
    #expect(
      screen.contains("**Incomplete input.** 1 input could not be read in full")
        && screen.contains("9.1 % of the lines were rejected"))
    #expect(text.contains("- `not\\_found` ") == false && text.contains("- `not_found` "))
    #expect(analysis.isIncomplete)
    let models = parseCSV(try #require(files["models.csv"]))
    #expect(
      zip(column("model", of: models), column("cost_usd", of: models)).contains { $0 == "house-model" && $1.isEmpty },
      "unknown is not 0")
    let rejects = parseCSV(try #require(files["rejects.csv"]))
    #expect(rejects.count == 2 && rejects[1][0] == "bad_json" && rejects[1][1] == "1" && rejects[1][3] == "\(log):11")
  }

  @Test("Questions of too few users and questions with private data are withheld in every file")
  func privacy() throws {
    var lines: [TrafficLine] = []
    for (question, users) in [
      ("Why is the sky over Utrecht so blue?", 2), ("Who owns +1 212 555 0147 as a number?", 4),
      ("How do I rename a project?", 4),
    ] {
      for index in 0..<8 {
        var line = TrafficLine()
        line.question = question
        line.user = "u-\(index % users)"
        line.minute = lines.count
        lines.append(line)
      }
    }
    let (_, files, text) = try Self.build(lines)
    for (name, data) in files {
      let content = String(decoding: data, as: UTF8.self)
      #expect(!content.contains("Utrecht") && !content.contains("555 0147"), "\(name)")
    }
    #expect(text.contains("How do I rename a project?") && text.contains("1 of them without their question"))
    let questions = column("question", of: parseCSV(try #require(files["clusters.csv"])))
    #expect(Set(questions) == ["How do I rename a project?", "(withheld: private data)"])
    #expect(files["precache.jsonl"].map { $0.split(separator: 10).count } == 1)
  }

  @Test("The ledger alone writes no file about savings")
  func ledgerOnly() throws {
    let (analysis, files, text) = try Self.build(TrafficLine.plain(6), ledgerOnly: true)
    #expect(analysis.totals == nil && text.contains("Only the ledger was asked for"))
    #expect(
      files["strategies.csv"] == nil && files["clusters.csv"] == nil && files["precache.jsonl"] == nil
        && files["models.csv"] != nil)
  }

  @Test("A strategy that cannot run is named with its reason, in the report and in its file")
  func notRun() throws {
    var lines = TrafficLine.plain(10)
    for index in lines.indices { lines[index].model = "gpt-4o" }
    let (analysis, files, text) = try Self.build(lines)
    let routing = try #require(analysis.outcomes.first { $0.id == "routing" })
    let reason = try #require(routing.notRun)
    #expect(text.contains("**Model routing** not run, because \(reason)"))
    let rows = parseCSV(try #require(files["strategies.csv"]))
    #expect(rows.contains { $0[0] == "routing" && $0[2] == "not run: \(reason)" })
  }

  @Test(
    "The manifest names version, counts and the hash of every other file, and the same log gives the same bytes on any number of threads"
  )
  func manifest() throws {
    let scratch = try Scratch()
    let log = try scratch.write(TrafficLine.log(TrafficLine.plain(40)), to: "log.jsonl")
    var reports: [[String: Data]] = []
    for threads in [1, 3] {
      var request = Analysis.Request(inputs: [log])
      request.threads = threads
      let files = try Analysis.run(request).reportFiles(environment: ["SOURCE_DATE_EPOCH": "1767600000"])
      #expect(files.last?.name == OutputDirectory.marker)
      reports.append(Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.content) }))
    }
    #expect(reports[0] == reports[1])
    let manifest = try #require(reports[0]["run.json"])
    let object = try #require(try JSONSerialization.jsonObject(with: manifest) as? [String: Any])
    #expect(object["schema"] as? String == "run/1" && object["source_date_epoch"] as? Int == 1_767_600_000)
    let hashes = try #require(object["files"] as? [String: String])
    #expect(Set(hashes.keys) == Set(reports[0].keys).subtracting(["run.json"]))
    let program = Program(scratch: scratch)
    try scratch.write(reports[0])
    let lines = hashes.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined()
    _ = try scratch.write(lines, to: "sums")
    let check = try program.shell("cd '\(scratch.path)' && (sha256sum -c --quiet sums || shasum -a 256 -c sums)")
    #expect(check.status == 0, "\(check.out) \(check.error)")
  }
}
