import CostAnalyzer
import Testing

@Suite("Feedback")
struct FeedbackTests {
  @Test("langfuse: classes that add up, mis-fed data, both exports, cut JSON, verdicts on observations and traces")
  func langfuse() {
    let log = Ingest.read(paths: [TestData.fixture("langfuse.jsonl")])
    expect(
      rows: log.rows,
      are: [
        "08:00:00.500000Z gpt-4o-mini 60+40+0+0>20(5) 500000000 ana/acme #prod 1500ms billed verdict 1.0",
        // 100 + 20 = 120: the 40 are part of the 100. 60 × 0.15 + 40 × 0.075 + 20 × 0.6
        "08:00:00.500000Z gpt-4o-mini 60+40+0+0>20(0) 24000000 / 1500ms contradictory verdict -0.5",
        "08:00:00.500000Z gpt-4o-mini 0+0+0+0>0(0) 0 / 1500ms error",
        "08:00:00.500000Z gpt-4o-mini 5+0+0+0>1(0) 1350000 / 1500ms",
        "08:05:00Z gpt-4o-mini 10+0+0+0>2(0) 100000000 ben/ #ui 1000ms billed verdict -1.0",
      ])
    #expect(log.tally == "11/11: 5 + 0 + 0 + 6")
    #expect(log.skipList == ["not_a_model_call=1", "feedback=3", "other_score=2"])
    #expect(log.counts.rated == 3 && log.counts.unmatchedFeedback == 1)
    #expect(
      log.talk == [
        "How are you? | Fine.", "Again | plain", #"[{"role":"user","con | cut"#, "Hi | Hello",
      ])
    // A verdict may stand before what it is about.
    let lines = try? TestData.lines(TestData.fixture("langfuse.jsonl")).map { String(decoding: $0, as: UTF8.self) }
    let reversed = try? Ingest.read(lines: lines?.reversed() ?? [])
    #expect(reversed?.rows.sorted() == log.rows.sorted())
  }

  @Test("traffic carries verdicts; of two on one request the harsher counts; a wrong one rejects the line")
  func traffic() throws {
    func line(_ id: String, _ feedback: String) -> String { trafficLine(["id": "\"\(id)\"", "feedback": feedback]) }
    let log = try Ingest.read(lines: [
      line("a", "1"), line("b", "-1"), line("c", "0"), line("d", "0.5"), line("e", "null"), line("f", "true"),
      line("a", "-0.25"), line("b", "1"), line("g", "2"), line("h", "\"good\""),
    ])
    let verdicts = log.all.map { $0.feedback.verdict.map { ($0 * 100).rounded() / 100 } }
    #expect(verdicts == [-0.25, -1, 0, 0.5, nil, 1])
    #expect(log.counts.rated == 5 && log.rejectLines == ["bad_field:10", "bad_field:9"])
  }

  @Test("a request stays within 88 bytes")
  func size() { #expect(MemoryLayout<Request>.stride == 88) }

  @Test("a verdict on a span around a call goes to the call")
  func wrapper() throws {
    func observation(_ id: String, parent: String) -> String {
      #"{"id":"\#(id)","trace_id":"t","type":"GENERATION","parent_observation_id":"\#(parent)","start_time":"2026-01-05 08:00:00","provided_model_name":"gpt-4o-mini","usage_details":{"input":1,"output":1}}"#
    }
    let score =
      #"{"id":"s","trace_id":"t","observation_id":"outer","name":"user_rating","value":1,"data_type":"BOOLEAN"}"#
    let log = try Ingest.read(lines: [observation("outer", parent: ""), score, observation("inner", parent: "outer")])
    #expect(log.counts.accepted == 1 && log.skipList == ["agent_span=1", "feedback=1"])
    #expect(log.requests[0].feedback.verdict == 1)
  }
}
