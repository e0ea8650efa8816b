import CostAnalyzer
import Foundation
import Testing

@Suite("Notices of a night")
struct WebhookTests {
  private static let question = "How do I rename the secret project?"

  private static func log(_ scratch: Scratch) throws -> String {
    let lines = (0..<5).flatMap { day in
      (0..<8).map { index in
        var line = TrafficLine()
        line.question = question
        line.user = day == 4 ? "alice@example.com" : "u-\(index % 4)"
        line.model = day == 4 ? "gpt-4o-mini" : "gpt-4o"
        line.minute = day * 1440 + index
        line.id = "\(day)-\(index)"
        return line
      }
    }
    return try scratch.write(TrafficLine.log(lines), to: "log.jsonl")
  }

  private static func night(_ scratch: Scratch) throws -> Nightly {
    let store = try StateStore(path: scratch.path("state.sqlite"))
    return try Nightly(
      Nightly.Request(
        inputs: [log(scratch)], analysis: Analysis.Request(inputs: []), now: (1_767_600_000 + 6 * 86_400) * 1_000_000),
      store)
  }

  @Test("The notice is JSON with the line as text and the summary; no prompt, and no name of a user")
  func notice() throws {
    let night = try Self.night(try Scratch())
    #expect(night.changes.contains { $0.dimension == .user } && night.changes.contains { $0.dimension == .model })
    let server = try LoopbackServer { _, _ in .init(status: 204) }
    defer { server.stop() }
    #expect(try Webhook(server.url).post(night, report: "/srv/reports/2026-01-11") == nil)
    let request = try #require(server.requests.first)
    #expect(request.head.hasPrefix("POST /v1 ") && request.head.lowercased().contains("content-type: application/json"))
    let body = try #require(try JSONSerialization.jsonObject(with: request.body) as? [String: Any])
    #expect(body["schema"] as? String == "nightly-notice/1" && body["text"] as? String == night.line)
    let summary = try #require(body["summary"] as? [String: Any])
    #expect(summary["schema"] as? String == "nightly/1" && summary["report"] as? String == "/srv/reports/2026-01-11")
    let changes = try #require(summary["changes"] as? [[String: Any]])
    #expect(!changes.isEmpty && changes.allSatisfy { ["total", "model"].contains($0["dimension"] as? String) })
    let text = String(decoding: request.body, as: UTF8.self)
    #expect(!text.contains("secret project") && !text.contains("alice"))
  }

  @Test("A server that hangs, refuses, answers with an error or is not there is told in time, without the path's key")
  func failures() throws {
    let night = try Self.night(try Scratch())
    let clock = ContinuousClock()
    let slow = try LoopbackServer { _, _ in .init(delay: 20) }
    var problem: String?
    let time = try clock.measure {
      problem = try Webhook("http://127.0.0.1:\(slow.port)/T0/KEY", timeout: 1).post(night, report: "r")
    }
    slow.stop()
    #expect(problem?.contains("no answer from http://127.0.0.1:\(slow.port)") == true && time < .seconds(10), "\(time)")
    #expect(problem?.contains("KEY") == false)
    let broken = try LoopbackServer { _, _ in .init(status: 500, body: "no_team") }
    let told = try Webhook("http://127.0.0.1:\(broken.port)/T0/KEY").post(night, report: "r")
    #expect(
      told?.contains("status 500: no_team") == true && told?.contains("KEY") == false && broken.requests.count == 1)
    broken.stop()
    let none = try Webhook("http://127.0.0.1:\(CacheServers.freePort())/KEY").post(night, report: "r")
    #expect(none?.contains("no answer") == true && none?.contains("KEY") == false)
    for text in ["", "ftp://x", "hooks.slack.com/services", "http://"] {
      #expect(throws: AnalyzerError.self, "\(text)") { try Webhook(text) }
    }
  }

  @Test("nightly --notify posts after the report is there; a notice that fails changes neither report nor exit code")
  func command() throws {
    let scratch = try Scratch()
    var program = Program(scratch: scratch)
    let log = try Self.log(scratch)
    let server = try LoopbackServer { _, _ in .init(body: "ok") }
    defer { server.stop() }
    func run(_ arguments: String...) throws -> Program.Result {
      try program.run(
        Program.path,
        ["nightly", log, "--embedder", "hashed", "--out", scratch.path("out"), "--state", scratch.path("s.sqlite")]
          + arguments)
    }
    let first = try run("--notify", server.url, "--fail-if", "spend.day>0.0001")
    #expect(first.status == 3 && server.requests.count == 1, "\(first.error)")
    #expect(String(decoding: server.requests[0].body, as: UTF8.self).contains("FAILED spend.day"))
    program.environment["ANALYZE_NOTIFY_URL"] = "http://127.0.0.1:\(CacheServers.freePort())/KEY"
    let second = try run()
    #expect(second.status == 0 && second.error.contains("the notice did not arrive") && !second.error.contains("KEY"))
    #expect(try scratch.names("out/latest").contains("report.md"))
    #expect(try run("--notify", "nonsense").status == 64)
  }

  @Test("A notice that did not arrive is told by the next one: what began then, without names that stay at home")
  func missed() throws {
    let scratch = try Scratch()
    var program = Program(scratch: scratch)
    let log = try Self.log(scratch)
    let server = try LoopbackServer { _, _ in .init(body: "ok") }
    defer { server.stop() }
    var texts: [String] = []
    for (day, url) in [
      (6, "http://127.0.0.1:\(CacheServers.freePort())/KEY"), (7, server.url), (7, server.url), (8, server.url),
    ] {
      program.environment["SOURCE_DATE_EPOCH"] = "\(1_767_600_000 + day * 86_400)"
      let result = try program.run(
        "nightly", log, "--embedder", "hashed", "--out", scratch.path("out"), "--state", scratch.path("s.sqlite"),
        "--notify", url)
      #expect(result.status == 0, "\(result.error)")
      guard let body = server.requests.last?.body else { continue }
      let notice = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
      texts.append(try #require(notice["text"] as? String))
      let alerts = try #require((notice["summary"] as? [String: Any])?["alerts"] as? [[String: Any]])
      #expect(alerts.contains { $0["name"] as? String == "gpt-4o-mini" && $0["since"] as? String == "2026-01-11" })
      #expect(!alerts.contains { $0["area"] as? String == "user" })
      #expect(!String(decoding: body, as: UTF8.self).contains("alice"))
    }
    #expect(texts.count == 3 && texts[0] == texts[1], "the same night says the same")
    #expect(
      texts[0].contains("the notice of 2026-01-11 did not arrive, new then: ") && texts[0].contains("model gpt-4o-mini")
    )
    #expect(texts[0].contains(/\d+ more/) && texts[0].contains("going on, the oldest since 2026-01-11"), "\(texts[0])")
    #expect(!texts[2].contains("did not arrive"))
  }
}
