import CostAnalyzer
import Testing

@Suite struct RoutingTests {
  @Test(
    "the label needs the gate's confidence",
    arguments: [
      (Float(0.95), ComplexityLabel.simple), (0.80, .simple), (0.79, .uncertain), (0.5, .uncertain), (0.21, .uncertain),
      (0.19, .complex), (0, .complex),
    ])
  func labels(_ simple: Float, _ label: ComplexityLabel) {
    #expect(ComplexityLabel(simple: simple, gate: 0.8) == label)
  }

  @Test("plain questions score simpler than tasks that need reasoning")
  func score() throws {
    func simple(_ text: String) throws -> Float {
      let line = SampleLogs.line(1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: text, input: 1, output: 1)
      return try SampleLogs.context(try SampleLogs.file(line)).log.prompts.prompts[0].simple
    }
    let easy = try simple("what is the capital of france")
    let hard = try simple(
      "prove step by step that the algorithm terminates, compare it with two alternatives, then design a test plan that must cover every branch of the function"
    )
    #expect(easy > 0.8)
    #expect(hard < 0.2)
  }

  @Test("no request is ever moved to a call that costs as much or more")
  func neverDearer() throws {
    var rng = SeededGenerator(21)
    for _ in 0..<60 {
      let path = try SampleLogs.file(SampleLogs.random(requests: 25, using: &rng))
      let analysis = try Analysis.run(Analysis.Request(inputs: [path]))
      let routing = try #require(analysis.outcomes.first { $0.id == RoutingStrategy.id })
      guard routing.notRun == nil, let effect = routing.effect else { continue }
      var saved: Int128 = 0
      for index in 0..<analysis.log.requests.count {
        let request = analysis.log.requests[index]
        var state = RequestState(cost: request.cost)
        effect.apply(to: &state, request: index)
        #expect(state.cost <= request.cost)
        if state.cost < request.cost {
          #expect(!request.isError && !request.flags.contains(.override) && !request.flags.contains(.unpriced))
        }
        saved += Int128(request.cost - state.cost)
      }
      #expect(saved == routing.gross)
    }
  }

