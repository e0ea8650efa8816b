import CostAnalyzer
import Testing

@Suite("Prompt strategy")
struct PromptStrategyTests {
  private static let now: Int64 = 1_767_600_000

  private static func run(
    _ lines: [String], level: AnalysisOptions.Prompts.Level = .safe, embedder: (any Embedder)? = nil
  ) throws -> Analysis {
    var request = Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))])
    request.options.prompts.level = level
    if let embedder { request.embedder = embedder }
    return try Analysis.run(request)
  }

  private static func outcome(_ analysis: Analysis) throws -> StrategyOutcome {
    try #require(analysis.outcomes.first { $0.id == PromptStrategy.id })
  }

  private static func line(
    _ index: Int, _ question: String, model: String = "gpt-4o", input: Int = 1000, output: Int = 10, extra: String = ""
  ) -> String {
    SampleLogs.line(
      index, time: now + Int64(index), user: index, model: model, question: question, input: input, output: output,
      extra: extra)
  }

  /// Estimated tokens that trimming takes out: there are no rank files in these runs.
  private static func saved(_ text: String, to left: String) throws -> Int128 {
    let counter = try TokenCounter()
    return Int128(counter.count(Array(text.utf8), .o200k) - counter.count(Array(left.utf8), .o200k))
  }

  @Test("Tokens left out are worth the input rate, to the pico-dollar")
  func dollars() throws {
    let text = "Please explain the difference between a stack and a heap"
    let saved = try Self.saved(text, to: "Explain the difference between a stack and a heap")
    #expect(saved > 0)
    let outcome = try Self.outcome(try Self.run([Self.line(1, text), Self.line(2, "explain dns")]))
    #expect(outcome.net == saved * 2_500_000 && outcome.requestsAffected == 1)
    #expect(outcome.estimatedGross == outcome.gross, "without rank files all counts are estimates")
    #expect(outcome.evidence == .assumed)
  }

  @Test("Levels, text tasks, errors, served and unpriced requests")
  func leftAlone() throws {
    let polite = "Please explain the difference between a stack and a heap"
    #expect(try Self.outcome(try Self.run([Self.line(1, polite)], level: .none)).notRun == "prompts.level is none")
    #expect(try Self.outcome(try Self.run([Self.line(1, polite)], level: .whitespace)).net == 0)
    let lines = [
      Self.line(1, "Please translate: I would very much like you to really come"),
      Self.line(2, polite, model: "acme-unpriced"),
      Self.line(3, polite + " now").replacing(#""status":"ok""#, with: #""status":"500""#),
      Self.line(4, polite + " here", extra: #","gateway_cache":true"#),
      Self.line(5, "explain dns"),
    ]
    let analysis = try Self.run(lines)
    #expect(analysis.log.prompts.trims.count { $0.isTextTask } == 1)
    let effect = try #require(try Self.outcome(analysis).effect)
    for index in [0, 1, 2, 4] {
      var state = RequestState(cost: analysis.log.requests[index].cost)
      effect.apply(to: &state, request: index)
      #expect(state.cost == analysis.log.requests[index].cost, "\(index)")
    }
  }

  @Test("Earlier user messages are trimmed, too; system prompts never")
  func conversation() throws {
    let line = """
      {"schema":"traffic/1","id":"a","ts":\(Self.now),"user":"u","model":"gpt-4o","status":"ok","messages":[\
      {"role":"system","content":"Please, really, always be very kind.  Thanks!"},\
      {"role":"user","content":"Please explain stacks"},{"role":"assistant","content":"Please really"},\
      {"role":"user","content":"Could you please explain heaps"}],"answer":"x","usage":{"input":500,"output":5}}
      """
    let analysis = try Self.run([line])
    let trim = try #require(analysis.log.prompts.trims.first)
    let earlier = try Self.saved("Please explain stacks", to: "Explain stacks")
    let last = try Self.saved("Could you please explain heaps", to: "Explain heaps")
    #expect(Int128(trim.earlier.last!) == earlier && Int128(trim.saved.last!) == last && trim.isLast, "\(trim)")
    #expect(earlier > 0 && last > earlier)
    #expect(try Self.outcome(analysis).net == (earlier + last) * 2_500_000)
  }

  /// Every token of the prompt by itself: the class it was billed as.
  private static func naive(_ usage: TokenUsage, _ trim: PromptTrim, minimum: Int) -> TokenUsage {
    enum Kind: Comparable { case read, input, write5m, write1h }
    var unread: [Kind] =
      Array(repeating: .input, count: Int(usage.input)) + Array(repeating: .write5m, count: Int(usage.cacheWrite5m))
      + Array(repeating: .write1h, count: Int(usage.cacheWrite1h))
    var read = Array(repeating: Kind.read, count: Int(usage.cacheRead))
    let before = read.count + unread.count
    // Where the last message begins, if it ends the prompt: what of it lies in the part that was read.
    let start = before - Int(trim.message)
    let reach = trim.isLast ? max(0, min(Int(trim.message), Int(usage.cacheRead) - start)) : Int(trim.message)
    for _ in 0..<Int(trim.earlier[0]) { if read.popLast() == nil, !unread.isEmpty { unread.removeFirst() } }
    for number in 0..<Int(trim.saved[0]) {
      let isRead = number < reach && !read.isEmpty
      if isRead { read.removeLast() } else if !unread.isEmpty { unread.removeFirst() }
    }
    var left = read + unread
    if left.count < minimum && before >= minimum { left = left.map { _ in .input } }
    var result = TokenUsage(output: usage.output)
    result.cacheRead = UInt32(left.count { $0 == .read })
    result.input = UInt32(left.count { $0 == .input })
    result.cacheWrite5m = UInt32(left.count { $0 == .write5m })
    result.cacheWrite1h = UInt32(left.count { $0 == .write1h })
    return result
  }

  @Test("What is left of a prompt is what taking tokens out one by one leaves")
  func twin() {
    var random = TestRandom(31)
    var lostCache = 0
    for _ in 0..<20_000 {
      func some(_ most: UInt32) -> UInt32 { UInt32.random(in: 0...most, using: &random) }
      let usage = TokenUsage(
        input: some(30), cacheRead: some(1) * some(40), cacheWrite5m: some(1) * some(10),
        cacheWrite1h: some(1) * some(5),
        output: some(9))
      let message = some(25)
      let trim = PromptTrim(
        encoding: .o200k, message: message, saved: [some(message)], earlier: [some(1) * some(12)],
        isLast: Bool.random(using: &random))
      let minimum = Int(some(1) * some(40))
      let left = PromptRepricing.usage(usage, trim, level: 0, minimum: minimum)
      #expect(left == Self.naive(usage, trim, minimum: minimum), "\(usage) \(trim) \(minimum)")
      if left.cacheRead == 0 && usage.cacheRead > 0 { lostCache += 1 }
    }
    #expect(lostCache > 100)
  }

  @Test("A prompt that falls below the provider's minimum costs more, and the lever pays for it")
  func belowMinimum() throws {
    // 1,024 tokens, all but two of them read at half price; without one of the last the whole is no longer cached.
    let line = Self.line(1, "Please explain stacks", input: 2, extra: "").replacing(
      #""usage":{"input":2"#, with: #""usage":{"input":2,"cache_read":1022"#)
    let analysis = try Self.run([line, Self.line(2, "Please explain heaps")])
    let outcome = try Self.outcome(analysis)
    // 1,022 tokens from 1.25 to 2.50 USD a million, less what was left out; and that of the other request.
    let saved = try Self.saved("Please explain stacks", to: "Explain stacks")
    #expect(outcome.charges == 1022 * 1_250_000 - saved * 2_500_000)
    let other = try Self.saved("Please explain heaps", to: "Explain heaps")
    #expect(outcome.gross == other * 2_500_000)
    #expect(try #require(analysis.joint?.levers.first { $0.id == PromptStrategy.id }).alone == outcome.net)
  }

  /// Two axes: texts with "please" and texts without.
  private struct PoliteEmbedder: Embedder {
    let identity = "polite"
    func embed(_ texts: [[UInt8]], threads: Int) -> VectorMatrix {
      var vectors = VectorMatrix(count: texts.count, dimensions: 16)
      for (row, text) in texts.enumerated() {
        let isPolite = String(decoding: text, as: UTF8.self).lowercased().contains("please")
        vectors.values[row * vectors.dimensions + (isPolite ? 1 : 0)] = 1
      }
      return vectors
    }
  }

  @Test("A prompt whose meaning moves is taken back, where an embedder can tell")
  func similarity() throws {
    let lines = [Self.line(1, "Please explain stacks"), Self.line(2, "Could you explain the heap  of a program")]
    let free = try Self.outcome(try Self.run(lines))
    let guarded = try Self.outcome(try Self.run(lines, embedder: PoliteEmbedder()))
    #expect(free.requestsAffected == 2 && guarded.requestsAffected == 1)
    #expect(free.gross > guarded.gross && guarded.gross > 0)
  }

  @Test("Output limits that are set and reached are counted, whichever format says so")
  func limits() throws {
    let lines = [
      Self.line(1, "explain dns", output: 10, extra: #","max_tokens":10"#),
      Self.line(2, "explain ip", output: 9, extra: #","max_tokens":10"#),
      Self.line(3, "explain tcp", output: 10), Self.line(4, "explain udp", output: 0, extra: #","max_tokens":0"#),
    ]
    let analysis = try Self.run(lines)
    let flags = analysis.log.all.map(\.flags)
    #expect(flags.map { $0.contains(.limited) } == [true, true, false, false])
    #expect(flags.map { $0.contains(.limitReached) } == [true, false, false, false])
  }

  @Test("Answers beyond the 95th percentile of their cluster are an upper bound, beside the saving")
  func longAnswers() throws {
    // 40 answers to one question: 38 of 10 tokens, one of 20 (the percentile), one of 1,020.
    let lengths = Array(repeating: 10, count: 37) + [20, 20, 1020]
    let lines = lengths.enumerated().map { Self.line($0.offset, "explain dns", output: $0.element) }
    let outcome = try Self.outcome(try Self.run(lines))
    let tables = outcome.sections[0].blocks.compactMap { if case .table(let table, _) = $0 { table } else { nil } }
    let long = try #require(tables.first { $0.name == "long_answers" })
    #expect(long.csv.contains("\nin clusters of 20 or more,40,"))
    // 1,000 tokens at 10 USD a million.
    #expect(long.csv.contains("(upper bound),1,0.01\n"), "\(long.csv)")
    #expect(outcome.gross == 0)
  }

  @Test("Behind a cache nothing is saved twice, and routing takes its share of what is left")
  func joint() throws {
    let text = "Please explain the difference between a stack and a heap"
    let lines = [
      Self.line(1, text, output: 0), Self.line(2, text, output: 0), Self.line(3, "explain dns", model: "gpt-4o-mini"),
    ]
    let analysis = try Self.run(lines)
    let prompts = try Self.outcome(analysis)
    let joint = try #require(analysis.joint)
    let alone = Dictionary(uniqueKeysWithValues: joint.levers.map { ($0.id, $0) })
    let saved = try Self.saved(text, to: "Explain the difference between a stack and a heap")
    #expect(prompts.net == 2 * saved * 2_500_000)
    // The cache serves the second request: one trimmed call is left, and routing makes it cheaper still.
    #expect(try #require(alone[PromptStrategy.id]).waterfall == saved * 2_500_000)
    let routing = try #require(analysis.outcomes.first { $0.id == RoutingStrategy.id })
    if routing.requestsAffected > 0 {
      #expect(try #require(alone[RoutingStrategy.id]).waterfall < routing.net)
    }
    #expect(joint.saving <= joint.bill)
  }
}
