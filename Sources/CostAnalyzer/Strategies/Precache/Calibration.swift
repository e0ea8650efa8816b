import Foundation

/// What lists of one size really did on earlier days, against what the days before had promised.
///
/// A list is made of what was asked most, and part of that was chance and passing fashion: unchecked promises are too high, on
/// drifting logs by half. Lists of the past were too, by about as much, so their mean ratio corrects the next one.
package struct Calibration: Sendable {
  private var ratios = (sum: 0.0, weight: 0.0)
  /// Logarithms of realised by predicted, after correction.
  private var errors: [Double] = []

  private static let halfLifeDays = 3.0
  /// Spread that is assumed before any day was seen, and the number of days it counts for.
  private static let (priorSpread, priorDays) = (0.15, 4.0)
  /// Spread where the volume of the day is a guess.
  private static let guessSpread = 0.5
  /// About the 97.5 % point of Student's t for a handful of days.
  private static let quantile = 2.2

  package init() {}

  package var factor: Double { ratios.weight == 0 ? 1 : ratios.sum / ratios.weight }

  /// - Parameters:
  ///   - promised: share of the requests that the list would have served, by the days before.
  ///   - realised: share that it served.
  package mutating func learn(promised: Double, realised: Double) {
    guard promised > 0 else { return }
    let keep = exp2(-1 / Self.halfLifeDays)
    ratios = (ratios.sum * keep + realised / promised, ratios.weight * keep + 1)
  }

  package mutating func learn(predicted: Double, realised: Double) {
    errors.append(log((realised + 0.5) / (predicted + 0.5)))
  }

  /// The 95 % interval around a predicted count.
  package func interval(_ predicted: Double, isGuess: Bool) -> ClosedRange<Double> {
    let squares = errors.reduce(Self.priorDays * Self.priorSpread * Self.priorSpread) { $0 + $1 * $1 }
    var spread = (squares / (Self.priorDays + Double(errors.count))).squareRoot()
    if isGuess { spread = max(spread, Self.guessSpread) }
    let factor = exp(Self.quantile * spread)
    return max(0, (predicted + 0.5) / factor - 0.5)...((predicted + 0.5) * factor - 0.5)
  }
}
