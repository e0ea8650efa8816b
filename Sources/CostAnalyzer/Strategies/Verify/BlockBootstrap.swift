import Foundation

/// A Bayesian bootstrap over keys (Rubin 1981): every replicate gives each key an exponential weight with mean 1, which
/// depends on seed, replicate and key alone.
package enum BlockBootstrap {
  package static let replicates = 200

  package static func weight(_ key: UInt32, replicate: Int, seed: UInt64) -> Double {
    -log(1 - unit(UInt64(key), replicate: replicate, seed: seed))
  }

  /// A number in 0 ..< 1.
  package static func unit(_ item: UInt64, replicate: Int, seed: UInt64) -> Double {
    var state = seed << 56 ^ UInt64(replicate) << 40 ^ item
    return Double(SeededRandom.splitMix(&state) >> 11) * 0x1p-53
  }

  /// Quantiles at 2.5 % and 97.5 % of values in any order.
  package static func quantiles(_ values: [Double]) -> (low: Double, high: Double) {
    let sorted = values.sorted()
    let last = Double(sorted.count - 1)
    return (sorted[Int((0.025 * last).rounded())], sorted[Int((0.975 * last).rounded())])
  }
}
