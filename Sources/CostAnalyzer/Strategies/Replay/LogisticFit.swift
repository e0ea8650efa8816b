import Foundation

/// The maximum-likelihood logistic curve of one variable, logit P = intercept + slope·x, with the covariance of its two
/// parameters (the inverse of the observed information).
///
/// The observations must overlap, some success lying below some failure: only then is the maximum finite.
struct LogisticFit: Sendable {
  private(set) var intercept = 0.0
  private(set) var slope = 0.0
  private var variance = (intercept: 0.0, both: 0.0, slope: 0.0)

  /// - Parameter observations: places, each with its number of successes and of trials.
  init(_ observations: [(x: Double, successes: Double, trials: Double)]) {
    var loss = Self.loss(observations, intercept, slope)
    for _ in 0..<50 {
      // Gradient and Hessian of the negative log-likelihood.
      var (g0, g1, h00, h01, h11) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for (x, successes, trials) in observations {
        let p = 1 / (1 + exp(-intercept - slope * x))
        let weight = trials * p * (1 - p)
        g0 += trials * p - successes
        g1 += (trials * p - successes) * x
        h00 += weight
        h01 += weight * x
        h11 += weight * x * x
      }
      let determinant = max(h00 * h11 - h01 * h01, .leastNormalMagnitude)
      variance = (h11 / determinant, -h01 / determinant, h00 / determinant)
      let step0 = variance.intercept * g0 + variance.both * g1
      let step1 = variance.both * g0 + variance.slope * g1
      // Twice what a Newton step gains where the loss is a parabola.
      if step0 * g0 + step1 * g1 < 1e-12 { return }
      var size = 1.0
      var next = Self.loss(observations, intercept - step0, slope - step1)
      while next > loss, size > 1e-9 {
        size /= 2
        next = Self.loss(observations, intercept - size * step0, slope - size * step1)
      }
      guard next < loss else { return }
      intercept -= size * step0
      slope -= size * step1
      loss = next
    }
  }

  /// The curve's logit at a place, and the standard deviation of that.
  func logit(at x: Double) -> (value: Double, deviation: Double) {
    let spread = variance.intercept + 2 * x * variance.both + x * x * variance.slope
    return (intercept + slope * x, max(spread, 0).squareRoot())
  }

  private static func loss(
    _ observations: [(x: Double, successes: Double, trials: Double)], _ intercept: Double, _ slope: Double
  ) -> Double {
    observations.reduce(0) { sum, observation in
      let logit = intercept + slope * observation.x
      // log(1 + e^logit) without overflow.
      let softplus = max(logit, 0) + log1p(exp(-abs(logit)))
      return sum + observation.trials * softplus - observation.successes * logit
    }
  }
}
