import CKernels

/// For every key with answers its *rivals*: the nearest questions that are too far away to mean the same. Answers to them
/// are wrong answers to it, and the most alike of those.
package struct RivalQuestions: Sendable {
  package static let count = 4
  /// Questions that are looked through for one key: as far as possible of its own group.
  private static let pool = 1_500

  private var nearest: [SIMD4<UInt32>]

  /// - Parameter below: cosine under which two questions do not mean the same.
  package init(_ comparison: AnswerComparison, _ cache: CacheTrace, _ similarity: Similarity, below: Float, threads: Int) {
    let none = SIMD4<UInt32>(repeating: .max)
    nearest = [SIMD4<UInt32>](repeating: none, count: cache.keys.count)
    guard similarity.rows.count == cache.keys.count else { return }
    let keys = (0..<UInt32(cache.keys.count)).filter { comparison.answerCount(Int($0)) > 0 }
    let groups = cache.groups
    let sorted = keys.sorted { (groups[Int($0)], $0) < (groups[Int($1)], $1) }
    var bounds: [Int] = []
    for (place, key) in sorted.enumerated() where place == 0 || groups[Int(key)] != groups[Int(sorted[place - 1])] {
      bounds.append(place)
    }
    bounds.append(sorted.count)
    let everywhere = Self.spread(keys[...], Self.pool)
    let ranges = zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    let found = parallelMap(ranges.count, threads: threads) { index in
      let own = sorted[ranges[index]]
      let near = Self.spread(own, Self.pool)
      let pool = near + everywhere.prefix(Self.pool - near.count)
      return own.map { Self.nearest($0, in: pool, similarity, below) }
    }
    for (key, rivals) in zip(sorted, found.joined()) { nearest[Int(key)] = rivals }
  }

  private static func spread(_ keys: ArraySlice<UInt32>, _ count: Int) -> [UInt32] {
    if keys.count <= count { return Array(keys) }
    return (0..<count).map { keys[keys.startIndex + keys.count * $0 / count] }
  }

  private static func nearest(
    _ key: UInt32, in pool: [UInt32], _ similarity: Similarity, _ below: Float
  ) -> SIMD4<UInt32> {
    var best = SIMD4<UInt32>(repeating: .max)
    var cosines = SIMD4<Float>(repeating: -2)
    similarity.vectors.values.withUnsafeBufferPointer { values in
      let width = similarity.vectors.dimensions
      let row = values.baseAddress! + Int(similarity.rows[Int(key)]) * width
      for other in pool {
        let cosine = ca_dot(row, values.baseAddress! + Int(similarity.rows[Int(other)]) * width, width)
        if cosine >= below || cosine <= cosines[count - 1] || other == key || best[0] == other || best[1] == other
          || best[2] == other
        {
          continue
        }
        var place = count - 1
        while place > 0 && cosines[place - 1] < cosine {
          (best[place], cosines[place]) = (best[place - 1], cosines[place - 1])
          place -= 1
        }
        (best[place], cosines[place]) = (other, cosine)
      }
    }
    return best
  }

  /// Nearest first.
  package func of(_ key: Int) -> [UInt32] { (0..<Self.count).map { nearest[key][$0] }.filter { $0 != .max } }
}
