import CostAnalyzer
import Foundation
import Testing

/// The reference's samples of logs, and what was really invoiced for some calls.
@Suite("Sample logs", .enabled(if: TestData.hasShared, "no ../shared"))
struct SampleLogTests {
  /// Cost by the list prices of `prices`, unless billed. No sample of Anthropic's pairs has a time; those of a failed batch call,
  /// of Cloudflare's Logpush and of Kong's documentation have none either.
  private static let table = """
    file                              format             lines accepted repeated rejected          cost USD     unpriced
    anthropic_messages.jsonl          anthropic              5        0        0 missing_time 5    0            0
    bedrock_invocation.jsonl          bedrock                3        2        1                   0.00056625   0
    cloudflare_ai_gateway.jsonl       cloudflare             2        1        0 missing_time 1    0.00000255   0
    envoy_ai_gateway.jsonl            envoy                  2        1        1                   0.00000645   0
    helicone.jsonl                    helicone               3        3        0                   0.0000051    0
    kong_ai.jsonl                     kong                   2        1        0 missing_time 1    0.001278     0
    litellm_spendlogs.jsonl           litellm-spendlogs      3        3        0                   0.000675     0
    litellm_standard_logging.jsonl    litellm                4        4        0                   0.054624     0
    openai_batch_output.jsonl         openai-batch           8        6        0 missing_time 2    0.000439875  0
    openai_chat.jsonl                 openai-chat            6        5        1                   0.000229825  0
    openai_responses.jsonl            openai-responses       2        2        0                   0.002995     0
    openai_stored_completions.jsonl   openai-stored          2        1        1                   0.0003025    0
    openpipe_export.jsonl             -                      1        0        0 bad_time 1        0            0
    portkey.jsonl                     portkey                2        2        0                   0.000145     0
    sglang_requests.jsonl             sglang                 2        1        1                   0            1
    vllm_requests.log                 -                      2        0        0 bad_json 2        0            0
    """

  /// List prices of the samples' models; the program's own table changes.
  private static let prices = Result {
    func row(_ input: String, _ read: String, _ output: String, batch: String = "") -> String {
      #"{"input_cost_per_token":\#(input),"cache_read_input_token_cost":\#(read),"output_cost_per_token":\#(output)\#(batch)}"#
    }
    let miniBatch = #","input_cost_per_token_batches":7.5e-8,"output_cost_per_token_batches":3e-7"#
    let batch = #","input_cost_per_token_batches":1.25e-6,"output_cost_per_token_batches":5e-6"#
    let rows = [
      "gpt-4o-mini": row("1.5e-7", "7.5e-8", "6e-7"),
      "gpt-4o-mini-2024-07-18": row("1.5e-7", "7.5e-8", "6e-7", batch: miniBatch),
      "gpt-4o-2024-11-20": row("2.5e-6", "1.25e-6", "1e-5", batch: batch),
      "gpt-5.4": row("2.5e-6", "2.5e-7", "1.5e-5"), "claude-sonnet-4-20250514": row("3e-6", "3e-7", "1.5e-5"),
      "anthropic.claude-3-haiku-20240307-v1:0": row("2.5e-7", "3e-8", "1.25e-6"),
    ]
    let json = "{" + rows.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    return try PriceTable(litellmJSON: Data(json.utf8), name: "samples")
  }

  private static func row(_ name: String) throws -> [String] {
    var log = Ingest.read(paths: [try TestData.formats(name)])
    expect(addsUp: log.counts)
    PriceBook(models: log.models, tables: [try prices.get()]).price(&log)
    let cost = log.all.reduce(Int128(0)) { $0 + Int128($1.cost) }
    let rejects = log.rejects.entries.flatMap { [$0.reason.rawValue, "\($0.count)"] }
    let formats = log.counts.byFormat.map(\.name)
    let counts = [log.counts.lines, log.counts.accepted, log.counts.duplicates].map(String.init)
    return [name, formats.isEmpty ? "-" : formats.joined(separator: "+")] + counts + rejects + [
      MoneyText.exact(cost), "\(log.all.count { $0.flags.contains(.unpriced) })",
    ]
  }

  @Test("lines, requests, rejects and cost of every sample")
  func samples() throws {
    let rows = Self.table.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
    for expected in rows {
      let row = try Self.row(expected[0])
      // The format of a file without requests is in the table for the reader.
      let known = row[1] == "-" ? [expected[0], "-"] + expected[2...] : expected
      #expect(row == known)
    }
    #expect(rows.count == 16)
  }

