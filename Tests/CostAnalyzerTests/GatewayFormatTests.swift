import CostAnalyzer
import Testing

/// Our fixtures of the gateways' formats. Prices in USD per million tokens: gpt-4o 2.5 / 1.25 (read) / 10; gpt-4o-mini
/// 0.15 / 0.075 / 0.6; claude-3-7-sonnet 3 / 0.3 / 3.75 and 6 (written) / 15; claude-3-5-haiku 0.8 / 0.08 / 4;
/// us.anthropic.claude-sonnet-4-5 3.3 / 0.33 / 4.125 and 6.6 / 16.5. Batch prices are half.
@Suite("Formats of gateways")
struct GatewayFormatTests {
  private typealias Row = FormatTests.Row
  private static let miniDated = "gpt-4o-mini → gpt-4o-mini-2024-07-18"
  /// 100 inclusive of 40 read: 60 × 0.15 + 40 × 0.075 + 20 × 0.6 = 24 micro-dollars of gpt-4o-mini.
  private static let split = TokenUsage(input: 60, cacheRead: 40, output: 20)
  /// Without a cached part 27 micro-dollars.
  private static let plain = TokenUsage(input: 100, output: 20)

  private static func read(_ names: String..., threads: Int = 1) -> RequestLog {
    Ingest.read(paths: names.map(TestData.fixture), threads: threads)
  }

  @Test("litellm-spendlogs: JSON in texts, zero spends, zero tokens, cache hits, cached tokens beside the columns")
  func spendLogs() {
    let log = Self.read("litellm-spendlogs.jsonl")
    FormatTests.expect(
      log,
      gives: [
        Row(
          time: "2026-01-05T08:00:00.250000Z", model: "gpt-4o → gpt-4o-2024-08-06", usage: Self.split,
          cost: 120_000_000, user: "cust", tenant: "t-1", latency: 1500, flags: .billed),
        // Spend 0: 10 × 1.25 + 20 × 5 at the batch price
        Row(
          time: "2026-01-05T08:01:00.250000Z", model: "gpt-4o", usage: TokenUsage(input: 10, output: 20),
          cost: 112_500_000, user: "u-1", tenant: "t-1", latency: 900),
        Row(
          time: "2026-01-05T08:02:00.250000Z", model: "gpt-4o", usage: Self.plain, cost: 0, user: "u-1",
          tenant: "t-1", latency: 1500, flags: [.billed, .gatewayHit]),
        Row(
          time: "2026-01-05T08:03:00.250000Z", model: "gpt-4o", cost: 0, user: "u-1", tenant: "t-1", latency: 1500,
          flags: [.billed, .error]),
        // No tokens: 8 digits of prompt, 4 of answer. 5 × 2.5 + 3 × 10
        Row(
          time: "2026-01-05T08:04:00.250000Z", model: "gpt-4o", usage: TokenUsage(input: 5, output: 3),
          cost: 42_500_000, user: "u-1", tenant: "t-1", latency: 1500, flags: .estimated),
        // 4 × 0.8 + 2455 × 0.08 + 23 × 4
        Row(
          time: "2026-01-05T08:05:00.250000Z", model: "claude-3-5-haiku-20241022",
          usage: TokenUsage(input: 4, cacheRead: 2455, output: 23), cost: 291_600_000, user: "u-1", tenant: "t-1",
          latency: 1500),
      ])
    #expect(log.all.map(\.tier) == [.standard, .batch, .standard, .standard, .standard, .standard])
    #expect(log.tagSets[Int(log.requests[1].tags)] == ["prod", "eu"])
    #expect(FormatTests.prompts(log) == ["How are you?", "How are you?", "12345678"])
    #expect(FormatTests.answers(log) == ["Fine.", "", "1234"])
  }

