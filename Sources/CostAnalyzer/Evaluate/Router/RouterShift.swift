/// How unlike the training questions others are: a model's skill is only known where it was measured.
package struct RouterShift: Sendable, Encodable, Equatable {
  /// Largest distance between the shares of both sets that score below a value (Kolmogorov–Smirnov), 0 … 1.
  package let scoreDistance: Double
  /// The feature whose mean moved most, in standard deviations of the training questions.
  package let feature: String
  package let featureShift: Double
  package var isFar: Bool { scoreDistance > Self.farScores || abs(featureShift) > Self.farFeature }

  /// Other questions of the same subjects stay below both, another benchmark does not (RouterTrainingTests).
  package static let farScores = 0.25
  package static let farFeature = 1.0

  private enum CodingKeys: CodingKey { case scoreDistance, feature, featureShift }

  /// - Parameter probabilities: P(simple) of the questions, not empty; one a row of `features`.
  package init(_ training: ComplexityModel.Training, features: [ComplexityFeatures], probabilities: [Double]) {
    scoreDistance = Self.distance(probabilities, from: training.quantiles)
    var largest = (name: ComplexityFeatures.names[0], shift: 0.0)
    for (index, name) in ComplexityFeatures.names.enumerated() {
      let mean = features.reduce(0) { $0 + $1.values[index] } / Double(features.count)
      let shift = (mean - training.means[index]) / training.deviations[index]
      if abs(shift) > abs(largest.shift) { largest = (name, shift) }
    }
    (feature, featureShift) = largest
  }

  /// - Parameter quantiles: evenly spaced, of the other set.
  static func distance(_ values: [Double], from quantiles: [Double]) -> Double {
    let sorted = values.sorted()
    let steps = Double(quantiles.count - 1)
    // Inner quantiles only: at the ends a set of a few questions always differs. Where quantiles are equal, the jump between
    // them is no distance.
    return quantiles.indices.dropFirst().dropLast().reduce(0) { largest, index in
      let value = quantiles[index]
      let below = Double(sorted.lazy.filter { $0 < value }.count) / Double(sorted.count)
      let upTo = Double(sorted.lazy.filter { $0 <= value }.count) / Double(sorted.count)
      let low = Double(quantiles.firstIndex(of: value)!) / steps
      let high = Double(quantiles.lastIndex(of: value)!) / steps
      return max(largest, below - high, low - upTo)
    }
  }
}
