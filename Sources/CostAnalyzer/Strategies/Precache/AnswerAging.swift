/// How answers to one question drift apart with the time between them, by the finite lifetimes of the options: bucket i holds
/// the pairs that are at most `lifetimes[i]` apart and more than `lifetimes[i − 1]`.
package struct AnswerAging: Sendable {
  /// Pairs and how many of them say the same.
  package struct Curve: Sendable, Equatable {
    package var same: [Double]
    package var pairs: [Double]

    package init(buckets: Int) {
      same = [Double](repeating: 0, count: buckets)
      pairs = same
    }

    package static func += (a: inout Curve, b: Curve) {
      for bucket in a.pairs.indices {
        a.same[bucket] += b.same[bucket]
        a.pairs[bucket] += b.pairs[bucket]
      }
    }
  }

  /// Finite, rising.
  package let lifetimes: [Lifetime]
  /// Over all candidates: what changes by the hour has no part in it where its answers are disputed.
  package private(set) var overall: Curve

  private static let sampled = 24
  /// How many pairs of a cluster weigh as much as all candidates.
  private static let priorPairs = 2.0
  /// The part of the agreement of fresh answers that may be lost before an answer is too old.
  private static let tolerance = 0.1

  /// - Parameter lifetimes: those to choose from; without a finite one, a day.
  package init(_ lifetimes: [Lifetime]) {
    let finite = lifetimes.compactMap(\.micros)
    self.lifetimes = Set(finite.isEmpty ? [Timestamp.day] : finite).sorted().map { Lifetime(micros: $0) }
    overall = Curve(buckets: self.lifetimes.count)
  }

  package mutating func add(_ curve: Curve) { overall += curve }

  /// Compares answers spread over the life of a cluster with each other and each with the next one in the log.
  ///
  /// - Parameter answers: time in microseconds and request of each answer of the cluster, in order of time.
  package func curve(_ answers: [(time: Int64, request: Int)], _ same: SameAnswer) -> Curve {
    let count = min(Self.sampled, answers.count)
    let chosen = (0..<count).map { $0 * answers.count / max(1, count) }
    var curve = Curve(buckets: lifetimes.count)
    func compare(_ i: Int, _ j: Int) {
      let age = answers[j].time - answers[i].time
      guard let bucket = lifetimes.firstIndex(where: { age <= $0.micros! }),
        let probability = same.probability(answers[i].request, answers[j].request)
      else { return }
      curve.same[bucket] += probability
      curve.pairs[bucket] += 1
    }
    for (index, i) in chosen.enumerated() {
      for j in chosen[(index + 1)...] { compare(i, j) }
      if i + 1 < answers.count, index + 1 == count || chosen[index + 1] != i + 1 { compare(i, i + 1) }
    }
    // n answers make n² pairs and still know no more than n answers do.
    for bucket in curve.pairs.indices where curve.pairs[bucket] > Double(count) {
      curve.same[bucket] *= Double(count) / curve.pairs[bucket]
      curve.pairs[bucket] = Double(count)
    }
    return curve
  }

  /// The longest lifetime up to which the answers of a cluster agree nearly as well as its freshest do. Where the cluster has
  /// few pairs, all candidates speak for it; where no answers of the log are that close in time, the shortest lifetime.
  /// Nil when not even the freshest agree.
  package func lifetime(_ curve: Curve) -> Lifetime? {
    var fresh: Double?
    var best: Lifetime?
    guard let youngest = overall.pairs.firstIndex(where: { $0 > 0 }) else { return lifetimes[0] }
    for bucket in youngest..<lifetimes.count {
      // Ages that nobody's answers have reached are not known to be safe.
      guard overall.pairs[bucket] > 0 else { break }
      let prior = overall.same[bucket] / overall.pairs[bucket]
      let agreement = (curve.same[bucket] + Self.priorPairs * prior) / (curve.pairs[bucket] + Self.priorPairs)
      let reference = fresh ?? agreement
      guard agreement >= SameAnswer.agreed, agreement >= (1 - Self.tolerance) * reference else { break }
      fresh = reference
      best = lifetimes[bucket]
    }
    return best
  }
}
