import CostAnalyzer
import Testing

@Suite struct LedgerTests {
  @Test("flat rates price every request like the price row they come from")
  func flatRates() throws {
    var rng = SeededGenerator(11)
    var compared = 0
    for row in PriceTable.builtin().rows {
      guard let flat = FlatRates(row) else { continue }
      for _ in 0..<300 {
        func tokens() -> UInt32 {
          [0, 1, 128_000, 200_000, 200_001, .random(in: 0...400_000, using: &rng)].randomElement(using: &rng)!
        }
        let usage = TokenUsage(
          input: tokens(), cacheRead: tokens(), cacheWrite5m: tokens(), cacheWrite1h: tokens(), output: tokens(),
          reasoning: tokens())
        let tier = ServiceTier.allCases.randomElement(using: &rng)!
        if let cost = flat.cost(of: usage, tier: tier) {
          compared += 1
          #expect(cost == row.cost(of: usage, tier: tier).pico, "\(row.name) \(usage) \(tier)")
        }
      }
    }
    #expect(compared > 1_000)
  }

  @Test("totals by dimension equal plain sums over the requests")
  func sums() throws {
    var rng = SeededGenerator(12)
    for _ in 0..<40 {
      let context = try SampleLogs.context(
        try SampleLogs.file(SampleLogs.random(requests: 30, using: &rng)), threads: 1)
      var byUser: [String: Int128] = [:]
      var byModel: [String: Int] = [:]
      var byDay: [String: Int128] = [:]
      context.log.requests.forEach { request in
        byUser[context.log.users[Int(request.user)], default: 0] += Int128(request.cost)
        byModel[context.log.models[Int(request.model)].display, default: 0] += 1
        byDay[Timestamp.dayText(Timestamp.dayNumber(request.time)), default: 0] += Int128(request.cost)
      }
      let ledger = context.ledger
      #expect(Dictionary(uniqueKeysWithValues: ledger.users.map { ($0.name, $0.row.cost) }) == byUser)
      #expect(Dictionary(uniqueKeysWithValues: ledger.models.map { ($0.name, $0.row.requests) }) == byModel)
      #expect(Dictionary(uniqueKeysWithValues: ledger.days.map { ($0.name, $0.row.cost) }) == byDay)
    }
  }

  @Test("percentiles are the nearest rank of the sorted latencies")
  func percentiles() throws {
    var rng = SeededGenerator(13)
    for count in [1, 2, 3, 19, 20, 21, 100, 401] {
      let values = (0..<count).map { _ in Int.random(in: 0...50, using: &rng) }
      let lines = values.enumerated().map { index, ms in
        SampleLogs.line(
          index, time: 1_767_600_000 + Int64(index), user: 1, model: "gpt-4o", question: "q", input: 1, output: 1,
          extra: #","latency_ms":\#(ms)"#)
      }
      let analysis = try SampleLogs.context(try SampleLogs.file(lines.joined(separator: "\n")), threads: 1)
      let sorted = values.sorted()
      #expect(analysis.ledger.p50 == UInt32(sorted[(count * 50 + 99) / 100 - 1]))
      #expect(analysis.ledger.p95 == UInt32(sorted[(count * 95 + 99) / 100 - 1]))
    }
  }

  @Test("a model without a price is counted, listed and costs nothing")
  func unpriced() throws {
    let line = SampleLogs.line(
      1, time: 1_767_600_000, user: 1, model: "acme-unpriced", question: "q", input: 10, output: 10)
    let context = try SampleLogs.context(try SampleLogs.file(line))
    #expect(context.ledger.total.unpriced == 1)
    #expect(context.ledger.total.cost == 0)
  }

  @Test("a billed cost stands as logged, to the pico-dollar")
  func billed() throws {
    let line = SampleLogs.line(
      1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: "q", input: 10, output: 10,
      extra: #","cost_usd":"0.000000000123""#)
    let context = try SampleLogs.context(try SampleLogs.file(line))
    #expect(context.ledger.total.cost == 123)
    #expect(context.ledger.total.evidence == .billed)
  }
}
