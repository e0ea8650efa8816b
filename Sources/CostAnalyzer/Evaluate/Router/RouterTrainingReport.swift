/// The report of `analyze train router`.
extension RouterTraining {
  /// - Parameters:
  ///   - files: names of the files with the outcomes.
  ///   - feedback: verdicts among the outcomes.
  ///   - handSet: weights that stand beside the fitted ones.
  package func text(
    files: [String], feedback: FeedbackOutcomes? = nil, handSet: ComplexityModel
  ) -> String {
    var weights = Table(
      "weights",
      [
        .init("feature", "feature"), .init("weight", "weight"), .init("step", "per standard deviation"),
        .init("hand_set", "hand-set weight"),
      ])
    let deviations = model.training?.deviations ?? []
    for (index, name) in ComplexityFeatures.names.enumerated() {
      weights.add(
        .text(name), .number(model.weights[index], decimals: 4),
        .number(model.weights[index] * deviations[index], decimals: 4),
        .number(handSet.weights[index], decimals: 2))
    }
    let trained = evaluations[0]
    let grouping = isByTask ? "tasks" : "distinct texts (fewer than \(Self.folds) tasks are named)"
    let names = files.map { HostileText.markdown($0, limit: 300) }.joined(separator: ", ")
    return """
      # Router model \(model.version)

      Trained on \(NumberText.grouped(questions)) questions of \(names); the weak model is right on \
      \(NumberText.fixed(right * 100, 1)) % of them. \(Self.folds)-fold cross-validation by \(grouping), \
      \(NumberText.grouped(groups)) groups: every held-out figure comes from models that saw nothing of the question's group.
      \(feedback?.text ?? "")
      \(RouterEvaluation.text(Array(evaluations.prefix(1)) + evaluations.dropFirst().map(\.withoutTables)))
      \(verdict)`model \(handSet.version)` are the hand-set weights. AUC on the questions it was fitted to: \
      \(fittedAUC.map { NumberText.fixed($0, 4) } ?? "–"); held out: \
      \(trained.calibration?.auc.map { NumberText.fixed($0, 4) } ?? "–").

      \(recalibration?.text ?? "Not recalibrated on other labels.\n")
      ## Coefficients

      P(the weak model is right) = 1 / (1 + exp(−(\(NumberText.fixed(model.bias, 4)) + Σ weight × feature))). A positive weight \
      speaks for the weak model.

      \(weights.markdown())
      These figures hold for questions like the labelled ones and for this pair of models.

      """
  }
}

extension FeedbackOutcomes {
  fileprivate var text: String {
    """

    \(NumberText.grouped(outcomes.count)) of them are users' verdicts on answers of \(HostileText.markdown(weakModel)): right is what \
    contented its user. Left out: \(NumberText.grouped(overridden)) whose model was chosen by hand, \(NumberText.grouped(notAlone)) \
    that do not stand alone, \(NumberText.grouped(tooLong)) longer than \(PromptTable.keptTextBytes) bytes. Nobody saw what \
    \(HostileText.markdown(strongModel)) would have said: in its place stands the mean satisfaction with it at the same tenth of \
    the built-in score, from \(NumberText.grouped(strongRated)) verdicts. Cheap answers were given where somebody sent them, and \
    judged by who cared to.

    """
  }
}

extension RouterTraining {
  /// Whether training was worth it, against the scores that cost nothing.
  private var verdict: String {
    guard let own = evaluations[0].curve.apgr else { return "" }
    let others = evaluations.dropFirst().filter { $0.curve.apgr ?? 0 >= own }.map(\.score)
    if others.isEmpty { return "" }
    return """
      **Training shows no gain in ranking**: on kinds of questions it has not seen, \(others.joined(separator: ", ")) rank as well \
      or better. What it adds are probabilities that can be checked.


      """
  }
}

extension RouterEvaluation {
  fileprivate var withoutTables: RouterEvaluation {
    var copy = self
    copy.calibration = nil
    copy.shift = nil
    return copy
  }
}

extension RouterTraining.Recalibration {
  fileprivate var text: String {
    let turned =
      slope > 0
      ? ""
      : " The score did not rise with these labels, so that every question now has one probability: it cannot rank them."
    return """
      Recalibrated on \(NumberText.grouped(labels)) other labels: slope \(NumberText.fixed(slope, 4)), intercept \
      \(NumberText.fixed(intercept, 4)). Expected calibration error on them \(NumberText.fixed(before, 4)) before and \
      \(NumberText.fixed(after, 4)) after (each label judged by a fit without it). The order of questions stays as it was: \
      recalibration makes probabilities honest, not skilful.\(turned) The held-out figures above are those before it.

      """
  }
}
