/// The share of wrong pairs in a histogram that mixes right and wrong ones: (1 − ε) · right + ε · wrong.
package struct MixtureShare: Sendable {
  /// Probability of each cell among right and among wrong pairs; all above 0, 1 in sum.
  package var right: [Double]
  package var wrong: [Double]

  /// From counts or shares, smoothed by `smoothing` of a pair which goes where either kind occurs first.
  package init(right: [Double], wrong: [Double], smoothing: Double = 1) {
    let (rightSum, wrongSum) = (right.reduce(0, +), wrong.reduce(0, +))
    let prior = zip(right, wrong).map { pair in
      smoothing * (pair.0 / max(1e-9, rightSum) + pair.1 / max(1e-9, wrongSum) + 2 / Double(right.count)) / 4
    }
    let priorSum = prior.reduce(0, +)
    self.right = zip(right, prior).map { ($0 + $1) / (rightSum + priorSum) }
    self.wrong = zip(wrong, prior).map { ($0 + $1) / (wrongSum + priorSum) }
  }

  /// The ε of maximum likelihood. The likelihood is concave in ε, so its slope is searched for the zero.
  ///
  /// - Parameter counts: weight of each cell.
  package func estimate(_ counts: [Double]) -> Double {
    func slope(_ share: Double) -> Double {
      var sum = 0.0
      for cell in counts.indices where counts[cell] != 0 {
        sum += counts[cell] * (wrong[cell] - right[cell]) / ((1 - share) * right[cell] + share * wrong[cell])
      }
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
}
