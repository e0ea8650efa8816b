/// The JSON object of `analyze evaluate pairs --json`. Keys are stable; what cannot be said is null.
extension PairEvaluation {
  private enum Key: String, CodingKey {
    case embedder, pairs, same, different, auc, thresholds, guards, categories, threshold, hits, guardName = "guard",
      category
    case averagePrecision = "average_precision"
    case recallAtPrecision = "recall_at_precision"
    case wrongHits = "wrong_hits"
    case precision
    case sameServed = "same_served"
    case differentServed = "different_served"
    case guardedHits = "guarded_hits"
    case guardedWrongHits = "guarded_wrong_hits"
    case guardedPrecision = "guarded_precision"
    case guardedSameServed = "guarded_same_served"
    case guardedDifferentServed = "guarded_different_served"
    case wrongHitsAvoided = "wrong_hits_avoided"
    case goodHitsLost = "good_hits_lost"
  }

  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(embedder, forKey: .embedder)
    try object.encode(same + different, forKey: .pairs)
    try object.encode(same, forKey: .same)
    try object.encode(different, forKey: .different)
    try object.encode(auc, forKey: .auc)
    try object.encode(averagePrecision, forKey: .averagePrecision)
    let names = Self.precisions.map { NumberText.fixed($0, 2) }
    try object.encode(
      Dictionary(uniqueKeysWithValues: zip(names, recalls)), forKey: .recallAtPrecision)
    var steps = object.nestedUnkeyedContainer(forKey: .thresholds)
    for point in points {
      var step = steps.nestedContainer(keyedBy: Key.self)
      try encode(point, into: &step)
      try step.encode(sameServed(point.raw), forKey: .sameServed)
      try step.encode(differentServed(point.raw), forKey: .differentServed)
      try step.encode(sameServed(point.guarded), forKey: .guardedSameServed)
      try step.encode(differentServed(point.guarded), forKey: .guardedDifferentServed)
    }
    var list = object.nestedUnkeyedContainer(forKey: .guards)
    for (name, effects) in guards {
      var entry = list.nestedContainer(keyedBy: Key.self)
      try entry.encode(name, forKey: .guardName)
      var steps = entry.nestedUnkeyedContainer(forKey: .thresholds)
      for effect in effects {
        var step = steps.nestedContainer(keyedBy: Key.self)
        try step.encode(effect.threshold, forKey: .threshold)
        try step.encode(effect.wrongHitsAvoided, forKey: .wrongHitsAvoided)
        try step.encode(effect.goodHitsLost, forKey: .goodHitsLost)
      }
    }
    var classes = object.nestedUnkeyedContainer(forKey: .categories)
    for category in categories {
      var entry = classes.nestedContainer(keyedBy: Key.self)
      try entry.encode(category.name, forKey: .category)
      try entry.encode(category.same, forKey: .same)
      try entry.encode(category.different, forKey: .different)
      var steps = entry.nestedUnkeyedContainer(forKey: .thresholds)
      for point in category.points {
        var step = steps.nestedContainer(keyedBy: Key.self)
        try encode(point, into: &step)
      }
    }
  }

  private func encode(_ point: Point, into step: inout KeyedEncodingContainer<Key>) throws {
    try step.encode(point.threshold, forKey: .threshold)
    try step.encode(point.raw.hits, forKey: .hits)
    try step.encode(point.raw.wrongHits, forKey: .wrongHits)
    try step.encode(point.raw.precision, forKey: .precision)
    try step.encode(point.guarded.hits, forKey: .guardedHits)
    try step.encode(point.guarded.wrongHits, forKey: .guardedWrongHits)
    try step.encode(point.guarded.precision, forKey: .guardedPrecision)
  }
}
