import CostAnalyzer
import Foundation
import Testing

@Suite("Prices from night to night")
struct PriceChangeTests {
  @Test("A model that is priced otherwise than the night before is told once, and again when that night is run again")
  func nights() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let log = try scratch.write(
      TrafficLine.log(
        TrafficLine.plain(12).enumerated().map { index, line in
          var line = line
          line.model = ["alpha|1", "beta", "gamma"][index % 3]
          return line
        }), to: "log.jsonl")
    func night(_ number: Int, _ prices: [String: Double]) throws -> Nightly {
      let rows = prices.mapValues { ["input_cost_per_token": $0 * 1e-6, "output_cost_per_token": 4 * $0 * 1e-6] }
      let table = scratch.path("prices-\(number).json")
      try JSONSerialization.data(withJSONObject: rows).write(to: URL(fileURLWithPath: table))
      var analysis = Analysis.Request(inputs: [])
      analysis.options.prices.file = table
      let now = Timestamp.second * (1_767_600_000 + Int64(number) * 86_400)
      let night = try Nightly(Nightly.Request(inputs: [log], analysis: analysis, now: now), store)
      try store.remember(prices: night.prices, on: Timestamp.dayNumber(now))
      return night
    }
    #expect(try night(2, ["alpha|1": 1, "beta": 2]).priceChanges.isEmpty, "nothing to compare with")
    #expect(try night(3, ["alpha|1": 1, "beta": 2]).priceChanges.isEmpty)
    for _ in 0..<2 {
      let changed = try night(4, ["alpha|1": 1.5, "beta": 2, "gamma": 3])
      #expect(changed.priceChanges.map(\.model) == ["alpha|1", "gamma"])
      #expect(
        changed.priceChanges[0].before.hasPrefix("in $1, out $4")
          && changed.priceChanges[0].now.hasPrefix("in $1.5, out $6"))
      #expect(changed.priceChanges[1].before == "no price")
      #expect(
        changed.line.contains("2 prices changed")
          && NightChapter(changed).markdown.contains("| alpha\\|1 | in \\$1, out \\$4"))
    }
    #expect(try night(5, ["alpha|1": 1.5, "beta": 2, "gamma": 3]).priceChanges.isEmpty)
    let gone = try night(6, ["alpha|1": 1.5, "gamma": 3]).priceChanges
    #expect(gone.map(\.model) == ["beta"] && gone[0].now == "no price")
  }
}
