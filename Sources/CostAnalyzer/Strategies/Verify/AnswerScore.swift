/// One number for the features of a comparison, higher where answers say the same: a logistic regression between right and
/// wrong baselines, with an `EvidenceCurve` for each class of sizes that says what a score is worth.
struct AnswerScore: Sendable {
  private let regression: LogisticRegression?
  private(set) var curves: [SizeClass: EvidenceCurve] = [:]
  private static let penalty = 1.0
  /// Classes of many pairs must not outweigh the others.
  private static let weightPerClass = 500

  init(_ baselines: AnswerBaselines) {
    let classes = baselines.byClass.filter { !$0.value.right.isEmpty && !$0.value.wrong.isEmpty }
      .sorted { ($0.key.fewer, $0.key.more) < ($1.key.fewer, $1.key.more) }
    guard !classes.isEmpty else {
      regression = nil
      return
    }
    var rows: [[Double]] = []
    var labels: [Bool] = []
    var importance: [Double] = []
    for (_, contrast) in classes {
      let weight = Double(min(contrast.right.count, Self.weightPerClass))
      for (samples, isRight) in [(contrast.right, true), (contrast.wrong, false)] {
        for sample in samples { rows.append((0..<AnswerComparison.features).map { sample.features[$0] }) }
        labels += [Bool](repeating: isRight, count: samples.count)
        importance += [Double](repeating: weight / Double(samples.count), count: samples.count)
      }
    }
    regression = LogisticRegression(rows: rows, labels: labels, importance: importance, penalty: Self.penalty)
    for (size, contrast) in classes {
      curves[size] = EvidenceCurve(
        right: contrast.right.map { ($0.key, self($0.features)) },
        wrong: contrast.wrong.map { ($0.key, self($0.features)) })
    }
  }

  func callAsFunction(_ features: AnswerComparison.Features) -> Double {
    guard let regression else { return 0 }
    var score = regression.intercept
    for column in 0..<AnswerComparison.features {
      score += regression.weights[column] * (features[column] - regression.means[column]) / regression.scales[column]
    }
    return score
  }
}
