import Foundation

/// Fits P(the weak model is right) to outcomes and tells what that is worth on kinds of questions it has not seen.
package struct RouterTraining: Sendable {
  package static let folds = 5
  private static let penalty = 1.0

  package let model: ComplexityModel
  package let questions: Int
  /// Share of questions the weak model gets right.
  package let right: Double
  /// Groups that were held out whole: tasks, or questions with one text where there are too few tasks.
  package let groups: Int
  package let isByTask: Bool
  /// Held-out probability of each outcome, by a model that saw nothing of its group.
  package let heldOut: [Double]
  /// The held-out model beside length, keywords and hand-set weights on the same questions.
  package let evaluations: [RouterEvaluation]
  /// AUC of the model on its own training questions.
  package let fittedAUC: Double?
  package let recalibration: Recalibration?

  /// Slope and intercept fitted to other labels.
  package struct Recalibration: Sendable, Equatable {
    package let labels: Int
    package let slope: Double
    package let intercept: Double
    package let before: Double
    /// Each label judged by a slope and intercept that did not see it.
    package let after: Double
  }

  /// - Parameters:
  ///   - outcomes: with qualities 0 … 1.
  ///   - recalibrateOn: outcomes of the traffic the model is for; only slope and intercept are fitted to them.
  ///   - base: whose word lists the features use, and whose weights are the comparison.
  package init(
    _ outcomes: [RouterOutcome], recalibrateOn few: [RouterOutcome]? = nil, base: ComplexityModel,
    normalizer: TextNormalizer, replicates: Int = RouterEvaluation.replicates, threads: Int
  ) throws {
    guard outcomes.allSatisfy(\.isShare), few?.allSatisfy(\.isShare) ?? true else {
      throw AnalyzerError(
        .input, "weak and strong must be 0 … 1 to train on",
        hint: "points of a judge say which answer is better, not whether one is right: choose a pass mark")
    }
    func features(_ outcomes: [RouterOutcome]) -> [ComplexityFeatures] {
      outcomes.map { ComplexityFeatures(prompt: $0.prompt, normalizer: normalizer, model: base) }
    }
    let own = features(outcomes)
    let rows = own.map(\.values)
    let labels = outcomes.map(\.isWeakRight)
    let tasks = Set(outcomes.compactMap(\.task)).sorted()
    isByTask = tasks.count >= Self.folds
    let split = Self.split(outcomes, byTask: isByTask)
    groups = split.groups
    for fold in 0..<Self.folds {
      let others = labels.indices.filter { split.fold[$0] != fold }.map { labels[$0] }
      guard others.contains(true), others.contains(false), split.fold.contains(fold) else {
        throw AnalyzerError(
          .input, "too few outcomes to train on: each fifth needs right and wrong answers outside it",
          hint: isByTask ? "label questions of more tasks" : "label more questions")
      }
    }
    // Index `folds` is the fit to everything; the others leave one fold out.
    let fits = parallelMap(Self.folds + 1, threads: threads) { fold in
      let seen = labels.indices.filter { split.fold[$0] != fold }
      let fit = LogisticRegression(
        rows: seen.map { rows[$0] }, labels: seen.map { labels[$0] }, penalty: Self.penalty)
      return Self.model(fit, base: base, questions: seen.count, tasks: tasks)
    }
    let fitted = fits[Self.folds]
    let heldOutLogits = own.indices.map { fits[split.fold[$0]].logit(own[$0]) }
    let heldOut = heldOutLogits.map(Self.probability)
    self.heldOut = heldOut
    questions = outcomes.count
    right = Double(labels.lazy.filter { $0 }.count) / Double(labels.count)
    fittedAUC = PairMetrics(scores: own.map { Float(fitted.logit($0)) }, labels: labels).auc
    let recalibration = few.map { few in
      Recalibration(logits: features(few).map(fitted.logit), labels: few.map(\.isWeakRight))
    }
    self.recalibration = recalibration
    let (slope, shift) = (recalibration?.slope ?? 1, recalibration?.intercept ?? 0)
    var training = fitted.training!
    let sorted = heldOutLogits.map { Self.probability(slope * $0 + shift) }.sorted()
    training.quantiles = (0...20).map { sorted[(sorted.count - 1) * $0 / 20] }
    model = base.with(
      bias: slope * fitted.bias + shift, weights: fitted.weights.map { $0 * slope }, training: training)
    evaluations =
      [
        RouterEvaluation(
          outcomes, score: "trained, held out", probabilities: heldOut, replicates: replicates, threads: threads)
      ]
      + (try RouterEvaluation.Score.allCases.map {
        try RouterEvaluation(
          outcomes, score: $0, model: base, normalizer: normalizer, replicates: replicates, threads: threads)
      })
  }

  /// No group in two folds; groups go, largest first, to the smallest fold.
  private static func split(
    _ outcomes: [RouterOutcome], byTask: Bool
  ) -> (fold: [Int], groups: Int, largest: Int) {
    var numbers: [String: Int] = [:]
    let group = outcomes.map { outcome in
      let name = byTask ? outcome.task ?? "" : outcome.prompt
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      return number
    }
    return PairFolds.assign(group.map { ($0, $0) }, folds: folds)
  }

  private static func model(
    _ fit: LogisticRegression, base: ComplexityModel, questions: Int, tasks: [String]
  ) -> ComplexityModel {
    let (bias, weights) = fit.unstandardized
    return base.with(
      bias: bias, weights: weights,
      training: .init(questions: questions, tasks: tasks, means: fit.means, deviations: fit.scales, quantiles: []))
  }

  static func probability(_ logit: Double) -> Double { 1 / (1 + exp(-logit)) }
}

extension LogisticRegression {
  /// The same function of features that are not standardised.
  var unstandardized: (bias: Double, weights: [Double]) {
    let raw = weights.indices.map { weights[$0] / scales[$0] }
    return (intercept - zip(raw, means).reduce(0) { $0 + $1.0 * $1.1 }, raw)
  }
}

extension RouterTraining.Recalibration {
  /// Platt's method: targets drawn in by one label of either kind, so that few labels do not end in certainty.
  init(logits: [Double], labels: [Bool]) {
    self.labels = labels.count
    (slope, intercept) = Self.fit(logits, labels)
    before = PairTraining.calibrationError(logits.map(RouterTraining.probability), labels)
    let folds = min(RouterTraining.folds, labels.count)
    let judged = logits.indices.map { index in
      let others = logits.indices.filter { $0 % folds != index % folds }
      let line = others.isEmpty ? (1, 0) : Self.fit(others.map { logits[$0] }, others.map { labels[$0] })
      return RouterTraining.probability(line.0 * logits[index] + line.1)
    }
    after = PairTraining.calibrationError(judged, labels)
  }

  /// A falling line would turn the router round on the word of a few labels: a flat one stands in for it.
  private static func fit(_ logits: [Double], _ labels: [Bool]) -> (slope: Double, intercept: Double) {
    let positives = Double(labels.lazy.filter { $0 }.count)
    let (up, down) = ((positives + 1) / (positives + 2), 1 / (Double(labels.count) - positives + 2))
    let targets = labels.map { $0 ? up : down }
    let line = LogisticRegression(
      rows: (logits + logits).map { [$0] },
      labels: labels.map { _ in true } + labels.map { _ in false },
      importance: targets + targets.map { 1 - $0 }, penalty: 1e-6
    ).unstandardized
    if line.weights[0] > 0 { return (line.weights[0], line.bias) }
    let mean = targets.reduce(0, +) / Double(targets.count)
    return (0, log(mean / (1 - mean)))
  }
}
