import CostAnalyzer
import Foundation
import Testing

/// Records on which tools in the field get the money wrong.
@Suite("Money traps")
struct MoneyTrapTests {
  private static let time = #""timestamp":"2026-01-05T08:00:00Z""#
  private static let longID = "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWx"

  private static func priced(_ lines: [String]) throws -> RequestLog {
    var log = try Ingest.read(lines: lines)
    #expect(log.rejects.total == 0)
    PriceBook(models: log.models, tables: [.builtin()]).price(&log)
    return log
  }

  private static func usages(_ lines: [String]) throws -> [TokenUsage] { try priced(lines).all.map(\.usage) }

  /// A chat pair. `response` and `rest` are further members.
  private static func pair(
    _ usage: String, model: String = "gpt-4o", id: String = "c", answer: String = "yes", rest: String = ""
  ) -> String {
    #"{\#(time),"request":{"model":"\#(model)","messages":[{"role":"user","content":"hello there"}]},"response":{"id":"\#(id)","object":"chat.completion","created":1767600000,"model":"\#(model)","choices":[{"index":0,"message":{"role":"assistant","content":"\#(answer)"},"finish_reason":"stop"}],"usage":\#(usage)}\#(rest)}"#
  }

  private static func standard(_ id: String, _ rest: String) -> String {
    #"{"id":"\#(id)","call_type":"completion","startTime":1767600000.0,"endTime":1767600001.0,"status":"success",\#(rest)}"#
  }

  private static func span(_ id: String, parent: String = "", _ attributes: [(String, String)]) -> String {
    let list = attributes.map { name, value -> String in
      let isNumber = value.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
      let kind = isNumber ? (value.contains(".") ? "doubleValue" : "intValue") : "stringValue"
      return #"{"key":"\#(name)","value":{"\#(kind)":\#(isNumber ? value : "\"\(value)\"")}}"#
    }.joined(separator: ",")
    let times = #""startTimeUnixNano":"1767600000000000000","endTimeUnixNano":"1767600001000000000""#
    return
      #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t","spanId":"\#(id)","parentSpanId":"\#(parent)","name":"x",\#(times),"attributes":[\#(list)]}]}]}]}"#
  }

  private static func call(
    _ id: String, parent: String = "", operation: String = "chat", model: String = "gpt-4o", _ input: Int?,
    _ output: Int? = nil, more: [(String, String)] = []
  ) -> String {
    var attributes = [("gen_ai.operation.name", operation), ("gen_ai.request.model", model)]
    if let input { attributes.append(("gen_ai.usage.input_tokens", "\(input)")) }
    if let output { attributes.append(("gen_ai.usage.output_tokens", "\(output)")) }
    return span(id, parent: parent, attributes + more)
  }

