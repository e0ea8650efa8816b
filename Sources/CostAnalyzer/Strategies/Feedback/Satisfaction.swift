/// Verdicts of one cohort of requests. A verdict between good and bad counts in part as each.
package struct Satisfaction: Sendable, Equatable {
  /// All requests of the cohort that a model answered.
  package var requests = 0
  package var rated = 0
  /// Sum of 0 (bad) … 1 (good).
  package var good = 0.0

  package init() {}

  package mutating func add(_ satisfaction: Double) {
    rated += 1
    good += satisfaction
  }

  package var mean: Double? { rated == 0 ? nil : good / Double(rated) }

  /// Where every cohort starts: the log's own mean satisfaction, worth so many verdicts. Few verdicts of a cohort then say
  /// little, many say everything.
  package struct Prior: Sendable, Equatable {
    package let mean: Double
    package let mass: Double

    /// - Parameter log: verdicts of the whole log; one good and one bad are added, so that no log is beyond doubt.
    package init(of log: Satisfaction, mass: Double) {
      mean = (log.good + 1) / (Double(log.rated) + 2)
      self.mass = mass
    }
  }

  /// What is known of the cohort's satisfaction, were its verdicts independent of each other.
  package func posterior(_ prior: Prior) -> BetaDistribution {
    BetaDistribution(
      prior.mass * prior.mean + good, prior.mass * (1 - prior.mean) + Double(rated) - good)
  }
}
