import Foundation

/// How many events there might have been where so many were seen.
package enum PoissonCount {
  /// The largest mean at which `seen` events or fewer still happen once in forty times (Garwood's 95 % interval): 3.69 for none.
  package static func upper(_ seen: Int) -> Double {
    // From here on the fourth moment is small enough for a normal distribution.
    if seen > 10_000 { return Double(seen) + 1.96 * Double(seen).squareRoot() + 2 }
    var (low, high) = (Double(seen), Double(seen) + 4 + 4 * Double(seen + 1).squareRoot())
    for _ in 0..<60 {
      let mean = (low + high) / 2
      if cumulative(seen, mean: mean) > 0.025 { low = mean } else { high = mean }
    }
    return (low + high) / 2
  }

  /// P(count ≤ seen).
  private static func cumulative(_ seen: Int, mean: Double) -> Double {
    // From the largest term down, so that no term is too small to begin with.
    var term = exp(Double(seen) * log(mean) - mean - lgamma(Double(seen) + 1))
    var sum = term
    for count in stride(from: seen, to: 0, by: -1) {
      term *= Double(count) / mean
      sum += term
    }
    return sum
  }
}
