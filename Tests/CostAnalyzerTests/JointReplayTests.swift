import CostAnalyzer
import Foundation
import Testing

@Suite("All subsets of the levers, and how sure their figures are")
struct JointReplayTests {
  private static let levers = """
    selfHosted: {models: [gpt-4o-mini], gpuHourUSD: 2, gpus: 3, throughput: 500}
    batching: {users: [u1], models: [gpt-4o], countInferred: true}
    cache: {embeddingUSDPerMillionTokens: 0.02, lookupUSDPerMillion: 5, storageUSDPerMillionEntryDays: 3}

    """

  private func analysis(_ requests: Int, _ rng: inout SeededGenerator, threads: Int = 2) throws -> Analysis {
    var request = Analysis.Request(inputs: [try SampleLogs.file(SampleLogs.random(requests: requests, using: &rng))])
    request.options = try AnalysisOptions(yaml: Self.levers)
    request.threads = threads
    return try Analysis.run(request)
  }

  @Test("Every subset saves what replaying all requests with it, lever by lever, saves")
  func subsets() throws {
    var rng = SeededGenerator(12)
    for _ in 0..<20 {
      let analysis = try analysis(60, &rng)
      let joint = try #require(analysis.joint)
      let active = analysis.outcomes.filter { $0.effect != nil }
      #expect(joint.levers.map(\.id) == active.map(\.id))
      for (subset, saving) in joint.bySubset.enumerated() {
        var on = active.indices.filter { subset >> $0 & 1 == 1 }
        let replaced = Set(on.flatMap { active[$0].includes })
        on.removeAll { replaced.contains(active[$0].id) }
        var cost = on.reduce(Int128(0)) { $0 + active[$1].fixedCharges }
        for index in 0..<analysis.log.requests.count {
          var state = RequestState(cost: analysis.log.requests[index].cost)
          for lever in on { active[lever].effect!.apply(to: &state, request: index) }
          cost += Int128(state.cost) + Int128(state.charges)
        }
        #expect(saving == joint.bill - cost, "subset \(subset)")
      }
    }
  }

  @Test("Leaving levers out changes no figure of the others alone; threads change nothing")
  func independence() throws {
    var rng = SeededGenerator(13)
    let analysis = try analysis(80, &rng)
    let joint = try #require(analysis.joint)
    for left in analysis.outcomes.indices where analysis.outcomes[left].effect != nil {
      var outcomes = analysis.outcomes
      outcomes.remove(at: left)
      let fewer = JointReplay(analysis.log, outcomes, threads: 2)
      for lever in fewer.levers {
        let before = try #require(joint.levers.first { $0.id == lever.id })
        #expect(lever.alone == before.alone && lever.intervals?.alone.width == before.intervals?.alone.width)
      }
    }
    let one = JointReplay(analysis.log, analysis.outcomes, threads: 1)
    #expect(one.bySubset == joint.bySubset && one.interval == joint.interval && one.defensible == joint.defensible)
    #expect(one.levers.map(\.intervals) == joint.levers.map(\.intervals))
  }

  @Test("Intervals hold the point they are about; the defensible total is no more than its levers save")
  func order() throws {
    var rng = SeededGenerator(14)
    let joint = try #require(try analysis(300, &rng).joint)
    for lever in joint.levers {
      let intervals = try #require(lever.intervals)
      for (value, interval) in [
        (lever.alone, intervals.alone), (lever.waterfall, intervals.waterfall), (lever.shapley, intervals.shapley),
        (lever.lastIn, intervals.lastIn),
      ] { #expect(interval.lower <= Double(value) + 1 && Double(value) <= interval.upper + 1) }
    }
    var mask = 0
    for (bit, lever) in joint.levers.enumerated() where joint.defensibleLevers.contains(lever.id) { mask |= 1 << bit }
    #expect(joint.defensible >= 0 && joint.defensible <= max(0, joint.bySubset[mask]))
    #expect(joint.defensibleLevers.contains(ExactCacheStrategy.id))
    #expect(!joint.defensibleLevers.contains(RoutingStrategy.id))
  }

  @Test("95 % intervals hold the known truth in 92 to 98 % of 500 seeds", arguments: [7, 20, 60, 150])
  func coverage(_ clusters: Int) throws {
    var rng = SeededGenerator(UInt64(clusters))
    var covered = [0, 0]
    for seed in 0..<500 {
      // Two sums: one of clusters that are much alike, one of exponential ones.
      let values = (0..<clusters).map { _ in
        [Double.random(in: 2...4, using: &rng), -log(1 - Double.random(in: 0..<1, using: &rng))]
      }
      let intervals = try #require(
        ClusterBootstrap.intervals(
          values, sizes: [Double](repeating: 1, count: clusters), replicates: 400, seed: UInt64(seed), threads: 2))
      for (place, mean) in [3.0, 1].enumerated() {
        let truth = mean * Double(clusters)
        if intervals[place].lower <= truth && truth <= intervals[place].upper { covered[place] += 1 }
      }
    }
    #expect((460...490).contains(covered[0]), "alike: \(covered[0]) of 500")
    // Few skewed clusters are the hard case: Student's t is a little short there.
    #expect((clusters < 20 ? 430...490 : 455...490).contains(covered[1]), "skewed: \(covered[1]) of 500")
  }

  @Test("A log with a century between two requests ends", .timeLimit(.minutes(2)))
  func century() throws {
    let lines = (0..<60).map { index in
      SampleLogs.line(
        index, time: (index < 30 ? 946_684_800 : 4_102_000_000) + Int64(index) * 60, user: index % 5, model: "gpt-4o",
        question: "question \(index % 7)", input: 400, output: 90)
    }
    var request = Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n") + "\n")])
    request.threads = 2
    let analysis = try Analysis.run(request)
    let joint = try #require(analysis.joint)
    #expect(joint.bill == analysis.ledger.total.cost && joint.bySubset.max()! > 0)
  }

  @Test("A saving that is the same share of every cluster is certain, whatever their sizes", arguments: [7, 60])
  func ratios(_ clusters: Int) throws {
    var rng = SeededGenerator(UInt64(clusters))
    let sizes = (0..<clusters).map { _ in Double.random(in: 1...1000, using: &rng) }
    let found = try #require(
      ClusterBootstrap.intervals(
        sizes.map { [$0 / 4, $0 * Double.random(in: 0...1, using: &rng)] }, sizes: sizes, replicates: 400, seed: 1,
        threads: 2))
    let quarter = sizes.reduce(0, +) / 4
    #expect(found[0].width < 1e-6 * quarter && abs(found[0].lower - quarter) < 1e-6 * quarter)
    #expect(found[1].width > 0.01 * quarter)
  }

  @Test("Fewer than two clusters have no interval; quantiles of Student's t are those of tables")
  func edges() {
    func intervals(_ values: [[Double]], _ sizes: [Double]) -> [ClusterBootstrap.Interval]? {
      ClusterBootstrap.intervals(values, sizes: sizes, replicates: 10, seed: 1, threads: 1)
    }
    #expect(intervals([[1]], [1]) == nil && intervals([], []) == nil)
    #expect(intervals([[1], [2]], [0, 0]) == nil, "nothing to be a share of")
    #expect(ClusterBootstrap.student(1) == 12.706 && ClusterBootstrap.student(13) == 2.160)
    for (degrees, value) in [(40, 2.0211), (60, 2.0003), (120, 1.9799)] {
      #expect(abs(ClusterBootstrap.student(degrees) - value) < 1e-3)
    }
  }
}
