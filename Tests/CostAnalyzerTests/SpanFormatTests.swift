import CostAnalyzer
import Testing

@Suite("Spans")
struct SpanFormatTests {
  // gpt-4o-mini 0.15/0.075/0.6 USD per million tokens: 150,000/75,000/600,000 pico-dollars a token.
  private static let mini = "gpt-4o-mini>gpt-4o-mini-2024-07-18"

  @Test("otlp: leaf calls only, inclusive counts, all spellings of messages, events, errors, rejects beside good spans")
  func otlp() {
    let log = Ingest.read(paths: [TestData.fixture("otlp.jsonl")])
    let shop = "#service.name=shop"
    let prod = "\(shop) #deployment.environment.name=prod"
    expect(
      rows: log.rows,
      are: [
        // 60 × 0.15 + 40 × 0.075 + 20 × 0.6 = 24; the log event of the same call adds nothing
        "08:00:01Z \(Self.mini) 60+40+0+0>20(5) 24000000 ana/acme \(prod) 900ms verdict -1.0",
        // 10 + 8 + 5 = 23: the cached tokens stand beside the input. 10 × 0.15 + 8 × 0.075 + 5 × 0.6
        "08:00:02Z \(Self.mini) 10+8+0+0>5(0) 5100000 ben/ \(prod) 100ms tools contradictory",
        "08:00:10Z gpt-4o-mini 12+0+0+0>3(0) 3600000 ana/ \(shop) 500ms",
        "08:00:20Z gpt-4o-mini 0+0+0+0>0(0) 0 / \(shop) 50ms error",
        "08:00:30Z gpt-4o-mini 9+0+0+0>4(0) 3750000 / \(shop) 50ms",
        "08:00:40Z \(Self.mini) 20+10+0+0>6(0) 100000000 cem/acme #weather 250ms billed",
        "08:01:00Z \(Self.mini) 7+0+0+0>2(0) 2250000 / \(prod)",
      ])
    #expect(log.tally == "6/22: 7 + 2 + 2 + 11")
    #expect(
      log.skipList == [
        "not_a_model_call=3", "agent_span=3", "message_event=1", "feedback=1", "other_score=1", "metrics=1",
        "empty_export=1",
      ])
    #expect(log.rejectLines == ["bad_count:2", "missing_model:2"])
    #expect(log.counts.byFormat.map(\.name) == ["otlp"] && log.counts.byFormat.map(\.lines) == [9])
    #expect(
      log.talk == [
        "Is it \"open\" on Sunday? | Until noon.", "Is it \"open\" on Sunday? | ", "How are you? | Fine.",
        "From an event | yes", "Weather? | Rain.",
      ])
    expect(addsUp: log.counts)
  }

  @Test("places name the record in the line; of a call that is there twice the later one")
  func places() {
    var needs = IngestNeeds()
    needs.places = true
    let log = Ingest.read(paths: [TestData.fixture("otlp.jsonl")], needs: needs)
    let places = (0..<log.places.count).map { "\(log.places[$0].line).\(log.places[$0].record)" }
    #expect(places == ["1.0", "1.1", "4.1", "2.1", "2.2", "2.3", "3.1"])
  }

  @Test("span: Phoenix and console spans, embeddings, metadata as an object")
  func span() {
    let log = Ingest.read(paths: [TestData.fixture("span.jsonl")])
    expect(
      rows: log.rows,
      are: [
        // 10 × 0.15 + 2 × 0.075 + 3 × 0.6
        "08:00:00.250000Z >gpt-4o-mini 10+2+0+0>3(0) 3450000 ana/acme #prod 750ms",
        "08:01:00Z gpt-4o-mini 0+0+0+0>0(0) 0 / 40ms error",
        "08:02:00Z >text-embedding-3-small 100+0+0+0>0(0) 2000000 / 100ms",
      ])
    #expect(log.skipList == ["not_a_model_call=1"] && log.talk == ["How are you? | Fine.", "Hi | "])
  }

  @Test("a damaged span costs no other its place, a damaged export is one reject")
  func damage() throws {
    func export(_ spans: String) -> String { #"{"resourceSpans":[{"scopeSpans":[{"spans":[\#(spans)]}]}]}"# }
    func span(_ id: String, _ text: String) -> String {
      #"{"traceId":"t","spanId":"\#(id)","startTimeUnixNano":"1767600000000000000","attributes":["#
        + #"{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o-mini"}},"#
        + #"{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},"#
        + #"{"key":"gen_ai.usage.input_tokens","value":{"intValue":"3"}},"#
        + #"{"key":"gen_ai.usage.output_tokens","value":{"intValue":"4"}},"#
        + #"{"key":"gen_ai.prompt.0.content","value":{"stringValue":"\#(text)"}}]}"#
    }
    let log = try Ingest.read(lines: [
      export(span("a", "one") + "," + span("b", #"bad \x escape"#) + "," + span("c", "three")),
      export(span("d", "four") + ",17"), #"{"resourceSpans":[{"scopeSpans":[{"spans":[{]}]}]}"#,
      #"{"resourceSpans":[{"scopeSpans":7}]}"#, #"{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}"#,
    ])
    #expect(log.tally == "5/8: 3 + 0 + 4 + 1" && log.skipList == ["empty_export=1"])
    #expect(log.rejectLines == ["bad_json:1", "bad_json:2", "bad_json:3", "bad_json:4"])
    #expect(log.talk == ["one | ", "three | ", "four | "])
  }

  @Test("values nested 100,000 levels deep, attributes of wrong types: no crash, the span is read or refused")
  func bombs() throws {
    func line(_ value: String, levels: Int) -> String {
      let open = String(repeating: #"{"arrayValue":{"values":["#, count: levels)
      let close = String(repeating: "]}}", count: levels)
      return
        #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t\#(levels)","spanId":"s","startTimeUnixNano":"1767600000000000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.input.messages","value":\#(open)\#(value)\#(close)}]}]}]}]}"#
    }
    let log = try Ingest.read(lines: [
      line(#"{"intValue":"1"}"#, levels: 3), line(#"{"stringValue":"x"}"#, levels: 200), line("7", levels: 100_000),
      line("[]", levels: 0), line(#"{"kvlistValue":{"values":[{"key":1},{"value":2},3]}}"#, levels: 0),
    ])
    #expect(log.tally == "5/5: 4 + 0 + 1 + 0" && log.rejectLines == ["bad_json:5"])
  }

  @Test("lines of all formats with bytes changed are counted, once each, and break nothing", arguments: 0..<4)
  func fuzz(seed: Int) throws {
    var random = TestRandom(UInt64(seed) + 31)
    let names = ["otlp", "span", "langfuse", "claude-code", "codex"]
    var lines: [[UInt8]] = []
    for name in names {
      for line in try TestData.lines(TestData.fixture("\(name).jsonl")) {
        for _ in 0..<5 {
          var changed = line
          for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: changed.indices, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: changed[place] = Array(#"{}[]",:\0-9ex"#.utf8).randomElement(using: &random)!
            case 1: changed[place] = UInt8.random(in: 11...255, using: &random)
            case 2: changed.removeSubrange(place..<min(changed.count, place + 9))
            default: changed.insert(contentsOf: changed[place..<min(changed.count, place + 30)], at: place)
            }
            if changed.isEmpty { changed = [32] }
          }
          lines.append(changed)
        }
      }
    }
    for line in lines {
      #expect(FormatRegistry.claimants(of: line).count < 2, "\(String(decoding: line, as: UTF8.self))")
    }
    let log = try Ingest.read([Array(lines.joined(separator: [10]))], threads: 2)
    #expect(log.counts.lines == lines.count && log.counts.accepted > 0 && log.counts.rejected > 0)
    expect(addsUp: log.counts)
  }

  @Test("records that could be two formats are claimed by one")
  func hybrids() {
    let span = #""context":{"span_id":"s"},"attributes":{}"#
    let langfuse = #""trace_id":"t","provided_model_name":"m""#
    let session = #""sessionId":"s","timestamp":"2026-01-05","type":"user""#
    let hybrids: [(line: String, claimants: [String])] = [
      (#"{"resourceSpans":[],"schema":"traffic/1"}"#, ["traffic"]), (#"{"schema":"traffic/1",\#(span)}"#, ["traffic"]),
      (#"{"schema":"traffic/1",\#(langfuse)}"#, ["traffic"]), (#"{"schema":"traffic/1",\#(session)}"#, ["traffic"]),
      // The table export of Langfuse has a sessionId and a type too.
      (#"{\#(session),"traceId":"t","usageDetails":{}}"#, ["langfuse"]), (#"{\#(session)}"#, ["claude-code"]),
      (#"{"trace_id":"t","name":"n","value":1,"data_type":"NUMERIC"}"#, ["langfuse"]),
      (#"{"trace_id":"t","name":"n","value":1}"#, []), (#"{"type":"event_msg","timestamp":1,"payload":{}}"#, ["codex"]),
      (#"{"type":"event","timestamp":1,"payload":{}}"#, []),
    ]
    for hybrid in hybrids {
      #expect(FormatRegistry.claimants(of: Array(hybrid.line.utf8)) == hybrid.claimants, "\(hybrid.line)")
    }
  }

  // MARK: the tree of spans, against a naive twin

  private struct Node {
    var parent: Int?
    var isCall: Bool
    var tokens: Int
  }

  /// Tokens of calls that have no call below them, in a forest.
  private static func leaves(_ nodes: [Node]) -> [Int] {
    nodes.indices.filter { index in
      guard nodes[index].isCall else { return false }
      return !nodes.indices.contains { other in
        guard other != index, nodes[other].isCall else { return false }
        var above = nodes[other].parent
        while let current = above {
          if current == index { return true }
          above = nodes[current].parent
        }
        return false
      }
    }.map { nodes[$0].tokens }.sorted()
  }

  @Test("only leaf calls count, in whatever order, lines and files spans arrive", arguments: [1, 2, 4])
  func tree(threads: Int) throws {
    var random = TestRandom(UInt64(threads) + 11)
    for trial in 0..<8 {
      var nodes: [Node] = []
      for index in 0..<60 {
        let parent =
          index > 0 && Int.random(in: 0..<4, using: &random) > 0 ? Int.random(in: 0..<index, using: &random) : nil
        nodes.append(Node(parent: parent, isCall: Bool.random(using: &random), tokens: 1000 + index))
      }
      func span(_ index: Int) -> String {
        let parent = nodes[index].parent.map { "s\($0)" } ?? ""
        let attributes =
          nodes[index].isCall
          ? #"{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o-mini"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":\#(nodes[index].tokens)}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":"0"}},{"key":"gen_ai.prompt","value":{"stringValue":"question \#(index % 7)"}},{"key":"gen_ai.completion","value":{"stringValue":"answer \#(index % 7)"}}"#
          : ""
        return
          #"{"traceId":"t","spanId":"s\#(index)","parentSpanId":"\#(parent)","startTimeUnixNano":"1767600000000000000","attributes":[\#(attributes)]}"#
      }
      // Some spans are delivered twice.
      let order = (Array(nodes.indices) + (0..<20).map { _ in Int.random(in: nodes.indices, using: &random) })
        .shuffled(using: &random)
      var files: [[UInt8]] = []
      var rest = order[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...9, using: &random)
        let spans = rest.prefix(count).map(span).joined(separator: ",")
        rest = rest.dropFirst(count)
        let line = #"{"resourceSpans":[{"scopeSpans":[{"spans":[\#(spans)]}]}]}"# + "\n"
        if files.isEmpty || Int.random(in: 0..<3, using: &random) == 0 { files.append([]) }
        files[files.count - 1] += line.utf8
      }
      let log = try Ingest.read(files, threads: threads)
      #expect(log.all.map { Int($0.usage.input) }.sorted() == Self.leaves(nodes), "trial \(trial)")
      #expect(log.requests.count == log.counts.accepted && log.answerSketches.count == log.requests.count)
      #expect(log.counts.records == 80)
      expect(addsUp: log.counts)
      for prompt in log.prompts.prompts where prompt.answerRequest >= 0 {
        let owner = log.requests[prompt.answerRequest]
        #expect(log.prompts.prompts[Int(owner.prompt)].text == prompt.text)
      }
    }
  }

  @Test("spans that are their own ancestors end nowhere, and do not hang")
  func circle() throws {
    func span(_ id: String, _ parent: String) -> String {
      #"{"traceId":"t","spanId":"\#(id)","parentSpanId":"\#(parent)","startTimeUnixNano":"1767600000000000000","attributes":[{"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":1}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":1}}]}"#
    }
    let line =
      #"{"resourceSpans":[{"scopeSpans":[{"spans":[\#(span("a", "b")),\#(span("b", "a")),\#(span("c", "c"))]}]}]}"#
    let log = try Ingest.read(lines: [line])
    // In a circle nobody stands above the other.
    #expect(log.tally == "1/3: 3 + 0 + 0 + 0")
  }
}
