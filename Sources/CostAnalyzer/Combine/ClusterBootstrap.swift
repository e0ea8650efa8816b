/// 95 % intervals of what clusters of requests (users, days) come to as a share of their bill, times the whole bill: another
/// time like this one would have other users and other days, but a bill is known. Ratios of sums, so that a large user
/// alone makes nothing uncertain: only one whose share is unlike that of the rest does.
package enum ClusterBootstrap {
  package struct Interval: Sendable, Equatable {
    package var lower: Double
    package var upper: Double
    package var width: Double { upper - lower }
  }

  /// Below so many clusters percentiles are too narrow, and Student's t takes their place.
  package static let fewClusters = 40

  /// - Parameters:
  ///   - values: by cluster, one for each figure.
  ///   - sizes: by cluster, what its values are a share of.
  /// - Returns: by figure, in the units of the values; nil with fewer than two clusters or nothing to be a share of.
  package static func intervals(
    _ values: [[Double]], sizes: [Double], replicates: Int, seed: UInt64, threads: Int
  ) -> [Interval]? {
    let size = sizes.reduce(0, +)
    guard values.count > 1, size > 0, let figures = values.first?.count, figures > 0 else { return nil }
    let count = values.count
    if count < fewClusters {
      let quantile = student(count - 1)
      return (0..<figures).map { figure in
        let total = values.reduce(0) { $0 + $1[figure] }
        // What a cluster has beyond its part of the total.
        let squares = zip(values, sizes).reduce(0) { sum, cluster in
          let rest = cluster.0[figure] - total * cluster.1 / size
          return sum + rest * rest
        }
        let error = (squares * Double(count) / Double(count - 1)).squareRoot()
        return Interval(lower: total - quantile * error, upper: total + quantile * error)
      }
    }
    let flat = values.flatMap(\.self)
    let drawn = parallelMap(replicates, threads: threads) { replicate -> [Double] in
      var random = SeededRandom(seed: seed, stream: 9, index: replicate)
      var sum = [Double](repeating: 0, count: figures)
      var drawnSize = 0.0
      for _ in 0..<count {
        let cluster = random.below(count)
        drawnSize += sizes[cluster]
        for figure in 0..<figures { sum[figure] += flat[cluster * figures + figure] }
      }
      return drawnSize > 0 ? sum.map { $0 / drawnSize * size } : sum
    }
    return (0..<figures).map { figure in
      let ends = BlockBootstrap.quantiles(drawn.map { $0[figure] })
      return Interval(lower: ends.low, upper: ends.high)
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
