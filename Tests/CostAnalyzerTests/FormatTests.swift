import CostAnalyzer
import Testing

@Suite("Formats")
struct FormatTests {
  /// One request as a test writes it down.
  struct Row: Equatable, CustomStringConvertible {
    var time = ""
    var model = ""
    var usage = TokenUsage()
    /// Pico-dollars; nil = unpriced.
    var cost: PicoDollars?
    var user = ""
    var tenant = ""
    var latency: UInt32?
    var flags: Request.Flags = []
    var description: String {
      let (cost, latency) = (cost.map(String.init) ?? "-", latency.map(String.init) ?? "-")
      return "\(time) \(model) \(usage) cost \(cost) \(user)/\(tenant) \(latency) ms flags \(flags.rawValue)"
    }
  }

  static func rows(_ log: RequestLog) -> [Row] {
    var log = log
    PriceBook(models: log.models, tables: [.builtin()]).price(&log)
    return log.all.map { request in
      let model = log.models[Int(request.model)]
      return Row(
        time: Timestamp.text(request.time),
        model: model.requested
          + (model.responded.isEmpty || model.responded == model.requested ? "" : " → " + model.responded),
        usage: request.usage, cost: request.flags.contains(.unpriced) ? nil : request.cost,
        user: log.users[Int(request.user)], tenant: log.tenants[Int(request.tenant)],
        latency: request.latencyMs == Request.unknownLatency ? nil : request.latencyMs,
        // Output limits have a test of their own.
        flags: request.flags.subtracting([.unpriced, .limited, .limitReached]))
    }
  }

  static func expect(
    _ log: RequestLog, gives expected: [Row], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let rows = rows(log)
    #expect(rows.count == expected.count, sourceLocation: sourceLocation)
    for (row, wanted) in zip(rows, expected) { #expect(row == wanted, sourceLocation: sourceLocation) }
  }

  static func answers(_ log: RequestLog) -> [String] {
    log.prompts.prompts.map { String(decoding: $0.answer, as: UTF8.self) }
  }

  static func prompts(_ log: RequestLog) -> [String] {
    log.prompts.prompts.map { String(decoding: $0.text, as: UTF8.self) }
  }

  // MARK: fixtures; gpt-4o 2.5/1.25/10, gpt-4o-mini 0.15/0.075/0.6, claude-3-7 3/0.3/3.75/6/15 USD per million tokens

  @Test("traffic: disjoint classes, every way to write a time, estimates, gateway hits, errors, tiers")
  func traffic() {
    let log = Ingest.read(paths: [TestData.fixture("traffic.jsonl")])
    Self.expect(
      log,
      gives: [
        // 1000 × 2.5 + 200 × 1.25 + 34 × 2.5 (no write price: input) + 500 × 10 = 7,835 micro-dollars
        Row(
          time: "2026-01-05T08:00:00Z", model: "gpt-4o",
          usage: TokenUsage(
            input: 1000, cacheRead: 200, cacheWrite5m: 30, cacheWrite1h: 4, output: 500, reasoning: 100),
          cost: 7_835_000_000, user: "ana", tenant: "acme", latency: 812),
        Row(
          time: "2026-01-05T08:01:00Z", model: "gpt-4o-mini", usage: TokenUsage(input: 100, output: 20),
          cost: 123_000_000, user: "ben", flags: .billed),
        Row(
          time: "2026-01-05T08:02:00Z", model: "gpt-4o-mini", usage: TokenUsage(input: 10, output: 5), cost: 0,
          user: "ana", flags: .gatewayHit),
        Row(time: "2026-01-05T08:03:00Z", model: "gpt-4o-mini", cost: 0, flags: .error),
        // Eight digits of prompt, four of answer, at 0.6 tokens a digit: 5 × 0.15 + 3 × 0.6
        Row(
          time: "2026-01-05T08:04:00.250000Z", model: "gpt-4o-mini", usage: TokenUsage(input: 5, output: 3),
          cost: 2_550_000, flags: .estimated),
        // Batch: half price
        Row(
          time: "2026-01-05T08:05:00Z", model: "gpt-4o-mini → gpt-4o-mini-2024-07-18",
          usage: TokenUsage(input: 10, output: 5), cost: 2_250_000, flags: [.override, .toolCalls]),
      ])
    #expect(log.all.map(\.tier) == [.standard, .standard, .standard, .standard, .standard, .batch])
    #expect(
      log.tagSets[Int(log.requests[0].tags)] == ["search", "prod"] && log.tagSets[Int(log.requests[1].tags)].isEmpty)
    #expect(log.counts.estimated == 1 && log.counts.contradictory == 0)
    #expect(log.counts.byFormat.map(\.name) == ["traffic"] && log.counts.byFormat.map(\.lines) == [6])
  }

