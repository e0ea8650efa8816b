import CostAnalyzer
import Testing

@Suite("Batch files")
struct BatchJoinTests {
  private typealias Row = FormatTests.Row
  private static let input = TestData.fixture("openai-batch-input.jsonl")
  private static let output = TestData.fixture("openai-batch-output.jsonl")

  /// gpt-4o-mini at the batch price: 100 × 0.075 + 20 × 0.3 = 13.5 micro-dollars, 10 × 0.075 + 5 × 0.3 = 2.25.
  private static func row(_ minute: Int, _ user: String = "", cost: PicoDollars = 13_500_000, asked: Bool) -> Row {
    let answered = "gpt-4o-mini-2024-07-18"
    return Row(
      time: "2026-01-05T08:0\(minute):00Z", model: asked ? "gpt-4o-mini → " + answered : answered,
      usage: cost == 2_250_000 ? TokenUsage(input: 10, output: 5) : TokenUsage(input: 100, output: 20), cost: cost,
      user: user)
  }

  @Test("an output file alone is requests at the batch tier without prompts; calls that failed have no time")
  func outputAlone() {
    let log = Ingest.read(paths: [Self.output])
    let rows = [0, 1, 2, 3].map { Self.row($0, asked: false) } + [Self.row(4, cost: 2_250_000, asked: false)]
    FormatTests.expect(log, gives: rows)
    #expect(log.all.allSatisfy { $0.tier == .batch && $0.prompt == Request.noText })
    #expect(log.counts.duplicates == 1 && log.rejectList == ["missing_time:0:7", "missing_time:0:8", "missing_time=2"])
  }

  @Test("an input file gives the answers of its batch their prompts, whichever file comes first", arguments: [1, 3])
  func joined(threads: Int) {
    let log = Ingest.read(paths: [Self.output, Self.input], threads: threads)
    FormatTests.expect(
      log,
      gives: [
        Self.row(0, "ana", asked: true), Self.row(1, asked: true), Self.row(2, asked: false),
        Self.row(3, asked: false), Self.row(4, cost: 2_250_000, asked: true),
      ])
    #expect(FormatTests.prompts(log) == ["How are you?", "Count to two", "And you?"])
    #expect(FormatTests.answers(log) == ["Fine.", "Two.", "Fine."])
    expect(addsUp: log.counts)
    #expect(log.counts.accepted == 5 && log.counts.duplicates == 5)
    // Two answers to one question, no answer, and two questions of one id are not guessed at.
    #expect(log.rejects[.noAnswer] == 4)
    #expect(log.rejects.entries.first { $0.reason == .noAnswer }?.places.map(\.line) == [4, 5, 7, 8])
    #expect(log.counts.byFormat.map(\.lines) == [10])
    let reversed = Ingest.read(paths: [Self.input, Self.output], threads: threads)
    #expect(reversed.described == log.described && reversed.counts == log.counts)
  }

  @Test("a prompt of a batch that another record asks too is one prompt")
  func sharedPrompt() throws {
    let question =
      #"{"custom_id":"q","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":\#(Self.hi)}}"#
    let answer =
      #"{"custom_id":"q","id":"b","response":{"status_code":200,"body":{"object":"chat.completion","created":1767600000,"#
      + #""model":"m","choices":[{"message":{"content":"A"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}}}"#
    let pair =
      #"{"ts":1767600060,"request":{"model":"m","messages":\#(Self.hi)},"response":{"choices":[{"message":"#
      + #"{"content":"B"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}}"#
    for lines in [
      [question, pair, answer], [answer, question, pair], [pair, answer, question], [question, answer, pair],
    ] {
      let log = try Ingest.read(lines: lines)
      #expect(log.all.map(\.prompt) == [0, 0] && log.prompts.prompts.count == 1, "\(lines)")
      // Batches are joined when all is read: the pair answered first.
      #expect(FormatTests.answers(log) == ["B"])
    }
    let unanswered = try Ingest.read(lines: [question, pair])
    #expect(unanswered.all.map(\.prompt) == [0] && unanswered.rejectList == ["no_answer:0:1", "no_answer=1"])
    let alone = try Ingest.read(lines: [question])
    #expect(alone.prompts.prompts.isEmpty && alone.counts.rejected == 1)
  }

  @Test("joins are those of a naive count of questions and answers, in any order of lines", arguments: 0..<6)
  func random(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    var questions: [String: Set<String>] = [:]
    var answers: [String: [String]] = [:]
    var lines: [String] = []
    var questionLines = 0
    for number in 0..<12 {
      let id = "q-\(number)"
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let text = "text \(Int.random(in: 0...2, using: &random))"
        questions[id, default: []].insert(text)
        questionLines += 1
        lines.append(
          #"{"custom_id":"\#(id)","method":"POST","url":"u","body":{"model":"m","messages":[{"role":"user","content":"\#(text)"}]}}"#
        )
      }
      for copy in 0..<Int.random(in: 0...2, using: &random) {
        let name = "a-\(number)-\(copy)"
        answers[id, default: []].append(name)
        lines.append(
          #"{"custom_id":"\#(id)","id":"\#(name)","response":{"status_code":200,"body":{"object":"chat.completion","#
            + #""created":1767600000,"model":"\#(name)","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}}}"#
        )
      }
    }
    let log = try Ingest.read(lines: lines.shuffled(using: &random))
    var expected: [String: String] = [:]
    for (id, texts) in questions where texts.count == 1 && answers[id]?.count == 1 {
      expected[answers[id]![0]] = texts.first!
    }
    var found: [String: String] = [:]
    for request in log.all where request.prompt != Request.noText {
      let text = String(decoding: log.prompts.prompts[Int(request.prompt)].text, as: UTF8.self)
      found[log.models[Int(request.model)].responded] = text
    }
    #expect(found == expected)
    #expect(log.counts.accepted == answers.values.reduce(0) { $0 + $1.count })
    #expect(log.counts.duplicates + log.rejects[.noAnswer] == questionLines)
    expect(addsUp: log.counts)
  }

  private static let hi = #"[{"role":"user","content":"Hi"}]"#
}
