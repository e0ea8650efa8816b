import Foundation

/// Beta(a, b), both above 0: what is known of a share after a successes and b failures, those of the prior among them.
package struct BetaDistribution: Sendable, Equatable {
  package let a: Double
  package let b: Double

  package init(_ a: Double, _ b: Double) {
    precondition(a > 0 && b > 0)
    (self.a, self.b) = (a, b)
  }

  package var mean: Double { a / (a + b) }

  /// From the 2.5 % to the 97.5 % quantile.
  package var interval: (lower: Double, upper: Double) { (quantile(0.025), quantile(0.975)) }

  /// P(share ≤ x): the regularised incomplete beta function.
  package func cumulative(_ x: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    // The fraction converges quickly below the mean; above it the mirrored one does.
    return x < (a + 1) / (a + b + 2)
      ? front * Self.fraction(a, b, x) / a : 1 - front * Self.fraction(b, a, 1 - x) / b
  }

  package func quantile(_ probability: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// Its continued fraction (DLMF 8.17.22) by Lentz's method.
  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...100_000 {
      let m = Double(step)
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / nonzero(1 + term * d)
        c = nonzero(1 + term / c)
        result *= c * d
      }
      if abs(c * d - 1) < 1e-14 { break }
    }
    return result
  }
}
