import CostAnalyzer
import Testing

@Suite("Provider prefix caching")
struct PrefixCacheTests {
  private static let start: Int64 = 1_767_600_000
  private static let block = 512

  /// One request, and its prompt as this strategy lays it out.
  private struct Call {
    var time: Int64
    var model: String
    var tenant: String
    var system: String
    var user: String
    var tokens: Int

    var stream: [UInt8] { Array("\n<system 0>\n\(system)\n<user 0>\n\(user)".utf8) }

    func line(_ index: Int, read: Int, written: Int = 0) -> String {
      """
      {"schema":"traffic/1","id":"r\(index)","ts":\(start + time),"tenant":"\(tenant)","user":"u","model":"\(model)","status":"ok",\
      "messages":[{"role":"system","content":"\(system)"},{"role":"user","content":"\(user)"}],"answer":"x",\
      "usage":{"input":\(tokens - read - written),"cache_read":\(read),"cache_write_5m":\(written),"output":3}}
      """
    }
  }

  private static func text(_ bytes: Int, _ seed: UInt64) -> String {
    var random = TestRandom(seed)
    return String((0..<bytes).map { _ in "abcdefghij klmnop qrstuv".randomElement(using: &random)! })
  }

  private static func calls(_ random: inout TestRandom, count: Int, models: [String]) -> [Call] {
    let systems = (0..<3).map { text(4500 + 1500 * $0, UInt64(100 + $0)) }
    var time: Int64 = 0
    return (0..<count).map { _ in
      time += Int64.random(in: 0...60, using: &random)
      let system = systems.randomElement(using: &random)!
      // Some begin alike and part in the middle of the system prompt.
      let cut = Bool.random(using: &random) ? system.count : Int.random(in: 0...system.count, using: &random)
      let call = Call(
        time: time, model: models.randomElement(using: &random)!,
        tenant: ["a", "a", "b"].randomElement(using: &random)!,
        system: system.prefix(cut) + (cut == system.count ? "" : text(40, random.next())),
        user: text(Int.random(in: 1...1200, using: &random), UInt64.random(in: 0...9, using: &random)), tokens: 0)
      return Call(
        time: call.time, model: call.model, tenant: call.tenant, system: call.system, user: call.user,
        tokens: call.stream.count / 4)
    }
  }

  /// The provider in plain words: every earlier prompt is looked at again, byte by byte.
  private static func naive(_ calls: [Call], _ rules: PrefixCacheRules) -> [(read: Int, written: Int)] {
    var kept: [Int] = []  // blocks of each call that were in the cache afterwards
    return calls.enumerated().map { index, call in
      let rule = rules.rule(for: call.model)!
      let stream = call.stream
      func shared(_ other: Call) -> Int {
        let same = zip(stream, other.stream).prefix { $0 == $1 }.count
        return same / block
      }
      func tokens(_ blocks: Int) -> Int {
        call.tokens * min(blocks * block, stream.count) / stream.count / rule.step * rule.step
      }
      let alive = calls[..<index].enumerated().filter { earlier in
        earlier.element.model == call.model && earlier.element.tenant == call.tenant
          && call.time - earlier.element.time <= Int64(rule.life)
      }
      let seen = alive.map { shared($0.element) }.max() ?? 0
      let live = alive.map { min(shared($0.element), kept[$0.offset]) }.max() ?? 0
      let read = tokens(live) >= rule.minimum ? tokens(live) : 0
      var written = 0
      if rule.write <= 1 {
        kept.append(stream.count / block)
      } else {
        if seen > live && tokens(seen) >= rule.minimum { written = tokens(seen) - read }
        kept.append(written > 0 ? seen : read > 0 ? live : 0)
      }
      return (read, written)
    }
  }

  private static func run(_ lines: [String]) throws -> (analysis: Analysis, outcome: StrategyOutcome) {
    let analysis = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    return (analysis, try #require(analysis.outcomes.first { $0.id == PrefixCacheStrategy.id }))
  }

  /// Read tokens of the replay: where they differ from the log's, the price says so to the pico-dollar.
  private static func price(_ call: Call, read: Int, written: Int) -> Int64 {
    // Per token, in pico-dollars: gpt-4o 2.50 and 1.25 read; claude-sonnet-4-5 3.00, 0.30 read, 3.75 written.
    let isOpenAI = call.model == "gpt-4o"
    let (input, cached, write, output) =
      isOpenAI ? (2_500_000, 1_250_000, 2_500_000, 10_000_000) : (3_000_000, 300_000, 3_750_000, 15_000_000)
    return Int64((call.tokens - read - written) * input + read * cached + written * write + 3 * output)
  }

  @Test(
    "Hits are those of looking through all earlier prompts again, block for block",
    arguments: ["gpt-4o", "claude-sonnet-4-5"])
  func twin(model: String) throws {
    var random = TestRandom(model == "gpt-4o" ? 41 : 42)
    let rules = try PrefixCacheRules.builtin()
    var hits = 0
    for _ in 0..<6 {
      let calls = Self.calls(&random, count: 60, models: [model])
      let expected = Self.naive(calls, rules)
      let (analysis, outcome) = try Self.run(calls.enumerated().map { $0.element.line($0.offset, read: 0) })
      let effect = try #require(outcome.effect)
      for (index, call) in calls.enumerated() {
        var state = RequestState(cost: analysis.log.requests[index].cost)
        effect.apply(to: &state, request: index)
        let (read, written) = expected[index]
        #expect(
          state.cost == Self.price(call, read: read, written: written), "\(index): \(read) read, \(written) written")
        #expect(read == 0 || read >= 1024)
        if read > 0 { hits += 1 }
      }
    }
    #expect(hits > 40)
  }

