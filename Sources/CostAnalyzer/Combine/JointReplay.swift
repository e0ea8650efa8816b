/// Every lever on one stream: what they save together, in order, and who gets the credit (SPEC §9).
package struct JointReplay: Sendable {
  package struct Lever: Sendable {
    package var id: String
    package var title: String
    package var evidence: Evidence
    /// Net saving with this lever only.
    package var alone: Int128
    /// What it adds behind the levers before it.
    package var waterfall: Int128
    /// Exact Shapley value over all subsets; sums to the joint saving.
    package var shapley: Int128
    /// What would be lost if only this lever were left out.
    package var lastIn: Int128
    /// 95 % intervals; nil where the log has one user and one day.
    package var intervals: Intervals?
  }

  /// Of the figures of one lever, in pico-dollars.
  package struct Intervals: Sendable, Equatable {
    package var alone: ClusterBootstrap.Interval
    package var waterfall: ClusterBootstrap.Interval
    package var shapley: ClusterBootstrap.Interval
    package var lastIn: ClusterBootstrap.Interval
  }

  package static let replicates = 2_000

  package private(set) var levers: [Lever] = []
  package private(set) var bill: Int128 = 0
  /// Cost of the requests that no lever touches.
  package private(set) var untouched: Int128 = 0
  /// Net saving with all levers on.
  package private(set) var saving: Int128 = 0
  package private(set) var interval: ClusterBootstrap.Interval?
  /// Net saving of every subset, indexed by bit mask over `levers`.
  package private(set) var bySubset: [Int128] = [0]
  /// Lower end of what the levers save together that rest neither on assumptions nor on unverified answers; 0 at least.
  package private(set) var defensible: Int128 = 0
  /// The levers of that figure.
  package private(set) var defensibleLevers: [String] = []
  private let savings: SubsetSavings
  /// By lever: what it may have saved more had the log shown as many of its few hits as chance allows (97.5 %).
  private var unseen: [Double] = []
  /// What the levers of each subset charge whoever is served.
  private let fixed: [Int128]

  /// Replays all 2ᵏ subsets of the levers that ran. A subset's cost is the sum over requests of what is left to pay plus
  /// what the levers charge; each request is paid for once.
  package init(_ log: RequestLog, _ outcomes: [StrategyOutcome], replicates: Int = replicates, threads: Int) {
    let active = outcomes.filter { $0.effect != nil }
    precondition(active.count <= 12, "all subsets of more than 12 levers are too many")
    let included = active.map { outcome in active.indices.filter { outcome.includes.contains(active[$0].id) } }
    let replayed = (0..<1 << active.count).map { subset in
      included.indices.filter { subset >> $0 & 1 == 1 }.flatMap { included[$0] }.reduce(subset) { $0 & ~(1 << $1) }
    }
    savings = SubsetSavings(log, active.map { $0.effect! }, replayed: replayed, threads: threads)
    fixed = replayed.map { subset in
      active.indices.filter { subset >> $0 & 1 == 1 }.reduce(Int128(0)) { $0 + active[$1].fixedCharges }
    }
    bill = savings.bill
    untouched = savings.untouched
    bySubset = replayed.indices.map { [savings, fixed] in savings.total($0) - fixed[$0] }
    let all = bySubset.count - 1
    saving = bySubset[all]
    let credits = Self.shapley(bySubset, levers: active.count)
    levers = active.enumerated().map { bit, outcome in
      let before = (1 << bit) - 1
      return Lever(
        id: outcome.id, title: outcome.title, evidence: outcome.evidence, alone: bySubset[1 << bit],
        waterfall: bySubset[before | 1 << bit] - bySubset[before], shapley: credits[bit],
        lastIn: saving - bySubset[all & ~(1 << bit)])
    }
    unseen = active.map {
      $0.meanPotential * (PoissonCount.upper($0.requestsAffected) - Double($0.requestsAffected))
    }
    let firm = active.indices.filter { active[$0].isDefensible }
    defensibleLevers = firm.map { active[$0].id }
    addIntervals(firm: firm.reduce(0) { $0 | 1 << $1 }, replicates: replicates, threads: threads)
  }

  private mutating func addIntervals(firm: Int, replicates: Int, threads: Int) {
    let count = levers.count
    if count == 0 { return }
    let all = bySubset.count - 1
    let weights = (0..<count).map { Self.shapleyWeight(others: $0, levers: count) }
    // Four figures a lever, then all levers, then the firm ones.
    let figures =
      (0..<count).flatMap { bit -> [Figure] in
        let before = (1 << bit) - 1
        let shapley = (0...all).lazy.filter { $0 >> bit & 1 == 0 }.map {
          Figure($0 | 1 << bit, less: $0, weight: weights[$0.nonzeroBitCount])
        }
        return [
          Figure(1 << bit), Figure(before | 1 << bit, less: before), Figure(sum: shapley),
          Figure(all, less: all & ~(1 << bit)),
        ]
      } + [Figure(all), Figure(firm)]
    guard let found = intervals(of: figures, replicates: replicates, threads: threads) else { return }
    for bit in 0..<count {
      let lever = levers[bit]
      let ends = zip(found[(4 * bit)...], [lever.alone, lever.waterfall, lever.shapley, lever.lastIn]).map {
        widened($0, around: $1, lever: bit)
      }
      levers[bit].intervals = Intervals(alone: ends[0], waterfall: ends[1], shapley: ends[2], lastIn: ends[3])
    }
    interval = found[4 * count]
    defensible = max(0, min(bySubset[firm], Int128(found[4 * count + 1].lower.rounded(.down))))
  }

  private func widened(
    _ interval: ClusterBootstrap.Interval, around figure: Int128, lever: Int
  ) -> ClusterBootstrap.Interval {
    unseen[lever] > 0
      ? .init(lower: interval.lower, upper: max(interval.upper, Double(figure) + unseen[lever])) : interval
  }

  /// A figure that is linear in what subsets save.
  private struct Figure {
    var terms: [(subset: Int, weight: Double)]

    init(_ subset: Int) { terms = [(subset, 1)] }
    init(_ subset: Int, less other: Int, weight: Double = 1) { terms = [(subset, weight), (other, -weight)] }
    init(sum figures: some Sequence<Figure>) { terms = figures.flatMap(\.terms) }

    func value(_ subsets: (Int) -> Double) -> Double { terms.reduce(0) { $0 + $1.weight * subsets($1.subset) } }
  }

  /// Users are drawn anew, and days; of both intervals the wider one counts. Nil where the log has one user and one day.
  private func intervals(
    of figures: [Figure], replicates: Int, threads: Int
  ) -> [ClusterBootstrap.Interval]? {
    func intervals(_ sums: [Int128], _ bills: [Int128], seed: UInt64) -> [ClusterBootstrap.Interval]? {
      let subsets = savings.subsets
      let clusters = bills.indices.filter { cluster in
        bills[cluster] != 0 || (0..<subsets).contains { sums[cluster * subsets + $0] != 0 }
      }
      let values = clusters.map { cluster in
        figures.map { $0.value { Double(sums[cluster * subsets + $0]) } }
      }
      return ClusterBootstrap.intervals(
        values, sizes: clusters.map { Double(bills[$0]) }, replicates: replicates, seed: seed, threads: threads)
    }
    let found = [
      intervals(savings.byUser, savings.billByUser, seed: 1), intervals(savings.byDay, savings.billByDay, seed: 2),
    ].compactMap(\.self)
    if found.isEmpty { return nil }
    return figures.indices.map { place in
      var interval = found.map { $0[place] }.max { $0.width < $1.width }!
      let charges = figures[place].value { Double(fixed[$0]) }
      interval.lower -= charges
      interval.upper -= charges
      return interval
    }
  }

  /// 95 % intervals of what each of some levers adds behind a set of them; nil where there are none.
  package func intervals(
    ofAdding added: [Int], to subset: Int, replicates: Int = replicates, threads: Int
  ) -> [ClusterBootstrap.Interval]? {
    if added.isEmpty { return [] }
    return intervals(
      of: added.map { Figure(subset | 1 << $0, less: subset) }, replicates: replicates, threads: threads
    ).map { found in
      zip(found, added).map {
        widened($0, around: bySubset[subset | 1 << $1] - bySubset[subset], lever: $1)
      }
    }
  }

  /// |S|! (n − |S| − 1)! / n!
  private static func shapleyWeight(others: Int, levers count: Int) -> Double {
    // 1 / (n · C(n − 1, |S|))
    let choices = (0..<others).reduce(1.0) { $0 * Double(count - 1 - $1) / Double($1 + 1) }
    return 1 / (Double(count) * choices)
  }

  /// φᵢ = Σ over S without i of |S|! (n − |S| − 1)! / n! · (v(S + i) − v(S)), exact in integers: everything is multiplied
  /// by n!, floored, and the missing pico-dollars go to the largest remainders (ties to the earlier lever).
  package static func shapley(_ values: [Int128], levers count: Int) -> [Int128] {
    if count == 0 { return [] }
    func factorial(_ n: Int) -> Int128 { n < 2 ? 1 : (2...n).reduce(1) { $0 * Int128($1) } }
    let whole = factorial(count)
    var scaled = [Int128](repeating: 0, count: count)
    for lever in 0..<count {
      for subset in values.indices where subset >> lever & 1 == 0 {
        let size = subset.nonzeroBitCount
        scaled[lever] += factorial(size) * factorial(count - size - 1) * (values[subset | 1 << lever] - values[subset])
      }
    }
    var credits: [Int128] = []
    var remainders: [Int128] = []
    for value in scaled {
      let rest = ((value % whole) + whole) % whole
      credits.append((value - rest) / whole)
      remainders.append(rest)
    }
    let missing = values[values.count - 1] - credits.reduce(0, +)
    let order = (0..<count).sorted { remainders[$0] != remainders[$1] ? remainders[$0] > remainders[$1] : $0 < $1 }
    for lever in order.prefix(Int(missing)) { credits[lever] += 1 }
    return credits
  }
}