  @Test("nothing is moved to the model it already runs on, to an embedding model, or to one that only ever failed")
  func noFalseTiers() throws {
    func request(_ index: Int, _ model: String, output: Int, _ extra: String = "") -> String {
      SampleLogs.line(
        index, time: 1_767_600_000 + Int64(index), user: 1, model: model, question: "what is ai \(index)", input: 2000,
        output: output,
        extra: extra)
    }
    var lines = (0..<5).map { request($0, "claude-sonnet-4-5", output: 100, #","usage2":{}"#) }
    lines[0] = lines[0].replacing(#""usage":{"input":2000"#, with: #""usage":{"input":0,"cache_write_5m":2000"#)
    lines.append(request(9, "gpt-4o-mini", output: 100, #","status":"403""#).replacing(#""status":"ok","#, with: ""))
    let alone = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    #expect(alone.outcomes.first { $0.id == RoutingStrategy.id }?.notRun != nil)
    lines.append(request(10, "gpt-4o", output: 100))
    let both = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    let effect = try #require(both.outcomes.first { $0.id == RoutingStrategy.id }?.effect)
    for index in 0..<both.log.requests.count
    where both.log.models[Int(both.log.requests[index].model)].display == "gpt-4o" {
      var state = RequestState(cost: both.log.requests[index].cost)
      effect.apply(to: &state, request: index)
      #expect(state.cost == both.log.requests[index].cost)
    }
  }

  @Test("a billed call is scaled by the ratio of list prices")
  func billed() throws {
    let lines = [
      SampleLogs.line(
        1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: "what is ai", input: 1000, output: 0,
        extra: #","cost_usd":1"#),
      SampleLogs.line(
        2, time: 1_767_600_001, user: 1, model: "gpt-4o-mini", question: "what is ml", input: 1, output: 1),
      SampleLogs.line(3, time: 1_767_600_002, user: 1, model: "gpt-4o", question: "what is dl", input: 1, output: 1),
    ]
    let analysis = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    let routing = try #require(analysis.outcomes.first { $0.id == RoutingStrategy.id })
    var state = RequestState(cost: analysis.log.requests[0].cost)
    try #require(routing.effect).apply(to: &state, request: 0)
    #expect(state.cost == 60_000_000_000)  // 0.15 / 2.5 of a dollar
  }

  @Test("with one priced model routing is listed as not run, with the reason")
  func oneModel() throws {
    let line = SampleLogs.line(
      1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: "what is ai", input: 10, output: 10)
    let analysis = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(line)]))
    let routing = try #require(analysis.outcomes.first { $0.id == RoutingStrategy.id })
    #expect(routing.notRun?.contains("fewer than two priced models") == true)
  }

  @Test("a tier named in the options must have a price")
  func namedTier() throws {
    let line = SampleLogs.line(
      1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: "what is ai", input: 10, output: 10)
    var request = Analysis.Request(inputs: [try SampleLogs.file(line)])
    request.options.routing.cheap = "no-such-model"
    #expect(throws: AnalyzerError.self) { try Analysis.run(request) }
    request.options.routing.cheap = "gpt-4o-mini"
    let routing = try #require(try Analysis.run(request).outcomes.first { $0.id == RoutingStrategy.id })
    // 10 × (2.5 − 0.15) + 10 × (10 − 0.6) USD per million
    #expect(routing.net == 117_500_000)
  }

  /// gpt-4o with 1000 tokens in and 100 out, and a model that costs 0.06 of it.
  private static func request() throws -> Analysis.Request {
    let lines = ["gpt-4o", "gpt-4o-mini"].enumerated().map { index, model in
      SampleLogs.line(
        index, time: 1_767_600_000, user: 1, model: model, question: "what is ai \(index)", input: 1000, output: 100)
    }
    return Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))])
  }

  private static func routing(_ request: Analysis.Request) throws -> (outcome: StrategyOutcome, table: Table) {
    let routing = try #require(try Analysis.run(request).outcomes.first { $0.id == RoutingStrategy.id })
    let tables = routing.sections.flatMap(\.blocks).compactMap { block -> Table? in
      if case .table(let table, _) = block { return table }
      return nil
    }
    return (routing, try #require(tables.first { $0.name == "routing_alternatives" }))
  }

  @Test("Token ratios change what the other model costs, and the band shows half and one and a half of them")
  func ratios() throws {
    var request = try Self.request()
    // Logged: 1000 × 2.5 + 100 × 10 USD per million; on the cheap model 1000 × 0.15 + 100 × 0.6.
    let (plain, band) = try Self.routing(request)
    #expect(plain.gross == 3_500_000_000 - 210_000_000)
    #expect(
      band.csv.split(separator: "\n").map { $0.split(separator: ",")[2] } == [
        "saved_usd", "0.00329", "0.00332", "0.00326", "0.003365", "0.003215",
      ])
    request.options.routing.inputRatio = 2
    request.options.routing.outputRatio = 0.5
    let (scaled, _) = try Self.routing(request)
    #expect(scaled.gross == 3_500_000_000 - 2 * 150_000_000 - 30_000_000)
    // So many tokens that the cheap model is the dearer one.
    request.options.routing.outputRatio = 100
    #expect(try Self.routing(request).outcome.gross == 0)
  }

  @Test("What a person chose is left, and told with what routing it would save")
  func overrideCost() throws {
    let lines = [("gpt-4o", true), ("gpt-4o", false), ("gpt-4o-mini", true)].enumerated().map { index, call in
      SampleLogs.line(
        index, time: 1_767_600_000, user: 1, model: call.0, question: "what is ai \(index)", input: 1000, output: 100,
        extra: call.1 ? #","override":true"# : "")
    }
    let analysis = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    let routing = try #require(analysis.outcomes.first { $0.id == RoutingStrategy.id })
    #expect(routing.requestsAffected == 1)
    let text = try #require(routing.sections.first?.blocks.first)
    guard case .paragraph(let words) = text else { return #expect(Bool(false), "no text") }
    // 0.0035 and 0.00021, of which the first would cost 0.00021.
    #expect(words.contains("2 requests with $0.003710, of which $0.003290 would be saved"), "\(words)")
  }

  @Test("A cascade pays for every try, and tries only where that is cheaper on average")
  func cascade() throws {
    var request = try Self.request()
    #expect(try !Self.routing(request).table.csv.contains("cascade"))
    request.options.routing.cascade = true
    request.options.routing.cascadeAccept = 0.5
    let (outcome, table) = try Self.routing(request)
    // Half of 0.0035 is not paid, 0.00021 is paid for every try.
    #expect(table.csv.contains("50 % of its answers kept (assumed)\",1,0.00154,"))
    #expect(outcome.gross == 3_290_000_000, "the lever itself is the gate")
    request.options.routing.cascadeAccept = 0.06
    #expect(try Self.routing(request).table.csv.contains("6 % of its answers kept (assumed)\",0,0,"))
  }
}
