/// The tables of `analyze evaluate router`.
extension RouterEvaluation {
  package static func text(_ evaluations: [RouterEvaluation]) -> String {
    guard let first = evaluations.first else { return "" }
    let sections = evaluations.compactMap { evaluation in
      [evaluation.calibration?.text, evaluation.shift?.text].compactMap(\.self).joined(separator: "\n")
    }.filter { !$0.isEmpty }
    return """
      \(NumberText.grouped(first.questions)) questions: quality \(NumberText.fixed(first.curve.weak, 4)) on the weak model, \
      \(NumberText.fixed(first.curve.strong, 4)) on the strong one.\(first.curve.points.isEmpty ? "\n\n" + noGap : "")

      \(table(evaluations).markdown())
      APGR: mean share of the quality gap that is closed as the share of calls to the strong model goes from 0 to 1. CPT: the least
      share of calls that closes 50 % or 80 % of it. Intervals: 95 %, over resampled questions.
      \(skill(evaluations))
      """ + sections.map { "\n" + $0 }.joined()
  }

  /// Scores whose interval holds 0.5 are no better than chance as far as these questions tell.
  private static func skill(_ evaluations: [RouterEvaluation]) -> String {
    let unskilled = evaluations.filter { $0.curve.apgr != nil && !($0.intervals.apgr.map { $0.low > 0.5 } ?? false) }
    if unskilled.isEmpty { return "" }
    return
      "\nNo routing skill shown (the interval holds 0.5, or there is none): \(unskilled.map(\.score).joined(separator: ", ")).\n"
  }

  static let noGap = """
    The strong model is not better than the weak one here: there is no gap to close, and APGR and CPT are not defined. Every call \
    to the strong model would be money for nothing.
    """

  package static func table(_ evaluations: [RouterEvaluation]) -> Table {
    var table = Table(
      "router",
      [
        .init("score", "score"), .init("apgr", "APGR"), .init("apgr_interval", "95 %"), .init("cpt50", "CPT(50 %)"),
        .init("cpt50_interval", "95 %"), .init("cpt80", "CPT(80 %)"), .init("cpt80_interval", "95 %"),
      ])
    func add(_ name: String, _ figures: [(Double?, RouterCurve.Interval?)]) {
      table.add(
        [.text(name)]
          + figures.flatMap { figure, interval -> [Table.Cell] in
            [
              figure.map { .number($0, decimals: 4) } ?? .empty,
              interval.map { .text("\(NumberText.fixed($0.low, 3)) … \(NumberText.fixed($0.high, 3))") } ?? .empty,
            ]
          })
    }
    for evaluation in evaluations {
      add(
        evaluation.score,
        [
          (evaluation.curve.apgr, evaluation.intervals.apgr),
          (evaluation.curve.share(recovering: 0.5), evaluation.intervals.cpt50),
          (evaluation.curve.share(recovering: 0.8), evaluation.intervals.cpt80),
        ])
    }
    if evaluations.first?.curve.points.isEmpty == false { add("random order", [(0.5, nil), (0.5, nil), (0.8, nil)]) }
    return table
  }
}

extension RouterCalibration {
  package var text: String {
    """
    ### P(the weak model is right)

    AUC \(auc.map { NumberText.fixed($0, 4) } ?? "–"), expected calibration error \(NumberText.fixed(ece, 4)), Brier score \
    \(NumberText.fixed(brier, 4)).

    \(reliability.markdown())
    Questions at or above a gate go to the weak model, the others to the strong one:

    \(gateTable.markdown())
    """
  }

  private var reliability: Table {
    var table = Table(
      "reliability",
      [
        .init("low", "P from"), .init("questions", "questions"), .init("predicted", "mean P"), .init("right", "right"),
      ])
    for bin in bins {
      table.add(
        .number(bin.low, decimals: 1), .int(bin.questions), bin.predicted.map { .number($0, decimals: 3) } ?? .empty,
        bin.right.map { .number($0, decimals: 3) } ?? .empty)
    }
    return table
  }

  private var gateTable: Table {
    var table = Table(
      "gates",
      [
        .init("gate", "gate"), .init("share", "to weak"), .init("weak", "weak model there"),
        .init("strong", "strong model there"), .init("blended", "quality of all"), .init("change", "against strong"),
      ])
    for gate in gates {
      table.add(
        .number(gate.gate, decimals: 2), .share(gate.share), gate.weak.map { .number($0, decimals: 3) } ?? .empty,
        gate.strong.map { .number($0, decimals: 3) } ?? .empty, .number(gate.blended, decimals: 3),
        .share(gate.change ?? .nan))
    }
    return table
  }
}

extension RouterShift {
  package var text: String {
    let figures = """
      distance of the scores \(NumberText.fixed(scoreDistance, 2)) of 1; the feature that moved most is `\(feature)`, by \
      \(NumberText.fixed(featureShift, 1)) standard deviations
      """
    return isFar
      ? """
      **Skill not measured on such questions**: they are unlike those the model was trained on (\(figures)). The figures above are \
      those of this file; what the training report says does not hold for it.

      """ : "Questions like those the model was trained on (\(figures)).\n"
  }
}
