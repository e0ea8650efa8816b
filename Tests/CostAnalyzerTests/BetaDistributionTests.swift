import CostAnalyzer
import Foundation
import Testing

@Suite("Beta distribution")
struct BetaDistributionTests {
  /// The density, summed in small steps: what the continued fraction has to come to.
  private static func naive(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let steps = 200_000
    let scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    return (0..<steps).reduce(0) { sum, step in
      let place = x * (Double(step) + 0.5) / Double(steps)
      return sum + exp(scale + (a - 1) * log(place) + (b - 1) * log1p(-place)) * x / Double(steps)
    }
  }

  @Test(
    "P(share ≤ x) is the area below the density", arguments: [(1.5, 4.0), (20, 3), (2, 2), (300, 200), (17.4, 2.6)])
  func cumulative(_ a: Double, _ b: Double) {
    let beta = BetaDistribution(a, b)
    for x in [0.05, 0.3, 0.6, 0.9, 0.99] { #expect(abs(beta.cumulative(x) - Self.naive(a, b, x)) < 1e-5, "\(x)") }
    #expect(beta.cumulative(0) == 0 && beta.cumulative(1) == 1)
    for share in [0.025, 0.5, 0.975] { #expect(abs(beta.cumulative(beta.quantile(share)) - share) < 1e-9) }
  }

  @Test("known values: Beta(1, 1) is flat, Beta(2, 1) a square, a million verdicts leave little doubt")
  func known() {
    #expect(abs(BetaDistribution(1, 1).quantile(0.3) - 0.3) < 1e-9)
    #expect(abs(BetaDistribution(2, 1).cumulative(0.6) - 0.36) < 1e-12)
    let many = BetaDistribution(800_000, 200_000).interval
    #expect(abs(many.lower - (0.8 - 1.96 * 0.0004)) < 1e-5 && abs(many.upper - (0.8 + 1.96 * 0.0004)) < 1e-5)
  }
}
