import Foundation

/// What one cached prompt has learnt: P(its answer is right | cosine s) = σ(γ·(s − t)), fitted to what was observed.
///
/// Every curve starts with two observations of its own, a wrong one at cosine 0 and a right one at 1, as in the published
/// implementation of vCache. Cosines are rounded to thousandths, so that a curve holds at most 1,001 numbers however
/// often its prompt is asked for.
struct CorrectnessCurve: Sendable {
  private struct Bin: Sendable {
    var thousandths: UInt16
    var right: UInt32 = 0
    var wrong: UInt32 = 0

    var cosine: Double { Double(thousandths) / 1000 }
    var count: Double { Double(right) + Double(wrong) }
  }

  /// Observations before the curve says anything.
  static let least = 4
  /// Where right and wrong observations do not overlap, the likelihood has no maximum: it grows with γ for ever. The
  /// uncertainty of t is taken to be that of a curve of this slope under evenly spread cosines, 1/(γ·n), as no data says.
  static let separatedSlope = 5.0

  private var bins: [Bin] = []
  private var count = 0
  private var highestWrong: UInt16 = 0
  private var lowestRight: UInt16 = 1000
  /// The fit of the observations so far, once it was asked for.
  private var fit: LogisticFit?

  mutating func add(cosine: Float, isRight: Bool) {
    let thousandths = Self.thousandths(cosine)
    let place = bins.firstIndex { $0.thousandths == thousandths } ?? bins.count
    if place == bins.count { bins.append(Bin(thousandths: thousandths)) }
    if isRight {
      bins[place].right += 1
      lowestRight = min(lowestRight, thousandths)
    } else {
      bins[place].wrong += 1
      highestWrong = max(highestWrong, thousandths)
    }
    count += 1
    fit = nil
  }

  /// The probability with which a request at this cosine may be served so that P(a wrong answer is served) ≤ `errorBound`.
  ///
  /// For any ε, P(right) ≥ (1 − ε)·P(right on the curve that the true one is above with probability 1 − ε) = α. Serving with
  /// probability τ̄ = δ/(1 − α) then serves a wrong answer with a probability of at most τ̄·(1 − α) = δ.
  mutating func exploitProbability(cosine: Float, errorBound: Double) -> Double {
    guard count >= Self.least else { return 0 }
    let cosine = Double(Self.thousandths(cosine)) / 1000
    guard let right = highestWrong <= lowestRight ? separatedConfidence(cosine) : fittedConfidence(cosine) else {
      return 0
    }
    return right < 1 - errorBound ? errorBound / (1 - right) : 1
  }

  /// α of a step in the middle of the gap between wrong and right observations.
  private func separatedConfidence(_ cosine: Double) -> Double {
    let middle = (Double(highestWrong) / 1000 + Double(lowestRight) / 1000) / 2
    let deviation = (1 / (Self.separatedSlope * Double(count + 2))).squareRoot()
    return ConfidenceStep.all.reduce(0) { middle + $1.quantile * deviation < cosine ? max($0, $1.confidence) : $0 }
  }

  /// α of the fitted curve, whose lower bound at a cosine takes in the uncertainty of both t and γ; nil for a curve that does
  /// not rise with the cosine, which says nothing.
  private mutating func fittedConfidence(_ cosine: Double) -> Double? {
    if fit == nil {
      let seeds = [(0.0, 0.0, 1.0), (1.0, 1.0, 1.0)]
      fit = LogisticFit(seeds + bins.map { ($0.cosine, Double($0.right), $0.count) })
    }
    // A flat one may have any sign by rounding.
    guard let fit, fit.slope > 1e-6 else { return nil }
    let (center, deviation) = fit.logit(at: cosine)
    return ConfidenceStep.all.reduce(0) {
      max($0, $1.confidence / (1 + exp($1.quantile * deviation - center)))
    }
  }

  private static func thousandths(_ cosine: Float) -> UInt16 {
    UInt16((min(max(cosine, 0), 1) * 1000).rounded())
  }
}

/// A quantile of the normal distribution and its probability 1 − ε.
private struct ConfidenceStep: Sendable {
  var quantile: Double
  var confidence: Double

  static let all = stride(from: 0, through: 4.75, by: 0.25).map {
    ConfidenceStep(quantile: $0, confidence: 1 - erfc($0 / 2.0.squareRoot()) / 2)
  }
}