  @Test("Where the log shows what the provider read, nothing more is claimed")
  func baseline() throws {
    var random = TestRandom(43)
    let calls = Self.calls(&random, count: 250, models: ["gpt-4o"])
    let known = Self.naive(calls, try .builtin())
    #expect(known.reduce(0) { $0 + $1.read } > 10_000)
    let outcome = try Self.run(calls.enumerated().map { $0.element.line($0.offset, read: known[$0.offset].read) })
      .outcome
    #expect(outcome.gross == 0 && outcome.charges == 0 && outcome.requestsAffected == 0)
    // Half of it in the log: the other half is the saving.
    let half = known.map { $0.read / 2 }
    let rest = try Self.run(calls.enumerated().map { $0.element.line($0.offset, read: half[$0.offset]) }).outcome
    #expect(rest.gross == Int128(zip(known, half).reduce(0) { $0 + $1.0.read - $1.1 }) * 1_250_000)
    // A log that shows more than the replay finds keeps what it shows.
    let more = try Self.run(calls.enumerated().map { $0.element.line($0.offset, read: $0.element.tokens) }).outcome
    #expect(more.gross == 0 && more.charges == 0)
  }

  @Test("Nothing is claimed below the minimum, beyond the life, or across models and tenants")
  func limits() throws {
    let system = Self.text(4400, 7)
    func two(_ tokens: Int, after: Int64 = 10, model: String = "gpt-4o", tenant: String = "a") throws -> Int128 {
      let first = Call(time: 0, model: "gpt-4o", tenant: "a", system: system, user: "one", tokens: tokens)
      let second = Call(time: after, model: model, tenant: tenant, system: system, user: "two", tokens: tokens)
      return try Self.run([first.line(0, read: 0), second.line(1, read: 0)]).outcome.gross
    }
    // 8 whole blocks of 4,427 bytes are alike.
    let bytes = Call(time: 0, model: "", tenant: "", system: system, user: "one", tokens: 0).stream.count
    let enough = (1024 * bytes + 4095) / 4096
    #expect(try two(enough) == 1024 * 1_250_000)
    #expect(try two(enough - 1) == 0)
    #expect(try two(enough, after: 300) > 0)
    #expect(try two(enough, after: 301) == 0)
    #expect(try two(enough, model: "gpt-4o-mini") == 0)
    #expect(try two(enough, tenant: "b") == 0)
  }

  @Test("How often a written beginning must be used")
  func usesToPay() throws {
    func uses(_ write: Double, _ read: Double) throws -> Int? {
      let yaml =
        "{version: t, models: [{names: [m], minimum: 1, step: 1, life: 1, write: \(write), read: \(read), source: t}]}"
      return try PrefixCacheRules(yaml: yaml).models[0].usesToPay
    }
    #expect(try uses(1.25, 0.1) == 2)
    #expect(try uses(2, 0.1) == 3)
    #expect(try uses(1, 0.5) == 2)
    #expect(try uses(1, 1) == nil)
    #expect(throws: AnalyzerError.self) {
      try PrefixCacheRules(
        yaml: "{version: t, models: [{names: [m], minimum: 0, step: 1, life: 1, write: 1, read: 1, source: t}]}")
    }
  }

  @Test("Rules are found by the beginning of a name, the narrower first")
  func rules() throws {
    let rules = try PrefixCacheRules.builtin()
    #expect(rules.rule(for: "azure/gpt-4o-2024-08-06")?.minimum == 1024)
    #expect(rules.rule(for: "gpt-5.6-mini")?.life == 1800 && rules.rule(for: "gpt-5-mini")?.life == 300)
    #expect(rules.rule(for: "us.anthropic.claude-opus-4-5-v1:0")?.minimum == 4096)
    #expect(rules.rule(for: "claude-opus-4-1")?.minimum == 1024)
    #expect(rules.rule(for: "claude-3-5-haiku-20241022")?.minimum == 2048)
    #expect(rules.rule(for: "llama-3") == nil)
  }

  @Test(
    "What changes from prompt to prompt is told by its form",
    arguments: [
      ("It is 2026-01-31 today", VolatileToken.Kind.date, 6), ("at 10:30 now", .time, 3),
      ("id 123e4567-e89b-12d3-a456-426614174000.", .identifier, 3), ("trace deadbeef00112233", .identifier, 6),
      ("ts 1767600000", .number, 3), ("face 12 then 1767600000123", .number, 13),
    ])
  func volatile(_ text: String, _ kind: VolatileToken.Kind, _ offset: Int) {
    #expect(VolatileToken.first(in: Array(text.utf8)) == VolatileToken(kind: kind, offset: offset))
  }

  @Test("Plain words and short numbers do not change")
  func notVolatile() {
    for text in ["deadbeef", "a 3-4 b", "1,000,000", "decade-facade", "x1767600000", "", "12", "2026"] {
      #expect(VolatileToken.first(in: Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("The place where prompts stop being alike is named")
  func breaks() throws {
    let rest = Self.text(5000, 9)
    let lines = (0..<5).map { index in
      Call(
        time: Int64(index), model: "gpt-4o", tenant: "a", system: "Now: 2026-01-05 08:00:0\(index). " + rest,
        user: "q\(index)", tokens: 2000
      ).line(index, read: 0)
    }
    let outcome = try Self.run(lines).outcome
    #expect(outcome.gross == 0)
    let breaks = try #require(outcome.sections[0].files.first { $0.name == "prefix_breaks" })
    #expect(breaks.csv.contains("\na date,5,0,10000\n"), "\(breaks.csv)")
  }
}
