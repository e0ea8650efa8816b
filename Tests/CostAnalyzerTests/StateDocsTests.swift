import CostAnalyzer
import Foundation
import GRDB
import Testing

@Suite("docs/state.md")
struct StateDocsTests {
  private static let text = document("docs/state.md") ?? ""

  private static func section(_ title: String) -> String {
    text.components(separatedBy: "\n## \(title)\n").dropFirst().first?.components(separatedBy: "\n## ")[0] ?? ""
  }

  private static func codes(_ text: some StringProtocol) -> [String] {
    String(text).matches(of: /`([^`]+)`/).map { String($0.output.1) }
  }

  /// The first cells of a table's rows.
  private static func firsts(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { codes($0.dropFirst(2).prefix { $0 != "|" }) }
  }

  /// A state with something in every view.
  private static func state(_ scratch: Scratch) throws -> DatabaseQueue {
    let path = scratch.path("state.sqlite")
    let store = try StateStore(path: path)
    var request = Nightly.Request(
      inputs: [try scratch.write(TrafficLine.log(TrafficLine.plain(60)), to: "log.jsonl")],
      analysis: Analysis.Request(inputs: []), now: 1_767_900_000 * Timestamp.second)
    request.gates = [try Gate("spend.day>0")]
    let night = try Nightly(request, store)
    try store.remember(night)
    try store.remember(noticeArrived: true, on: Timestamp.dayNumber(night.now))
    return try DatabaseQueue(path: path)
  }

  @Test("Every table, every view and every column is documented, and every example runs")
  func everything() throws {
    let scratch = try Scratch()
    let database = try Self.state(scratch)
    try database.read { db in
      func names(_ type: String) throws -> Set<String> {
        try Set(
          String.fetchAll(
            db,
            sql: "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'",
            arguments: [type]))
      }
      #expect(try Set(Self.firsts(Self.section("Tables"))) == names("table"))
      let views = Self.section("Views").components(separatedBy: "\n### ").dropFirst()
      #expect(try Set(views.flatMap { Self.codes($0.prefix { $0 != "\n" }) }) == names("view") && views.count > 5)
      for view in views {
        let name = Self.codes(view.prefix { $0 != "\n" })[0]
        let columns = try Row.fetchAll(db, sql: "PRAGMA table_info(\(name))").map { $0["name"] as String }
        #expect(Self.firsts(view) == columns, "\(name)")
        #expect(try name == "judged_pair" || Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(name)")! > 0, "\(name)")
        let examples = view.components(separatedBy: "```sql\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        #expect(!examples.isEmpty, "\(name)")
        for example in examples { _ = try Row.fetchAll(db, sql: example) }
      }
    }
  }
}