  @Test("text parts are joined by a newline, images keep prompts apart, a plain string is a prompt")
  func parts() throws {
    let log = Ingest.read(paths: [TestData.fixture("traffic.jsonl")])
    #expect(
      Self.prompts(log) == [
        "What is the refund window?", "Describe\nthis picture", "What is the refund window?", "Hello", "12345678",
        "a plain string prompt",
      ])
    #expect(Self.answers(log)[..<3] == ["30 days.", "A cat\non a mat.", "30 days."])
    func image(_ name: String) -> String {
      trafficLine([
        "messages":
          #"[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":"\#(name)"}]}]"#
      ])
    }
    let images = try Ingest.read(lines: [image("a"), image("b"), image("a")])
    #expect(images.all.map(\.prompt) == [0, 1, 0])
  }

  @Test("writers may escape slashes; sound and pictures are parts of what was used")
  func escapedSchemaAndMedia() throws {
    let line = trafficLine(["usage": #"{"input":100,"output":50,"audio_input":40,"image_output":20}"#])
    let log = try Ingest.read(lines: [line.replacing("traffic/1", with: #"traffic\/1"#)])
    #expect(log.all.map(\.usage) == [TokenUsage(input: 100, output: 50, audioInput: 40, imageOutput: 20)])
    let chat = #"""
      {"timestamp":"2026-01-05T08:00:00Z","request":{"model":"m","messages":[{"role":"user","content":"Hi"}]},
      "response":{"object":"chat.completion","model":"m","choices":[{"message":{"content":"Yes"}}],"usage":{"prompt_tokens":100,
      "completion_tokens":50,"prompt_tokens_details":{"cached_tokens":30,"audio_tokens":40},
      "completion_tokens_details":{"audio_tokens":20}}}}
      """#
    #expect(
      try Ingest.read(lines: [chat.replacing("\n", with: "")]).all.map(\.usage) == [
        TokenUsage(input: 70, cacheRead: 30, output: 50, audioInput: 40, audioOutput: 20)
      ])
  }

  @Test("the packed forms of the fixture give the same requests")
  func packedFixture() {
    let plain = Ingest.read(paths: [TestData.fixture("traffic.jsonl")])
    for name in ["traffic.jsonl.gz", "traffic-frames.jsonl.zst"] {
      let log = Ingest.read(paths: [TestData.fixture(name)])
      #expect(log.described == plain.described && log.counts == plain.counts, "\(name)")
    }
  }

  @Test("openai-chat: inclusive counts, all wrappers, chunks, errors, estimates, contradictions")
  func openAIChat() {
    let log = Ingest.read(paths: [TestData.fixture("openai-chat.jsonl")])
    let mini = "gpt-4o-mini → gpt-4o-mini-2024-07-18"
    let plain = TokenUsage(input: 12, output: 3)  // 12 × 0.15 + 3 × 0.6 = 3.6 micro-dollars
    Self.expect(
      log,
      gives: [
        // 100 inclusive = 50 + 40 read + 10 written
        Row(
          time: "2026-01-05T08:00:00.500000Z", model: mini,
          usage: TokenUsage(input: 50, cacheRead: 40, cacheWrite5m: 10, output: 20, reasoning: 7), cost: 500_000_000,
          user: "ana", tenant: "acme", latency: 900, flags: .billed),
        Row(time: "2026-01-05T08:01:00Z", model: mini, usage: plain, cost: 3_600_000, user: "ana"),
        Row(time: "2026-01-05T08:02:00Z", model: mini, usage: plain, cost: 3_600_000, user: "ana"),
        Row(time: "2026-01-05T08:03:00Z", model: mini, usage: plain, cost: 3_600_000, user: "ana"),
        Row(time: "2026-01-05T08:04:00Z", model: "gpt-4o-mini-2024-07-18", usage: plain, cost: 3_600_000),
        Row(time: "2026-01-05T08:05:00Z", model: "gpt-4o-mini", cost: 0, user: "ana", flags: .error),
        // The last chunk's usage, not the sum; the first chunk's time. 8 × 0.15 + 4 × 0.6
        Row(
          time: "2026-01-05T08:06:00Z", model: "gpt-4o-mini", usage: TokenUsage(input: 8, output: 4), cost: 3_600_000),
        // Cancelled: 8 digits of prompt, a word or two of answer. 5 × 0.15 + 2 × 0.6
        Row(
          time: "2026-01-05T08:07:00Z", model: "gpt-4o-mini", usage: TokenUsage(input: 5, output: 2), cost: 1_950_000,
          flags: .estimated),
        // 90 cached of 5 is no part of it: 5 × 0.15 + 90 × 0.075 + 3 × 0.6
        Row(
          time: "2026-01-05T08:08:00Z", model: mini, usage: TokenUsage(input: 5, cacheRead: 90, output: 3),
          cost: 9_300_000, user: "ana", flags: .contradictory),
        Row(
          time: "2026-01-05T08:09:00Z", model: mini, usage: TokenUsage(input: 5, output: 3), cost: 2_550_000,
          user: "ana", flags: .toolCalls),
      ])
    #expect(log.requests[0].tier == .flex)
    #expect(log.counts.contradictory == 1 && log.counts.estimated == 1)
    #expect(Self.prompts(log) == ["How are you?", "How are you?", "Count", "12345678"])
    #expect(Self.answers(log) == ["Fine.", "Fine.", "one two\n", "cancelled"])
  }

  @Test("litellm: inclusive counts, its own cost, cache hits, failures, the nested form, cost as text")
  func litellm() {
    let log = Ingest.read(paths: [TestData.fixture("litellm.jsonl")])
    Self.expect(
      log,
      gives: [
        Row(
          time: "2026-01-05T08:00:00.250000Z", model: "gpt-4o", usage: TokenUsage(input: 10, output: 20),
          cost: 225_000_000, user: "u-1", tenant: "t-1", latency: 1500, flags: .billed),
        // 1000 inclusive = 200 + 300 read + 400 and 100 written
        Row(
          time: "2026-01-05T08:01:00.500000Z",
          model: "anthropic/claude-3-7-sonnet-20250219 → claude-3-7-sonnet-20250219",
          usage: TokenUsage(input: 200, cacheRead: 300, cacheWrite5m: 400, cacheWrite1h: 100, output: 50),
          cost: 100_000_000, user: "cust", tenant: "t-1", latency: 500, flags: .billed),
        Row(
          time: "2026-01-05T08:02:00Z", model: "gpt-4o", usage: TokenUsage(input: 10, output: 20), cost: 0, user: "u-1",
          tenant: "t-1", latency: 10, flags: [.billed, .gatewayHit]),
        Row(time: "2026-01-05T08:03:00Z", model: "gpt-4o", cost: 0, latency: 500, flags: [.billed, .error]),
        Row(
          time: "2026-01-05T08:04:00Z", model: "gpt-4o", usage: TokenUsage(input: 10, output: 20), cost: 225_000_000,
          user: "nested", tenant: "t-1", latency: 1000),
      ])
    #expect(log.tagSets[Int(log.requests[0].tags)] == ["prod"])
  }

  @Test("a status counts as success by what it says, not by its case")
  func status() throws {
    let ok = [
      "\"ok\"", "\"OK\"", "\"success\"", "\"Success\"", "\"completed\"", "200", "\"204\"", "299", "null", "\"\"",
    ]
    let bad = ["\"error\"", "\"failure\"", "500", "\"429\"", "199", "300", "-3", "0", "false"]
    let log = try Ingest.read(lines: (ok + bad).map { trafficLine(["status": $0]) })
    #expect(log.all.map(\.isError) == ok.map { _ in false } + bad.map { _ in true })
  }

  @Test("hits of the gateway's own cache cost nothing, unless the log bills them")
  func gatewayHits() throws {
    let log = try Ingest.read(lines: [
      trafficLine(["gateway_cache": "\"hit\""]), trafficLine(["gateway_cache": "\"miss\""]),
      trafficLine(["gateway_cache": "\"hit\"", "cost_usd": "\"0.000001\""]),
    ])
    // 10 × 0.15 + 5 × 0.6 = 4.5 micro-dollars
    #expect(Self.rows(log).map(\.cost) == [0, 4_500_000, 1_000_000])
  }

  // MARK: reference data

  @Test("every LiteLLM sample line gives its tokens and its bill", .enabled(if: TestData.hasShared, "no ../shared"))
  func litellmSamples() throws {
    let log = Ingest.read(paths: [try TestData.formats("litellm_standard_logging.jsonl")])
    let claude = "anthropic/claude-3-7-sonnet-20250219"
    let answered = claude + " → claude-3-7-sonnet-20250219"
    let usage = TokenUsage(input: 3, cacheWrite5m: 12_304, output: 550)
    Self.expect(
      log,
      gives: [
        Row(
          time: "2025-01-24T09:20:46.847371Z", model: "gpt-4o", usage: TokenUsage(input: 10, output: 20),
          cost: 225_000_000, latency: 5, flags: .billed),
        Row(
          time: "2026-01-10T00:00:00.123000Z", model: answered, usage: usage, cost: 54_399_000_000, user: "cust-42",
          tenant: "t-1", latency: 3800, flags: .billed),
        Row(
          time: "2026-01-10T00:00:00.123000Z", model: claude, cost: 0, user: "cust-42", tenant: "t-1", latency: 277,
          flags: [.billed, .error]),
        Row(
          time: "2026-01-10T00:01:40Z", model: answered, usage: usage, cost: 0, user: "cust-42", tenant: "t-1",
          latency: 12, flags: [.billed, .gatewayHit]),
      ])
    #expect(log.rejects.total == 0 && log.tagSets[Int(log.requests[1].tags)] == ["prod", "team:search"])
  }

  @Test(
    "the invoiced Anthropic call prices to the invoice by its tokens", .enabled(if: TestData.hasShared, "no ../shared"))
  func invoice() throws {
    let lines = try TestData.lines(TestData.formats("litellm_standard_logging.jsonl"))
    let unbilled = lines.map { line in
      String(decoding: line, as: UTF8.self)
        .replacing("\"response_cost\":0.054399", with: "\"response_cost\":null")
        .replacing("\"response_cost\":0.00022500000000000002", with: "\"response_cost\":null")
    }
    // 3 × 3 + 12,304 × 3.75 + 550 × 15 = 54,399 micro-dollars
    let costs = Self.rows(try Ingest.read(lines: unbilled)).map(\.cost)
    #expect(costs == [225_000_000, 54_399_000_000, 0, 0])
  }

  @Test("every OpenAI chat sample line gives its tokens", .enabled(if: TestData.hasShared, "no ../shared"))
  func openAISamples() throws {
    let log = Ingest.read(paths: [try TestData.formats("openai_chat.jsonl")])
    Self.expect(
      log,
      gives: [
        // 9 inclusive of 1 cached: 8 × 0.15 + 1 × 0.075 + 10 × 0.6
        Row(
          time: "2025-04-04T02:41:03Z", model: "gpt-4o-mini → gpt-4o-mini-2024-07-18",
          usage: TokenUsage(input: 8, cacheRead: 1, output: 10, reasoning: 3, audioInput: 2, audioOutput: 4),
          cost: 7_275_000),
        // Line 6 is the bare response of the same id: one request, with the prompt of this line.
        Row(time: "2025-03-10T01:25:52Z", model: "gpt-5.4", usage: TokenUsage(input: 19, output: 10), cost: nil),
        Row(
          time: "2023-11-13T17:35:16Z", model: "gpt-4o-mini", usage: TokenUsage(input: 82, output: 17),
          cost: 22_500_000, flags: .toolCalls),
        Row(time: "2026-01-10T00:00:00Z", model: "gpt-5.4", cost: nil, latency: 120, flags: .error),
        Row(
          time: "2023-09-09T14:03:10Z", model: "gpt-4o-mini",
          usage: TokenUsage(input: 9, output: 2), cost: 2_550_000),
      ])
    #expect(log.counts.lines == 6 && log.counts.duplicates == 1 && log.rejects.total == 0)
    #expect(log.all.allSatisfy { $0.prompt != Request.noText })
    #expect(Self.prompts(log).contains("Hello!") && Self.answers(log).contains("Hello"))
  }

  @Test("compressed samples give what their plain forms give", .enabled(if: TestData.hasShared, "no ../shared"))
  func compressedSamples() throws {
    let plain = Ingest.read(paths: [try TestData.formats("litellm_standard_logging.jsonl")])
    let frames = Ingest.read(paths: [try TestData.formats("compressed/litellm_multiframe_skippable.jsonl.zst")])
    #expect(frames.described == plain.described && frames.counts == plain.counts)
    // 400 copies of the four lines (4,710,000 bytes by `zstd -dc | wc -c`).
    let long = Ingest.read(paths: [try TestData.formats("compressed/litellm_long27.jsonl.zst")])
    #expect(long.counts.lines == 1600 && long.counts.accepted == 4 && long.counts.duplicates == 1596)
    #expect(long.counts.decodedBytes == 4_710_000 && long.described == plain.described)
    // One block of 2,190 bytes in a file of 1,466: nothing is decodable, and the file says so.
    let cut = Ingest.read(paths: [try TestData.formats("compressed/litellm_truncated.jsonl.zst")])
    #expect(cut.counts.lines == 0 && cut.ends.map(\.end) == [.truncated] && cut.ends[0].decodedBytes == 0)
    let framed = Ingest.read(paths: [try TestData.formats("compressed/otel_legacy_framed.bin")])
    #expect(framed.problems.isEmpty && framed.counts.lines == 6 && framed.ends.map(\.end) == [.complete])
    let gzip = Ingest.read(paths: [try TestData.formats("compressed/langfuse_observations.jsonl.gz")])
    #expect(gzip.counts.lines == 3 && gzip.ends.map(\.end) == [.complete])
    let native = Ingest.read(paths: [try TestData.formats("compressed/otel_native_stream.jsonl.zst")])
    #expect(native.counts.lines == 6 && native.ends.map(\.end) == [.complete])
  }

  @Test(
    "no sample is claimed by two formats, and those of formats not read yet are unknown",
    .enabled(if: TestData.hasShared, "no ../shared"))
  func exclusive() throws {
    // OpenPipe's export is chat completions in a known wrapper.
    let known = [
      "litellm_standard_logging.jsonl": "litellm", "openai_chat.jsonl": "openai-chat",
      "openpipe_export.jsonl": "openai-chat", "openai_stored_completions.jsonl": "openai-stored",
      "litellm_spendlogs.jsonl": "litellm-spendlogs", "anthropic_messages.jsonl": "anthropic",
      "openai_responses.jsonl": "openai-responses", "openai_batch_output.jsonl": "openai-batch",
      "bedrock_invocation.jsonl": "bedrock", "helicone.jsonl": "helicone", "portkey.jsonl": "portkey",
      "cloudflare_ai_gateway.jsonl": "cloudflare", "envoy_ai_gateway.jsonl": "envoy", "kong_ai.jsonl": "kong",
      "sglang_requests.jsonl": "sglang",
    ]
    let (files, _) = InputFiles.discover([try TestData.formats("")])
    var seen = 0
    for file in files where file.hasSuffix(".jsonl") {
      let name = String(file.split(separator: "/").last!)
      if TraceSampleTests.names.contains(name) { continue }  // tests of their own
      for (index, line) in try TestData.lines(file).enumerated() {
        let expected: [String] = known[name].map { [$0] } ?? []
        #expect(FormatRegistry.claimants(of: line) == expected, "\(name):\(index + 1)")
        seen += 1
      }
      if known[name] == nil {
        let log = Ingest.read(paths: [file])
        #expect(
          log.counts.accepted == 0 && log.rejects[.unknownFormat] == log.counts.lines, "\(name): \(log.rejectList)")
      }
    }
    #expect(seen > 30)
    // The malformed eleven-digit `created` is the only time that record has.
    let openPipe = Ingest.read(paths: [try TestData.formats("openpipe_export.jsonl")])
    #expect(openPipe.rejectList == ["bad_time:0:1", "bad_time=1"])
    let vllm = Ingest.read(paths: [try TestData.formats("vllm_requests.log")])
    #expect(vllm.rejects[.badJSON] == 2 && vllm.counts.accepted == 0)
  }

  @Test("no line of a fixture is claimed by two formats, and every format has a fixture")
  func exclusiveFixtures() throws {
    var claimed: Set<String> = []
    for file in TestData.formatFixtures {
      for line in try TestData.lines(file) {
        let claimants = FormatRegistry.claimants(of: line)
        #expect(claimants.count < 2, "\(file): \(claimants)")
        claimed.formUnion(claimants)
      }
    }
    #expect(claimed == Set(FormatRegistry.names))
  }

  @Test("records that could be two formats are claimed by at most one")
  func hybrids() {
    let pair = #""request":{"model":"m"},"response":{"object":"chat.completion","choices":[]}"#
    let litellm = #""call_type":"x","startTime":1,"response_cost":0"#
    let hybrids: [(line: String, claimants: [String])] = [
      (#"{"schema":"traffic/1",\#(pair)}"#, ["traffic"]), (#"{"schema":"traffic/1",\#(litellm)}"#, ["traffic"]),
      (#"{\#(litellm),\#(pair)}"#, ["litellm"]), (#"{"standard_logging_object":{},\#(pair)}"#, ["litellm"]),
      (#"{"schema":"traffic/1","standard_logging_object":{}}"#, ["traffic"]), (#"{\#(pair)}"#, ["openai-chat"]),
      // Portkey (cost in cents) and Helicone wrap the same bodies.
      (#"{"ai_org":"openai","cost":0.4,\#(pair)}"#, ["portkey"]),
      (#"{"request_created_at":"2026-01-10",\#(pair)}"#, []),
      (#"{"request_created_at":"2026-01-10","response_status":200,\#(pair)}"#, ["helicone"]),
      (#"{"request_id":"r","spend":0,"startTime":1,\#(pair)}"#, ["litellm-spendlogs"]),
      (#"{"request_id":"r","spend":0,\#(litellm)}"#, ["litellm"]), (#"{"custom_id":"c",\#(pair)}"#, ["openai-batch"]),
      (#"{"schemaType":"ModelInvocationLog",\#(pair)}"#, ["bedrock"]),
      (#"{"input_user":null,"object":"chat.completion","choices":[]}"#, ["openai-stored"]),
      (#"{"object":"chat.completion","choices":[]}"#, ["openai-chat"]),
      (#"{"object":"response"}"#, ["openai-responses"]),
      (#"{"request":{},"response":{"type":"message"}}"#, ["anthropic"]),
      (#"{"type":"message","content":[],"usage":{}}"#, ["anthropic"]), (#"{"type":"message","content":[]}"#, []),
      (#"{"request":{},"response":{"content":[],"usage":{"input_tokens":1}}}"#, ["anthropic"]),
      (#"{"request":{},"response":{"object":"response"}}"#, ["openai-responses"]),
      (#"{"request":{},"events":[{"type":"ping"}]}"#, ["anthropic"]), (#"{"request":{},"events":[{"type":"x"}]}"#, []),
      (#"{"request":{},"events":[{"type":"response.created"}]}"#, ["openai-responses"]),
    ]
    for hybrid in hybrids {
      #expect(FormatRegistry.claimants(of: Array(hybrid.line.utf8)) == hybrid.claimants, "\(hybrid.line)")
    }
  }
}
