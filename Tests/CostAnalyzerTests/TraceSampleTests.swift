import CostAnalyzer
import Testing

/// Records of the tools themselves, where the reference data is at hand.
@Suite("Trace and session samples", .enabled(if: TestData.hasShared, "no ../shared"))
struct TraceSampleTests {
  /// File, format of each line, `lines/records: accepted + duplicates + rejected + skipped`, skipped by reason, bill.
  static let files: [(name: String, formats: [String], tally: String, skips: [String], pico: Int)] = [
    // 32 × 30 + 20 × 30 (no cache price: input) + 47 × 60 and 15 × 1.5 + 31 × 2 micro-dollars
    (
      "otel_genai_otlp.jsonl", Array(repeating: "otlp", count: 6), "6/7: 3 + 2 + 0 + 2", ["message_event=2"],
      4_464_500_000
    ),
    ("openinference_phoenix.jsonl", ["otlp", "span"], "2/2: 1 + 1 + 0 + 0", [], 6_600_000_000),
    ("langfuse_observations.jsonl", ["langfuse", "langfuse", "langfuse"], "3/3: 3 + 0 + 0 + 0", [], 273_000_000),
    ("langfuse_scores.jsonl", ["langfuse"], "1/1: 0 + 0 + 0 + 1", ["feedback=1"], 0),
    // 0.12 + 0.34 + 0.56 + 0.01: the later of the two fragments
    (
      "claude_code_session.jsonl", Array(repeating: "claude-code", count: 13), "13/13: 4 + 1 + 0 + 8",
      ["session_event=8"], 1_030_000_000_000
    ),
    ("codex_rollout.jsonl", ["codex", "codex", "codex"], "3/3: 2 + 0 + 0 + 1", ["session_event=1"], 0),
  ]
  static let names: Set<String> = Set(files.map(\.name))

  @Test("every line of a sample is claimed by one format, and counted once")
  func tallies() throws {
    for file in Self.files {
      let path = try TestData.formats(file.name)
      #expect(
        try TestData.lines(path).map { FormatRegistry.claimants(of: $0) } == file.formats.map { [$0] }, "\(file.name)")
      var log = Ingest.read(paths: [path])
      #expect(log.tally == file.tally && log.skipList == file.skips && log.rejects.total == 0, "\(file.name)")
      PriceBook(models: log.models, tables: [.builtin()]).price(&log)
      #expect(log.all.reduce(0) { $0 + Int($1.cost) } == file.pico, "\(file.name)")
    }
  }

  @Test("OpenTelemetry: one call in four spellings, one in the old ones, an error")
  func otel() throws {
    let log = Ingest.read(paths: [try TestData.formats("otel_genai_otlp.jsonl")])
    let service = "#service.name=checkout"
    let tags = service + " #deployment.environment.name=prod"
    expect(
      rows: log.rows,
      are: [
        "00:00:00.123456Z gpt-4>gpt-4-0613 32+20+0+0>47(0) 4380000000 u-9/ \(service) 1800ms",
        "00:00:00.123456Z gpt-3.5-turbo>gpt-3.5-turbo-0613 15+0+0+0>31(0) 84500000 u-9/ \(tags) 1800ms",
        "00:00:00.123456Z gpt-4 0+0+0+0>0(0) 0 / \(tags) 90ms error",
      ])
    // The same question in three forms is one prompt.
    #expect(log.prompts.prompts.count == 2)
    #expect(log.talk[0].hasPrefix("Tell me a joke about OpenTelemetry |  Why did the developer bring"))
    #expect(log.talk[1] == "Tell me a joke about opentelemetry | Why did the trace cross the road?")
  }

  @Test("OpenInference: the OTLP and the Phoenix form are one span")
  func openInference() throws {
    let log = Ingest.read(paths: [try TestData.formats("openinference_phoenix.jsonl")])
    expect(
      rows: log.rows,
      are: ["00:00:00.123456Z gpt-4>gpt-4-0613 77+20+0+0>52(0) 6600000000 u-9/acme #prod 1800ms billed"])
    #expect(log.talk == ["Weather in Paris? | The weather in Paris is currently rainy with a temperature of 57°F."])
  }

  @Test("Langfuse: observations with the score of another file")
  func langfuse() throws {
    let paths = try ["langfuse_observations.jsonl", "langfuse_scores.jsonl"].map(TestData.formats)
    for order in [paths, paths.reversed()] {
      let log = Ingest.read(paths: order)
      expect(
        rows: log.rows,
        are: [
          "00:00:00.123000Z gpt-4o-mini 100+40+0+0>200(0) 138000000 /acme 1877ms billed verdict 1.0",
          "00:00:00.123000Z gpt-4o-mini 0+0+0+0>0(0) 0 u-9/acme #prod 1877ms error",
          "00:00:00.123000Z gpt-4o-mini 100+0+0+0>200(0) 135000000 u-9/ #prod 1877ms billed verdict 1.0",
        ])
      #expect(log.counts.rated == 2 && log.counts.unmatchedFeedback == 0)
    }
  }

  @Test("Claude Code: exclusive counts, the last fragment of an answer")
  func claudeCode() throws {
    let log = Ingest.read(paths: [try TestData.formats("claude_code_session.jsonl")])
    expect(
      rows: log.rows,
      are: [
        "10:00:00Z claude-sonnet-4-20250514 100+10+25+0>50(0) 120000000000 / billed",
        "12:30:00Z claude-opus-4-20250514 200+20+50+0>75(0) 340000000000 / billed",
        "09:15:00Z claude-sonnet-4-20250514 300+40+0+0>125(0) 560000000000 / billed",
        "10:00:00Z claude-opus-4-6 100+5+10+0>250(0) 10000000000 / billed",
      ])
  }

  @Test("Codex: inclusive counts, totals differenced")
  func codex() throws {
    let log = Ingest.read(paths: [try TestData.formats("codex_rollout.jsonl")])
    expect(
      rows: log.rows,
      are: [
        "09:01:00Z gpt-5.2-codex 750+250+0+0>125(75) unpriced /",
        "10:00:00Z gpt-5.3-codex 2000+500+0+0>300(200) unpriced /",
      ])
  }

  @Test("compressed traces give what their plain forms give")
  func compressed() throws {
    let stream = Ingest.read(paths: [try TestData.formats("compressed/otel_native_stream.jsonl.zst")])
    let plain = Ingest.read(paths: [try TestData.formats("otel_genai_otlp.jsonl")])
    #expect(stream.rows == plain.rows)
    let gzip = Ingest.read(paths: [try TestData.formats("compressed/langfuse_observations.jsonl.gz")])
    #expect(gzip.rows == Ingest.read(paths: [try TestData.formats("langfuse_observations.jsonl")]).rows)
  }
}
