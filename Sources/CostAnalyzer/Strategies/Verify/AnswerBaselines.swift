/// Pairs of requests whose answers are known to say the same (exact repeats), or not to (questions far apart).
package struct AnswerBaselines: Sendable {
  package struct Pair: Sendable {
    /// Dense key of the first request: pairs of one block are not independent.
    package var block: UInt32
    package var cell: UInt8
    /// Microseconds between the two requests.
    package var age: Int64
  }

  /// Popular keys must not decide alone.
  package static let pairsPerKey = 8
  package static let farPairs = 8_000
  /// Questions below this cosine do not mean the same.
  package static let farCosine: Float = 0.5

  package private(set) var right: [Pair] = []
  package private(set) var wrong: [Pair] = []

  package init(_ comparison: AnswerComparison, _ cache: CacheTrace, _ similarity: Similarity) {
    let trace = cache.trace
    var first = [Int](repeating: -1, count: trace.keyCount)
    var last = first
    var pairs = [Int](repeating: 0, count: trace.keyCount)
    for position in 0..<trace.count {
      let key = Int(trace.keys[position])
      if first[key] < 0 { first[key] = position }
      let before = last[key]
      last[key] = position
      guard before >= 0, pairs[key] < Self.pairsPerKey,
        let cell = comparison.cell(Int(cache.requests[before]), Int(cache.requests[position]))
      else { continue }
      pairs[key] += 1
      let age = trace.times[position] - trace.times[before]
      right.append(Pair(block: UInt32(key), cell: UInt8(cell), age: age))
    }
    findFar(comparison, cache, similarity, first: first)
  }

  /// Random pairs of keys of one group, by the first request of each.
  private mutating func findFar(
    _ comparison: AnswerComparison, _ cache: CacheTrace, _ similarity: Similarity, first: [Int]
  ) {
    guard cache.trace.keyCount > 1, similarity.rows.count == cache.trace.keyCount else { return }
    let keys = (0..<cache.trace.keyCount).sorted { (cache.groups[$0], $0) < (cache.groups[$1], $1) }
    var start = [UInt32: Int](), count = [UInt32: Int]()
    for (place, key) in keys.enumerated() {
      if start[cache.groups[key]] == nil { start[cache.groups[key]] = place }
      count[cache.groups[key], default: 0] += 1
    }
    var random = SeededRandom(seed: 5)
    for _ in 0..<8 * Self.farPairs where wrong.count < Self.farPairs {
      let a = random.below(keys.count)
      let group = cache.groups[a]
      let b = keys[start[group]! + random.below(count[group]!)]
      let rows = (Int(similarity.rows[a]), Int(similarity.rows[b]))
      if a == b || rows.0 == rows.1 || similarity.vectors.cosine(rows.0, rows.1) >= Self.farCosine { continue }
      guard let cell = comparison.cell(Int(cache.requests[first[a]]), Int(cache.requests[first[b]])) else { continue }
      wrong.append(Pair(block: UInt32(a), cell: UInt8(cell), age: 0))
    }
  }

  /// Pairs by cell.
  package static func histogram(_ pairs: [Pair]) -> [Double] {
    var counts = [Double](repeating: 0, count: AnswerComparison.cells)
    for pair in pairs { counts[Int(pair.cell)] += 1 }
    return counts
  }
}
