/// What a state keeps of a leader cluster to know it again on another night: hashes and sums, no text.
package struct ClusterTrace: Sendable, Equatable {
  package struct Key: Sendable, Equatable {
    /// XXH3-128 of scope, context and normalised text.
    package var identity: Hash128
    package var requests: Int

    package init(_ identity: Hash128, _ requests: Int) { (self.identity, self.requests) = (identity, requests) }
  }

  package struct Day: Sendable, Equatable {
    /// Days since 1970.
    package var day: Int
    package var requests: Int
    /// Pico-dollars.
    package var cost: Int128

    package init(day: Int, requests: Int, cost: Int128) {
      (self.day, self.requests, self.cost) = (day, requests, cost)
    }
  }

  /// Number in `LeaderClusters`.
  package var number: Int
  /// The most asked ones; of equals those with the smallest hashes, which are the same from night to night.
  package var keys: [Key]
  /// Rising.
  package var days: [Day]

  package static let mostClusters = 5_000
  package static let mostKeys = 32

  package init(number: Int, keys: [Key], days: [Day]) {
    (self.number, self.keys, self.days) = (number, keys, days)
  }

  /// The most asked clusters of at least two requests, at `cache.threshold`, by number.
  static func find(_ context: StrategyContext) -> [ClusterTrace] {
    let clusters = LeaderClusters(
      context.cache.trace, graph: context.similarity.graph, threshold: Float(context.options.cache.threshold),
      guards: context.options.guardMask)
    let sizes = (0..<clusters.count).map { clusters.positions(of: $0).count }
    let asked = sizes.indices.filter { sizes[$0] > 1 }
      .sorted { sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1 }
    let numbers = asked.prefix(mostClusters).sorted()
    let identities = context.log.prompts.keyIdentities()
    return parallelMap(numbers.count, threads: context.threads) { index in
      ClusterTrace(numbers[index], clusters.positions(of: numbers[index]), context.cache, identities)
    }
  }

  private init(_ number: Int, _ positions: ArraySlice<UInt32>, _ cache: CacheTrace, _ identities: [Hash128]) {
    var requestsOf: [UInt32: Int] = [:]
    var byDay: [Int: Day] = [:]
    for position in positions.lazy.map(Int.init) {
      requestsOf[cache.trace.keys[position], default: 0] += 1
      let day = Timestamp.dayNumber(cache.trace.times[position])
      byDay[day, default: Day(day: day, requests: 0, cost: 0)].requests += 1
      byDay[day]!.cost += Int128(cache.trace.costs[position])
    }
    let keys = requestsOf.map { Key(identities[Int(cache.keys[Int($0.key)])], $0.value) }
      .sorted { $0.requests != $1.requests ? $0.requests > $1.requests : $0.identity < $1.identity }
    self.init(
      number: number, keys: Array(keys.prefix(Self.mostKeys)), days: byDay.values.sorted { $0.day < $1.day })
  }
}
