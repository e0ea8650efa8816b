import Foundation

/// What lists of one size really did on earlier days, against what the days before had promised.
///
/// A list is made of what was asked most, and part of that was chance and passing fashion: unchecked promises are too high, the
/// more so for questions that just came on the list. Lists of the past were wrong in the same way, so the ratios of
/// realised to promised correct the next one, apart for questions new on the list, on it for the second time, and older ones.
package struct Calibration: Sendable {
  package static let ageClasses = 3
  package static func ageClass(_ earlierLists: Int) -> Int { min(earlierLists, ageClasses - 1) }

  private var sums = [(realised: Double, promised: Double)](repeating: (0, 0), count: ageClasses)
  /// What a promise of one hit is worth, in the unit of the sums.
  private var hit = 1.0
  /// Squared errors of earlier predictions, by what was expected of them.
  private var squares: [Double] = []

  private static let halfLifeDays = 3.0
  /// Promised hits for which a class is taken to be as all classes are.
  private static let priorHits = 5.0
  /// Spread beyond chance that is assumed before any day was seen, and the number of days it counts for.
  private static let (priorSpread, priorDays) = (0.15, 4.0)
  /// Spread where the volume of the day is a guess.
  private static let guessSpread = 0.5
  /// About the 97.5 % point of Student's t for a handful of days.
  private static let quantile = 2.2

  package init() {}

  /// Promises by age class, corrected and added up.
  package func corrected(_ promised: [Double]) -> Double {
    let all = sums.reduce((realised: 0, promised: 0)) { ($0.realised + $1.realised, $0.promised + $1.promised) }
    let overall = all.promised == 0 ? 1 : all.realised / all.promised
    let prior = Self.priorHits * hit
    return zip(promised, sums).reduce(0) {
      $0 + $1.0 * ($1.1.realised + prior * overall) / ($1.1.promised + prior)
    }
  }

  /// - Parameters:
  ///   - promised: by age class, what the list would have served if the day had been like the days before.
  ///   - realised: by age class, what it served.
  ///   - hit: mean worth of a promised hit in the same unit.
  package mutating func learn(promised: [Double], realised: [Double], hit: Double = 1) {
    let keep = exp2(-1 / Self.halfLifeDays)
    for age in sums.indices {
      sums[age] = (sums[age].realised * keep + realised[age], sums[age].promised * keep + promised[age])
    }
    if hit > 0 { self.hit = hit }
  }

  package mutating func learn(predicted: Double, realised: Double) {
    let error = log((realised + 0.5) / (predicted + 0.5))
    squares.append(error * error / Self.variance(predicted))
  }

  /// The 95 % interval around a predicted count.
  package func interval(_ predicted: Double, isGuess: Bool) -> ClosedRange<Double> {
    let scale = (Self.priorDays + squares.reduce(0, +)) / (Self.priorDays + Double(squares.count))
    var spread = (scale * Self.variance(predicted)).squareRoot()
    if isGuess { spread = max(spread, Self.guessSpread) }
    let factor = exp(Self.quantile * spread)
    return max(0, (predicted + 0.5) / factor - 0.5)...((predicted + 0.5) * factor - 0.5)
  }

  /// Of the logarithm: days differ, and a count has its chance.
  private static func variance(_ predicted: Double) -> Double { priorSpread * priorSpread + 1 / (predicted + 1) }
}
