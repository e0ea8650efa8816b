/// What is known of a log on the evening of a day, and what a list made then does on the next.
struct WalkState {
  /// One list size on one day.
  struct Sums {
    var hits = 0
    var cost: Int128 = 0
    var oracleHits = 0
    var oracleCost: Int128 = 0
    /// By age class of the best entry (`Calibration.ageClass`): what was served, and what would have been of the decayed
    /// requests of the days before.
    var served = [(hits: Double, cost: Double)](repeating: (0, 0), count: Calibration.ageClasses)
    var past = [(hits: Double, cost: Double)](repeating: (0, 0), count: Calibration.ageClasses)
  }

  private let rules: CandidateRules
  private let reach: ListReach
  private let trace: ReplayTrace
  private var keys: DecayedCounts
  private var clusters: DecayedCounts
  /// All requests in one.
  private var total: DecayedCounts
  /// Requests of each cluster so far.
  private var known: [Int]
  /// Clusters with requests that their verdict does not know of.
  private var changed: Set<Int> = []
  private var candidates: [Int: PrecacheCandidate] = [:]
  private var rule: [CandidateRule?]
  /// Lists in a row that each candidate stood on.
  private var lists: [Int: Int] = [:]
  /// Keys seen so far.
  private var keyEnd = 0

  init(_ rules: CandidateRules, _ reach: ListReach) {
    self.rules = rules
    self.reach = reach
    trace = rules.context.cache.trace
    let halfLife = rules.context.options.precache.halfLife.micros
    keys = DecayedCounts(count: trace.keyCount, halfLife: halfLife)
    clusters = DecayedCounts(count: rules.clusters.count, halfLife: halfLife)
    total = DecayedCounts(count: 1, halfLife: halfLife)
    known = [Int](repeating: 0, count: rules.clusters.count)
    rule = [CandidateRule?](repeating: nil, count: rules.clusters.count)
  }

  mutating func add(_ positions: Range<Int>, daysSince days: Int) {
    keys.age(days: days)
    clusters.age(days: days)
    total.age(days: days)
    for position in positions {
      let (key, cluster) = (Int(trace.keys[position]), Int(rules.clusters.clusterOf[position]))
      keys.add(key, cost: trace.costs[position])
      clusters.add(cluster, cost: trace.costs[position])
      total.add(0, cost: trace.costs[position])
      known[cluster] += 1
      changed.insert(cluster)
      keyEnd = max(keyEnd, key + 1)
    }
  }

  /// All candidates, best first. Of two with the same question the better one stays.
  mutating func list() -> [PrecacheCandidate] {
    judgeChanged()
    var questions: Set<UInt32> = []
    let list = candidates.values.sorted { clusters.isBefore($0.cluster, $1.cluster) }
      .filter { questions.insert($0.key).inserted }
      .map { candidate in
        var candidate = candidate
        candidate.earlierLists = lists[candidate.cluster] ?? 0
        return candidate
      }
    lists = Dictionary(uniqueKeysWithValues: candidates.keys.map { ($0, (lists[$0] ?? 0) + 1) })
    return list
  }

  private mutating func judgeChanged() {
    let todo = changed.sorted()
    changed = []
    let (rules, counts) = (rules, todo.map { known[$0] })
    let verdicts = parallelMap(todo.count, threads: rules.context.threads) {
      rules.verdict(on: todo[$0], requests: counts[$0])
    }
    for (cluster, verdict) in zip(todo, verdicts) {
      switch verdict {
      case .candidate(let candidate):
        candidates[cluster] = candidate
        rule[cluster] = nil
      case .leftOut(let reason):
        candidates[cluster] = nil
        rule[cluster] = reason
      }
    }
  }

  /// Clusters by the rule that leaves them out, after `list`.
  var leftOut: [CandidateRule: Int] {
    var counts: [CandidateRule: Int] = [:]
    for case let rule? in rule { counts[rule, default: 0] += 1 }
    let twins = candidates.count - Set(candidates.values.map(\.key)).count
    if twins > 0 { counts[.sameQuestion] = twins }
    return counts
  }

  /// Requests and pico-dollars, by age class, that a list would have served if `requests` were like the days before.
  func promised(_ sums: Sums, requests: Double) -> [(hits: Double, cost: Double)] {
    let scale = total.requests[0] == 0 ? 0 : requests / total.requests[0]
    return sums.past.map { ($0.hits * scale, $0.cost * scale) }
  }

  /// Lets lists of all sizes serve the requests of the next day.
  func replay(_ positions: Range<Int>, _ list: [PrecacheCandidate]) -> (sizes: [Sums], unsearched: Int) {
    let sizes = WalkForward.sizes
    var today = [UInt32: (hits: Int, cost: Int128)]()
    var end = keyEnd
    for position in positions {
      let key = trace.keys[position]
      today[key, default: (0, 0)].hits += 1
      today[key, default: (0, 0)].cost += Int128(trace.costs[position])
      end = max(end, Int(key) + 1)
    }
    let listed = ListedQuestions(list.map { Int($0.key) }, keyCount: trace.keyCount, reach)
    var sums = [Sums](repeating: Sums(), count: sizes.count)
    var ofEntry = [(hits: Int, cost: Int128)](repeating: (0, 0), count: list.count)
    var (reached, unsearched) = ((hits: 0, cost: Int128(0)), 0)
    var (budget, pastBudget) = (DenseSearch.budget, DenseSearch.budget)
    for key in 0..<end {
      let (asked, pastHits, pastCost) = (today[UInt32(key)] ?? (0, 0), keys.requests[key], keys.costs[key])
      if asked.hits == 0 && pastHits == 0 { continue }
      let (entries, isWhole) =
        asked.hits > 0
        ? listed.entries(answering: key, &budget) : listed.entries(answering: key, &pastBudget)
      if !isWhole { unsearched += asked.hits }
      guard let best = entries.min() else { continue }
      for entry in entries where asked.hits > 0 {
        ofEntry[entry].hits += asked.hits
        ofEntry[entry].cost += asked.cost
      }
      let age = Calibration.ageClass(list[best].earlierLists)
      reached.hits += asked.hits
      reached.cost += asked.cost
      for size in sizes.indices where best < sizes[size] {
        sums[size].past[age].hits += pastHits
        sums[size].past[age].cost += pastCost
        sums[size].served[age].hits += Double(asked.hits)
        sums[size].served[age].cost += Double(asked.cost)
        sums[size].hits += asked.hits
        sums[size].cost += asked.cost
      }
    }
    // No list can serve more than its entries one by one, nor more than all candidates together.
    let (hits, costs) = (ofEntry.map(\.hits).sorted(by: >), ofEntry.map(\.cost).sorted(by: >))
    for size in sizes.indices {
      sums[size].oracleHits = min(reached.hits, hits.prefix(sizes[size]).reduce(0, +))
      sums[size].oracleCost = min(reached.cost, costs.prefix(sizes[size]).reduce(0, +))
    }
    return (sums, unsearched)
  }
}
