import Foundation

/// Whether P(the weak model is right) can be taken at its word, and what a gate on it would do.
package struct RouterCalibration: Sendable, Encodable, Equatable {
  /// Questions whose probability is in one tenth of 0 … 1.
  package struct Bin: Sendable, Encodable, Equatable {
    package var low: Double
    package var questions: Int
    /// Means of the probability and of what happened; nil for an empty bin.
    package var predicted: Double?
    package var right: Double?
  }

  /// Questions with P ≥ gate go to the weak model, the others to the strong one.
  package struct Gate: Sendable, Encodable, Equatable {
    package var gate: Double
    package var toWeak: Int
    package var share: Double
    /// Quality on the questions that go to the weak model; nil when none do.
    package var weak: Double?
    package var strong: Double?
    /// Mean quality over all questions, and by how much of the strong model's it differs; nil where that has none.
    package var blended: Double
    package var change: Double?
  }

  /// Nil where the weak model is always right, or never.
  package let auc: Double?
  /// Expected calibration error over the bins.
  package let ece: Double
  /// Mean squared distance of probability and outcome.
  package let brier: Double
  package let bins: [Bin]
  package let gates: [Gate]

  /// - Parameter probabilities: that the weak model is right, one an outcome; both qualities are 0 … 1, right from 0.5 on.
  package init(_ outcomes: [RouterOutcome], probabilities: [Double]) {
    precondition(outcomes.count == probabilities.count && !outcomes.isEmpty)
    let labels = outcomes.map(\.isWeakRight)
    let count = Double(outcomes.count)
    auc = PairMetrics(scores: probabilities.map(Float.init), labels: labels).auc
    ece = PairTraining.calibrationError(probabilities, labels)
    brier = zip(probabilities, labels).reduce(0) { $0 + pow($1.0 - ($1.1 ? 1 : 0), 2) } / count
    bins = (0..<10).map { bin in
      let own = probabilities.indices.filter { min(9, Int(probabilities[$0] * 10)) == bin }
      func mean(_ value: (Int) -> Double) -> Double? {
        own.isEmpty ? nil : own.reduce(0) { $0 + value($1) } / Double(own.count)
      }
      return Bin(
        low: Double(bin) / 10, questions: own.count, predicted: mean { probabilities[$0] },
        right: mean { labels[$0] ? 1 : 0 })
    }
    let strong = outcomes.reduce(0) { $0 + $1.strong }
    gates = (10...19).map { step in
      let gate = Double(step) / 20
      let moved = outcomes.indices.filter { probabilities[$0] >= gate }
      let weakSum = moved.reduce(0) { $0 + outcomes[$1].weak }
      let strongSum = moved.reduce(0) { $0 + outcomes[$1].strong }
      let blended = strong - strongSum + weakSum
      func mean(_ sum: Double) -> Double? { moved.isEmpty ? nil : sum / Double(moved.count) }
      return Gate(
        gate: gate, toWeak: moved.count, share: Double(moved.count) / count, weak: mean(weakSum),
        strong: mean(strongSum), blended: blended / count, change: strong > 0 ? blended / strong - 1 : nil)
    }
  }
}

extension RouterOutcome {
  package var isWeakRight: Bool { weak >= 0.5 }
  /// Whether both answers are right, wrong or something between, not points of some other scale.
  var isShare: Bool { (0...1).contains(weak) && (0...1).contains(strong) }
}
