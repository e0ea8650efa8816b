/// How well scores tell positives from negatives. Equal scores are one step: no order among them is made up.
package struct PairMetrics: Sendable {
  /// Positives and negatives at or above each distinct score, from the highest score down.
  private var steps: [(score: Float, positives: Int, negatives: Int)] = []
  private let positives: Int
  private let negatives: Int

  package init(scores: [Float], labels: [Bool]) {
    precondition(scores.count == labels.count)
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var (seen, wrong) = (0, 0)
    for (place, index) in order.enumerated() {
      if labels[index] { seen += 1 } else { wrong += 1 }
      if place + 1 == order.count || scores[order[place + 1]] != scores[index] {
        steps.append((scores[index], seen, wrong))
      }
    }
    (positives, negatives) = (seen, wrong)
  }

  /// Chance that a random positive scores above a random negative, ties counted half. Nil without one of either.
  package var auc: Double? {
    if positives == 0 || negatives == 0 { return nil }
    // Twice the area, in whole pairs: exact.
    var doubled = 0
    var before = (positives: 0, negatives: 0)
    for step in steps {
      let (own, other) = (step.positives - before.positives, step.negatives - before.negatives)
      doubled += other * (2 * before.positives + own)
      before = (step.positives, step.negatives)
    }
    return Double(doubled) / Double(2 * positives * negatives)
  }

  /// Sum over the steps of (rise of recall) × precision. Nil without positives.
  package var averagePrecision: Double? {
    if positives == 0 { return nil }
    var sum = 0.0
    var before = 0
    for step in steps {
      sum += Double(step.positives - before) * Double(step.positives) / Double(step.positives + step.negatives)
      before = step.positives
    }
    return sum / Double(positives)
  }

  /// Highest recall of a threshold whose precision is at least this; 0 when no threshold has it.
  package func recall(atPrecision precision: Double) -> Double {
    let reached = steps.last { Double($0.positives) >= precision * Double($0.positives + $0.negatives) }
    return reached.map { positives == 0 ? 0 : Double($0.positives) / Double(positives) } ?? 0
  }
}
