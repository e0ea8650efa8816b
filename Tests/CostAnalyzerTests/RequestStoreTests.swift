import CostAnalyzer
import Foundation
import Testing

@Suite("Requests and daily sums in the state")
struct RequestStoreTests {
  /// A random log over three days whose ids repeat; later records of an id may say more, and none names another user or tag.
  private static func lines(_ count: Int, _ rng: inout SeededGenerator) -> [String] {
    (0..<count).map { index in
      let number = Int.random(in: 0..<count / 2, using: &rng)
      let isNamed = Bool.random(using: &rng)
      let tags = isNamed ? [#","tags":["a","b"]"#, #","tags":["b"]"#, ""][number % 3] : ""
      let status = ["ok", "ok", "ok", "500"].randomElement(using: &rng)!
      let id = Bool.random(using: &rng) ? #""id":"r\#(number)","# : ""
      return """
        {"schema":"traffic/1",\(id)"ts":\(1_767_600_000 + Int.random(in: 0..<259_200, using: &rng)),\
        "user":"\(isNamed ? "u\(1 + number % 3)" : "")",\
        "model":"\(SampleLogs.models.randomElement(using: &rng)!)","status":"\(status)",\
        "usage":{"input":\(Int.random(in: 0...5000, using: &rng)),"output":\(Int.random(in: 0...3, using: &rng))}\(tags)}
        """
    }
  }

  private static func read(_ files: [String]) throws -> RequestLog {
    var reader = LogReader(settings: nil, threads: 2)
    reader.needs.text = false
    reader.needs.ids = true
    var log = reader.read(InputFiles.identify(files, threads: 1).files)
    PriceBook(models: log.models, tables: [.builtin()]).price(&log)
    return log
  }

  private static func take(_ file: String, _ store: StateStore, replacing: StoredSource? = nil) throws {
    let log = try read([file])
    try store.take(log, log.inputs[0], replacing: replacing, at: 0)
  }

  /// One read over all files is the twin.
  private static func expectSame(_ store: StateStore, _ files: [String]) throws {
    let ledger = Ledger(try read(files))
    func sums(_ entries: [LedgerEntry]) -> [String: LedgerRow] {
      Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.row) })
    }
    func sums(_ dimension: StateStore.Dimension, by day: Bool = false) throws -> [String: LedgerRow] {
      var rows: [String: LedgerRow] = [:]
      for total in try store.daily(dimension) {
        rows[day ? Timestamp.dayText(total.day) : total.name, default: LedgerRow()].add(total.row)
      }
      return rows
    }
    #expect(try sums(.total, by: true) == sums(ledger.days))
    #expect(try sums(.model) == sums(ledger.models))
    #expect(try sums(.user) == sums(ledger.users))
    #expect(try sums(.tenant) == sums(ledger.tenants))
    #expect(try sums(.tag) == sums(ledger.tags))
    #expect(try store.check().isEmpty)
  }

  @Test("Files taken in one by one give the ledger of one read over all, whatever ids they share")
  func ledger() throws {
    var rng = SeededGenerator(3)
    for round in 0..<12 {
      let scratch = try Scratch()
      let store = try StateStore(path: scratch.path("state.sqlite"))
      let all = Self.lines(90, &rng)
      var files: [String] = []
      var start = 0
      while start < all.count {
        let end = min(all.count, start + Int.random(in: 10...50, using: &rng))
        files.append(
          try scratch.write(all[start..<end].joined(separator: "\n") + "\n", to: "\(round)-\(files.count).jsonl"))
        start = end
        try Self.take(files.last!, store)
      }
      try Self.expectSame(store, files)
    }
  }

  @Test("What replaces a file leaves nothing of it behind, shared ids included")
  func replacing() throws {
    var rng = SeededGenerator(4)
    for _ in 0..<8 {
      let scratch = try Scratch()
      let store = try StateStore(path: scratch.path("state.sqlite"))
      let all = Self.lines(120, &rng)
      let first = try scratch.write(all[..<40].joined(separator: "\n") + "\n", to: "a.jsonl")
      let second = try scratch.write(all[40..<80].joined(separator: "\n") + "\n", to: "b.jsonl")
      try Self.take(first, store)
      try Self.take(second, store)
      // Half of the first and something new: it now stands behind the second.
      _ = try scratch.write((all[..<20] + all[80...]).joined(separator: "\n") + "\n", to: "a.jsonl")
      try Self.take(first, store, replacing: try store.sources()[0])
      try Self.expectSame(store, [second, first])
    }
  }

  @Test("Dropped days keep their sums; a forgotten user is nobody's, also there")
  func care() throws {
    var rng = SeededGenerator(5)
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let file = try scratch.write(Self.lines(200, &rng).joined(separator: "\n") + "\n", to: "a.jsonl")
    try Self.take(file, store)
    let before = try StateStore.Dimension.allCases.map { try store.daily($0) }
    let days = Set(before[0].map(\.day)).sorted()
    #expect(try store.dropRequests(before: days[1]) > 0)
    #expect(try StateStore.Dimension.allCases.map { try store.daily($0) } == before && store.check().isEmpty)
    #expect(try store.dropRequests(before: days[1]) == 0)
    // Requests of a dropped day cannot be told from those that were there: they stay out.
    let late = try scratch.write(Self.lines(50, &rng).joined(separator: "\n") + "\n", to: "late.jsonl")
    let log = try Self.read([late])
    var old = 0
    log.requests.forEach { old += Timestamp.dayNumber($0.time) < days[1] ? 1 : 0 }
    #expect(try store.take(log, log.inputs[0], replacing: nil, at: 0).intake.tooOld == old && old > 0)
    #expect(try store.daily(.total)[0] == before[0][0])

    let users = try store.daily(.user)
    #expect(try store.forget(user: "nobody known") == nil && store.forget(user: "") == nil)
    #expect(try store.forget(user: "u2")! > 0)
    let after = try store.daily(.user)
    #expect(!after.contains { $0.name == "u2" })
    #expect(try store.check().isEmpty)
    for day in days {
      func sum(_ totals: [DailyTotal], _ names: Set<String>) -> LedgerRow {
        totals.filter { $0.day == day && names.contains($0.name) }.reduce(into: LedgerRow()) { $0.add($1.row) }
      }
      #expect(sum(after, [""]) == sum(users, ["", "u2"]) && sum(after, ["u1"]) == sum(users, ["u1"]))
    }
    let bytes = try scratch.data("state.sqlite")
    #expect(bytes.range(of: Data("u2".utf8)) == nil, "the name is readable in the file still")
  }

  @Test("Sums that are not those of the requests are found")
  func check() throws {
    var rng = SeededGenerator(6)
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    guard try program.shell("python3 -c 'import sqlite3'").status == 0 else { return }
    let path = scratch.path("state.sqlite")
    let store = try StateStore(path: path)
    try Self.take(try scratch.write(Self.lines(20, &rng).joined(separator: "\n") + "\n", to: "a.jsonl"), store)
    let script = """
      import sqlite3; c = sqlite3.connect('\(path)')
      c.execute('UPDATE daily SET requests = requests + 1 WHERE dimension = \"model\"'); c.commit()
      """
    let file = try scratch.write(script, to: "spoil.py")
    #expect(try program.shell("python3 '\(file)'").status == 0)
    #expect(try store.check() == ["daily sums by model are not those of the requests"])
  }
}
