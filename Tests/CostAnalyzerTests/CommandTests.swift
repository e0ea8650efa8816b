import CostAnalyzer
import Foundation
import Testing

/// The built program, spawned as a user runs it.
@Suite("Command line")
struct CommandTests {
  private static let commands = ["run", "generate", "prices", "config", "history", "embed", "setup"]

  private struct Fixture {
    let scratch: Scratch
    let program: Program
    let log: String
    let out: String

    init() throws {
      scratch = try Scratch()
      program = Program(scratch: scratch)
      log = try scratch.write(TrafficLine.log(TrafficLine.plain(8)), to: "log.jsonl")
      out = scratch.path("report")
    }
  }

  @Test("Exit codes: 0 done, 1 failed, 2 damaged input with --strict, 64 usage")
  func exitCodes() throws {
    let fixture = try Fixture()
    let (program, log, out) = (fixture.program, fixture.log, fixture.out)
    let damaged = try fixture.scratch.write(
      try String(contentsOfFile: log, encoding: .utf8) + "not json\n", to: "damaged.jsonl")
    let badKey = try fixture.scratch.write("cahce: {}\n", to: "bad.yaml")
    #expect(try program.run("run", log, "--out", out, "--no-state", "--strict", "--only", "ledger").status == 0)
    #expect(try program.run("run", damaged, "--out", out, "--no-state", "--only", "ledger").status == 0)
    #expect(try program.run("run", damaged, "--out", out, "--no-state", "--only", "ledger", "--strict").status == 2)
    #expect(
      try program.run(
        "run", log, fixture.scratch.path("none"), "--out", out, "--no-state", "--only", "ledger", "--strict"
      ).status == 2)
    #expect(try program.run("run", fixture.scratch.path("none"), "--out", out, "--no-state").status == 1)
    #expect(try program.run("prices", "no-such-model").status == 1)
    #expect(try program.run("history").status == 1)
    for arguments in [
      ["--nonsense"], ["nonsense"], ["run"], ["run", log, "--nonsense"], ["run", log, "--threads", "0"],
      ["run", log, "--threads", "many"],
      ["run", log, "--only", "nothing"], ["run", log, "--ttl", "5x"], ["run", log, "--threshold", "7"],
      ["run", log, "--config", badKey],
      ["run", log, "--config", fixture.scratch.path("none.yaml")], ["config", "--config", badKey],
      ["generate", "--requests", "0"],
      ["generate", "--format", "xml"], ["history", "--limit", "0"],
    ] {
      let result = try program.run(Program.path, arguments)
      #expect(result.status == 64, "\(arguments): \(result.status) \(result.error)")
      #expect(result.out.isEmpty && !result.error.isEmpty, "\(arguments)")
    }
    #expect(try fixture.scratch.names().contains("report"), "the last good report stays")
  }

  @Test("A failed run leaves the earlier report as it was")
  func failureKeepsReport() throws {
    let fixture = try Fixture()
    let (program, out) = (fixture.program, fixture.out)
    #expect(try program.run("run", fixture.log, "--out", out, "--no-state", "--only", "ledger").status == 0)
    let before = try fixture.scratch.data("report/run.json")
    let result = try program.run("run", try fixture.scratch.write("bad\n", to: "bad.jsonl"), "--out", out, "--no-state")
    #expect(result.status == 1 && result.out.isEmpty)
    #expect(try fixture.scratch.data("report/run.json") == before)
  }

  @Test("--json prints one object with the promised keys on standard output, and the figures of the report")
  func json() throws {
    let fixture = try Fixture()
    let result = try fixture.program.run("run", fixture.log, "--out", fixture.out, "--no-state", "--json")
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    #expect(result.out.hasSuffix("}\n") && result.out.count { $0 == "\n" } == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "schema", "lines", "requests", "rejected", "duplicates", "unpriced", "cost_picodollars", "cost_usd", "report",
        "levers", "joint",
        "safe_saving_usd", "embedder", "vectors", "timings",
      ])
    #expect(
      object["schema"] as? String == "run-summary/1" && object["lines"] as? Int == 8 && object["requests"] as? Int == 8)
    #expect(object["rejected"] as? Int == 0 && object["duplicates"] as? Int == 0 && object["unpriced"] as? Int == 0)
    #expect(object["report"] as? String == fixture.out)
    let cost = try #require(object["cost_picodollars"] as? String)
    let pico = try #require(Int128(cost))
    #expect(pico > 0 && object["cost_usd"] as? String == MoneyText.exact(pico))
    let levers = try #require(object["levers"] as? [[String: Any]])
    #expect(levers.map { $0["id"] as? String } == StrategyCatalog.all.map { $0.id })
    for lever in levers {
      #expect(lever["saving_usd"] is String && Evidence(rawValue: lever["evidence"] as? String ?? "") != nil)
    }
    let joint = try #require(object["joint"] as? [String: Any])
    #expect(Set(joint.keys) == ["saving_usd"] && joint["saving_usd"] is String)
    let timings = try #require(object["timings"] as? [[String: Any]])
    #expect(timings.count > 5)
    for timing in timings { #expect(Set(timing.keys) == ["stage", "wall_s", "cpu_s", "rows"]) }
    let summary = parseCSV(try fixture.scratch.data("report/summary.csv"))
    #expect(summary.contains { $0[0] == "bill" && $0[1] == object["cost_usd"] as? String })
    // The ledger alone has no levers to tell of.
    let ledger = try fixture.program.run(
      "run", fixture.log, "--out", fixture.out, "--no-state", "--json", "--only", "ledger")
    let bare = try #require(try JSONSerialization.jsonObject(with: Data(ledger.out.utf8)) as? [String: Any])
    #expect((bare["levers"] as? [Any])?.isEmpty == true && bare["joint"] == nil)
  }

  @Test("plan writes its files whole, prints plan.json with --json, and replaces an earlier plan but nothing else")
  func plan() throws {
    let fixture = try Fixture()
    let (program, out) = (fixture.program, fixture.scratch.path("plan"))
    let first = try program.run("plan", fixture.log, "--out", out, "--no-state", "--json")
    #expect(first.status == 0 && first.error.isEmpty, "\(first.error)")
    #expect(try fixture.scratch.names("plan") == ["cache.yaml", "litellm.yaml", "plan.json", "plan.md", "run.json"])
    #expect(try fixture.scratch.data("plan/plan.json") == Data(first.out.utf8))
    let again = try program.run("plan", fixture.log, "--out", out, "--no-state")
    #expect(
      again.status == 0 && again.out.contains("Plan  \(out)/plan.md") && again.out.contains("Exact response cache"))
    #expect(try fixture.scratch.data("plan/plan.json") == Data(first.out.utf8))
    _ = try fixture.scratch.write("mine", to: "plan/notes.txt")
    #expect(try program.run("plan", fixture.log, "--out", out, "--no-state").status == 1)
    let damaged = try fixture.scratch.write(
      try String(contentsOfFile: fixture.log, encoding: .utf8) + "not json\n", to: "damaged.jsonl")
    let other = fixture.scratch.path("other")
    #expect(try program.run("plan", damaged, "--out", other, "--no-state", "--strict", "--quiet").status == 2)
    #expect(try program.run("plan", "--out", other).status == 64)
  }

  @Test("Quiet is quiet, progress is for terminals, and --timings speaks on standard error")
  func quiet() throws {
    let fixture = try Fixture()
    let damaged = try fixture.scratch.write(
      try String(contentsOfFile: fixture.log, encoding: .utf8) + "not json\n", to: "damaged.jsonl")
    let quiet = try fixture.program.run(
      "run", damaged, fixture.scratch.path("none"), "--out", fixture.out, "--quiet", "--only", "ledger")
    #expect(quiet.status == 0 && quiet.out.isEmpty && quiet.error.isEmpty)
    let loud = try fixture.program.run("run", fixture.log, "--out", fixture.out, "--no-state")
    #expect(loud.error.isEmpty, "no progress without a terminal")
    for word in ["Bill ", "Safe ", "billed or replayed only", "Together ", "Report    \(fixture.out)/report.md"] {
      #expect(loud.out.contains(word))
    }
    let timed = try fixture.program.run(
      "run", fixture.log, "--out", fixture.out, "--no-state", "--only", "ledger", "--timings", "--json")
    #expect(timed.error.contains("wall s") && timed.error.contains("ingest") && timed.error.contains("peak RSS"))
    #expect(try JSONSerialization.jsonObject(with: Data(timed.out.utf8)) is [String: Any])
    let missing = try fixture.program.run(
      "run", fixture.log, fixture.scratch.path("none"), "--out", fixture.out, "--no-state", "--only", "ledger")
    #expect(missing.status == 0 && missing.error.contains("none: no such file"))
  }

  @Test("The help of every command has an example that begins with its name")
  func help() throws {
    let fixture = try Fixture()
    let root = try fixture.program.run("--help")
    #expect(root.status == 0 && root.out.contains("EXAMPLES") && root.out.contains("EXIT CODES"))
    for command in Self.commands {
      #expect(root.out.contains("  \(command) "), "the list of commands has \(command)")
      for arguments in [[command, "--help"], ["help", command]] {
        let result = try fixture.program.run(Program.path, arguments)
        #expect(result.status == 0 && result.error.isEmpty)
        #expect(result.out.contains("EXAMPLES") && result.out.contains("  analyze \(command)"), "\(command)")
      }
    }
    let version = try fixture.program.run("--version")
    #expect(version.status == 0 && version.out == Analysis.version + "\n")
  }

  @Test("What config prints is read back as the same options, and flags override the file")
  func config() throws {
    let fixture = try Fixture()
    let defaults = try fixture.program.run("config")
    #expect(defaults.out == (try AnalysisOptions().yaml()))
    let file = try fixture.scratch.write(defaults.out, to: "analyze.yaml")
    #expect(try fixture.program.run("config", "--config", file).out == defaults.out)
    let own = try fixture.scratch.write("cache:\n  ttl: 6h\n  threshold: 0.9\nreport:\n  topRows: 3\n", to: "own.yaml")
    #expect(try fixture.program.run("config", "--config", own).out.contains("ttl: 6h"))
    func options(_ arguments: String...) throws -> String {
      let all = ["run", fixture.log, "--out", fixture.out, "--no-state", "--only", "ledger", "--quiet"] + arguments
      #expect(try fixture.program.run(Program.path, all).status == 0)
      return String(decoding: try fixture.scratch.data("report/report.md"), as: UTF8.self)
    }
    let plain = try options("--config", own)
    #expect(plain.contains("  ttl: 6h\n") && plain.contains("  threshold: 0.9\n") && plain.contains("  topRows: 3\n"))
    let flagged = try options("--config", own, "--ttl", "7d", "--threshold", "0.85")
    #expect(
      flagged.contains("  ttl: 7d\n") && flagged.contains("  threshold: 0.85\n") && flagged.contains("  topRows: 3\n"))
    let bad = try fixture.program.run(
      "config", "--config", try fixture.scratch.write("cache:\n  tll: 1h\n", to: "bad.yaml"))
    #expect(bad.error.contains("cache.tll") && bad.error.contains("ttl, ttls") && bad.error.contains("bad.yaml"))
  }

  @Test("History lists the runs, newest first; --no-state leaves no trace; the state file is for its owner only")
  func history() throws {
    let fixture = try Fixture()
    let (program, log) = (fixture.program, fixture.log)
    #expect(try program.run("run", log, "--out", fixture.out, "--no-state", "-q", "--only", "ledger").status == 0)
    #expect(try !fixture.scratch.names().contains("state.sqlite"))
    let none = try program.run("history")
    #expect(none.status == 1 && none.error.contains("state.sqlite") && none.error.contains("analyze run"))
    #expect(try program.run("run", log, "--out", fixture.out, "-q", "--only", "ledger").status == 0)
    #expect(try program.run("run", log, "--out", fixture.scratch.path("second"), "-q").status == 0)
    #expect(
      try FileManager.default.attributesOfItem(atPath: fixture.scratch.path("state.sqlite"))[.posixPermissions] as? Int
        == 0o600)
    let lines = try program.run("history").out.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("2  ") && lines[1].hasPrefix("1  "), "\(lines)")
    #expect(lines[0].contains("together $") && lines[0].hasSuffix("second") && !lines[1].contains("together"))
    #expect(try program.run("history", "--limit", "1").out.split(separator: "\n").count == 1)
    let other = fixture.scratch.path("other.sqlite")
    #expect(try program.run("run", log, "--out", fixture.out, "-q", "--only", "ledger", "--state", other).status == 0)
    #expect(try program.run("history", "--state", other).out.split(separator: "\n").count == 1)
  }

  @Test("A state file that cannot be used costs neither the report nor the summary, and the error says so")
  func badState() throws {
    let fixture = try Fixture()
    let corrupt = try fixture.scratch.write(
      String(repeating: "this is no database. ", count: 400), to: "corrupt.sqlite")
    let result = try fixture.program.run(
      "run", fixture.log, "--out", fixture.out, "--only", "ledger", "--state", corrupt)
    #expect(result.status == 1 && result.out.contains("Bill ") && result.error.contains("is written"))
    #expect(result.error.contains(corrupt) && result.error.contains("--no-state"), "\(result.error)")
    #expect(try fixture.scratch.names("report").contains("report.md"))
    let history = try fixture.program.run("history", "--state", corrupt)
    #expect(history.status == 1 && history.error.contains(corrupt) && history.error.hasPrefix("analyze: "))
  }

  @Test("A reader that goes away is no error")
  func closedOutput() throws {
    let fixture = try Fixture()
    let piped = try fixture.program.shell("(\"$A\" prices; echo $? >&2) | head -1")
    #expect(piped.out.hasPrefix("# ") && piped.out.count { $0 == "\n" } == 1)
    #expect(piped.error == "0\n", "\(piped.error)")
    let closed = try fixture.program.shell("\"$A\" config >&-; echo $?")
    #expect(closed.out == "0\n")
    let run = try fixture.program.shell(
      "(\"$A\" run '\(fixture.log)' --out '\(fixture.out)' --only ledger; echo $? >&2) | true")
    #expect(run.error == "0\n")
    #expect(try fixture.scratch.names("report").contains("report.md"))
  }

  @Test("Standard input is read from a pipe, alone or among files")
  func standardInput() throws {
    let fixture = try Fixture()
    let more = try fixture.scratch.write(TrafficLine.log(Array(TrafficLine.plain(11).suffix(3))), to: "more.jsonl")
    let alone = try fixture.program.shell(
      "cat '\(fixture.log)' | \"$A\" run - --out '\(fixture.out)' --no-state --only ledger --json")
    #expect(alone.status == 0 && alone.out.contains("\"requests\":8,"), "\(alone.error)")
    let both = try fixture.program.shell(
      "cat '\(fixture.log)' | \"$A\" run - '\(more)' --out '\(fixture.out)' --no-state --only ledger --json")
    #expect(both.out.contains("\"requests\":11,"), "\(both.error)")
    let empty = try fixture.program.run("run", "-", "--out", fixture.out, "--no-state")
    #expect(empty.status == 1 && empty.error.contains("no line of the input is a request"))
  }

  @Test("A log without an accepted line: exit code 1, the first reason with its place, and where to read on")
  func nothingAccepted() throws {
    let fixture = try Fixture()
    let log = try fixture.scratch.write("\n{\"some\": \"thing\"}\n", to: "other.jsonl")
    let result = try fixture.program.run("run", log, "--out", fixture.out, "--no-state")
    #expect(
      result.status == 1 && result.out.isEmpty && result.error.contains("\(log):2: ")
        && result.error.contains("docs/log-formats.md"))
    #expect(try !fixture.scratch.names().contains("report"))
  }

  @Test("generate writes the same bytes for the same seed, and run reads them; prices tells row, rule and table")
  func generateAndPrices() throws {
    let fixture = try Fixture()
    for name in ["a", "b"] {
      let result = try fixture.program.run(
        "generate", "--requests", "40", "--seed", "3", "--days", "2", "--users", "9", "--out",
        fixture.scratch.path("\(name).jsonl.zst"))
      #expect(result.status == 0 && result.out.contains("40 requests in "))
    }
    #expect(try fixture.scratch.data("a.jsonl.zst") == fixture.scratch.data("b.jsonl.zst"))
    let result = try fixture.program.run(
      "run", fixture.scratch.path("a.jsonl.zst"), "--out", fixture.out, "--no-state", "--only", "ledger", "--json")
    #expect(result.status == 0 && result.out.contains("\"requests\":40,"))
    let prices = try fixture.program.run("prices", "gpt-4o", "gpt-4o-2099-01-01")
    #expect(prices.status == 0 && prices.out.contains("gpt-4o-2099-01-01 -> ") && prices.out.contains("[built-in]"))
  }
}
