import CostAnalyzer
import Foundation
import Testing

@Suite("Hit rates from night to night")
struct HitRateTests {
  private static func hits(_ shares: [Int: Double], requests: Int = 1_000) -> [Int: DayHits] {
    shares.mapValues { DayHits(requests: requests, exact: Int(($0 * Double(requests)).rounded()), semantic: nil) }
  }

  @Test("A fall against the weekday is told; a rise, a steady rate, few requests and short histories are not")
  func examples() {
    func found(_ shares: [Int: Double], day: Int = 28, requests: Int = 1_000) -> [HitRateChange] {
      HitRateChange.find(Self.hits(shares, requests: requests), day: day)
    }
    // Every seventh day hits rarely.
    let steady = Dictionary(uniqueKeysWithValues: (0...28).map { ($0, $0 % 7 == 0 ? 0.1 : 0.4) })
    #expect(found(steady).isEmpty && found(steady.merging([28: 0.5]) { $1 }).isEmpty)
    #expect(found(steady.merging([28: 0.04]) { $1 }) == [.init(cache: .exact, rate: 0.04, usual: 0.1, days: 4)])
    #expect(found(steady.merging([28: 0.095]) { $1 }).isEmpty, "less than a hundredth of the requests")
    #expect(found(steady.merging([28: 0.0]) { $1 }, requests: 29).isEmpty, "too few requests")
    #expect(found([26: 0.4, 27: 0.4, 28: 0.1]).isEmpty, "two days make nothing usual")
    #expect(found([25: 0.4, 26: 0.4, 27: 0.4, 28: 0.1]).map(\.days) == [3], "nights may be missing")
    var both = Self.hits(steady)
    for day in both.keys { both[day]!.semantic = day == 28 ? 200 : 600 }
    #expect(
      HitRateChange.find(both, day: 28).map(\.text) == ["the semantic cache would have answered 20.0 % (usual 60.0 %)"])
  }

  @Test("Random histories: the rule word by word is the twin")
  func rule() {
    var rng = SeededGenerator(52)
    func median(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    var told = 0
    for _ in 0..<2_000 {
      let day = 100
      // In steps of four parts per million, so that medians are whole.
      let level = Int.random(in: 10...200, using: &rng)
      let width = [2, 20, 60].randomElement(using: &rng)!
      var shares: [Int: Double] = [:]
      for other in 30...day where other == day || Int.random(in: 0..<3, using: &rng) > 0 {
        shares[other] = Double(4 * (1_000 * max(0, level + Int.random(in: -width...width, using: &rng)))) / 1e6
      }
      var past = (1...8).compactMap { shares[day - 7 * $0] }
      if past.count < 3 { past = (1...7).compactMap { shares[day - $0] } }
      let found = HitRateChange.find(Self.hits(shares, requests: 1_000_000), day: day)
      guard past.count >= 3 else {
        #expect(found.isEmpty)
        continue
      }
      let usual = median(past)
      let deviation = median(past.map { abs($0 - usual) })
      let fall = usual - shares[day]!
      let bound = max(3 * 1.4826 * deviation, usual / 5, 0.01)
      if abs(fall - bound) < 1e-9 { continue }
      #expect(found.count == (fall > bound ? 1 : 0), "\(shares[day]!) of \(past)")
      told += found.count
    }
    #expect(told > 50)
  }

  @Test("Hits by day are those of a naive replay, added up by day")
  func naive() throws {
    var rng = SeededGenerator(51)
    let path = try SampleLogs.file(SampleLogs.random(requests: 250, using: &rng))
    var request = Analysis.Request(inputs: [path])
    request.keepsTraces = true
    request.options.cache.ttl = .days(3)
    let analysis = try Analysis.run(request)
    let context = try SampleLogs.context(path, request.options)
    let trace = context.cache.trace
    for (threshold, rate) in [(1, \DayHits.exact), (request.options.cache.threshold, \.semanticHits)] {
      var hits: [Int: Int] = [:]
      let setting = request.options.deployed(threshold: threshold)
      let graph = threshold < 1 ? context.similarity.graph : nil
      for hit in NaiveCache(trace, graph, setting).hits {
        hits[Timestamp.dayNumber(trace.times[hit.request]), default: 0] += 1
      }
      #expect(!hits.isEmpty)
      for (day, found) in analysis.dayHits { #expect(found[keyPath: rate] == hits[day] ?? 0) }
    }
    #expect(analysis.dayHits.values.reduce(0) { $0 + $1.requests } == trace.count)
    // Clusters: every request of a kept cluster is in one of its days and, below the bound, under one of its keys.
    let clusters = LeaderClusters(
      trace, graph: context.similarity.graph, threshold: Float(request.options.cache.threshold),
      guards: request.options.guardMask)
    let several = (0..<clusters.count).filter { clusters.positions(of: $0).count > 1 }
    #expect(analysis.clusterTraces.map(\.number) == several && several.count > 3)
    for found in analysis.clusterTraces {
      let positions = clusters.positions(of: found.number).map(Int.init)
      #expect(found.days.reduce(0) { $0 + $1.requests } == positions.count)
      #expect(found.days.reduce(0) { $0 + $1.cost } == positions.reduce(0) { $0 + Int128(trace.costs[$1]) })
      #expect(found.keys.reduce(0) { $0 + $1.requests } == positions.count && found.keys.count <= ClusterTrace.mostKeys)
      #expect(Set(found.keys.map(\.identity)).count == Set(positions.map { trace.keys[$0] }).count)
    }
  }
}

extension DayHits {
  fileprivate var semanticHits: Int { semantic ?? -1 }
}
