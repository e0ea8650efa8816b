import CostAnalyzer
import Testing

@Suite("Thresholds chosen on the first 70 % of the log")
struct HoldoutTests {
  private static func candidate(_ name: String, _ first: Int128, _ later: Int128) -> Holdout.Candidate {
    Holdout.Candidate(name: name, first: first, later: later)
  }

  @Test(
    "The best of the first part is chosen, whatever it saves later; of equals the first; nothing where nothing saves")
  func choice() throws {
    let all = [Self.candidate("a", 5, 9), Self.candidate("b", 7, 1), Self.candidate("c", 7, 3)]
    let choice = try #require(Holdout.choose(all, rule: "r"))
    #expect(choice.chosen == all[1] && choice.hindsight == all[0] && choice.candidates == 3)
    #expect(Holdout.choose([], rule: "r") == nil)
    #expect(Holdout.choose([Self.candidate("a", 0, 9), Self.candidate("b", -1, 9)], rule: "r") == nil)
  }

  @Test("The parts of the log meet at 70 % of its time, and their bills add up")
  func parts() throws {
    let lines = (0..<11).map { index in
      SampleLogs.line(
        index, time: 1_767_600_000 + Int64(index) * 1000, user: 1, model: "gpt-4o", question: "q \(index)", input: 100,
        output: 10)
    }
    let analysis = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    let holdout = analysis.holdout
    #expect(holdout.start == (1_767_600_000 + 7000) * Timestamp.second)
    #expect(holdout.firstBill * 4 == holdout.laterBill * 7 && holdout.firstBill > 0)
    #expect(holdout.firstBill + holdout.laterBill == analysis.ledger.total.cost)
  }

  @Test(
    "What a cache does before a moment is what it does to the requests before it, for every threshold, TTL and policy")
  func prefixes() throws {
    var rng = SeededGenerator(71)
    for round in 0..<30 {
      var options = AnalysisOptions()
      options.cache.thresholds = [0.6, 0.9]
      options.cache.rules = false
      let context = try SampleLogs.context(try SampleLogs.file(SampleLogs.random(requests: 60, using: &rng)), options)
      let trace = context.cache.trace
      let start = trace.times[Int.random(in: 0..<trace.count, using: &rng)]
      let settings = [Float(0.6), 0.9, 1].flatMap { threshold in
        [nil, 6 * Timestamp.hour].flatMap { ttl in
          [EvictionPolicy.lru, .sieve].map {
            CacheSetting(threshold: threshold, ttl: ttl, guards: 1, capacity: round % 2 == 0 ? nil : 4, policy: $0)
          }
        }
      }
      let results = replayCacheGrid(
        trace.before(start), graph: context.similarity.graph, settings: settings, threads: 1)
      for (setting, result) in zip(settings, results) {
        var (exact, semantic, saved) = (0, 0, Int128(0))
        _ = replayCache(trace, graph: context.similarity.graph, setting: setting) { position, kind, _, _ in
          if trace.times[position] >= start { return }
          if kind == .exact { exact += 1 } else { semantic += 1 }
          saved += Int128(trace.costs[position])
        }
        #expect(result.exactHits == exact && result.semanticHits == semantic && result.savedPico == saved)
        #expect(result.requests == trace.times.count { $0 < start })
      }
    }
  }

  @Test("The gate that is chosen saves in both parts what it saves in the whole log")
  func gates() throws {
    var rng = SeededGenerator(72)
    var chosen = 0
    for _ in 0..<20 {
      let path = try SampleLogs.file(SampleLogs.random(requests: 60, using: &rng))
      var request = Analysis.Request(inputs: [path])
      let analysis = try Analysis.run(request)
      guard let choice = analysis.outcomes.first(where: { $0.id == RoutingStrategy.id })?.holdout else { continue }
      chosen += 1
      request.options.routing.gate = try #require(Double(choice.chosen.name.dropFirst("gate ".count)))
      let same = try Analysis.run(request).outcomes.first { $0.id == RoutingStrategy.id }
      #expect(same?.gross == choice.chosen.first + choice.chosen.later)
      #expect(choice.hindsight.later >= choice.chosen.later && choice.chosen.first > 0)
    }
    #expect(chosen > 10)
    // A limit that no gate keeps leaves nothing to choose.
    var strict = Analysis.Request(inputs: [try SampleLogs.file(SampleLogs.random(requests: 60, using: &rng))])
    strict.options.routing.maxMisroutes = 0
    #expect(try Analysis.run(strict).outcomes.allSatisfy { $0.holdout == nil })
  }
}
