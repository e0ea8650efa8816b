/// A leader cluster as it is known after some of its requests.
package struct Cluster: Sendable {
  /// Number in `LeaderClusters`.
  package var number: Int
  /// The nameable wording nearest to all others, weighted by how often each is asked; nil when none is nameable.
  package var representative: UInt32?
  /// Dense keys with their requests, most asked first.
  package var variants: [(key: UInt32, requests: Int)] = []
  /// The variants that enough users asked to be named, in the same order.
  package var nameable: [UInt32] = []
  package var requests = 0
  /// Distinct users that the log names.
  package var users = 0
  package var firstSeen: Int64 = .max
  package var lastSeen: Int64 = .min
  package var cost: Int128 = 0
  /// What serving all but the first request from the cache saves.
  package var saved: Int128 = 0
  /// Share of its sampled answers in the largest group that agree with each other; nil with fewer than two answers.
  package var agreement: Double?

  private static let medoidVariants = 64

  /// - Parameter positions: the first trace positions of the cluster, in order.
  init(_ number: Int, _ positions: ArraySlice<UInt32>, _ context: StrategyContext) {
    self.number = number
    let minUsers = context.options.precache.minUsers
    var requestsOf: [UInt32: Int] = [:]
    var usersOf: [UInt32: Set<UInt32>] = [:]
    var everyone: Set<UInt32> = []
    for position in positions {
      let position = Int(position)
      let request = context.log.requests[Int(context.cache.requests[position])]
      let key = context.cache.trace.keys[position]
      let cost = Int128(context.cache.trace.costs[position])
      if requests > 0 { saved += cost }
      requests += 1
      self.cost += cost
      firstSeen = min(firstSeen, request.time)
      lastSeen = max(lastSeen, request.time)
      requestsOf[key, default: 0] += 1
      if !context.log.users[Int(request.user)].isEmpty {
        everyone.insert(request.user)
        // More than enough need not be counted.
        if usersOf[key]?.count ?? 0 < minUsers { usersOf[key, default: []].insert(request.user) }
      }
    }
    users = everyone.count
    variants = requestsOf.map { (key: $0.key, requests: $0.value) }
      .sorted { $0.requests != $1.requests ? $0.requests > $1.requests : $0.key < $1.key }
    nameable = variants.map(\.key).filter { usersOf[$0]?.count ?? 0 >= minUsers }
    representative = medoid(context)
  }

  /// Among the most asked variants: a medoid of 100,000 variants would cost 10¹⁰ products for the same answer.
  private func medoid(_ context: StrategyContext) -> UInt32? {
    if nameable.count < 3 { return nameable.first }
    let names = Set(nameable.prefix(Self.medoidVariants))
    let candidates = variants.filter { names.contains($0.key) }
    let rows = candidates.map { Int(context.similarity.rows[Int($0.key)]) }
    var scores = candidates.map { Double($0.requests) }
    for i in candidates.indices {
      for j in candidates.indices where j > i {
        let cosine = Double(context.similarity.vectors.cosine(rows[i], rows[j]))
        scores[i] += Double(candidates[j].requests) * cosine
        scores[j] += Double(candidates[i].requests) * cosine
      }
    }
    var best = 0
    for i in candidates.indices where scores[i] > scores[best] { best = i }
    return candidates[best].key
  }
}
