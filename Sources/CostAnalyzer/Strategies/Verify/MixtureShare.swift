/// The share of wrong pairs in a histogram of cells that mixes right and wrong ones: inside each stratum,
/// (1 − ε) · right + ε · wrong.
package struct MixtureShare: Sendable {
  /// Probability of each cell of a stratum among right and among wrong pairs; all above 0, 1 in sum over a stratum.
  package var right: [Double]
  package var wrong: [Double]
  package var cellsPerStratum: Int
  /// Shares of the strata among right pairs.
  package var strata: [Double] = [1]

  /// Of one stratum.
  package init(right: [Double], wrong: [Double]) {
    self.right = right
    self.wrong = wrong
    cellsPerStratum = right.count
  }

  /// From counts, smoothed by half a pair a stratum, which goes where either kind occurs first.
  package init(rightCounts: [Double], wrongCounts: [Double], cellsPerStratum: Int? = nil) {
    let size = cellsPerStratum ?? rightCounts.count
    self.cellsPerStratum = size
    (right, wrong, strata) = ([], [], [])
    let total = max(1, rightCounts.reduce(0, +))
    for start in stride(from: 0, to: rightCounts.count, by: size) {
      let (rights, wrongs) = (rightCounts[start..<start + size], wrongCounts[start..<start + size])
      let (rightSum, wrongSum) = (rights.reduce(0, +), wrongs.reduce(0, +))
      let prior = zip(rights, wrongs).map { ($0 / max(1, rightSum) + $1 / max(1, wrongSum) + 2 / Double(size)) / 4 }
      let priorSum = prior.reduce(0, +)
      right += zip(rights, prior).map { ($0 + $1) / (rightSum + priorSum) }
      wrong += zip(wrongs, prior).map { ($0 + $1) / (wrongSum + priorSum) }
      strata.append(rightSum / total)
    }
  }

  /// The ε of maximum likelihood. The likelihood is concave in ε, so its slope is searched for the zero.
  ///
  /// - Parameters:
  ///   - counts: weight of each cell.
  ///   - judged: weights of pairs that a judge called right and wrong, not in `counts`.
  package func estimate(_ counts: [Double], judged: (right: Double, wrong: Double) = (0, 0)) -> Double {
    func slope(_ share: Double) -> Double {
      var sum = 0.0
      for cell in counts.indices where counts[cell] != 0 {
        sum += counts[cell] * (wrong[cell] - right[cell]) / ((1 - share) * right[cell] + share * wrong[cell])
      }
      if judged.wrong > 0 { sum += judged.wrong / max(share, 1e-12) }
      if judged.right > 0 { sum -= judged.right / max(1 - share, 1e-12) }
      return sum
    }
    if slope(0) <= 0 { return 0 }
    if slope(1) >= 0 { return 1 }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if slope(middle) > 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// Probability that a pair of a cell is wrong where the share of wrong pairs is `share`.
  package func posterior(_ cell: Int, share: Double) -> Double {
    share * wrong[cell] / ((1 - share) * right[cell] + share * wrong[cell])
  }

  /// What cells leave open: 0 where they tell right from wrong with certainty, 1 where they say nothing. It is one minus
  /// the Fisher information on ε over that of known labels.
  package func missingInformation(_ counts: [Double], share: Double) -> Double {
    let total = counts.reduce(0, +)
    guard total > 0 else { return 1 }
    let share = min(max(share, 1e-3), 1 - 1e-3)
    var open = 0.0
    for start in stride(from: 0, to: counts.count, by: cellsPerStratum) {
      let cells = start..<start + cellsPerStratum
      let stratum = cells.reduce(0) { $0 + counts[$1] } / total
      // In expectation, so that a share at the edge has its information too.
      for cell in cells where stratum > 0 {
        let posterior = posterior(cell, share: share)
        open += stratum * ((1 - share) * right[cell] + share * wrong[cell]) * posterior * (1 - posterior)
      }
    }
    return min(1, open / (share * (1 - share)))
  }

  /// Probability that both kinds share: 0 where no cell has both, 1 where they are alike.
  package var overlap: Double {
    right.indices.reduce(0) { $0 + strata[$1 / cellsPerStratum] * min(right[$1], wrong[$1]) }
  }
}
