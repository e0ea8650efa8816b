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
  }

  package private(set) var levers: [Lever] = []
  package private(set) var bill: Int128 = 0
  /// Net saving with all levers on.
  package private(set) var saving: Int128 = 0
  /// Net saving of every subset, indexed by bit mask over `levers`.
  package private(set) var bySubset: [Int128] = [0]

  /// Replays all 2ᵏ subsets of the levers that ran. A subset's cost is the sum over requests of what is left to pay plus
  /// what the levers charge; each request is paid for once.
  package init(_ log: RequestLog, _ outcomes: [StrategyOutcome], threads: Int) {
    let active = outcomes.filter { $0.effect != nil }
    precondition(active.count <= 12, "all subsets of more than 12 levers are too many")
    let effects = active.map { $0.effect! }
    let included = active.map { outcome in active.indices.filter { outcome.includes.contains(active[$0].id) } }
    let costs = parallelMap(1 << active.count, threads: threads) { subset -> Int128 in
      var replayed = subset
      for bit in included.indices where subset >> bit & 1 == 1 {
        for other in included[bit] { replayed &= ~(1 << other) }
      }
      var total: Int128 = 0
      for (bit, outcome) in active.enumerated() where replayed >> bit & 1 == 1 { total += outcome.fixedCharges }
      for index in 0..<log.requests.count {
        var state = RequestState(cost: log.requests[index].cost)
        for (bit, effect) in effects.enumerated() where replayed >> bit & 1 == 1 {
          effect.apply(to: &state, request: index)
        }
        total += Int128(state.cost) + Int128(state.charges)
      }
      return total
    }
    bill = costs[0]
    bySubset = costs.map { [bill] in bill - $0 }
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
