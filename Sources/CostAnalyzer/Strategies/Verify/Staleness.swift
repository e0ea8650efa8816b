/// How far the answers of exact repeats go apart with the age of the entry that would have served them.
package struct Staleness: Sendable, Equatable {
  package var ttl: Lifetime
  /// Exact hits of a cache with that TTL whose two answers are logged.
  package var compared: Int
  /// Share of them whose answer no longer says the same.
  package var stale: Double

  /// - Parameters:
  ///   - curve: how single right and wrong answers compare, whatever their age.
  ///   - bin: of the features of two answers.
  static func measure(
    _ baselines: AnswerBaselines, _ cache: CacheTrace, curve: EvidenceCurve, ttls: [Lifetime], threads: Int,
    bin: @Sendable (AnswerComparison.Features) -> Int
  ) -> [Staleness] {
    var repeats: [(key: Int, position: Int, before: Int)] = []
    var last = [Int](repeating: -1, count: cache.trace.keyCount)
    for position in 0..<cache.trace.count {
      let key = Int(cache.trace.keys[position])
      guard baselines.comparison.hasAnswer(Int(cache.requests[position])) else { continue }
      if last[key] >= 0 { repeats.append((key, position, last[key])) }
      last[key] = position
    }
    let compared = repeats
    let hits = parallelMap(compared.count, threads: threads) { index -> (bin: Int, age: Int64) in
      let (key, position, before) = compared[index]
      let features = baselines.features(
        [cache.requests[position]], [cache.requests[before]], key, key, size: SizeClass.one.more)
      return (bin(features), cache.trace.times[position] - cache.trace.times[before])
    }
    // What the youngest quarter shows is how right answers differ.
    let ages = hits.map(\.age).sorted()
    guard ages.count >= 4 * Verification.minimumPairs else { return [] }
    let young = ages[ages.count / 4]
    func histogram(_ isIn: (Int64) -> Bool) -> [Double] {
      hits.reduce(into: [Double](repeating: 0, count: curve.bins)) { counts, hit in
        if isIn(hit.age) { counts[hit.bin] += 1 }
      }
    }
    let fresh = MixtureShare(right: histogram { $0 <= young }, wrong: curve.shares().wrong.map { max(0, $0) * 1_000 })
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
