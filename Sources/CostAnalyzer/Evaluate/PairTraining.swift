/// Trains a `PairModel` on labelled pairs and tells what it is worth on pairs it has not seen.
package struct PairTraining: Sendable {
  package static let folds = 5
  private static let penalty = 1.0
  private static let bins = 10

  package var model: PairModel
  package let pairs: Int
  package let same: Int
  /// Groups of pairs that share texts, and the size of the largest.
  package let groups: Int
  package let largestGroup: Int
  package let cosineAUC: Double
  package let fittedAUC: Double
  /// Every pair scored by a model that saw no text of it.
  package let heldOutAUC: Double
  /// Expected calibration error: mean distance of probability and share, over ten bins of equal width.
  package let fittedECE: Double
  package let heldOutECE: Double
  package let mask: UInt8
  /// Held-out hits at the lowest threshold when the model refuses below other probabilities.
  package let cutoffs: [(cutoff: Double, counts: PairEvaluation.Counts)]
  /// Guards that are on, without and with the held-out decisions of the model.
  package let without: PairEvaluation
  package let with: PairEvaluation

  /// `scorer` must have been made with a guard set that holds a model, which one does not matter.
  package init(_ pairs: [LabelledPair], scorer: PairScorer, mask: UInt8, cutoff: Double) throws {
    let labels = pairs.map(\.same)
    let cosines = pairs.map { scorer.cosine($0.a, $0.b) }
    let rows = zip(pairs, cosines).map { scorer.features($0.a, $0.b, cosine: $1) }
    let keys = pairs.map { (scorer.key($0.a), scorer.key($0.b)) }
    let split = PairFolds.assign(keys, folds: Self.folds)
    for fold in 0..<Self.folds {
      let others = labels.indices.filter { split.fold[$0] != fold }.map { labels[$0] }
      guard others.contains(true), others.contains(false) else {
        throw AnalyzerError(
          .input, "too few pairs to train on: each fifth needs pairs of both labels outside it",
          hint: "pairs that share a text stay together; label pairs of more different questions")
      }
    }
    let fitted = Self.model(LogisticRegression(rows: rows, labels: labels, penalty: Self.penalty), scorer.embedder)
    var heldOut = [Double](repeating: 0, count: pairs.count)
    for fold in 0..<Self.folds {
      let seen = labels.indices.filter { split.fold[$0] != fold }
      let regression = LogisticRegression(
        rows: seen.map { rows[$0] }, labels: seen.map { labels[$0] }, penalty: Self.penalty)
      let model = Self.model(regression, scorer.embedder)
      for index in labels.indices where split.fold[index] == fold { heldOut[index] = model.probability(rows[index]) }
    }
    model = fitted
    model.cutoff = cutoff
    model.trainedPairs = pairs.count
    self.pairs = pairs.count
    same = labels.filter { $0 }.count
    groups = split.groups
    largestGroup = split.largest
    let inSample = rows.map(fitted.probability)
    func auc(_ scores: [Float]) -> Double { PairMetrics(scores: scores, labels: labels).auc ?? 0.5 }
    cosineAUC = auc(cosines)
    fittedAUC = auc(inSample.map(Float.init))
    heldOutAUC = auc(heldOut.map(Float.init))
    fittedECE = Self.calibrationError(inSample, labels)
    heldOutECE = Self.calibrationError(heldOut, labels)
    self.mask = mask & ~GuardSet.modelBit
    let refusals = zip(pairs, cosines).map { [mask = self.mask] in scorer.refusals($0.a, $0.b, cosine: $1) & mask }
    let refused = zip(refusals, zip(keys, heldOut)).map { mask, other in
      other.1 < cutoff && other.0.0 != other.0.1 ? mask | GuardSet.modelBit : mask
    }
    let passed = pairs.indices.filter { cosines[$0] >= Float(PairEvaluation.thresholds[0]) && refusals[$0] == 0 }
    cutoffs = stride(from: 0.3, through: 0.91, by: 0.1).map { cutoff in
      let hits = passed.filter { heldOut[$0] >= cutoff || keys[$0].0 == keys[$0].1 }
      return (cutoff, .init(hits: hits.count, wrongHits: hits.filter { !labels[$0] }.count))
    }
    without = PairEvaluation(
      pairs, embedder: scorer.embedder, cosines: cosines, refusals: refusals, mask: self.mask)
    with = PairEvaluation(
      pairs, embedder: scorer.embedder, cosines: cosines, refusals: refused, mask: self.mask | GuardSet.modelBit)
  }

  private static func model(_ fit: LogisticRegression, _ embedder: String) -> PairModel {
    PairModel(embedder: embedder, means: fit.means, scales: fit.scales, weights: fit.weights, intercept: fit.intercept)
  }

  package static func calibrationError(_ probabilities: [Double], _ labels: [Bool]) -> Double {
    var sums = [(probability: Double, positives: Double)](repeating: (0, 0), count: bins)
    for (probability, label) in zip(probabilities, labels) {
      let bin = min(bins - 1, Int(probability * Double(bins)))
      sums[bin].probability += probability
      sums[bin].positives += label ? 1 : 0
    }
    return sums.reduce(0) { $0 + abs($1.probability - $1.positives) } / Double(max(1, labels.count))
  }
}
