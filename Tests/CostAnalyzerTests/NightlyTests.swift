import CostAnalyzer
import Foundation
import Testing

@Suite("Night by night")
struct NightlyTests {
  private static let start: Int64 = 1_767_571_200  // 2026-01-05, a Monday

  private static func day(_ number: Int, requests: Int = 30, cost: Double = 0.01, model: String = "gpt-4o") throws
    -> String
  {
    try (0..<requests).map { index in
      var line = TrafficLine()
      (line.model, line.costUSD, line.id) = (model, cost, "\(number)-\(index)-\(model)")
      line.question = "question \(index % 5)"
      // Lines count minutes from 08:00 on the first day.
      line.minute = number * 1440 + index
      return try line.text
    }.joined()
  }

  private static func night(
    _ inputs: [String], _ store: StateStore, day: Int, window: Int = 30, gates: [String] = []
  ) throws -> Nightly {
    var request = Nightly.Request(
      inputs: inputs, analysis: Analysis.Request(inputs: []), now: (start + Int64(day + 1) * 86_400 + 7_200) * 1_000_000
    )
    request.windowDays = window
    request.gates = try gates.map { try Gate($0) }
    return try Nightly(request, store)
  }

  @Test("A file counts once, a longer one adds its lines, a rewritten one replaces, a rotated one stays")
  func intake() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let log = try scratch.write(try Self.day(0), to: "gateway.log")
    var night = try Self.night([log], store, day: 0)
    #expect(night.inputs == [.added: 1] && night.newRequests == 30 && night.total.requests == 30)
    // The same night again says the same; the next one knows it.
    night = try Self.night([log], store, day: 0)
    #expect(night.inputs == [.added: 1] && night.newRequests == 30 && night.total.requests == 30)
    night = try Self.night([log], store, day: 1)
    #expect(night.inputs == [.known: 1] && night.newRequests == 0 && night.total.requests == 30)
    _ = try scratch.write(try Self.day(0) + Self.day(1), to: "gateway.log")
    night = try Self.night([log], store, day: 1)
    #expect(night.inputs == [.appended: 1] && night.total.requests == 60 && night.days == 2)
    _ = try scratch.write(try Self.day(0, requests: 10), to: "gateway.log")
    night = try Self.night([log], store, day: 2)
    #expect(night.inputs == [.rewritten: 1] && night.total.requests == 10 && night.days == 1)
    // Another day under the same name, with the old file away: the next log of a rotation.
    _ = try scratch.write(try Self.day(3), to: "gateway.log")
    night = try Self.night([log], store, day: 3)
    #expect(night.inputs == [.added: 1] && night.total.requests == 40 && night.days == 2)
    #expect(night.missing.count == 1 && night.analysis.log.requests.count == 30)
    // The old file under its new name is known.
    let rotated = try scratch.write(try Self.day(0, requests: 10), to: "gateway.log.1")
    night = try Self.night([log, rotated], store, day: 4)
    #expect(night.inputs == [.known: 2] && night.total.requests == 40 && night.missing.isEmpty)
    #expect(night.analysis.log.requests.count == 40)
    // Empty files have one content.
    let empty = try ["e1.log", "e2.log"].map { try scratch.write("", to: $0) }
    night = try Self.night([log, rotated] + empty, store, day: 4)
    #expect(night.inputs == [.added: 1, .known: 3] && night.total.requests == 40)
  }

  @Test("The window ends with the last request; what is before it is in the ledger alone")
  func window() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let logs = try (0..<4).map { try scratch.write(try Self.day($0), to: "day\($0).jsonl") }
    let night = try Self.night(logs, store, day: 3, window: 2)
    #expect(night.total.requests == 120 && night.analysis.log.requests.count == 60 && night.missing.isEmpty)
    #expect(night.last == .init(day: 20_461, requests: 30, cost: 300_000_000_000))
    #expect(night.before?.day == 20_460 && night.line.contains("2026-01-08: $0.30"))
  }

  @Test("Spend out of line with its weekday is told; steady spend and small groups are not")
  func changes() {
    func totals(_ costs: [String: [Int: Int128]]) -> [DailyTotal] {
      costs.flatMap { name, byDay in
        byDay.map { day, cost in
          var row = LedgerRow()
          row.cost = cost
          return DailyTotal(day: day, name: name, row: row)
        }
      }
    }
    // Mondays are cheap, other days dear: a cheap Monday is as usual.
    let steady = Dictionary(uniqueKeysWithValues: (0...28).map { ($0, Int128($0 % 7 == 0 ? 100 : 1_000)) })
    func found(_ costs: [String: [Int: Int128]], day: Int = 28, spent: Int128 = 1_000) -> [String] {
      SpendChange.find(.model, totals(costs), day: day, firstDay: 0, spent: spent).map { "\($0.kind) \($0.name)" }
    }
    #expect(found(["a": steady]).isEmpty)
    #expect(found(["a": steady.merging([28: 115]) { $1 }]).isEmpty, "less than a fifth")
    #expect(found(["a": steady.merging([28: 300]) { $1 }]) == ["higher a"])
    #expect(found(["a": steady.merging([28: 0]) { $1 }]) == ["lower a"])
    #expect(found(["a": steady.filter { $0.key != 28 }]) == ["lower a"], "no request that day")
    #expect(found(["a": steady, "b": [28: 500]]) == ["new b"])
    #expect(found(["a": steady, "b": [28: 5]]).isEmpty, "too small to matter")
    #expect(found(["a": [0: 5, 1: 5_000]], day: 1).isEmpty, "two days make nothing usual")
    // Days that differ wildly make a wide interval.
    let wild = Dictionary(uniqueKeysWithValues: (0...28).map { ($0, Int128([10, 5_000, 700, 90][$0 / 7 % 4])) })
    #expect(found(["a": wild.merging([28: 1_500]) { $1 }]).isEmpty)
  }

  @Test("Gates: measures, percent, unknown values; nonsense is refused with the measures there are")
  func gates() throws {
    #expect(try Gate("cache.wrongHits>2%").judge(0.021) == .failed(0.021))
    #expect(try Gate("cache.wrongHits > 2 %").judge(0.02) == .passed(0.02))
    #expect(try Gate("spend.day>$100").judge(100.5) == .failed(100.5))
    #expect(try Gate("spend.change<50%").judge(0.4) == .failed(0.4))
    #expect(try Gate("budget.daily>100%").judge(nil) == .unknown)
    for text in ["", "cache.wrongHits", "nothing>1", "spend.day>", "spend.day>x%", "spend.day>inf"] {
      #expect(throws: AnalyzerError.self, "\(text)") { try Gate(text) }
    }
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let night = try Self.night(
      [try scratch.write(try Self.day(0), to: "a.jsonl")], store, day: 0,
      gates: ["spend.day>0.2", "spend.day>0.4", "cache.wrongHits>2%", "prices.unpriced>0%", "input.rejected>0%"])
    #expect(night.gates.map(\.verdict) == [.failed(0.3), .passed(0.3), .unknown, .passed(0), .passed(0)])
    #expect(night.failedGates.count == 1 && night.line.contains("FAILED spend.day>0.2"))
    #expect(!night.isComparable && NightChapter(night).markdown.contains("nothing can be called usual yet"))
    #expect(NightChapter(night).markdown.contains("| unknown: nothing is known about it |"))
  }

  @Test("What changed is the first chapter of a night's report and is nightly.md; it is rendered again with the report")
  func chapter() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    // Steady days, then one with another model, a dearer one, and a line that is none.
    var logs = try (0..<4).map { try scratch.write(try Self.day($0), to: "day\($0).jsonl") }
    _ = try Self.night(logs, store, day: 3)
    logs.append(
      try scratch.write(try Self.day(4, model: "gpt-<b>4|x") + "nonsense\n", to: "day4.jsonl"))
    logs.append(scratch.path("none.jsonl"))
    let night = try Self.night(logs, store, day: 4, gates: ["spend.day>0.1"])
    let archive = try ReportArchive(path: scratch.path("out"))
    let (path, _) = try archive.publish(night, date: "2026-01-09", environment: [:])
    let folder = try RunFolder(path)
    let document = try folder.document()
    #expect(document.sections.map(\.title).prefix(2) == ["What changed", "The biggest levers"])
    let files = try scratch.files("out/2026-01-09").mapValues { String(decoding: $0, as: UTF8.self) }
    let (report, own) = (try #require(files["report.md"]), try #require(files["nightly.md"]))
    #expect(report.contains("## What changed\n\n2026-01-09: \\$0.30"))
    // The same words but for the level of headings.
    let start = try #require(own.firstRange(of: "\n\n")).upperBound
    #expect(report.contains("## What changed\n\n" + own[start...].replacing("\n## ", with: "\n### ")))
    for text in [
      "| known, not counted again | 4 |", "| new | 1 |", "30 requests in 31 lines, 1 of them rejected",
      "`not_found` ", "| model gpt-&lt;b&gt;4\\|x | new | **tonight** | $0.3000 | – | 4 |",
      "| spend.day&gt;0.1 | 0.3000 | **failed** |",
    ] { #expect(own.contains(text), "\(text) in \(own)") }
    let page = HTMLReader(try #require(files["report.html"]))
    #expect(page.errors.isEmpty && page.all("section").contains { $0.attributes["id"] == "chapter-what-changed" })
    #expect(page.all("th").map(\.text).contains("model gpt-<b>4|x"))
    let again = try folder.rerendered(.builtIn)
    for file in again where file.name != "run.json" {
      #expect(String(decoding: file.content, as: UTF8.self) == files[file.name])
    }
    // A run by day is no night.
    let plain = try Analysis.run(Analysis.Request(inputs: [logs[0]])).reportFiles(environment: [:])
    #expect(!plain.contains { String(decoding: $0.content, as: UTF8.self).contains("What changed") })
  }

  @Test("Names in metrics end no label and no line")
  func metrics() {
    var file = MetricsFile()
    file.add("x", "Help.", [([("model", "a\"} 1\nb\\")], 2.5)])
    file.add("y", "Help.", Double.nan)
    file.add("z", "Help.", nil)
    #expect(file.content.split(separator: "\n").count == 3)
    #expect(file.content.hasSuffix("} 2.5\n") && file.content.contains(#"a\"} 1"#) && file.content.contains(#"b\\"#))
  }

  @Test("The command: a report a night, a link to the newest, exit codes, one run at a time")
  func command() throws {
    let scratch = try Scratch()
    var program = Program(scratch: scratch)
    let log = try scratch.write(try Self.day(0, requests: 12), to: "day0.jsonl")
    let (out, state) = (scratch.path("out"), scratch.path("state.sqlite"))
    func run(_ day: Int, _ arguments: String...) throws -> Program.Result {
      program.environment["SOURCE_DATE_EPOCH"] = "\(Self.start + Int64(day) * 86_400 + 7_200)"
      return try program.run(
        Program.path, ["nightly", log, "--out", out, "--state", state, "--embedder", "hashed"] + arguments)
    }
    let first = try run(1)
    #expect(first.status == 0 && first.out.split(separator: "\n").count == 1, "\(first.error)")
    #expect(first.out.contains("2026-01-05: $0.1200 for 12 requests"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: out + "/latest") == "2026-01-06")
    let names = try scratch.names("out/latest")
    #expect(names.contains("nightly.md") && names.contains("nightly.json") && names.contains("report.md"))
    #expect(names.contains("report.html") && names.contains("report.json"))
    #expect(try scratch.names("out/latest/charts").contains("daily.svg"))
    #expect(try scratch.data("out/metrics.prom").starts(with: Data("# HELP llm_cost_".utf8)))
    // The same night again replaces its report with the same bytes; the next one gets its own.
    let before = try scratch.files("out/2026-01-06")
    #expect(try run(1).status == 0)
    #expect(try scratch.files("out/2026-01-06") == before)
    let gated = try run(2, "--fail-if", "spend.day>0.1", "--json")
    #expect(gated.status == 3 && gated.out.contains(#""verdict":"failed""#))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: out + "/latest") == "2026-01-07")
    // A clock that was set back is told, and `latest` stays.
    let back = try run(0)
    #expect(back.status == 0 && back.error.contains("the clock says"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: out + "/latest") == "2026-01-07")
    #expect(try run(2, "--fail-if", "nonsense").status == 64)
    var lock: FileLock? = try FileLock(path: state + ".lock")
    let second = try run(3)
    #expect(second.status == 1 && second.error.contains("another run is using"))
    withExtendedLifetime(lock) {}
    lock = nil
    let check = try program.run("state", "check", "--state", state)
    #expect(check.status == 0 && check.out.contains("12 requests of 1 days in 1 logs"))
    #expect(try program.run("state", "forget", "--user", "u-1", "--state", state).status == 0)
    #expect(try program.run("state", "compact", "--state", state).status == 0)
    #expect(try program.run("state", "check", "--state", scratch.path("none")).status == 1)
  }
}
