import CostAnalyzer
import Testing

/// Replays over graphs that list only some pairs of dense keys, against the naive replay over all pairs.
@Suite("Dense clusters in a replay")
struct DenseReplayTests {
  /// Fillings of two templates and some other questions, asked again and again, with vectors in the log.
  private func log(_ rng: inout SeededGenerator) throws -> String {
    let distinct = Int.random(in: 30...90, using: &rng)
    let spread = Double.random(in: 0.1...0.7, using: &rng)
    let vectors = (0..<distinct).map { index -> String in
      let axis = index % 3
      let values = (0..<6).map { (axis < 2 && $0 == axis ? 1 : 0) + Double.random(in: -spread...spread, using: &rng) }
      return "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
    }
    var time: Int64 = 1_767_600_000
    let lines = (0..<distinct * 4).map { index in
      time += Int64.random(in: 0...900, using: &rng)
      let key = index < distinct ? index : Int.random(in: 0..<distinct, using: &rng)
      let not = key % 7 == 0 ? "not " : ""
      return SampleLogs.line(
        index, time: time, user: 1, model: "gpt-4o", question: "why is report \(key % 5) \(not)ready, case w\(key)x",
        input: 10, output: 10, extra: #","embedding":\#(vectors[key])"#)
    }
    return try SampleLogs.file(lines.joined(separator: "\n"))
  }

  @Test(
    "They give hit for hit what all pairs give, for every threshold, TTL and set of guards", arguments: [1, 2, 3, 4])
  func replays(_ seed: UInt64) throws {
    var rng = SeededGenerator(seed)
    var rule = DenseRule()
    rule.stride = 4
    rule.hits = 3
    rule.smallestGroup = 20
    var truncated = 0
    for _ in 0..<5 {
      let context = try SampleLogs.context(try log(&rng))
      let trace = context.cache.trace
      let guards = try GuardSet()
      var whole = context.similarity
      var partial = context.similarity
      whole.findNeighbours(
        context.cache, context.log.prompts, threshold: 0.8, guards: guards, denseRule: nil, threads: 2)
      partial.findNeighbours(
        context.cache, context.log.prompts, threshold: 0.8, guards: guards, denseRule: rule,
        denseListed: Int.random(in: 1...6, using: &rng), threads: 2)
      truncated += whole.graph.neighbours.count - partial.graph.neighbours.count
      for threshold: Float in [0.8, 0.9, 0.97] {
        for ttl: Int64? in [nil, 3_600_000_000, 20_000_000_000] {
          for mask: UInt8 in [0, 1, 2, 3] {
            let setting = CacheSetting(threshold: threshold, ttl: ttl, guards: mask)
            var hits: [NaiveHit] = []
            let outcome = replayCache(trace, graph: partial.graph, setting: setting) {
              hits.append(NaiveHit(request: $0, kind: $1, servedBy: $2, cosine: $3))
            }
            let expected = NaiveCache(trace, whole.graph, setting)
            #expect(outcome == expected.outcome)
            #expect(hits == expected.hits)
          }
        }
      }
    }
    #expect(truncated > 0, "the lists were cut, or this tests nothing")
  }

  @Test("A vCache gives hit for hit what its naive twin gives over all pairs")
  func vcache() throws {
    var rng = SeededGenerator(2)
    var rule = DenseRule()
    rule.stride = 4
    rule.hits = 3
    rule.smallestGroup = 20
    var (truncated, semanticHits) = (0, 0)
    for _ in 0..<4 {
      let context = try SampleLogs.context(try log(&rng))
      let trace = context.cache.trace
      var whole = context.similarity
      var partial = context.similarity
      whole.findNeighbours(
        context.cache, context.log.prompts, threshold: 0.8, guards: try GuardSet(), denseRule: nil, threads: 2)
      partial.findNeighbours(
        context.cache, context.log.prompts, threshold: 0.8, guards: try GuardSet(), denseRule: rule,
        denseListed: Int.random(in: 1...6, using: &rng), threads: 2)
      truncated += whole.graph.neighbours.count - partial.graph.neighbours.count
      func same(_ request: Int, _ server: Int) -> Bool? { (trace.keys[request] ^ trace.keys[server]) % 5 < 4 }
      for ttl: Int64? in [nil, 20_000_000_000] {
        for mask: UInt8 in [0, 3] {
          let setting = VCacheSetting(errorBound: 0.3, floor: 0.8, ttl: ttl, guards: mask, seed: rng.next())
          var hits: [NaiveHit] = []
          let outcome = replayVCache(trace, graph: partial.graph, setting: setting, sameAnswer: same) {
            hits.append(NaiveHit(request: $0, kind: $1, servedBy: $2, cosine: $3))
          }
          let expected = NaiveVCache(trace, whole.graph, setting, sameAnswer: same)
          #expect(outcome == expected.outcome)
          #expect(hits == expected.hits)
          semanticHits += outcome.semanticHits
        }
      }
    }
    #expect(truncated > 0 && semanticHits > 0, "or this tests nothing")
  }

  @Test("The nearest dense neighbours are the nearest ones, and what is left out is no nearer")
  func nearest() throws {
    var rng = SeededGenerator(9)
    var rule = DenseRule()
    rule.stride = 3
    rule.hits = 2
    rule.smallestGroup = 10
    let context = try SampleLogs.context(try log(&rng))
    var whole = context.similarity
    var partial = context.similarity
    whole.findNeighbours(
      context.cache, context.log.prompts, threshold: 0.8, guards: try GuardSet(), denseRule: nil, threads: 1)
    partial.findNeighbours(
      context.cache, context.log.prompts, threshold: 0.8, guards: try GuardSet(), denseRule: rule, denseListed: 4,
      threads: 3)
    let search = try #require(partial.graph.dense)
    #expect(partial.denseKeys > 10)
    for key in 0..<context.cache.keys.count {
      func list(_ graph: NeighbourGraph) -> [String] {
        (graph.offsets[key]..<graph.offsets[key + 1]).map { "\(graph.neighbours[$0]) \(graph.cosines[$0])" }
      }
      let (all, some) = (list(whole.graph), list(partial.graph))
      #expect(Set(some).isSubset(of: all))
      if search.groups[key] == .max {
        #expect(some == all)
      } else {
        let left = Set(all).subtracting(some).compactMap { Float($0.split(separator: " ")[1]) }
        #expect(left.allSatisfy { $0 <= search.restBelow[key] })
        #expect(some.count >= min(all.count, 1))
      }
    }
  }
}
