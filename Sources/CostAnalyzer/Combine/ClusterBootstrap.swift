/// 95 % intervals of sums over clusters of requests: another time like this one would have other users and other days.
package struct ClusterBootstrap: Sendable {
  package struct Interval: Sendable, Equatable {
    package var lower: Double
    package var upper: Double
    package var width: Double { upper - lower }
  }

  /// Below so many clusters percentiles are too narrow, and Student's t takes their place.
  package static let fewClusters = 40

  /// - Parameter values: by cluster, one for each sum. Nil with fewer than two clusters.
  package static func intervals(
    _ values: [[Double]], replicates: Int, seed: UInt64, threads: Int
  ) -> [Interval]? {
    guard values.count > 1, let sums = values.first?.count, sums > 0 else { return nil }
    let count = values.count
    let totals = (0..<sums).map { sum in values.reduce(0) { $0 + $1[sum] } }
    if count < fewClusters {
      let quantile = student(count - 1)
      return (0..<sums).map { sum in
        let mean = totals[sum] / Double(count)
        let squares = values.reduce(0) { $0 + ($1[sum] - mean) * ($1[sum] - mean) }
        let error = (squares * Double(count) / Double(count - 1)).squareRoot()
        return Interval(lower: totals[sum] - quantile * error, upper: totals[sum] + quantile * error)
      }
    }
    let flat = values.flatMap(\.self)
    let drawn = parallelMap(replicates, threads: threads) { replicate -> [Double] in
      var random = SeededRandom(seed: seed, stream: 9, index: replicate)
      var sum = [Double](repeating: 0, count: sums)
      for _ in 0..<count {
        let start = random.below(count) * sums
        for place in 0..<sums { sum[place] += flat[start + place] }
      }
      return sum
    }
    return (0..<sums).map { sum in
      let sorted = drawn.map { $0[sum] }.sorted()
      let last = Double(sorted.count - 1)
      return Interval(lower: sorted[Int((0.025 * last).rounded())], upper: sorted[Int((0.975 * last).rounded())])
    }
  }

  /// The 97.5 % quantile of Student's t; above 30 degrees of freedom by its expansion around the normal distribution
  /// (Abramowitz & Stegun 26.7.5).
  package static func student(_ degrees: Int) -> Double {
    let table = [
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
      2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ]
    if degrees <= table.count { return table[max(1, degrees) - 1] }
    let z = 1.959964
    let n = Double(degrees)
    return z + (z * z * z + z) / (4 * n) + (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / (96 * n * n)
  }
}

extension ClusterBootstrap.Interval {
  /// Both ends in dollars; nobody saves more than the bill.
  func text(within bill: Int128) -> String {
    func money(_ value: Double) -> String { MoneyText.readable(min(bill, Int128(value.rounded()))) }
    return "\(money(lower)) … \(money(upper))"
  }
}
