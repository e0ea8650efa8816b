import CostAnalyzer
import Foundation
import Testing

@Suite("State file")
struct StateStoreTests {
  private static let analysis: Analysis = {
    let scratch = try! Scratch()
    return try! report(of: [scratch.write(TrafficLine.log(TrafficLine.plain(12)), to: "log.jsonl")]).analysis
  }()

  private static func message(_ body: () throws -> Void) -> AnalyzerError? {
    do {
      try body()
      return nil
    } catch {
      return error as? AnalyzerError
    }
  }

  @Test("A new file gets its tables, its folder and mode 0600, and remembers nothing")
  func fromEmpty() throws {
    let scratch = try Scratch()
    let path = scratch.path("deep/er/state.sqlite")
    #expect(try StateStore(path: path).runs(limit: 5).isEmpty)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    // Opening again migrates nothing.
    #expect(try StateStore(path: path).runs(limit: 5).isEmpty)
  }

  @Test("Runs come back newest first with every figure, also from a new connection")
  func recordsRuns() throws {
    let scratch = try Scratch()
    let path = scratch.path("state.sqlite")
    let store = try StateStore(path: path)
    try store.record(Self.analysis, runID: "first", out: "a", at: 1_767_600_000 * 1_000_000)
    var other = Self.analysis
    other.joint = nil
    other.ledger.total.cost = Int128("123456789012345678901234567890")!
    try store.record(other, runID: "second", out: "b", at: 1_767_600_060 * 1_000_000)
    let runs = try StateStore(path: path).runs(limit: 10)
    #expect(
      runs.map(\.runID) == ["second", "first"] && runs.map(\.out) == ["b", "a"] && runs.map(\.number) == [2, 1])
    #expect(runs.map(\.finishedAt) == ["2026-01-05T08:01:00Z", "2026-01-05T08:00:00Z"])
    #expect(runs[0].cost == other.ledger.total.cost && runs[0].jointSaving == nil, "wider than 64 bits")
    #expect(runs[1].cost == Self.analysis.ledger.total.cost && runs[1].jointSaving == Self.analysis.joint?.saving)
    #expect(runs[1].requests == 12 && runs[1].lines == 12 && runs[1].rejected == 0 && runs[1].duplicates == 0)
    #expect(try store.runs(limit: 1).map(\.runID) == ["second"])
  }

  @Test("A corrupt file, a folder and an unwritable place give a state error with the path and the next step")
  func typedErrors() throws {
    let scratch = try Scratch()
    let corrupt = try scratch.write(String(repeating: "this is no database. ", count: 400), to: "corrupt.sqlite")
    try FileManager.default.createDirectory(atPath: scratch.path("folder"), withIntermediateDirectories: true)
    for path in [
      corrupt, scratch.path("folder"), "/proc/none/state.sqlite", try scratch.write("x", to: "file") + "/state.sqlite",
    ] {
      let error = Self.message { _ = try StateStore(path: path) }
      #expect(error?.kind == .state && error?.message.contains(path) == true, "\(path)")
      #expect(error?.hint?.contains("--state") == true && error?.hint?.contains("--no-state") == true)
    }
    #expect(try scratch.data("corrupt.sqlite").starts(with: Data("this is no".utf8)), "not overwritten")
  }

  @Test("Damage behind a whole first page is a state error when the runs are read or written")
  func damagedLater() throws {
    let scratch = try Scratch()
    let path = scratch.path("state.sqlite")
    do {
      let store = try StateStore(path: path)
      for index in 0..<60 { try store.record(Self.analysis, runID: "\(index)", out: "a", at: 0) }
    }
    let size = try scratch.data("state.sqlite").count
    let file = try #require(FileHandle(forWritingAtPath: path))
    // Everything behind the schema page.
    try file.seek(toOffset: 4096)
    try file.write(contentsOf: Data(repeating: 0xAB, count: size - 4096))
    try file.close()
    let error = Self.message {
      let store = try StateStore(path: path)
      _ = try store.runs(limit: 100)
    }
    #expect(error?.kind == .state && error?.message.contains(path) == true)
  }

  @Test("A file of a newer version is refused, not rewritten")
  func newerVersion() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    guard try program.shell("python3 -c 'import sqlite3'").status == 0 else { return }
    let path = scratch.path("state.sqlite")
    _ = try StateStore(path: path).runs(limit: 1)
    let script =
      "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(\"INSERT INTO grdb_migrations VALUES ('99 later')\"); c.commit()"
    #expect(
      try program.shell("python3 -c \"$S\" '\(path)'".replacing("$S", with: script.replacing("\"", with: "\\\"")))
        .status == 0)
    #expect(Self.message { _ = try StateStore(path: path) }?.message.contains("newer version") == true)
  }

  @Test("The place is $ANALYZE_STATE, $XDG_STATE_HOME or the home folder, in this order")
  func defaultPath() {
    func path(_ environment: [String: String]) -> String { StateStore.defaultPath(environment: environment) }
    #expect(path(["ANALYZE_STATE": "s", "XDG_STATE_HOME": "/x", "HOME": "/h"]) == "s")
    #expect(path(["ANALYZE_STATE": "", "XDG_STATE_HOME": "/x", "HOME": "/h"]) == "/x/llm-cost-analyzer/state.sqlite")
    #expect(path(["XDG_STATE_HOME": "relative", "HOME": "/h"]) == "/h/.local/state/llm-cost-analyzer/state.sqlite")
  }

  @Test("Many runs may start on one new state file at once")
  func concurrentFirstRuns() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    let log = try scratch.write(TrafficLine.log(TrafficLine.plain(3)), to: "log.jsonl")
    let children = try (0..<4).map { index in
      try program.start(
        Program.path, ["run", log, "--out", scratch.path("r\(index)"), "--only", "ledger", "-q"], name: "run\(index)")
    }
    for (index, child) in children.enumerated() {
      let status = Program.wait(child)
      let error = String(decoding: try scratch.data("run\(index).err"), as: UTF8.self)
      #expect(status == 0, "\(error)")
    }
    #expect(try StateStore(path: scratch.path("state.sqlite")).runs(limit: 10).count == 4)
  }
}
