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
}
