/// A leader cluster: the requests that one cache entry answers in the replay without TTL at the deployed threshold.
package struct Cluster: Sendable {
  /// Dense key of the entry.
  package var leader: UInt32
  /// The nameable variant nearest to all others, weighted by how often each is asked; the leader when none is nameable.
  package var medoid: UInt32 = 0
  /// Dense keys with their requests, most asked first.
  package var variants: [(key: UInt32, requests: Int)] = []
  /// The variants that enough users asked to be named, in the same order.
  package var nameable: [UInt32] = []
  package var requests = 0
  package var users = 0
  package var firstSeen: Int64 = .max
  package var lastSeen: Int64 = .min
  package var cost: Int128 = 0
  /// What serving all but the first request from the cache saves.
  package var saved: Int128 = 0
  /// Estimated cosine between the words of two of its answers, on average; nil with fewer than two answers.
  package var agreement: Double?
  /// How many answers have each sketch bit set, and how many answers there are.
  var bitCounts = [Int32](repeating: 0, count: 64)
  var answers = 0
}

/// Which requests share an answer, and what that is worth on the day after.
package struct Clustering: Sendable {
  /// Dearest first.
  package private(set) var clusters: [Cluster] = []
  /// Cluster of each trace position, as an index into the order of first appearance.
  private var clusterOf: [UInt32] = []
  private var leaders: [UInt32] = []

  package init(_ context: StrategyContext) {
    let trace = context.cache.trace
    let setting = CacheSetting(
      threshold: Float(context.options.cache.threshold), ttl: nil, guards: context.options.guardMask)
    // Position of the entry that answers each position; its own where it is a miss.
    var server = Array(0..<trace.count)
    _ = replayCache(trace, graph: context.similarity.graph, setting: setting) { position, _, by, _ in
      server[position] = by
    }
    var number: [Int: UInt32] = [:]
    clusterOf = server.map { entry in
      if let known = number[entry] { return known }
      number[entry] = UInt32(leaders.count)
      leaders.append(trace.keys[entry])
      return UInt32(leaders.count - 1)
    }
    clusters = Self.collect(context, clusterOf, leaders, positions: 0..<trace.count)
    let users = Self.usersByKey(context)
    for index in clusters.indices {
      clusters[index].nameable = clusters[index].variants.map(\.key)
        .filter { users[Int($0)] >= context.options.precache.minUsers }
      clusters[index].medoid = Self.medoid(of: clusters[index], context)
    }
  }

  private static func collect(
    _ context: StrategyContext, _ clusterOf: [UInt32], _ leaders: [UInt32], positions: Range<Int>
  ) -> [Cluster] {
    let trace = context.cache.trace
    var clusters = leaders.map { Cluster(leader: $0) }
    var variants = [[UInt32: Int]](repeating: [:], count: leaders.count)
    var users = [Set<UInt32>](repeating: [], count: leaders.count)
    for position in positions {
      let cluster = Int(clusterOf[position])
      let index = Int(context.cache.requests[position])
      let request = context.log.requests[index]
      let cost = Int128(trace.costs[position])
      if clusters[cluster].requests > 0 { clusters[cluster].saved += cost }
      clusters[cluster].requests += 1
      clusters[cluster].cost += cost
      clusters[cluster].firstSeen = min(clusters[cluster].firstSeen, request.time)
      clusters[cluster].lastSeen = max(clusters[cluster].lastSeen, request.time)
      variants[cluster][trace.keys[position], default: 0] += 1
      if !context.log.users[Int(request.user)].isEmpty { users[cluster].insert(request.user) }
      let sketch = context.log.answerSketches[index]
      if sketch != 0 {
        clusters[cluster].answers += 1
        for bit in 0..<64 where sketch >> UInt64(bit) & 1 == 1 { clusters[cluster].bitCounts[bit] += 1 }
      }
    }
    for index in clusters.indices {
      clusters[index].users = users[index].count
      clusters[index].variants = variants[index].map { (key: $0.key, requests: $0.value) }
        .sorted { $0.requests != $1.requests ? $0.requests > $1.requests : $0.key < $1.key }
      clusters[index].agreement = agreement(clusters[index])
    }
    return clusters.filter { $0.requests > 0 }
      .sorted { $0.saved != $1.saved ? $0.saved > $1.saved : $0.leader < $1.leader }
  }

  /// cos(π · mean distance / 64) over all pairs of answers, from the bit counts.
  private static func agreement(_ cluster: Cluster) -> Double? {
    let n = cluster.answers
    if n < 2 { return nil }
    var differing = 0.0
    for count in cluster.bitCounts { differing += Double(count) * Double(n - Int(count)) }
    let meanDistance = 2 * differing / (Double(n) * Double(n - 1))
    return AnswerSketch.similarity(atDistance: meanDistance)
  }

  /// Distinct known users of every key.
  private static func usersByKey(_ context: StrategyContext) -> [Int] {
    var pairs: [UInt64] = []
    for (position, request) in context.cache.requests.enumerated() {
      let user = context.log.requests[Int(request)].user
      if !context.log.users[Int(user)].isEmpty {
        pairs.append(UInt64(context.cache.trace.keys[position]) << 32 | UInt64(user))
      }
    }
    pairs.sort()
    var counts = [Int](repeating: 0, count: context.cache.trace.keyCount)
    var last: UInt64?
    for pair in pairs where pair != last {
      counts[Int(pair >> 32)] += 1
      last = pair
    }
    return counts
  }

  private static let medoidVariants = 64

  /// Among the most asked variants: a medoid of 100,000 variants would cost 10¹⁰ products for the same answer.
  private static func medoid(of cluster: Cluster, _ context: StrategyContext) -> UInt32 {
    let nameable = Set(cluster.nameable)
    let candidates = cluster.variants.lazy.filter { nameable.contains($0.key) }.prefix(medoidVariants)
    if candidates.count < 3 { return candidates.first?.key ?? cluster.leader }
    let rows = candidates.map { Int(context.similarity.rows[Int($0.key)]) }
    var best = (score: -Double.infinity, key: cluster.leader)
    for (i, candidate) in candidates.enumerated() {
      var score = 0.0
      for (j, other) in candidates.enumerated() {
        score += Double(other.requests) * Double(i == j ? 1 : context.similarity.vectors.cosine(rows[i], rows[j]))
      }
      if score > best.score { best = (score, candidate.key) }
    }
    return best.key
  }

  /// Ranked on all days but the last, what lists of several sizes would have saved on the last day.
  package struct WalkForward: Sendable {
    package struct Row: Sendable {
      package var size: Int
      package var listed: Int
      package var hits: Int
      package var saved: Int128
      /// The best list of that size, known only afterwards.
      package var bestHits: Int
      package var bestSaved: Int128
    }
    package var day: String
    package var requests: Int
    package var cost: Int128
    package var rows: [Row]
  }

  /// Nil for a log within one day. Lists hold clusters of at least `minUsers` users on the earlier days.
  package func walkForward(_ context: StrategyContext, sizes: [Int] = [10, 100, 1_000, 10_000]) -> WalkForward? {
    let trace = context.cache.trace
    guard let last = trace.times.last else { return nil }
    let day = Timestamp.dayNumber(last)
    guard let cut = trace.times.firstIndex(where: { Timestamp.dayNumber($0) == day }), cut > 0 else { return nil }
    var today: [UInt32: (hits: Int, saved: Int128)] = [:]
    var cost: Int128 = 0
    for position in cut..<trace.count {
      let leader = leaders[Int(clusterOf[position])]
      today[leader, default: (0, 0)].hits += 1
      today[leader, default: (0, 0)].saved += Int128(trace.costs[position])
      cost += Int128(trace.costs[position])
    }
    let known = Self.collect(context, clusterOf, leaders, positions: 0..<cut)
      .filter { cluster in
        let prompts = context.log.prompts
        let key = prompts.keys[Int(context.cache.keys[Int(cluster.leader)])]
        return cluster.users >= context.options.precache.minUsers && prompts.prompts[Int(key.firstPrompt)].isPlain
      }
      .sorted { $0.cost != $1.cost ? $0.cost > $1.cost : $0.leader < $1.leader }
    let best = today.values.sorted { $0.saved > $1.saved }
    let mostHits = today.values.map(\.hits).sorted(by: >)
    let rows = sizes.map { size in
      let listed = known.prefix(size).map { today[$0.leader] ?? (0, 0) }
      return WalkForward.Row(
        size: size, listed: listed.count, hits: listed.reduce(0) { $0 + $1.hits },
        saved: listed.reduce(0) { $0 + $1.saved }, bestHits: mostHits.prefix(size).reduce(0, +),
        bestSaved: best.prefix(size).reduce(0) { $0 + $1.saved })
    }
    return WalkForward(day: Timestamp.dayText(day), requests: trace.count - cut, cost: cost, rows: rows)
  }
}

/// The clusters with what the report and the deploy job need of them.
package struct CachingCandidates: Sendable {
  package let clustering: Clustering
  package let precache: PrecacheList
  package let walkForward: Clustering.WalkForward?
  /// The question of each cluster, in order; withheld below `precache.minUsers` users and where it holds private data.
  package let questions: [String]
  /// How a withheld question begins.
  package static let withheld = "(withheld: "

  package init(_ context: StrategyContext) {
    clustering = Clustering(context)
    precache = PrecacheList(clustering, context)
    walkForward = clustering.walkForward(context)
    let minUsers = context.options.precache.minUsers
    let redactor = Redactor()
    questions = clustering.clusters.prefix(context.options.report.maxClusters).map { cluster in
      if cluster.nameable.isEmpty { return "\(Self.withheld)fewer than \(minUsers) users)" }
      let key = context.log.prompts.keys[Int(context.cache.keys[Int(cluster.medoid)])]
      let question = String(decoding: context.log.prompts.prompts[Int(key.firstPrompt)].text, as: UTF8.self)
      return redactor.finding(in: question) == nil ? question : "\(Self.withheld)private data)"
    }
  }
}