  @Test("anthropic: exclusive counts, both cache lifetimes, streams, errors, contradictions, the wrapper's time")
  func anthropic() {
    let log = Self.read("anthropic.jsonl")
    let claude = "claude-3-7-sonnet-20250219"
    FormatTests.expect(
      log,
      gives: [
        // 100 × 3 + 2000 × 0.3 + 30 × 3.75 + 20 × 6 + 40 × 15
        Row(
          time: "2026-01-05T08:00:00.500000Z", model: claude,
          usage: TokenUsage(
            input: 100, cacheRead: 2000, cacheWrite5m: 30, cacheWrite1h: 20, output: 40, reasoning: 7),
          cost: 1_732_500_000, user: "ana", tenant: "acme", latency: 900),
        Row(
          time: "2026-01-05T08:01:00Z", model: claude, usage: TokenUsage(input: 10, output: 5), cost: 105_000_000,
          flags: .toolCalls),
        Row(time: "2026-01-05T08:02:00Z", model: claude, cost: 0, flags: .error),
        // The last output count, not the sum: 377 × 3 + 3 × 0.3 + 65 × 15
        Row(
          time: "2026-01-05T08:03:00Z", model: claude, usage: TokenUsage(input: 377, cacheRead: 3, output: 65),
          cost: 2_106_900_000, user: "ana"),
        // Cut off: what there is of the answer is three tokens. 9 × 3 + 3 × 15
        Row(
          time: "2026-01-05T08:04:00Z", model: claude, usage: TokenUsage(input: 9, output: 3), cost: 72_000_000,
          flags: .estimated),
        // Nine written, of which five and none: 3 × 3 + 5 × 3.75 + 15
        Row(
          time: "2026-01-05T08:05:00Z", model: claude, usage: TokenUsage(input: 3, cacheWrite5m: 5, output: 1),
          cost: 42_750_000, flags: .contradictory),
        Row(
          time: "2026-01-05T08:06:00Z", model: claude, usage: TokenUsage(input: 1, output: 1), cost: 18_000_000,
          latency: 70),
        // The table has no batch price for it.
        Row(
          time: "2026-01-05T08:07:00Z", model: claude, usage: TokenUsage(input: 8, output: 2), cost: 54_000_000,
          flags: .tierPriceMissing),
      ])
    #expect(log.requests[7].tier == .batch && log.rejectList == ["missing_time:0:9", "missing_time=1"])
    #expect(FormatTests.answers(log).contains("one two\nth\"ree"))
  }