  // MARK: what was invoiced

  private static func costs(_ lines: [String]) throws -> [PicoDollars] {
    var log = try Ingest.read(lines: lines)
    #expect(log.counts.accepted == lines.count)
    PriceBook(models: log.models, tables: [.builtin()]).price(&log)
    #expect(log.all.allSatisfy { !$0.flags.contains(.billed) && !$0.flags.contains(.contradictory) })
    return log.all.map(\.cost)
  }

  @Test("Claude 3.7 Sonnet with 12,304 written tokens was invoiced $0.05439, LiteLLM said $0.091311")
  func written() throws {
    let lines = try TestData.lines(TestData.formats("anthropic_messages.jsonl")).map {
      String(decoding: $0, as: UTF8.self)
    }
    let timed = "{\"timestamp\":\"2025-04-07T12:00:00Z\"," + lines[2].dropFirst()
    // The same call as Bedrock and SpendLogs would log it.
    let spend =
      #"{"request_id":"s","spend":0,"startTime":"2025-04-07 12:00:00","model":"claude-3-7-sonnet-20250219","#
      + #""prompt_tokens":12307,"completion_tokens":550,"status":"success","metadata":{"usage_object":"#
      + #"{"prompt_tokens":12307,"completion_tokens":550,"total_tokens":12857,"cache_creation_input_tokens":12304,"#
      + #""cache_read_input_tokens":0}}}"#
    let bedrock =
      #"{"schemaType":"ModelInvocationLog","timestamp":"2025-04-07T12:00:00Z","modelId":"claude-3-7-sonnet-20250219","#
      + #""input":{"inputTokenCount":3,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":12304},"#
      + #""output":{"outputTokenCount":550}}"#
    // 3 × 3 + 12,304 × 3.75 + 550 × 15 = 54,399 micro-dollars
    #expect(try Self.costs([timed, spend, bedrock]) == [54_399_000_000, 54_399_000_000, 54_399_000_000])
  }

  @Test("Claude 3.5 Haiku with 2,455 of 2,459 tokens read from cache cost $0.000292, LiteLLM said $0.002059")
  func read() throws {
    let wrapper = #""ts":1743811200,"model":"claude-3-5-haiku-20241022""#
    let anthropic =
      #"{\#(wrapper),"type":"message","content":[],"#
      + #""usage":{"input_tokens":4,"cache_read_input_tokens":2455,"cache_creation_input_tokens":0,"output_tokens":23}}"#
    let chat =
      #"{\#(wrapper),"object":"chat.completion","choices":[],"usage":{"prompt_tokens":2459,"completion_tokens":23,"#
      + #""total_tokens":2482,"prompt_tokens_details":{"cached_tokens":2455}}}"#
    // 4 × 0.8 + 2,455 × 0.08 + 23 × 4 = 291.6 micro-dollars
    #expect(try Self.costs([anthropic, chat]) == [291_600_000, 291_600_000])
  }

  @Test("10 and 20 tokens of gpt-4o are $0.000225 in LiteLLM's own fixture")
  func fixture() throws {
    let line = try TestData.lines(TestData.formats("litellm_spendlogs.jsonl"))[0]
    let unbilled = String(decoding: line, as: UTF8.self).replacing(
      "\"spend\":0.00022500000000000002", with: "\"spend\":0.0")
    #expect(try Self.costs([unbilled]) == [225_000_000])
  }

  @Test("the prompt is the sum of three counts, or one count with two parts in it")
  func conventions() throws {
    let log = try Ingest.read(lines: [
      // langfuse#12306
      #"{"ts":1743811200,"model":"m","type":"message","content":[],"usage":{"input_tokens":5,"output_tokens":1,"#
        + #""cache_read_input_tokens":128955,"cache_creation_input_tokens":1253}}"#,
      // langfuse/codex-observability-plugin#22
      #"{"object":"response","model":"m","created_at":1743811200,"usage":{"input_tokens":117231,"output_tokens":1,"#
        + #""input_tokens_details":{"cached_tokens":115584}}}"#,
    ])
    #expect(log.all.map(\.usage.promptTokens) == [130_213, 117_231] && log.all.map(\.usage.input) == [5, 1647])
  }
}
