import CostAnalyzer
import Testing

@Suite("Sessions")
struct SessionFormatTests {
  @Test("claude-code: blocks of an answer are one request, exclusive counts, lines without usage are skipped")
  func claudeCode() {
    let log = Ingest.read(paths: [TestData.fixture("claude-code.jsonl")])
    let model = "claude-3-7-sonnet-20250219"
    expect(
      rows: log.rows,
      are: [
        // 10 × 3 + 200 × 0.3 + 20 × 3.75 + 10 × 6 + 50 × 15 = 975 micro-dollars
        "08:00:01Z \(model) 10+200+20+10>50(0) 975000000 / #/home/ana/shop tools",
        "08:00:04Z \(model) 5+0+0+0>7(0) 1000000000 / #/home/ana/shop billed",
      ])
    #expect(log.tally == "8/8: 2 + 1 + 1 + 4" && log.skipList == ["session_event=4"])
    #expect(log.rejectLines == ["bad_count:8"])
  }

  @Test("codex: growth of the totals, repeated events, missing events, a new count, the session's model")
  func codex() {
    let log = Ingest.read(paths: [TestData.fixture("codex.jsonl")])
    expect(
      rows: log.rows,
      are: [
        // 60 × 0.15 + 40 × 0.075 + 10 × 0.6 = 18
        "08:00:03Z gpt-4o-mini 60+40+0+0>10(5) 18000000 /",
        // 100 more, 50 of them cached: two calls, one event
        "08:00:06Z gpt-4o-mini 50+50+0+0>15(0) 20250000 /",
        // 30 × 2.5 + 3 × 10
        "08:00:08Z gpt-4o 30+0+0+0>3(0) 105000000 /",
        "08:00:09Z gpt-4o-mini 10+0+0+0>2(0) 2700000 /",
      ])
    #expect(log.tally == "11/11: 4 + 1 + 1 + 5" && log.skipList == ["session_event=5"])
    #expect(log.rejectLines == ["missing_model:1"])
    #expect(log.models.map(\.requested) == ["gpt-4o-mini", "gpt-4o"])
  }

  @Test("a forked session that repeats the events of another adds nothing but its own")
  func fork() throws {
    let lines = try TestData.lines(TestData.fixture("codex.jsonl")).map { $0 + [10] }
    let whole = Array(lines.joined())
    let alone = try Ingest.read([whole])
    let forked = try Ingest.read([whole, Array(lines[...9].joined())])
    #expect(forked.rows == alone.rows && forked.counts.accepted == 4)
  }

  // MARK: against a naive twin

  private struct Event {
    var total: Int?
    var last: Int?
    var model: String?
  }

  private static func naive(_ events: [Event]) -> [String] {
    var rows: [String] = []
    var model = ""
    var before: Int?
    for event in events {
      if event.total == nil && event.last == nil {
        model = event.model!
        continue
      }
      if let named = event.model { model = named }
      var used = event.last
      if let now = event.total {
        if let before { used = now == before ? nil : (now > before ? now - before : event.last ?? now) }
        if before == nil && used == nil { used = now }
        before = now
      }
      if let used, !model.isEmpty { rows.append("\(model) \(used)") }
    }
    return rows
  }

  @Test("sessions that fill several blocks give what a loop over their events gives", arguments: [1, 2, 4])
  func blocks(threads: Int) throws {
    var random = TestRandom(5)
    var files: [[UInt8]] = []
    var expected: [String] = []
    let padding = String(repeating: "x", count: 700)
    for file in 0..<3 {
      var events: [Event] = []
      var total = 0
      for _ in 0..<900 {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: events.append(Event(model: ["gpt-4o", "gpt-4o-mini"].randomElement(using: &random)))
        case 1: events.append(Event(total: total, last: 7))
        case 2: total = 0
        case 3: events.append(Event(last: Int.random(in: 1..<90, using: &random)))
        default:
          let used = Int.random(in: 1..<90, using: &random)
          total += used
          events.append(
            Event(
              total: total, last: Bool.random(using: &random) ? used : nil,
              model: Int.random(in: 0..<9, using: &random) == 0 ? "gpt-4o" : nil))
        }
      }
      expected += Self.naive(events)
      func usage(_ name: String, _ count: Int?) -> String {
        count.map { #""\#(name)":{"input_tokens":\#($0),"cached_input_tokens":0,"output_tokens":0},"# } ?? ""
      }
      var text = ""
      for (index, event) in events.enumerated() {
        let head = #"{"timestamp":\#(1_767_600_000 + file * 10_000 + index),"pad":"\#(padding)","#
        if event.total == nil && event.last == nil {
          text += head + #""type":"turn_context","payload":{"model":"\#(event.model!)"}}"# + "\n"
        } else {
          let model = event.model.map { #""model":"\#($0)","# } ?? ""
          text +=
            head + #""type":"event_msg","payload":{"type":"token_count","info":{\#(model)"#
            + usage("total_token_usage", event.total) + usage("last_token_usage", event.last) + #""x":0}}}"# + "\n"
        }
      }
      #expect(text.utf8.count > LineBlockReader.blockBytes, "several blocks, or the test shows nothing")
      files.append(Array(text.utf8))
    }
    let log = try Ingest.read(files, threads: threads)
    #expect(log.all.map { "\(log.models[Int($0.model)].requested) \($0.usage.input)" } == expected)
    expect(addsUp: log.counts)
    #expect(log.counts.byFormat.reduce(0) { $0 + $1.lines } == log.counts.accepted + log.counts.duplicates)
  }
}