  @Test("a system prompt beside the messages is the same as one among them")
  func systemPrompt() throws {
    func line(_ request: String, _ response: String) -> String {
      #"{"ts":1767600000,"request":{"model":"m",\#(request)},"response":{\#(response)}}"#
    }
    let user = #"{"role":"user","content":"Hi"}"#
    let log = try Ingest.read(lines: [
      line(#""messages":[{"role":"system","content":"S"},\#(user)]"#, #""choices":[]"#),
      line(#""system":"S","messages":[\#(user)]"#, #""type":"message","content":[]"#),
      line(#""system":[{"type":"text","text":"S"}],"messages":[\#(user)]"#, #""type":"message","content":[]"#),
      line(#""instructions":"S","input":"Hi""#, #""object":"response""#),
      line(#""system":"T","messages":[\#(user)]"#, #""type":"message","content":[]"#),
    ])
    let groups = log.all.map { log.prompts.keys[Int(log.prompts.prompts[Int($0.prompt)].key)].group }
    // A plain input has no turn with a role: the context of its cache key is another one.
    #expect(groups[0] == groups[1] && groups[1] == groups[2] && groups[4] != groups[0], "\(groups)")
    #expect(log.all.map(\.usage.input) == [2, 2, 2, 2, 2], "a word and a letter each")
  }

  @Test("openai-responses: inclusive counts, pairs, streams, failures, retrievals of the same response")
  func responses() {
    let log = Self.read("openai-responses.jsonl")
    FormatTests.expect(
      log,
      gives: [
        Row(
          time: "2026-01-05T08:00:00Z", model: "gpt-4o-mini-2024-07-18",
          usage: TokenUsage(input: 60, cacheRead: 40, output: 20, reasoning: 7), cost: 24_000_000, user: "ana",
          latency: 2000, flags: .tierPriceMissing),
        Row(
          time: "2026-01-05T08:01:00Z", model: Self.miniDated, usage: TokenUsage(input: 12, output: 3),
          cost: 3_600_000, user: "ben", tenant: "acme", latency: 70),
        Row(
          time: "2026-01-05T08:02:00Z", model: Self.miniDated, usage: TokenUsage(input: 12, output: 3),
          cost: 3_600_000, latency: 2000, flags: .toolCalls),
        Row(time: "2026-01-05T08:03:00Z", model: Self.miniDated, cost: 0, flags: .error),
        Row(
          time: "2026-01-05T08:04:00Z", model: Self.miniDated, usage: TokenUsage(input: 8, output: 4),
          cost: 3_600_000, latency: 2000),
        // The total holds 30 cached tokens beside the 50: 50 × 0.15 + 30 × 0.075 + 3 × 0.6
        Row(
          time: "2026-01-05T08:05:00Z", model: Self.miniDated,
          usage: TokenUsage(input: 50, cacheRead: 30, output: 3), cost: 11_550_000, latency: 2000,
          flags: .contradictory),
        // Queued, then cut at its output limit.
        Row(
          time: "2026-01-05T08:06:00Z", model: "gpt-4o-mini-2024-07-18", usage: TokenUsage(input: 10, output: 5),
          cost: 4_500_000, latency: 2000),
      ])
    #expect(log.requests[0].tier == .flex && log.counts.duplicates == 1)
    // With instructions, in parts, as a continuation, another, plain.
    #expect(FormatTests.prompts(log) == ["How are you?", "How are you?", "How are you?", "Count", "How are you?"])
    #expect(FormatTests.answers(log) == ["Fine.", "", "", "Fine.", "Fine."])
  }

  @Test("openai-stored: a list item and the same with its messages are one request")
  func stored() {
    let log = Self.read("openai-stored.jsonl")
    FormatTests.expect(
      log,
      gives: [
        Row(
          time: "2026-01-05T08:00:00Z", model: "gpt-4o-mini-2024-07-18", usage: Self.split, cost: 24_000_000,
          user: "ana"),
        Row(
          time: "2026-01-05T08:01:00Z", model: "gpt-4o-mini", usage: TokenUsage(input: 5, output: 3),
          cost: 2_550_000),
      ])
    #expect(FormatTests.prompts(log) == ["How are you?"] && FormatTests.answers(log) == ["Fine."])
  }

  @Test("bedrock: exclusive counts, Converse, InvokeModel, recorded streams, refused calls, bodies that lie elsewhere")
  func bedrock() {
    let log = Self.read("bedrock.jsonl")
    let (user, account) = ("arn:aws:iam::111122223333:user/ana", "111122223333")
    let model = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    FormatTests.expect(
      log,
      gives: [
        // 100 × 3.3 + 2000 × 0.33 + 50 × 4.125 + 40 × 16.5
        Row(
          time: "2026-01-05T08:00:00Z", model: model,
          usage: TokenUsage(input: 100, cacheRead: 2000, cacheWrite5m: 50, output: 40), cost: 1_856_250_000,
          user: user, tenant: account, latency: 900),
        // The body splits what was written: 10 × 3.3 + 20 × 4.125 + 30 × 6.6 + 5 × 16.5
        Row(
          time: "2026-01-05T08:01:00Z", model: model,
          usage: TokenUsage(input: 10, cacheWrite5m: 20, cacheWrite1h: 30, output: 5), cost: 396_000_000, user: user,
          tenant: account),
        Row(
          time: "2026-01-05T08:02:00Z", model: model, usage: TokenUsage(input: 10, output: 6), cost: 132_000_000,
          user: user, tenant: account),
        Row(time: "2026-01-05T08:03:00Z", model: model, cost: 0, user: user, tenant: account, flags: .error),
        Row(
          time: "2026-01-05T08:04:00Z", model: "no-such.model-v1:0", usage: TokenUsage(input: 30_000, output: 7),
          cost: nil, user: user, tenant: account),
      ])
    #expect(FormatTests.answers(log).contains("streamed") && log.counts.contradictory == 0)
  }

  @Test(
    "helicone: bodies and columns, both conventions of cached tokens, cache hits, cancelled calls, costs of nothing")
  func helicone() {
    let log = Self.read("helicone.jsonl")
    func row(_ minute: Int, _ model: String, _ usage: TokenUsage, _ cost: PicoDollars, _ flags: Request.Flags) -> Row {
      Row(
        time: "2026-01-05T08:0\(minute):00.500000Z", model: model, usage: usage, cost: cost, user: "ana",
        tenant: "acme", latency: 900, flags: flags)
    }
    FormatTests.expect(
      log,
      gives: [
        row(0, Self.miniDated, Self.split, 20_000_000, .billed),
        row(1, Self.miniDated, Self.split, 20_000_000, .billed),
        row(2, Self.miniDated, Self.split, 0, [.billed, .gatewayHit]),
        row(3, Self.miniDated, TokenUsage(input: 100), 10_000_000, [.billed, .error]),
        // 10 × 3 + 5 × 0.3 + 20 × 15
        row(4, "claude-3-7-sonnet-20250219", TokenUsage(input: 10, cacheRead: 5, output: 20), 331_500_000, []),
        // The total says that the 40 cached tokens stand beside the 60.
        row(5, "gpt-4o → gpt-4o-mini-2024-07-18", Self.split, 24_000_000, []),
      ])
    #expect(log.counts.contradictory == 0 && FormatTests.prompts(log) == ["How are you?"])
  }

  @Test("portkey: cents, both forms of metadata, semantic hits, exclusive counts told by the total, other currencies")
  func portkey() {
    let log = Self.read("portkey.jsonl")
    func row(
      _ minute: Int, _ model: String, _ usage: TokenUsage, _ cost: PicoDollars, _ user: String, _ flags: Request.Flags,
      tenant: String = "main"
    ) -> Row {
      Row(
        time: "2026-01-05T08:0\(minute):00.500000Z", model: model, usage: usage, cost: cost, user: user,
        tenant: tenant, latency: 900, flags: flags)
    }
    let mini = "gpt-4o-mini"
    FormatTests.expect(
      log,
      gives: [
        // 0.002 cents
        row(0, mini, Self.plain, 20_000_000, "ana", .billed),
        row(1, Self.miniDated, Self.split, 20_000_000, "ben", .billed, tenant: "acme"),
        row(2, mini, Self.plain, 0, "cy", [.billed, .gatewayHit]),
        row(3, mini, TokenUsage(input: 100), 0, "", [.billed, .error]),
        row(4, "claude-3-7-sonnet-20250219", TokenUsage(input: 10, cacheRead: 5, output: 20), 331_500_000, "", []),
        row(5, mini, Self.plain, 27_000_000, "", []),
      ])
    #expect(log.counts.contradictory == 0)
  }

  @Test("cloudflare: usage without text, metadata in a text, cache hits; encrypted Logpush records have no time")
  func cloudflare() {
    let log = Self.read("cloudflare.jsonl")
    FormatTests.expect(
      log,
      gives: [
        Row(
          time: "2026-01-05T08:00:00.500000Z", model: "gpt-4o-mini", usage: Self.plain, cost: 20_000_000, user: "ana",
          tenant: "acme", latency: 900, flags: .billed),
        Row(
          time: "2026-01-05T08:01:00Z", model: "gpt-4o-mini", usage: Self.plain, cost: 0, user: "7",
          flags: [.billed, .gatewayHit]),
        Row(time: "2026-01-05T08:02:00Z", model: "gpt-4o-mini", cost: 0, flags: [.billed, .error]),
        Row(time: "2026-01-05T08:03:00Z", model: "gpt-4o-mini", usage: Self.plain, cost: 27_000_000),
      ])
    #expect(log.rejectList == ["missing_time:0:5", "missing_time=1"] && log.prompts.prompts.isEmpty)
  }

  @Test("envoy: dashes are nothing, the override is the model that answered")
  func envoy() {
    FormatTests.expect(
      Self.read("envoy.jsonl"),
      gives: [
        Row(
          time: "2026-01-05T08:00:00.500000Z", model: Self.miniDated,
          usage: TokenUsage(input: 60, cacheRead: 40, output: 20, reasoning: 7), cost: 24_000_000, user: "ana",
          latency: 900),
        Row(time: "2026-01-05T08:01:00Z", model: "gpt-4o-mini", cost: 0, latency: 5, flags: .error),
        Row(
          time: "2026-01-05T08:02:00Z", model: "fast → gpt-4o-mini", usage: TokenUsage(input: 12, output: 3),
          cost: 3_600_000, latency: 5),
      ])
  }

  @Test("kong: plugin names, payloads in texts, costs of nothing, cache hits")
  func kong() {
    let log = Self.read("kong.jsonl")
    func row(_ time: String, _ usage: TokenUsage, _ cost: PicoDollars, _ flags: Request.Flags, _ latency: UInt32 = 900)
      -> Row
    {
      Row(
        time: "2026-01-05T" + time, model: Self.miniDated, usage: usage, cost: cost, user: "ana", latency: latency,
        flags: flags)
    }
    FormatTests.expect(
      log,
      gives: [
        row("08:00:00.500000Z", Self.split, 24_000_000, []), row("08:01:00Z", Self.plain, 20_000_000, .billed),
        row("08:02:00Z", Self.plain, 0, [.billed, .gatewayHit]),
        row("08:03:00Z", TokenUsage(), 0, [.billed, .error], 800),
      ])
    #expect(FormatTests.prompts(log) == ["How are you?"] && FormatTests.answers(log) == ["Fine."])
  }

  @Test("sglang: two lines a request, the time of arrival, aborts, requests that never finished")
  func sglang() {
    let log = Self.read("sglang.jsonl")
    FormatTests.expect(
      log,
      gives: [
        Row(time: "2026-01-05T08:00:00Z", model: "sglang", usage: Self.split, cost: nil, latency: 1900),
        Row(time: "2026-01-05T08:00:30Z", model: "sglang", cost: nil, flags: .error),
        Row(time: "2026-01-05T08:01:00Z", model: "sglang", usage: Self.plain, cost: nil, latency: 2500),
        Row(
          time: "2026-01-05T08:01:59.500000Z", model: "sglang", usage: TokenUsage(input: 100, output: 1), cost: nil,
          latency: 500, flags: .error),
      ])
    #expect(log.rejectList == ["bad_field:0:6", "bad_field=1"] && log.counts.duplicates == 1)
    #expect(FormatTests.prompts(log) == ["How are you?"] && FormatTests.answers(log) == [" Fine."])
  }

  @Test("hand-made pairs: other names of wrapper, usage and model; errors without a response")
  func pairs() {
    let log = Self.read("pairs.jsonl")
    let twelve = TokenUsage(input: 12, output: 3)
    func row(_ minute: Int, _ usage: TokenUsage = twelve, cost: PicoDollars = 3_600_000, latency: UInt32? = nil) -> Row
    {
      Row(time: "2026-01-05T08:0\(minute):00Z", model: "gpt-4o-mini", usage: usage, cost: cost, latency: latency)
    }
    var failed = row(3, TokenUsage(), cost: 0)
    failed.flags = .error
    // 4 × 0.15 + 8 × 0.075 + 3 × 0.6
    let cached = row(2, TokenUsage(input: 4, cacheRead: 8, output: 3), cost: 3_000_000)
    FormatTests.expect(log, gives: [row(0), row(1, latency: 70), cached, failed, row(4), row(5)])
    #expect(log.rejectList == [] && log.skipList == ["not_a_model_call=1"], "that is Langfuse's")
  }
}