  @Test("A gateway's log of a passed-through answer counts as the answer's own API does")
  func passedThrough() throws {
    let anthropic =
      #""usage":{"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":0,"output_tokens":550}"#
    let counts = #""response_cost":null,"prompt_tokens":12307,"completion_tokens":550,"model":"claude-sonnet-4-5""#
    let log = try Self.priced([
      Self.standard("a", counts + #","response":{"type":"message","content":[],\#(anthropic)}"#),
      Self.standard("b", counts + #","metadata":{"usage_object":\#(anthropic.dropFirst(8))}"#),
      Self.standard(
        "c",
        #""response_cost":null,"prompt_tokens":10000,"completion_tokens":50,"model":"gpt-5","response":{"object":"response","usage":{"input_tokens":10000,"output_tokens":50,"input_tokens_details":{"cached_tokens":9000},"total_tokens":10050}}"#
      ),
    ])
    // Invoiced as $0.05439; counted twice it is $0.091311.
    let right = TokenUsage(input: 3, cacheWrite5m: 12_304, output: 550)
    #expect(log.all.map(\.usage) == [right, right, TokenUsage(input: 1_000, cacheRead: 9_000, output: 50)])
    #expect(log.requests[0].cost == 54_399_000_000 && log.requests[1].cost == 54_399_000_000)
  }

  @Test("Reasoning that stands beside the output is billed as output, reasoning inside is not added")
  func reasoning() throws {
    let found = try Self.usages([
      Self.pair(
        #"{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}"#,
        id: "x"),
      Self.pair(#"{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":6100}"#, id: "g"),
      Self.pair(
        #"{"prompt_tokens":10,"completion_tokens":102,"total_tokens":112,"completion_tokens_details":{"reasoning_tokens":80}}"#,
        id: "o"),
      // The cached tokens explain the total.
      Self.pair(
        #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"prompt_tokens_details":{"cached_tokens":100}}"#,
        id: "e"),
      Self.call(
        "s", 1000, 100,
        more: [("gen_ai.usage.reasoning.output_tokens", "5000"), ("gen_ai.usage.total_tokens", "6100")]),
    ])
    #expect(
      found == [
        TokenUsage(input: 32, output: 103, reasoning: 94), TokenUsage(input: 1_000, output: 5_100, reasoning: 5_000),
        TokenUsage(input: 10, output: 102, reasoning: 80), TokenUsage(input: 10, cacheRead: 100, output: 5),
        TokenUsage(input: 1_000, output: 5_100, reasoning: 5_000),
      ])
  }

  @Test("Cached tokens are found under every name, and a 0 under one hides none under another")
  func cachedNames() throws {
    let found = try Self.usages([
      Self.pair(#"{"prompt_tokens":100,"completion_tokens":1,"prompt_cache_hit_tokens":90}"#, id: "d"),
      Self.pair(
        #"{"prompt_tokens":100,"completion_tokens":1,"cache_read_input_tokens":90,"prompt_tokens_details":{"cached_tokens":0}}"#,
        id: "z"),
      Self.pair(
        #"{"prompt_tokens":100,"completion_tokens":1,"cache_creation_input_tokens":60,"cache_creation":{"ephemeral_1h_input_tokens":60}}"#,
        id: "h"),
    ])
    let read = TokenUsage(input: 10, cacheRead: 90, output: 1)
    #expect(found == [read, read, TokenUsage(input: 40, cacheWrite1h: 60, output: 1)])
  }

  @Test("A logged cost of 0 is a price that the gateway did not have; counts of 0 are none")
  func zeros() throws {
    let usage = #"{"prompt_tokens":100000,"completion_tokens":1000}"#
    let log = try Self.priced([
      Self.standard("a", #""response_cost":0.0,"model":"gpt-4o","prompt_tokens":100000,"completion_tokens":1000"#),
      Self.pair(usage, id: "b", rest: #","cost":0"#),
      Self.call("c", 100_000, 1_000, more: [("gen_ai.usage.cost", "0.0")]),
    ])
    #expect(log.all.allSatisfy { $0.cost == 260_000_000_000 && !$0.flags.contains(.billed) })
    let zero = try Self.priced([Self.pair(#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#)])
    #expect(zero.counts.estimated == 1 && zero.requests[0].cost > 0)
    // Nothing to estimate from: unknown, not free.
    let unknown = try Self.priced([
      #"{"start_time":"2026-01-05T08:00:00Z","response_code":200,"gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":null,"gen_ai.usage.output_tokens":"-"}"#
    ])
    #expect(unknown.requests[0].flags.isSuperset(of: [.estimated, .unpriced]))
  }

  @Test("A call is dropped for those below it only where they explain it")
  func nestedCalls() throws {
    func kept(_ lines: [String]) throws -> [UInt32] { try Self.usages(lines).map(\.input) }
    let parent = Self.call("p", 100_000, 1_000)
    // A wrapper says the same again; a guard or an embedding below a call is another call.
    #expect(try kept([parent, Self.call("c", parent: "p", 100_000, 1_000)]) == [100_000])
    #expect(
      try kept([parent, Self.call("c", parent: "p", operation: "embeddings", model: "text-embedding-3-small", 20)])
        == [100_000, 20])
    #expect(try kept([parent, Self.call("c", parent: "p", model: "gpt-4o-mini", 200, 5)]) == [100_000, 200])
    // A client library below that saw no counts: the parent has them.
    #expect(try kept([parent, Self.call("c", parent: "p", nil)]) == [100_000])
    #expect(try kept([Self.call("p", nil), Self.call("c", parent: "p", 7, 1)]) == [7])
    // Agents repeat their calls; without calls they are all there is.
    let agent = Self.call("p", operation: "invoke_agent", 100_000, 1_000)
    #expect(try kept([agent, Self.call("c", parent: "p", 60_000, 10)]) == [60_000])
    #expect(try kept([agent]) == [100_000])
    // An exporter that lost the parent: the trace is the same.
    #expect(try kept([agent, Self.call("c", parent: "lost", 60_000, 10)]) == [60_000])
    // Most of its calls are missing: what is there is a part of it.
    let embedding = Self.call("c", parent: "p", operation: "embeddings", model: "text-embedding-3-small", 20)
    #expect(try kept([agent, embedding]) == [100_000])
    // Agents of agents, without calls: the lower one is what was used.
    let lower = Self.call("c", parent: "p", operation: "invoke_agent", 100_000, 1_000)
    #expect(try kept([agent, lower]) == [100_000])
    // Three levels: the middle one repeats the lowest, the highest is a call of its own.
    #expect(
      try kept([
        parent, Self.call("m", parent: "p", 60_000, 10), Self.call("c", parent: "m", 60_000, 10),
      ]) == [100_000, 60_000])
    // In a circle nobody is above the other.
    #expect(try kept([Self.call("a", parent: "b", 5, 1), Self.call("b", parent: "a", 5, 1)]) == [5, 5])
  }

  @Test("Words for nothing and zeros are no ids; a counter that began again is another call")
  func noIdentity() throws {
    for id in ["None", "-", "unknown", "00000000-0000-0000-0000-000000000000"] {
      let lines = (0..<3).map {
        Self.pair(#"{"prompt_tokens":9,"completion_tokens":1}"#, id: "\($0)", rest: #","id":"\#(id)""#)
      }
      #expect(try Ingest.read(lines: lines).counts.accepted == 3, "\(id)")
    }
    func counted(_ answer: String, _ output: Int) -> String {
      Self.pair(#"{"prompt_tokens":9,"completion_tokens":\#(output)}"#, id: answer, rest: #","id":"1""#)
    }
    // Two answers are two calls, one answer is one, and an attempt without an answer belongs to the retry.
    let failed =
      #"{\#(Self.time),"id":"1","request":{"model":"gpt-4o","messages":[]},"status":500,"error":{"message":"no"}}"#
    let log = try Ingest.read(lines: [
      failed, counted(Self.longID + "a", 1), counted(Self.longID + "b", 2), counted(Self.longID + "b", 2),
      counted(Self.longID + "a", 1),
    ])
    #expect(log.all.map(\.usage.output) == [1, 2] && log.counts.duplicates == 3)
  }

  @Test("One answer is one request, whoever logs it and in whatever order; a cache's copy of it is another")
  func oneAnswer() throws {
    let usage = #"{"prompt_tokens":100,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":90}}"#
    let gateway = Self.pair(usage, id: Self.longID, rest: #","id":"gw-1","user":"ana""#)
    let sdk = Self.call("s", 100, 10, more: [("gen_ai.response.id", Self.longID)])
    let helicone =
      #"{"request_id":"h-1","request_created_at":"2026-01-05T08:00:01Z","response_status":200,"request_model":"gpt-4o","prompt_tokens":100,"completion_tokens":10,"response_body":{"id":"\#(Self.longID)","object":"chat.completion","model":"gpt-4o","choices":[],"usage":\#(usage)}}"#
    for lines in [[gateway, sdk, helicone], [sdk, helicone, gateway], [helicone, gateway, sdk, gateway]] {
      let log = try Ingest.read(lines: lines)
      #expect(log.counts.accepted == 1 && log.counts.duplicates == lines.count - 1)
      // The record that tells the cached tokens apart counts, wherever it stands.
      #expect(log.requests[0].usage == TokenUsage(input: 10, cacheRead: 90, output: 10))
    }
    let hit = helicone.replacing("\"h-1\"", with: "\"h-2\"")
      .replacing(
        "\"prompt_tokens\":100,\"completion_tokens\":10,\"response_body\"",
        with: "\"cache_reference_id\":\"h-1\",\"response_body\"")
    let log = try Ingest.read(lines: [helicone, hit])
    #expect(log.counts.accepted == 2 && log.all.map { $0.flags.contains(.gatewayHit) } == [false, true])
  }

  @Test("Random records are put together as by a search through all requests before", arguments: 1...40)
  func identities(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    // Own id, answer's id where it is another one, further ids.
    var requests: [(own: String, answer: String, more: Set<String>)] = []
    var lines: [String] = []
    for index in 0..<120 {
      let own = Bool.random(using: &random) ? "own-\(Int.random(in: 0..<12, using: &random))" : ""
      let id = Bool.random(using: &random) ? Self.longID + "\(Int.random(in: 0..<12, using: &random))" : ""
      lines.append(
        Self.pair(
          #"{"prompt_tokens":\#(index + 1),"completion_tokens":1}"#, id: id,
          rest: own.isEmpty ? "" : #","id":"\#(own)""#))
      let (name, answer) = own.isEmpty ? (id, "") : (own, id)
      func search(_ text: String, _ isFound: (String, String, Set<String>) -> Bool) -> Int? {
        text.isEmpty ? nil : requests.firstIndex { isFound($0.own, $0.answer, $0.more) }
      }
      func agrees(_ other: String) -> Bool { other.isEmpty || answer.isEmpty || other == answer }
      let first = search(name) { own, _, _ in own == name }.flatMap { agrees(requests[$0].answer) ? $0 : nil }
      let known =
        first ?? search(answer) { _, other, _ in other == answer } ?? search(answer) { own, _, _ in own == answer }
        ?? search(name) { _, other, _ in other == name }
        ?? search(name) { _, other, more in more.contains(name) && agrees(other) }
        ?? search(answer) { _, _, more in more.contains(answer) }
      guard let known else {
        requests.append((name, answer, []))
        continue
      }
      if requests[known].answer.isEmpty { requests[known].answer = answer }
      if requests[known].own.isEmpty { requests[known].own = name }
      requests[known].more.formUnion([name, answer])
    }
    let counts = try Ingest.read(lines: lines).counts
    #expect(counts.accepted == requests.count && counts.duplicates == lines.count - requests.count)
  }

  @Test("Counts win over estimates, and bills stay, whichever record of a call comes last")
  func evidence() throws {
    let words = Array(repeating: "word", count: 300).joined(separator: " ")
    let known = Self.pair(#"{"prompt_tokens":500,"completion_tokens":10}"#, id: Self.longID, rest: #","cost":1.5"#)
    let guess = Self.pair("null", id: Self.longID, answer: words, rest: #","id":"w""#)
    for lines in [[known, guess], [guess, known]] {
      let log = try Self.priced(lines)
      #expect(log.all.map(\.usage) == [TokenUsage(input: 500, output: 10)])
      #expect(log.requests[0].cost == 1_500_000_000_000 && log.counts.estimated == 0)
    }
  }

  @Test("What was served decides the tier, also in a stream; spelling does not")
  func tiers() throws {
    func stream(_ asked: String, _ served: String) -> String {
      #"{\#(Self.time),"request":{"model":"gpt-4o","service_tier":"\#(asked)","messages":[]},"response_chunks":[{"id":"c\#(asked)","object":"chat.completion.chunk","model":"gpt-4o","choices":[{"delta":{"content":"a"}}]},{"object":"chat.completion.chunk","model":"gpt-4o","service_tier":"\#(served)","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":1}}]}"#
    }
    let log = try Ingest.read(lines: [
      stream("priority", "default"), stream("auto", "priority"),
      Self.standard(
        "s",
        #""response_cost":null,"model":"gpt-4o","prompt_tokens":1,"completion_tokens":1,"model_parameters":{"service_tier":"Flex"}"#
      ),
    ])
    #expect(log.all.map(\.tier) == [.standard, .priority, .flex])
  }

  @Test("Streams: the last counts stand, and what was cut while it answered is estimated")
  func streams() throws {
    let anthropic =
      #"{\#(Self.time),"request":{"model":"claude-sonnet-4-5","messages":[]},"events":[{"type":"message_start","message":{"id":"m","type":"message","model":"claude-sonnet-4-5","usage":{"input_tokens":2679,"output_tokens":3}}},{"type":"message_delta","usage":{"input_tokens":10682,"output_tokens":510,"server_tool_use":{"web_search_requests":1}}}]}"#
    let cut =
      #"{\#(Self.time),"request":{"model":"gpt-5","input":"count them"},"events":[{"type":"response.created","response":{"id":"r","object":"response","status":"in_progress","model":"gpt-5","usage":null}},{"type":"response.output_text.delta","delta":"one two "},{"type":"response.output_text.delta","delta":"three four"}]}"#
    let cancelled =
      #"{\#(Self.time),"status":499,"request":{"model":"gpt-4o","messages":[{"role":"user","content":"count"}]},"response_chunks":[{"id":"k","object":"chat.completion.chunk","model":"gpt-4o","choices":[{"delta":{"content":"one two three"}}]}]}"#
    let log = try Self.priced([anthropic, cut, cancelled])
    #expect(log.requests[0].usage == TokenUsage(input: 10_682, output: 510))
    #expect(log.counts.otherFees == 1)
    #expect(log.all.dropFirst().allSatisfy { $0.flags.contains(.estimated) && $0.usage.output > 0 && $0.cost > 0 })
    #expect(log.all.map(\.isError) == [false, false, true])
    #expect(FormatTests.answers(log).contains("one two three four"))
  }

  @Test("Langfuse: classes are read as their total says")
  func langfuse() throws {
    func observation(_ id: String, _ usage: String, cost: String = "null") -> String {
      #"{"id":"\#(id)","trace_id":"t","type":"GENERATION","start_time":"2026-01-05 08:00:00","provided_model_name":"claude-sonnet-4-5","usage_details":{\#(usage)},"total_cost":\#(cost)}"#
    }
    let log = try Ingest.read(lines: [
      observation("a", #""input":100,"output":5000,"output_reasoning_tokens":4000,"total":5100"#),
      observation(
        "b", #""input":100,"input_image_tokens":900,"output":50,"output_rejected_prediction_tokens":5,"total":1055"#),
      observation(
        "c", #""input":100,"cache_creation_input_tokens":1000,"input_cache_creation_1h":1000,"output":50,"total":1150"#),
      observation(
        "d",
        #""input":12307,"cache_read_input_tokens":7696,"cache_creation_input_tokens":12304,"output":550,"total":20553"#),
      observation("e", #""input":117231,"cache_read_input_tokens":115584,"output":225,"total":117456"#, cost: "0.16"),
      observation("f", #""input":10,"output":5,"output_reasoning_tokens":7,"total":22"#, cost: "0"),
    ])
    #expect(
      log.all.map(\.usage) == [
        TokenUsage(input: 100, output: 5_000, reasoning: 4_000), TokenUsage(input: 1_000, output: 55),
        TokenUsage(input: 100, cacheWrite1h: 1_000, output: 50),
        TokenUsage(input: 3, cacheRead: 7_696, cacheWrite5m: 12_304, output: 550),
        TokenUsage(input: 1_647, cacheRead: 115_584, output: 225), TokenUsage(input: 10, output: 12, reasoning: 7),
      ])
    // A cost that was computed from counts which are too high, or from none, is no bill.
    #expect(log.counts.contradictory == 2 && log.all.allSatisfy { !$0.flags.contains(.billed) })
  }

  @Test("Gateways: every plugin that asked a model, every call of one client request, every lifetime")
  func gateways() throws {
    let kong =
      #"{"started_at":1767600000000,"request":{"id":"k"},"response":{"status":200},"latencies":{"request":1},"ai":{"ai-proxy":{"meta":{"request_model":"gpt-4o"},"usage":{"prompt_tokens":10,"completion_tokens":1}},"ai-request-transformer":{"meta":{"request_model":"gpt-4o"},"usage":{"prompt_tokens":50,"completion_tokens":2}},"payload":{}}}"#
    #expect(try Self.usages([kong, kong]).map(\.input) == [10, 50])
    func envoy(_ second: Int) -> String {
      #"{"start_time":"2026-01-05T08:00:0\#(second)Z","response_code":200,"x-request-id":"r","gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":\#(second),"gen_ai.usage.output_tokens":1}"#
    }
    #expect(try Self.usages([envoy(1), envoy(2), envoy(1)]).map(\.input) == [1, 2])
    let converse =
      #"{"schemaType":"ModelInvocationLog","timestamp":"2026-01-05T08:00:00Z","requestId":"b","modelId":"anthropic.claude-sonnet-4-5-20250929-v1:0","input":{"inputTokenCount":10,"cacheWriteInputTokenCount":100},"output":{"outputTokenCount":1,"outputBodyJson":{"output":{"message":{"content":[{"text":"a"}]}},"usage":{"inputTokens":10,"outputTokens":1,"cacheWriteInputTokens":100,"cacheDetails":[{"ttl":"1h","inputTokens":80}]}}}}"#
    #expect(try Self.usages([converse]) == [TokenUsage(input: 10, cacheWrite5m: 20, cacheWrite1h: 80, output: 1)])
    let batch = Self.standard(
      "1",
      #""response_cost":5.0,"model":"gpt-4o","prompt_tokens":9,"completion_tokens":1,"response":{"id":"batch_1","object":"batch"}"#
    )
    #expect(try Self.usages([batch, batch.replacing("\"id\":\"1\"", with: "\"id\":\"2\"")]).count == 1)
    let embedding =
      #"{\#(Self.time),"request":{"model":"text-embedding-3-small","input":"Hi"},"response":{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":9,"total_tokens":9}}}"#
    let log = try Self.priced([embedding])
    #expect(log.all.map(\.usage) == [TokenUsage(input: 9)] && log.counts.estimated == 0 && log.prompts.prompts.isEmpty)
  }

  @Test("A session's fields make no pair a line of Claude Code, whatever stands before it")
  func sessions() throws {
    let line =
      #"{"sessionId":"s","type":"user","timestamp":"2026-01-05T08:00:00Z","message":{"role":"user","content":"x"}}"#
    let pair = Self.pair(#"{"prompt_tokens":9,"completion_tokens":1}"#, rest: #","sessionId":"s","type":"llm""#)
    for lines in [[line, pair], [pair, line]] {
      let log = try Ingest.read(lines: lines)
      #expect(log.counts.accepted == 1 && log.counts.skipped == 1)
    }
  }

  @Test("A forked session's copy of the events before it is not used again, whichever file is read first")
  func forks() throws {
    func event(_ time: String, _ total: Int, _ last: Int) -> String {
      #"{"timestamp":"2026-01-05T\#(time)Z","type":"event_msg","payload":{"type":"token_count","info":{"model":"gpt-5","last_token_usage":{"input_tokens":\#(last),"output_tokens":1},"total_token_usage":{"input_tokens":\#(total),"output_tokens":\#(total / last)}}}}"#
    }
    let parent = [event("08:00:00", 100, 100), event("08:02:00", 300, 200)]
    for meta in [#""forked_from_id":"p""#, #""source":{"subagent":{"thread_spawn":{"parent_thread_id":"p"}}}"#] {
      let fork = [
        #"{"timestamp":"2026-01-05T09:00:00Z","type":"session_meta","payload":{"id":"f",\#(meta)}}"#,
        event("09:00:00", 100, 100), event("09:00:00.5", 300, 200), event("09:00:40", 310, 10),
      ]
      for files in [[parent, fork], [fork, parent], [fork]] {
        let log = try Ingest.read(files.map { Array($0.map { $0 + "\n" }.joined().utf8) })
        let used = log.all.map(\.usage.input).sorted()
        #expect(used == (files.count == 1 ? [10] : [10, 100, 200]))
        #expect(log.counts.duplicates == 2 && log.counts.rejected == 0)
      }
    }
  }

  @Test("A log beside its compressed copies counts once, requests without an id too")
  func copies() throws {
    let lines = (0..<5).map { trafficLine(["ts": "\"2026-01-05T08:00:0\($0)Z\""]) + "\n" }.joined()
    let (bytes, other) = (Array(lines.utf8), Array((trafficLine(["user": "\"u\""]) + "\n").utf8))
    for files in [
      [bytes, Pack.zstd(bytes), other], [Pack.zstd(bytes), other, bytes], [bytes + other, bytes, other],
    ] {
      let log = try Ingest.read(files)
      let isWhole = files[0].count == bytes.count + other.count
      #expect(log.counts.accepted == (isWhole ? 12 : 6) && log.counts.duplicates == (isWhole ? 0 : 5))
      #expect(log.problems.map(\.reason) == (isWhole ? [] : ["repeated_file"]))
      #expect(log.counts.records == log.counts.accepted + log.counts.duplicates)
    }
  }

  @Test("Seller and region of the name that was asked for are in the price")
  func sellers() throws {
    let table = try PriceTable(
      litellmJSON: Data(
        """
        {"gpt-4o":{"input_cost_per_token":2.5e-6,"output_cost_per_token":1e-5,"litellm_provider":"openai"},
        "azure/eu/gpt-4o-2024-08-06":{"input_cost_per_token":2.75e-6,"output_cost_per_token":1.1e-5,"litellm_provider":"azure"},
        "deepseek/deepseek-r1":{"input_cost_per_token":5.5e-7,"output_cost_per_token":2.19e-6,"litellm_provider":"deepseek"},
        "azure_ai/deepseek-r1":{"input_cost_per_token":1.35e-6,"output_cost_per_token":5.4e-6,"litellm_provider":"azure_ai"},
        "claude-sonnet-4-5-20250929":{"input_cost_per_token":3e-6,"output_cost_per_token":1.5e-5,"litellm_provider":"anthropic"},
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0":{"input_cost_per_token":3.3e-6,"output_cost_per_token":1.65e-5,"litellm_provider":"bedrock_converse"},
        "ollama/llama3":{"input_cost_per_token":0,"output_cost_per_token":0,"litellm_provider":"ollama"}}
        """.utf8), name: "t")
    func row(_ requested: String, _ responded: String, _ seller: String = "") -> String? {
      let name = ModelName(requested: requested, responded: responded, seller: seller)
      return PriceBook(models: [name], tables: [table]).entries[0].resolution.row?.name
    }
    #expect(row("azure/eu/gpt-4o", "gpt-4o-2024-08-06") == "azure/eu/gpt-4o-2024-08-06")
    #expect(row("azure_ai/deepseek-r1", "deepseek-r1") == "azure_ai/deepseek-r1")
    #expect(row("deepseek-r1", "", "azure_ai") == "azure_ai/deepseek-r1")
    #expect(
      row("bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929")
        == "us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    // Another model answered than was asked for: its own name.
    #expect(row("azure/eu/gpt-4o", "claude-sonnet-4-5-20250929") == "claude-sonnet-4-5-20250929")
    // No list price for one's own machines.
    #expect(row("vllm/deepseek-r1", "deepseek-r1") == nil && row("deepseek-r1", "", "vllm") == nil)
    #expect(row("llama3", "", "ollama") == "ollama/llama3")
    // Gateways whose name no table knows say nothing.
    #expect(row("gpt-4o", "gpt-4o-2024-08-06", "my-gateway") == "gpt-4o")
  }

  @Test("Bills that are far from tokens times price are found")
  func bills() throws {
    let usage = #"{"prompt_tokens":1000,"completion_tokens":0}"#
    var log = try Ingest.read(lines: [
      Self.pair(usage, id: "a", rest: #","cost":0.0025"#), Self.pair(usage, id: "b", rest: #","cost":0.0024"#),
      Self.pair(usage, model: "gpt-4o-mini", id: "c", rest: #","cost":0.015"#),
    ])
    let prices = PriceBook(models: log.models, tables: [.builtin()])
    prices.price(&log)
    let check = BillCheck(log, prices)
    #expect(check.total.requests == 3 && check.lines.map(\.model) == ["gpt-4o-mini", "gpt-4o"])
    #expect(check.lines.map(\.isOff) == [true, false] && abs(check.lines[0].ratio - 100) < 1e-9)
  }
}
