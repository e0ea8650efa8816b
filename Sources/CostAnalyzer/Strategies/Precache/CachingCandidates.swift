/// Clusters, the pre-cache list and what such lists were worth: what the report and a deploy job need of them.
package struct CachingCandidates: Sendable {
  /// One cluster with the question that stands for it, as a table may show it.
  package struct Shown: Sendable {
    package var cluster: Cluster
    /// The same from night to night; nil without a state that knows it.
    package var id: Int64?
    /// Withheld where no wording has enough users and where its text may not be shown; a hash where texts are hashed.
    package var question: String
    package var isWithheld: Bool
    package var model: String
    /// Scope and context of its questions.
    package var group: Hash128
  }

  /// How a withheld question begins.
  package static let withheld = "(withheld: "

  /// Clusters of at least `precache.minUsers` users, the largest saving first, at most `report.maxClusters`.
  package private(set) var shown: [Shown]
  /// All clusters, and the requests and cost of those that fewer users asked: nothing else is told about them.
  package let clusters: Int
  package let ofFewUsers: (clusters: Int, requests: Int, cost: Int128)
  /// What the first so many clusters save together, the largest saving first: rising, at spread-out ranks up to the last one
  /// that saves anything.
  package let curve: [(clusters: Int, saved: Int128)]
  package let precache: PrecacheList
  package let walkForward: WalkForward

  /// - Parameter same: how answers are compared; by their sketches when nil.
  package init(_ context: StrategyContext, same: SameAnswer? = nil) {
    let graph = context.similarity.graph
    let (threshold, guards) = (Float(context.options.cache.threshold), context.options.guardMask)
    let groups = LeaderClusters(context.cache.trace, graph: graph, threshold: threshold, guards: guards)
    let reach = ListReach(graph, threshold: threshold, guards: guards)
    let rules = CandidateRules(context, groups, same ?? SameAnswer(context.log))
    walkForward = WalkForward(rules, reach)
    let all = parallelMap(groups.count, threads: context.threads) { Cluster($0, groups.positions(of: $0), context) }
    clusters = all.count
    let named = all.filter { $0.users >= context.options.precache.minUsers }
      .sorted { $0.saved != $1.saved ? $0.saved > $1.saved : $0.number < $1.number }
    let rest = all.filter { $0.users < context.options.precache.minUsers }
    ofFewUsers = (rest.count, rest.reduce(0) { $0 + $1.requests }, rest.reduce(0) { $0 + $1.cost })
    curve = Self.curve(all.map(\.saved))
    let top = Array(named.prefix(context.options.report.maxClusters))
    shown = parallelMap(top.count, threads: context.threads) { Self.show(top[$0], rules) }
    precache = PrecacheList(walkForward, rules, reach)
  }

  /// - Parameter ids: by number in `LeaderClusters`.
  mutating func number(by ids: [Int: Int64]) {
    for index in shown.indices { shown[index].id = ids[shown[index].cluster.number] }
  }

  private static func curve(_ savings: [Int128]) -> [(clusters: Int, saved: Int128)] {
    let sorted = savings.filter { $0 > 0 }.sorted(by: >)
    var curve: [(clusters: Int, saved: Int128)] = []
    var (sum, next) = (Int128(0), 1)
    for (index, saved) in sorted.enumerated() {
      sum += saved
      guard index + 1 == next || index + 1 == sorted.count else { continue }
      curve.append((index + 1, sum))
      // A tenth further on.
      next = max(next + 1, next + next / 10)
    }
    return curve
  }

  private static func show(_ cluster: Cluster, _ rules: CandidateRules) -> Shown {
    let context = rules.context
    let positions = rules.clusters.positions(of: cluster.number)
    var cluster = cluster
    cluster.agreement = AnswerVote(positions, context, rules.same).agreement
    let first = context.log.requests[Int(context.cache.requests[Int(positions.first!)])]
    let key = context.log.prompts.keys[Int(context.cache.keys[Int(rules.clusters.leaders[cluster.number])])]
    var question = "\(withheld)fewer than \(context.options.precache.minUsers) users)"
    var isWithheld = true
    if let representative = cluster.representative {
      let text = Wording(of: representative, positions, context).text
      let shown = context.content.shown(text)
      isWithheld = shown == nil
      question = shown ?? context.content.placeholder
    }
    return Shown(
      cluster: cluster, question: question, isWithheld: isWithheld,
      model: context.log.models[Int(first.model)].display, group: context.log.prompts.groups[Int(key.group)])
  }
}
