import CostAnalyzer
import Foundation
import Testing

@Suite("Nights that remember clusters and alerts")
struct NightlyHistoryTests {
  private static let daily = "How do I rename a project?"
  private static let viral = "Where is the invoice of last month?"
  private static let secret = "Why does my own secret gadget squeak?"

  /// One day's log: a question every day; from the fifth day on a dear new one, and one of a single user.
  private static func day(_ number: Int, _ scratch: Scratch) throws -> String {
    var lines: [TrafficLine] = []
    for index in 0..<8 {
      for (question, user, cost) in [
        (daily, "u-\(index % 4)", 0.01), (viral, "u-\(index % 4)", 0.05), (secret, "u-9", 0.05),
      ] {
        if number < 4 && question != daily { continue }
        var line = TrafficLine()
        (line.question, line.user, line.costUSD) = (question, user, cost)
        line.answer = "About \(question.reversed()): see the handbook."
        line.minute = number * 1440 + lines.count
        line.id = "\(number)-\(lines.count)"
        lines.append(line)
      }
    }
    return try scratch.write(TrafficLine.log(lines), to: "day\(number).jsonl")
  }

  private static func night(_ logs: [String], _ store: StateStore, day: Int) throws -> Nightly {
    var request = Nightly.Request(
      inputs: logs, analysis: Analysis.Request(inputs: []),
      now: (1_767_600_000 + Int64(day + 1) * 86_400) * Timestamp.second)
    request.gates = [try Gate("spend.day>$0.01")]
    return try Nightly(request, store)
  }

  @Test(
    "A cluster keeps its id, a dear new one is told by id and question, that of one user by id alone; alerts have a beginning"
  )
  func nights() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    var logs = try (0..<4).map { try Self.day($0, scratch) }
    let first = try Self.night(logs, store, day: 3)
    #expect(first.clusters.members.map(\.id) == [1] && !first.changes.contains { $0.dimension == .cluster })
    try store.remember(first)
    logs.append(try Self.day(4, scratch))
    var texts: Set<String> = []
    for _ in 0..<2 {
      let second = try Self.night(logs, store, day: 4)
      #expect(second.clusters.members.map(\.id) == [1, 2, 3])
      let found = second.changes.filter { $0.dimension == .cluster }
      #expect(found.map(\.name) == ["2: \(Self.viral)", "3"] && found.allSatisfy { $0.kind == .new })
      let since = Timestamp.dayText(Timestamp.dayNumber(first.now))
      #expect(second.alerts.goingOn.map(\.subject.area) == [.gate] && second.line.contains("(since \(since))"))
      #expect(second.line.contains("of note (") && second.line.contains(" new)"))
      let chapter = NightChapter(second).markdown
      #expect(chapter.contains("| cluster 3 | new | **tonight** |") && chapter.contains("(since \(since)) |"))
      #expect(!chapter.contains("gadget"))
      // The reports of the night show the ids; a run without a state has none.
      let files = try second.analysis.reportFiles(environment: [:])
      let rows = parseCSV(try #require(files.first { $0.name == "clusters.csv" }).content)
      #expect(column("cluster", of: rows).sorted() == ["1", "2"])
      let plain = try report(of: logs).files
      #expect(!column("question", of: parseCSV(plain["clusters.csv"]!)).isEmpty)
      #expect(column("cluster", of: parseCSV(plain["clusters.csv"]!)).isEmpty)
      texts.insert(chapter + second.line)
      try store.remember(second)
      #expect(try store.check().isEmpty)
    }
    #expect(texts.count == 1)
    let third = try Self.night(logs + [try Self.day(5, scratch)], store, day: 5)
    #expect(third.clusters.members.map(\.id) == [1, 2, 3])
    let clusters = third.alerts.goingOn.filter { $0.subject.area == .cluster }
    #expect(clusters.map(\.subject.name) == ["2", "3"], "new on the night before, still dear")
    #expect(clusters.allSatisfy { Timestamp.dayText($0.firstNight) == "2026-01-10" })
    #expect(third.alerts.over.isEmpty && third.line.contains("the oldest since 2026-01-10"))
  }

  @Test("A forgotten user is in no alert, and a night with an earlier date changes no history")
  func care() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let logs = try (0..<5).map { try Self.day($0, scratch) }
    let night = try Self.night(logs, store, day: 4)
    #expect(night.alerts.new.contains { $0.subject.area == .user && $0.subject.name == "u-9" })
    try store.remember(night)
    let today = Timestamp.dayNumber(night.now)
    try store.remember(try Self.night(logs, store, day: 2))
    #expect(try store.alerts(before: today).open.isEmpty)
    #expect(try store.alerts(before: today + 1).open == night.alerts.new.sorted { $0.subject < $1.subject })
    #expect(try store.forget(user: "u-9") != nil)
    let left = try store.alerts(before: today + 1).open
    #expect(!left.contains { $0.subject.name == "u-9" } && left.count == night.alerts.new.count - 1)
    #expect(try scratch.data("state.sqlite").range(of: Data("u-9".utf8)) == nil)
  }
}
