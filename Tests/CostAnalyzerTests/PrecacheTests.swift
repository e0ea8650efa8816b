import CostAnalyzer
import Testing

@Suite struct PrecacheTests {
  private func line(_ index: Int, user: Int, _ question: String, answer: String, messages: String? = nil) -> String {
    let content = messages ?? #"[{"role":"user","content":"\#(question)"}]"#
    return """
      {"schema":"traffic/1","id":"r\(index)","ts":\(1_767_600_000 + index * 60),"user":"u\(user)","model":"gpt-4o","messages":\(content),\
      "answer":"\(answer)","usage":{"input":100,"output":50}}
      """
  }

  private func list(_ lines: [String]) throws -> PrecacheList {
    let path = try SampleLogs.file(lines.joined(separator: "\n"))
    return try #require(try Analysis.run(Analysis.Request(inputs: [path])).candidates).precache
  }

  @Test("a question of three users is listed with the answer that agrees with most")
  func listed() throws {
    let answers = [
      "open the settings page and press reset", "open the settings page and press reset",
      "completely unrelated words here",
    ]
    let lines = (0..<9).map {
      line($0, user: $0 % 3, "how do i reset my pin", answer: answers[[0, 0, 0, 1, 0, 0, 0, 1, 0][$0]])
    }
    let candidates = try list(lines).candidates
    #expect(candidates.map(\.question) == ["how do i reset my pin"])
    #expect(candidates.first?.answer == answers[0])
    #expect(candidates.first?.users == 3)
  }

  @Test("two users are too few, and so are three users with a wording each")
  func tooFewUsers() throws {
    #expect(try list((0..<8).map { line($0, user: $0 % 2, "how do i reset it", answer: "so") }).candidates.isEmpty)
    let wordings = [
      "how do i reset the pin code", "how do i reset the pin code now", "how do i reset the pin code quickly",
    ]
    var lines = (0..<9).map { line($0, user: $0 % 3, wordings[$0 % 3], answer: "press reset") }
    #expect(try list(lines).candidates.isEmpty)
    lines = (0..<9).map { line($0, user: $0 / 3, wordings[$0 % 3], answer: "press reset") }
    let open = try list(lines).candidates
    #expect(!open.isEmpty)
  }

  @Test("a wording without an answer does not stop the run when another wording has one")
  func medoidWithoutAnswer() throws {
    var lines = (0..<6).map { line($0, user: $0 % 3, "how do i reset my pin", answer: "") }
    lines += (6..<12).map { line($0, user: $0 % 3, "how do I reset my pin?", answer: "press reset") }
    _ = try list(lines)
  }

  @Test("disputed answers, private data, follow-ups and images stay out")
  func leftOut() throws {
    let disputed = [
      "red green blue", "one two three four", "north south", "cat dog bird", "alpha beta", "up down left",
    ]
    #expect(try list((0..<6).map { line($0, user: $0 % 3, "what is it", answer: disputed[$0]) }).candidates.isEmpty)
    #expect(
      try list((0..<6).map { line($0, user: $0 % 3, "who is at hq", answer: "mail anna.berg@example.com") }).candidates
        .isEmpty)
    let image =
      #"[{"role":"user","content":[{"type":"text","text":"what is this"},{"type":"image_url","image_url":{"url":"x"}}]}]"#
    #expect(try list((0..<6).map { line($0, user: $0 % 3, "", answer: "a cat", messages: image) }).candidates.isEmpty)
    let followUp =
      #"[{"role":"user","content":"hi"},{"role":"assistant","content":"hi"},{"role":"user","content":"what is this"}]"#
    #expect(
      try list((0..<6).map { line($0, user: $0 % 3, "", answer: "a cat", messages: followUp) }).candidates.isEmpty)
  }
}
