/// The report of `analyze train pairs`.
extension PairTraining {
  package var text: String {
    var weights = Table("weights", [.init("feature", "feature"), .init("weight", "weight")])
    for (name, weight) in zip(model.features, model.weights) { weights.add(.text(name), .number(weight, decimals: 4)) }
    var effects = Table(
      "effects",
      [
        .init("threshold", "threshold"), .init("hits", "hits"), .init("wrong", "wrong"),
        .init("precision", "precision"),
        .init("model_hits", "hits with the model"), .init("model_wrong", "wrong"),
        .init("model_precision", "precision"),
      ])
    for (plain, learned) in zip(without.points, with.points) {
      var row: [Table.Cell] = [.number(plain.threshold, decimals: 2)]
      for counts in [plain.guarded, learned.guarded] {
        row += [.int(counts.hits), .int(counts.wrongHits), .share(counts.precision ?? .nan)]
      }
      effects.add(row)
    }
    var choices = Table(
      "cutoffs",
      [.init("cutoff", "--cutoff"), .init("hits", "hits"), .init("wrong", "wrong"), .init("precision", "precision")])
    for (cutoff, counts) in cutoffs {
      choices.add(
        .number(cutoff, decimals: 1), .int(counts.hits), .int(counts.wrongHits), .share(counts.precision ?? .nan))
    }
    func shown(_ value: Double) -> String { NumberText.fixed(value, 4) }
    return """
      # Learned pair model for \(model.embedder)

      \(NumberText.grouped(pairs)) pairs, \(NumberText.grouped(same)) with the same answer, in \(NumberText.grouped(groups)) \
      groups that share no text (largest \(NumberText.grouped(largestGroup))). \(Self.folds)-fold cross-validation by group. \
      It refuses a pair below a probability of \(NumberText.fixed(model.cutoff, 2)).

      | | fitted pairs | held-out pairs |
      |---|---:|---:|
      | AUC, cosine alone | \(shown(cosineAUC)) | \(shown(cosineAUC)) |
      | AUC, model | \(shown(fittedAUC)) | \(shown(heldOutAUC)) |
      | expected calibration error | \(shown(fittedECE)) | \(shown(heldOutECE)) |

      Weights are those of standardised features; a positive one speaks for the same answer.

      \(weights.markdown())
      Hits at or above a cosine that the other guards let pass, without and with the model (held-out decisions):

      \(effects.markdown())
      The same at or above \(NumberText.fixed(PairEvaluation.thresholds[0], 2)) for other probabilities to refuse below:

      \(choices.markdown())
      These figures hold for questions like the labelled ones, with this embedder.

      """
  }
}
