import CostAnalyzer
import Foundation
import Testing

@Suite struct ConservationTests {
  /// `CONSERVATION_LOGS=1000` in the environment checks as many.
  private static let logs = Int(ProcessInfo.processInfo.environment["CONSERVATION_LOGS"] ?? "") ?? 200

  @Test("no lever saves more than the bill, sums add up to the pico-dollar, and no lever changes another's figure")
  func randomLogs() throws {
    var rng = SeededGenerator(9)
    for _ in 0..<Self.logs {
      var request = Analysis.Request(
        inputs: [try SampleLogs.file(SampleLogs.random(requests: Int.random(in: 1...30, using: &rng), using: &rng))])
      request.options.cache.embeddingUSDPerMillionTokens = [0, 0.02, 1000].randomElement(using: &rng)!
      request.options.cache.lookupUSDPerMillion = [0, 5].randomElement(using: &rng)!
      request.options.cache.threshold = [0.95, 0.95, 1].randomElement(using: &rng)!
      request.options.cache.storageUSDPerMillionEntryDays = [0, 3].randomElement(using: &rng)!
      if Bool.random(using: &rng) { request.options.batching.users = ["u1", "u2"] }
      if Bool.random(using: &rng) {
        let hosted = try AnalysisOptions(
          yaml: "selfHosted: {models: [gpt-4o-mini], gpuHourUSD: 2, gpus: 3, throughput: 500}")
        request.options.selfHosted = hosted.selfHosted
      }
      let analysis = try Analysis.run(request)  // throws when a check fails
      #expect(analysis.conservation.checks.count > 15)
      let joint = try #require(analysis.joint)
      #expect(joint.saving <= analysis.ledger.total.cost)
      #expect(joint.levers.reduce(0) { $0 + $1.shapley } == joint.saving)
      #expect(joint.bySubset[0] == 0 && joint.bill == analysis.ledger.total.cost)
      for outcome in analysis.outcomes { #expect(outcome.gross >= 0 && outcome.gross <= analysis.ledger.total.cost) }
      let left = Int.random(in: 0..<analysis.outcomes.count, using: &rng)
      var outcomes = analysis.outcomes
      outcomes.remove(at: left)
      for lever in JointReplay(analysis.log, outcomes, replicates: 1, threads: 1).levers {
        let before = try #require(joint.levers.first { $0.id == lever.id })
        #expect(lever.alone == before.alone)
      }
    }
  }

  @Test("an exact cache behind a semantic one is one replay, not the union of two histories")
  func jointIsOneReplay() throws {
    var rng = SeededGenerator(31)
    var differing = 0
    for _ in 0..<120 {
      var request = Analysis.Request(
        inputs: [try SampleLogs.file(SampleLogs.random(requests: 40, using: &rng))])
      request.options.cache.threshold = 0.6
      request.options.cache.thresholds = [0.6]
      request.options.cache.ttl = .hours(6)
      request.options.guards.numbers = false
      request.options.guards.negation = false
      request.options.guards.entities = false
      request.options.guards.scope = false
      request.options.guards.wordOrder = false
      let joint = try #require(try Analysis.run(request).joint)
      let ids = joint.levers.map(\.id)
      guard let exact = ids.firstIndex(of: ExactCacheStrategy.id),
        let semantic = ids.firstIndex(of: SemanticCacheStrategy.id)
      else { continue }
      #expect(joint.bySubset[1 << exact | 1 << semantic] == joint.bySubset[1 << semantic])
      if joint.bySubset[1 << exact] != joint.bySubset[1 << semantic] { differing += 1 }
    }
    #expect(differing > 10)
  }

  @Test("the safe total leaves out what rests on estimated tokens, and the potential is the best combination")
  func totals() throws {
    func line(_ index: Int, _ usage: String) -> String {
      """
      {"schema":"traffic/1","id":"r\(index)","ts":\(1_767_600_000 + index),"user":"u","model":"gpt-4o","messages":\
      [{"role":"user","content":"what is ai"}],"answer":"yes"\(usage)}
      """
    }
    func totals(_ usage: String, lookup: Double = 0) throws -> Analysis.Totals {
      var request = Analysis.Request(inputs: [
        try SampleLogs.file((0..<5).map { line($0, usage) }.joined(separator: "\n"))
      ])
      request.options.cache.lookupUSDPerMillion = lookup
      return try #require(try Analysis.run(request).totals)
    }
    #expect(try totals("").safe == 0)
    #expect(try totals(#","usage":{"input":10,"output":10}"#).safe == 4 * 125_000_000)
    let dear = try totals(#","usage":{"input":10,"output":10}"#, lookup: 1_000_000)
    #expect(dear.safe == 0 && dear.potential == 0)
  }

  @Test("a broken sum stops the run with the check that failed")
  func brokenBooks() throws {
    let analysis = try Analysis.run(
      Analysis.Request(inputs: [
        try SampleLogs.file(
          SampleLogs.line(1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: "q", input: 10, output: 20))
      ]))
    var ledger = analysis.ledger
    ledger.days[0].row.cost += 1
    let books = Conservation(ledger: ledger, log: analysis.log, outcomes: [], joint: nil)
    let error = #expect(throws: AnalyzerError.self) { try books.enforce() }
    #expect(error?.message.contains("bill = sum over days") == true)
  }

  @Test("Shapley values equal the average over all orders, computed plainly, and sum to the joint value")
  func shapley() {
    var rng = SeededGenerator(3)
    for _ in 0..<300 {
      let count = Int.random(in: 1...5, using: &rng)
      let values = [0] + (1..<(1 << count)).map { _ in Int128(Int.random(in: -50...1000, using: &rng)) }
      let credits = JointReplay.shapley(values, levers: count)
      #expect(credits.reduce(0, +) == values.last!)
      var sums = [Int128](repeating: 0, count: count)
      var orders: Int128 = 0
      func walk(_ seen: Int, _ order: [Int]) {
        if order.count == count {
          orders += 1
          var subset = 0
          for lever in order {
            sums[lever] += values[subset | 1 << lever] - values[subset]
            subset |= 1 << lever
          }
          return
        }
        for lever in 0..<count where seen >> lever & 1 == 0 { walk(seen | 1 << lever, order + [lever]) }
      }
      walk(0, [])
      for lever in 0..<count {
        // The exact share lies within one pico-dollar of the integer credit.
        #expect((credits[lever] * orders - sums[lever]).magnitude < orders.magnitude)
      }
    }
  }

  @Test("two equal levers split a pico-dollar to the earlier one")
  func largestRemainder() {
    #expect(JointReplay.shapley([0, 1, 1, 1], levers: 2) == [1, 0])
    #expect(JointReplay.shapley([0, 3, 3, 3], levers: 2) == [2, 1])
    #expect(JointReplay.shapley([0], levers: 0) == [])
  }
}
