/// How far the answers of exact repeats go apart with the age of the entry that would have served them.
package struct Staleness: Sendable, Equatable {
  package var ttl: Lifetime
  /// Exact hits of a cache with that TTL whose two answers are logged.
  package var compared: Int
  /// Share of them whose answer no longer says the same.
  package var stale: Double

  /// - Parameter mixture: how right and wrong pairs compare, whatever their age.
  static func measure(
    _ comparison: AnswerComparison, _ cache: CacheTrace, mixture: MixtureShare, ttls: [Lifetime]
  ) -> [Staleness] {
    var hits: [(cell: Int, age: Int64)] = []
    var last: [UInt32: Int] = [:]
    for position in 0..<cache.trace.count {
      let key = cache.trace.keys[position]
      defer { last[key] = position }
      guard let before = last[key],
        let cell = comparison.cell(Int(cache.requests[position]), Int(cache.requests[before]))
      else { continue }
      hits.append((cell, cache.trace.times[position] - cache.trace.times[before]))
    }
    // What the youngest quarter shows is how right answers differ.
    let ages = hits.map(\.age).sorted()
    guard ages.count >= 4 * Verification.minimumPairs else { return [] }
    let young = ages[ages.count / 4]
    func histogram(_ isIn: (Int64) -> Bool) -> [Double] {
      hits.reduce(into: [Double](repeating: 0, count: AnswerComparison.cells)) { counts, hit in
        if isIn(hit.age) { counts[hit.cell] += 1 }
      }
    }
    var fresh = MixtureShare(
      rightCounts: histogram { $0 <= young }, wrongCounts: mixture.wrong, cellsPerStratum: mixture.cellsPerStratum)
    fresh.wrong = mixture.wrong
    return ttls.compactMap { ttl in
      let counts = histogram { age in ttl.micros.map { age < $0 } ?? true }
      let compared = counts.reduce(0, +)
      if compared == 0 { return nil }
      return Staleness(ttl: ttl, compared: Int(compared), stale: fresh.estimate(counts))
    }
  }
}

extension Verification {
  /// The longest TTL of the grid under which the share of stale exact hits stays under the limit; nil where none does.
  package func recommendedTTL(maxWrongHits: Double) -> Lifetime? {
    staleness.filter { $0.stale <= maxWrongHits }.map(\.ttl).max { a, b in
      a.micros ?? .max < b.micros ?? .max
    }
  }
}
