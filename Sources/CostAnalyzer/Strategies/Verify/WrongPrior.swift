import Foundation

/// Probability that a pair of questions means something else before its answers are seen: logistic in the cosine, fitted to
/// pairs of unknown kind by expectation maximisation.
package struct WrongPrior: Sendable, Equatable {
  package var intercept = -2.0
  package var slope = 1.0
  private static let penalty = 0.1

  /// Pairs of one cosine and one evidence.
  package struct Group: Sendable {
    /// Ten times the distance from cosine 1.
    package var distance: Double
    /// ln P(answers | wrong) / P(answers | right).
    package var logRatio: Double
    package var weight: Double
    /// Share of wrong pairs where it is known.
    package var known: Double?

    package init(distance: Double, logRatio: Double, weight: Double, known: Double? = nil) {
      (self.distance, self.logRatio, self.weight, self.known) = (distance, logRatio, weight, known)
    }
  }

  package static func distance(_ cosine: Float) -> Double { (1 - Double(cosine)) * 10 }

  package init() {}

  package func posterior(distance: Double, logRatio: Double) -> Double {
    Self.sigmoid(intercept + slope * distance + logRatio)
  }

  /// - Parameter rounds: of expectation and maximisation at most.
  package mutating func fit(_ groups: [Group], rounds: Int) {
    for _ in 0..<rounds {
      let before = self
      let shares = groups.map { $0.known ?? posterior(distance: $0.distance, logRatio: $0.logRatio) }
      for _ in 0..<3 { step(groups, shares) }
      if abs(intercept - before.intercept) + abs(slope - before.slope) < 1e-7 { return }
    }
  }

  /// One Newton step towards the likeliest curve for given shares of wrong pairs.
  private mutating func step(_ groups: [Group], _ shares: [Double]) {
    var (g0, g1, h00, h01, h11) = (0.0, -Self.penalty * slope, 1e-6, 0.0, Self.penalty)
    for (group, share) in zip(groups, shares) {
      let p = Self.sigmoid(intercept + slope * group.distance)
      let error = group.weight * (share - p)
      let curvature = group.weight * p * (1 - p)
      g0 += error
      g1 += error * group.distance
      h00 += curvature
      h01 += curvature * group.distance
      h11 += curvature * group.distance * group.distance
    }
    let determinant = h00 * h11 - h01 * h01
    guard determinant > 1e-12 else { return }
    // Far from the solution a step may be too long.
    func bounded(_ step: Double) -> Double { min(max(step, -4), 4) }
    let (step0, step1) = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant)
    intercept = min(max(intercept + bounded(step0), -30), 30)
    slope = min(max(slope + bounded(step1), -30), 30)
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-min(max(x, -35), 35))) }
}
