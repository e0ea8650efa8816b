import Foundation

/// What routing by one score would do to questions whose outcome on both models is known.
package struct RouterEvaluation: Sendable {
  package enum Score: String, CaseIterable, Sendable, Encodable { case length, keywords, model }

  package static let seed: UInt64 = 1
  /// Resamples behind an interval.
  package static let replicates = 1000

  /// Name of the score; of a model with its version.
  package let score: String
  package let questions: Int
  package let curve: RouterCurve
  package let intervals: RouterCurve.Intervals
  /// For a model, where qualities are 0 … 1.
  package var calibration: RouterCalibration?
  /// For a trained model.
  package var shift: RouterShift?

  /// - Parameter scores: one an outcome; the higher, the sooner the strong model gets it.
  package init(
    _ outcomes: [RouterOutcome], score: String, scores: [Double], replicates: Int = Self.replicates, threads: Int
  ) {
    self.score = score
    questions = outcomes.count
    curve = RouterCurve(outcomes, scores: scores)
    intervals = RouterCurve.intervals(
      outcomes, scores: scores, replicates: replicates, seed: Self.seed, threads: threads)
  }

  /// P(the weak model is right) of a model, which sends the least likely to the strong model first.
  package init(
    _ outcomes: [RouterOutcome], score: String, probabilities: [Double], replicates: Int = Self.replicates,
    threads: Int
  ) {
    self.init(
      outcomes, score: score, scores: probabilities.map { -$0 }, replicates: replicates, threads: threads)
    if outcomes.allSatisfy(\.isShare) {
      calibration = RouterCalibration(outcomes, probabilities: probabilities)
    }
  }

  package init(
    _ outcomes: [RouterOutcome], score: Score, model: ComplexityModel, normalizer: TextNormalizer,
    replicates: Int = Self.replicates, threads: Int
  ) throws {
    switch score {
    case .length:
      self.init(
        outcomes, score: score.rawValue, scores: outcomes.map { Double($0.prompt.unicodeScalars.count) },
        replicates: replicates, threads: threads)
    case .keywords:
      let keywords = try KeywordScore()
      self.init(
        outcomes, score: score.rawValue, scores: outcomes.map { keywords.score($0.prompt) }, replicates: replicates,
        threads: threads)
    case .model:
      let features = outcomes.map { ComplexityFeatures(prompt: $0.prompt, normalizer: normalizer, model: model) }
      let probabilities = features.map { 1 / (1 + exp(-model.logit($0))) }
      self.init(
        outcomes, score: "model \(model.version)", probabilities: probabilities, replicates: replicates,
        threads: threads)
      shift = model.training.map { RouterShift($0, features: features, probabilities: probabilities) }
    }
  }
}

extension RouterEvaluation: Encodable {
  private enum CodingKeys: String, CodingKey {
    case score, questions, weak, strong, apgr, apgr11, cpt50, cpt80, apgrInterval, cpt50Interval, cpt80Interval
    case calibration, shift
  }

  /// Figures that cannot be said are null.
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(score, forKey: .score)
    try object.encode(questions, forKey: .questions)
    try object.encode(curve.weak, forKey: .weak)
    try object.encode(curve.strong, forKey: .strong)
    try object.encode(curve.apgr, forKey: .apgr)
    try object.encode(curve.apgr11, forKey: .apgr11)
    try object.encode(curve.share(recovering: 0.5), forKey: .cpt50)
    try object.encode(curve.share(recovering: 0.8), forKey: .cpt80)
    try object.encode(intervals.apgr, forKey: .apgrInterval)
    try object.encode(intervals.cpt50, forKey: .cpt50Interval)
    try object.encode(intervals.cpt80, forKey: .cpt80Interval)
    try object.encodeIfPresent(calibration, forKey: .calibration)
    try object.encodeIfPresent(shift, forKey: .shift)
  }
}
