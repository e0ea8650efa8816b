/// A cache that would have answered less of the last day than is usual for its weekday.
package struct HitRateChange: Sendable, Equatable, Encodable {
  package enum Cache: String, Sendable, Encodable, CaseIterable { case exact, semantic }

  package var cache: Cache
  /// Shares of the cacheable requests.
  package var rate: Double
  package var usual: Double
  /// Days it is held against.
  package var days: Int

  package init(cache: Cache, rate: Double, usual: Double, days: Int) {
    (self.cache, self.rate, self.usual, self.days) = (cache, rate, usual, days)
  }

  /// Cacheable requests that make a rate.
  package static let fewestRequests = 30

  /// - Parameter hits: by day, the one looked at among them; earlier ones as they were counted by the nights that saw them end.
  package static func find(_ hits: [Int: DayHits], day: Int) -> [HitRateChange] {
    Cache.allCases.compactMap { cache in
      // Parts per million.
      func rate(_ day: Int) -> Int128? {
        guard let hits = hits[day], hits.requests >= fewestRequests,
          let count = cache == .exact ? hits.exact : hits.semantic
        else { return nil }
        return Int128(count) * 1_000_000 / Int128(hits.requests)
      }
      guard let value = rate(day) else { return nil }
      let past = SpendChange.compared(with: day) { rate($0) != nil }.compactMap(rate)
      guard let change = SpendChange.outOfLine(value, past: past, least: 10_000), change.kind == .lower else {
        return nil
      }
      return HitRateChange(
        cache: cache, rate: Double(value) / 1e6, usual: Double(change.usual) / 1e6, days: past.count)
    }
  }

  /// A clause for people.
  package var text: String {
    let (now, then) = (NumberText.fixed(100 * rate, 1), NumberText.fixed(100 * usual, 1))
    return "\(cache == .exact ? "an exact cache" : "the semantic cache") would have answered \(now) % (usual \(then) %)"
  }
}
