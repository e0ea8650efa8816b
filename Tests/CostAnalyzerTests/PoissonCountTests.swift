import CostAnalyzer
import Foundation
import Testing

@Suite("Rare savings")
struct PoissonCountTests {
  @Test(
    "the upper end is Garwood's", arguments: [(0, 3.6889), (1, 5.5716), (2, 7.2247), (10, 18.3904), (100, 121.6273)])
  func garwood(_ seen: Int, _ upper: Double) { #expect(abs(PoissonCount.upper(seen) - upper) < 1e-3) }

  @Test("it grows with the count, also where the normal distribution takes over, and a huge one is nearly certain")
  func many() {
    #expect(abs(PoissonCount.upper(10_000) - PoissonCount.upper(10_001) + 1) < 0.2)
    #expect(PoissonCount.upper(1_000_000) / 1_000_000 < 1.003)
    for count in [0, 5, 50, 500, 5_000, 50_000] { #expect(PoissonCount.upper(count) < PoissonCount.upper(count + 1)) }
  }

  @Test("A log that shows no prefix hit does not rule one out: the interval begins at nothing and ends above it")
  func prefixes() throws {
    // Prompts of 2,000 tokens that share no beginning.
    let lines = (0..<60).map { index in
      SampleLogs.line(
        index, time: 1_767_600_000 + Int64(index) * 4_000, user: index % 9, model: "gpt-4o",
        question: String(repeating: "\(index) words of one question only \(index) ", count: 200), input: 2000,
        output: 10)
    }
    let analysis = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    let lever = try #require(analysis.joint?.levers.first { $0.id == PrefixCacheStrategy.id })
    let interval = try #require(lever.intervals?.alone)
    #expect(lever.alone == 0 && interval.lower == 0)
    // 1,920 of 2,000 tokens at half of 2.5 USD a million, 3.69 times.
    #expect(abs(interval.upper - 3.6889 * 1920 * 1_250_000) < 1e7, "\(interval.upper)")
  }
}
