/// The pairs of questions behind semantic hits, each once, with the probability that their answers differ in what they say.
///
/// What two questions mean does not change from request to request, so all answers to both speak for a hit: the features of
/// their answers give a likelihood ratio (`EvidenceCurve`), their cosine the prior (`WrongPrior`).
struct HitPairs: Sendable {
  /// Asking key in the upper half, serving key in the lower; rising.
  private(set) var keys: [UInt64] = []
  /// `EvidenceCurve` bin of each pair, after those of the classes before its own; `unknown` where a side has no answer.
  private(set) var cells: [UInt16] = []
  private(set) var distances: [Float] = []
  /// Share of wrong verdicts of each judged pair.
  private(set) var judged: [Int: Double] = [:]
  private(set) var posteriors: [Double] = []
  /// One bit a bootstrap replicate: the pair is wrong in it.
  private(set) var labels: [SIMD4<UInt64>] = []

  static let unknown = UInt16.max

  static func key(asked: UInt32, server: UInt32) -> UInt64 { UInt64(asked) << 32 | UInt64(server) }

  init(
    _ keys: [UInt64], cells: [UInt16], distances: [Float], judged: [Int: Double], curves: [EvidenceCurve], threads: Int
  ) {
    (self.keys, self.cells, self.distances, self.judged) = (keys, cells, distances, judged)
    let groups = PairGroups(cells: cells, distances: distances, judged: judged)
    let fitted = groups.fitted(WrongPrior(), curves, rounds: 100, curveWeight: { _ in 1 }, pairWeight: { _ in 1 })
    posteriors = groups.ofPair.map { $0 < 0 ? 0 : fitted.shares[Int($0)] }
    let drawn = parallelMap(BlockBootstrap.replicates, threads: threads) { replicate -> [UInt64] in
      let fitted = groups.fitted(fitted.prior, curves, rounds: 10) {
        BlockBootstrap.weight($0, replicate: replicate, seed: 1)
      } pairWeight: {
        BlockBootstrap.weight(UInt32(truncatingIfNeeded: keys[$0]), replicate: replicate, seed: 2)
      }
      var bits = [UInt64](repeating: 0, count: (keys.count + 63) / 64)
      for (pair, group) in groups.ofPair.enumerated() where group >= 0 && judged[pair] == nil {
        if BlockBootstrap.unit(keys[pair], replicate: replicate, seed: 3) < fitted.shares[Int(group)] {
          bits[pair / 64] |= 1 << UInt64(pair % 64)
        }
      }
      return bits
    }
    labels = [SIMD4<UInt64>](repeating: .zero, count: keys.count)
    for (replicate, bits) in drawn.enumerated() {
      for pair in keys.indices where bits[pair / 64] >> UInt64(pair % 64) & 1 == 1 {
        labels[pair][replicate / 64] |= 1 << UInt64(replicate % 64)
      }
    }
  }

  func index(asked: UInt32, server: UInt32) -> Int? {
    let wanted = Self.key(asked: asked, server: server)
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < keys.count && keys[low] == wanted ? low : nil
  }

  /// The share of wrong hits.
  ///
  /// - Parameters:
  ///   - weights: by pair, of its hits.
  ///   - squares: sum over single hits of their squared weights.
  func interval(_ weights: [Double], squares: Double) -> Verification.Interval? {
    var (sum, wrong, known, certain) = (0.0, 0.0, 0.0, 0.0)
    var drawn = [Double](repeating: 0, count: BlockBootstrap.replicates)
    for (pair, weight) in weights.enumerated() where weight > 0 && cells[pair] != Self.unknown {
      sum += weight
      wrong += weight * posteriors[pair]
      if let share = judged[pair] {
        known += weight
        certain += weight * share
        continue
      }
      for word in 0..<4 {
        var bits = labels[pair][word]
        while bits != 0 {
          drawn[64 * word + bits.trailingZeroBitCount] += weight
          bits &= bits - 1
        }
      }
    }
    guard sum > 0 else { return nil }
    let (low, high) = BlockBootstrap.quantiles(drawn.map { ($0 + certain) / sum })
    // The rule of three: where no error is seen among n independent hits, 3/n is the 95 % bound.
    let least = 3 * squares / (sum * sum) * (1 - known / sum)
    let estimate = wrong / sum
    return .init(
      estimate: estimate, lower: max(0, min(low, estimate - least)), upper: min(1, max(high, estimate + least)))
  }
}

/// Pairs of one cell and about one cosine, which are fitted together.
private struct PairGroups: Sendable {
  /// Negative where a pair has none.
  private(set) var ofPair: [Int32]
  private var groups: [WrongPrior.Group] = []
  private var cells: [Int] = []

  init(cells: [UInt16], distances: [Float], judged: [Int: Double]) {
    struct Identity: Hashable {
      var cell: UInt16
      var step: Int
      var known: Double?
    }
    ofPair = [Int32](repeating: -1, count: cells.count)
    var numbers: [Identity: Int32] = [:]
    for (pair, cell) in cells.enumerated() where cell != HitPairs.unknown {
      let identity = Identity(cell: cell, step: Int((40 * distances[pair]).rounded()), known: judged[pair])
      let number = numbers[identity] ?? Int32(groups.count)
      if Int(number) == groups.count {
        numbers[identity] = number
        groups.append(.init(distance: Double(identity.step) / 40, logRatio: 0, weight: 0, known: judged[pair]))
        self.cells.append(Int(cell))
      }
      ofPair[pair] = number
    }
  }

  /// The likeliest prior from a first guess, and the share of wrong pairs of every group.
  func fitted(
    _ start: WrongPrior, _ curves: [EvidenceCurve], rounds: Int, curveWeight: (UInt32) -> Double,
    pairWeight: (Int) -> Double
  ) -> (prior: WrongPrior, shares: [Double]) {
    var groups = groups
    let ratios = curves.flatMap { $0.logRatios(weight: curveWeight) }
    for (group, cell) in cells.enumerated() { groups[group].logRatio = ratios[cell] }
    for (pair, group) in ofPair.enumerated() where group >= 0 { groups[Int(group)].weight += pairWeight(pair) }
    var prior = start
    prior.fit(groups, rounds: rounds)
    return (prior, groups.map { $0.known ?? prior.posterior(distance: $0.distance, logRatio: $0.logRatio) })
  }
}
