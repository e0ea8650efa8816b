/// The share of wrong pairs in a histogram of cells that mixes right and wrong ones: (1 − ε) · right + ε · wrong.
package struct MixtureShare: Sendable {
  /// Probability of each cell among right and among wrong pairs; all above 0.
  package var right: [Double]
  package var wrong: [Double]

  package init(right: [Double], wrong: [Double]) {
    self.right = right
    self.wrong = wrong
  }

  /// From counts, smoothed by one pair spread over all cells, those that occur first.
  package init(rightCounts: [Double], wrongCounts: [Double]) {
    let (rights, wrongs) = (rightCounts.reduce(0, +), wrongCounts.reduce(0, +))
    let prior = rightCounts.indices.map {
      (rightCounts[$0] / max(1, rights) + wrongCounts[$0] / max(1, wrongs) + 2 / Double(rightCounts.count)) / 4
    }
    right = rightCounts.indices.map { (rightCounts[$0] + prior[$0] / 2) / (rights + prior.reduce(0, +) / 2) }
    wrong = wrongCounts.indices.map { (wrongCounts[$0] + prior[$0] / 2) / (wrongs + prior.reduce(0, +) / 2) }
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
    for cell in counts.indices {
      // In expectation, so that a share at the edge has its information too.
      let density = (1 - share) * right[cell] + share * wrong[cell]
      let wrongHere = share * wrong[cell] / density
      open += density * wrongHere * (1 - wrongHere)
    }
    return min(1, open / (share * (1 - share)))
  }

  /// Probability that both kinds share: 0 where no cell has both, 1 where they are alike.
  package var overlap: Double { zip(right, wrong).reduce(0) { $0 + min($1.0, $1.1) } }
}
