import CostAnalyzer
import Foundation
import Testing

@Suite("Spikes of spending")
struct SpendSpikeTests {
  /// Five days of two users that ask different things once an hour in the daytime, and what is added.
  private static func quietDays(_ more: [String]) throws -> RequestLog {
    var lines: [String] = []
    for day in 5..<10 {
      for hour in 8..<20 {
        for user in ["a", "b"] {
          lines.append(
            question(
              "2026-01-0\(day)T\(hour < 10 ? "0" : "")\(hour):1\(user == "a" ? 0 : 7):00Z", user,
              "about \(day) \(hour) \(user)"))
        }
      }
    }
    return try Ingest.read(lines: lines + more)
  }

  private static func question(_ time: String, _ user: String, _ text: String, usd: Double = 1) -> String {
    trafficLine([
      "ts": "\"\(time)\"", "user": "\"\(user)\"", "cost_usd": "\(usd)",
      "messages": "[{\"role\":\"user\",\"content\":\"\(text)\"}]",
    ])
  }

  private static func spikes(_ log: RequestLog) throws -> [SpendSpikes.Spike] {
    try SpendSpikes(
      log, bill: log.all.reduce(0) { $0 + Int128($1.cost) }, templates: TemplateNumbers(log.prompts),
      AnalysisOptions.Budgets()
    ).spikes
  }

  @Test("A program, a question that everybody asks, and dear requests are told apart")
  func causes() throws {
    let bot = (0..<40).map { Self.question("2026-01-09T03:\(10 + $0):00Z", "svc", "check line \($0)") }
    let program = try Self.spikes(Self.quietDays(bot))
    #expect(program.count == 1)
    let spike = try #require(program.first)
    #expect(spike.start == utcTime("2026-01-09T03:00:00Z") && spike.end == utcTime("2026-01-09T04:00:00Z"))
    #expect(spike.cost == 40_000_000_000_000 && spike.expected == 0 && spike.requests == 40)
    #expect(spike.cause == "a program of one user" && spike.user.share == 1)
    #expect(spike.machine?.signs.contains(.regular) == true && spike.machine?.signs.contains(.oneTemplate) == true)

    let viral = (0..<40).map { Self.question("2026-01-09T10:\(10 + $0):00Z", "u\($0)", "is it down") }
    let asked = try #require(try Self.spikes(Self.quietDays(viral)).first)
    #expect(
      asked.cause == "a question of many users" && asked.questionUsers == 40 && asked.expected == 2_000_000_000_000)

    let dear = (0..<8).map { Self.question("2026-01-09T10:2\($0):00Z", "u\($0)", "long text \($0) of \($0)", usd: 20) }
    let costly = try #require(try Self.spikes(Self.quietDays(dear)).first)
    #expect(costly.cause == "one template" || costly.cause == "dearer requests")
    #expect(costly.priceRatio > 10)
    #expect(try Self.spikes(Self.quietDays([])).isEmpty)
  }

  @Test("People with changing questions at changing times are no machine")
  func people() throws {
    var random = TestRandom(3)
    var time = utcTime("2026-01-05T08:00:00Z")
    let lines = (0..<200).map { index -> String in
      time += Int64.random(in: 20...4000, using: &random) * Timestamp.second
      if Timestamp.hourOfDay(time) > 19 { time += 12 * Timestamp.hour }
      return Self.question(
        Timestamp.text(time), "a", "\(["why", "how", "when", "who"][index % 4]) \(index) is it \(index)")
    }
    let log = try Ingest.read(lines: lines)
    let person = MachineLikeness(log.timeOrder(), log, TemplateNumbers(log.prompts), .utc)
    #expect(!person.isMachine, "\(person.evidence)")
    #expect(person.requests == 200)
  }

  @Test("Bursts are runs of twenty in ten minutes, as marking each run finds them")
  func bursts() throws {
    var random = TestRandom(8)
    for _ in 0..<30 {
      var time = utcTime("2026-01-05")
      let times = (0..<120).map { index -> Int64 in
        time += Int64.random(in: 0...(index / 30 % 2 == 0 ? 30 : 120), using: &random) * Timestamp.second
        return time
      }
      let log = try Ingest.read(lines: times.map { Self.question(Timestamp.text($0), "a", "same question for all") })
      var isMarked = [Bool](repeating: false, count: times.count)
      for start in 0...(times.count - 20) where times[start + 19] - times[start] <= 600 * Timestamp.second {
        for index in start..<start + 20 { isMarked[index] = true }
      }
      let found = MachineLikeness(log.timeOrder(), log, TemplateNumbers(log.prompts), .utc)
      #expect(found.burstShare == Double(isMarked.count { $0 }) / 120)
    }
  }
}
