/// A bootstrap over blocks (keys): every replicate gives each block a Poisson weight with mean 1, which depends on seed,
/// replicate and block alone.
package enum BlockBootstrap {
  package static let replicates = 200

  package static func weight(_ block: UInt32, replicate: Int, seed: UInt64) -> Double {
    var state = seed << 48 ^ UInt64(replicate) << 32 ^ UInt64(block)
    let draw = Double(SeededRandom.splitMix(&state) >> 11) * 0x1p-53
    var probability = 0.36787944117144233  // e⁻¹
    var below = probability
    var weight = 0.0
    while draw >= below, weight < 12 {
      weight += 1
      probability /= weight
      below += probability
    }
    return weight
  }

  /// Quantiles at 2.5 % and 97.5 % of values in any order.
  package static func quantiles(_ values: [Double]) -> (low: Double, high: Double) {
    let sorted = values.sorted()
    let last = Double(sorted.count - 1)
    return (sorted[Int((0.025 * last).rounded())], sorted[Int((0.975 * last).rounded())])
  }
}
