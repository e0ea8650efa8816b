/// What an embedder and the guards do with labelled pairs: a pair is a hit when its cosine reaches the threshold and no
/// guard refuses it; a hit whose answers differ is wrong.
package struct PairEvaluation: Sendable, Encodable {
  package struct Counts: Sendable, Equatable {
    package var hits = 0
    package var wrongHits = 0
    package init(hits: Int = 0, wrongHits: Int = 0) {
      self.hits = hits
      self.wrongHits = wrongHits
    }

    package var goodHits: Int { hits - wrongHits }
    package var precision: Double? { hits == 0 ? nil : Double(goodHits) / Double(hits) }

    mutating func add(isSame: Bool) {
      hits += 1
      if !isSame { wrongHits += 1 }
    }
  }

  package struct Point: Sendable {
    package var threshold: Double
    package var raw = Counts()
    package var guarded = Counts()
  }

  package struct GuardEffect: Sendable {
    package var threshold: Double
    package var wrongHitsAvoided = 0
    package var goodHitsLost = 0
  }

  package struct Category: Sendable {
    package var name: String
    package var same = 0
    package var different = 0
    package var points: [Point]
  }

  package static let thresholds = (80...99).map { Double($0) / 100 }
  package static let categoryThresholds = [0.80, 0.85, 0.90, 0.95]
  package static let precisions = [0.90, 0.95, 0.99]

  package var embedder: String
  package var same = 0
  package var different = 0
  /// Nil when all pairs have one label.
  package var auc: Double?
  package var averagePrecision: Double?
  /// In the order of `precisions`.
  package var recalls: [Double]
  package var points: [Point]
  /// Guards that are on, each alone, at every threshold.
  package var guards: [(name: String, effects: [GuardEffect])]
  package var categories: [Category] = []

  /// `mask`: guards that are on.
  package init(_ pairs: [LabelledPair], scorer: PairScorer, mask: UInt8) {
    let cosines = pairs.map { scorer.cosine($0.a, $0.b) }
    let refusals = zip(pairs, cosines).map { scorer.refusals($0.a, $0.b, cosine: $1) & mask }
    self.init(pairs, embedder: scorer.embedder, cosines: cosines, refusals: refusals, mask: mask)
  }

  package init(_ pairs: [LabelledPair], embedder: String, cosines: [Float], refusals: [UInt8], mask: UInt8) {
    self.embedder = embedder
    let metrics = PairMetrics(scores: cosines, labels: pairs.map(\.same))
    auc = metrics.auc
    averagePrecision = metrics.averagePrecision
    recalls = Self.precisions.map { metrics.recall(atPrecision: $0) }
    points = Self.thresholds.map { Point(threshold: $0) }
    let on = GuardSet.names.indices.filter { mask >> UInt8($0) & 1 == 1 }
    guards = on.map { (GuardSet.names[$0], Self.thresholds.map { GuardEffect(threshold: $0) }) }
    let names = Set(pairs.compactMap(\.category)).sorted()
    categories = names.map { name in
      Category(name: name, points: Self.categoryThresholds.map { Point(threshold: $0) })
    }
    let number = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    for (index, pair) in pairs.enumerated() {
      if pair.same { same += 1 } else { different += 1 }
      Self.count(pair, cosines[index], refusals[index], in: &points)
      for (place, bit) in on.enumerated() where refusals[index] >> UInt8(bit) & 1 == 1 {
        for step in points.indices where cosines[index] >= Float(points[step].threshold) {
          if pair.same {
            guards[place].effects[step].goodHitsLost += 1
          } else {
            guards[place].effects[step].wrongHitsAvoided += 1
          }
        }
      }
      guard let name = pair.category, let category = number[name] else { continue }
      if pair.same { categories[category].same += 1 } else { categories[category].different += 1 }
      Self.count(pair, cosines[index], refusals[index], in: &categories[category].points)
    }
  }

  private static func count(_ pair: LabelledPair, _ cosine: Float, _ refusals: UInt8, in points: inout [Point]) {
    for step in points.indices where cosine >= Float(points[step].threshold) {
      points[step].raw.add(isSame: pair.same)
      if refusals == 0 { points[step].guarded.add(isSame: pair.same) }
    }
  }

  /// Share of the pairs with the same answer that are served; nil when there are none.
  package func sameServed(_ counts: Counts) -> Double? { same == 0 ? nil : Double(counts.goodHits) / Double(same) }
  package func differentServed(_ counts: Counts) -> Double? {
    different == 0 ? nil : Double(counts.wrongHits) / Double(different)
  }
}
