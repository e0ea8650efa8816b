/// A question with an answer that may be loaded into a cache before it is asked.
package struct PrecacheCandidate: Sendable {
  /// Number in `LeaderClusters`.
  package var cluster: Int
  /// Dense key of the question.
  package var key: UInt32
  /// Request whose answer is handed out.
  package var answerRequest: Int
  /// Share of the sampled answers that agree with each other.
  package var agreement: Double
  /// On how many of the lists before, without a break, its cluster stood.
  package var earlierLists = 0
}

/// Why a cluster is no candidate, in the order the rules are asked.
package enum CandidateRule: Int, Sendable, CaseIterable {
  case askedOnce, fewUsers, notPlain, noAnswer, disputed, calledBad, answerOfFewUsers, privateData, cut, sameQuestion,
    shortLived,
    listFull

  package var reason: String {
    switch self {
    case .askedOnce: "asked once"
    case .fewUsers: "no wording asked by precache.minUsers users"
    case .notPlain: "follow-up, image or tool result"
    case .noAnswer: "no stored answer"
    case .disputed: "answers disagree"
    case .calledBad: "users called the answer bad more often than good"
    case .answerOfFewUsers: "answer given to fewer than precache.minUsers users"
    case .privateData: "private data in question or answer"
    case .cut: "text cut for length"
    case .sameQuestion: "same question as a better candidate"
    case .shortLived: "answers change within the shortest lifetime"
    case .listFull: "beyond precache.maxEntries"
    }
  }
}

/// Decides whether a cluster is a candidate from the first of its requests alone, so that the same rules serve for the list of
/// today and for the lists of every earlier day.
package struct CandidateRules: Sendable {
  package enum Verdict: Sendable {
    case candidate(PrecacheCandidate)
    case leftOut(CandidateRule)
  }

  let context: StrategyContext
  let clusters: LeaderClusters
  let same: SameAnswer
  /// Answers that are looked at until enough users are found who got the same.
  private static let answersAskedForUsers = 512

  package init(_ context: StrategyContext, _ clusters: LeaderClusters, _ same: SameAnswer) {
    self.context = context
    self.clusters = clusters
    self.same = same
  }

  /// - Parameter requests: how many of the cluster's requests are known.
  package func verdict(on cluster: Int, requests: Int) -> Verdict {
    let positions = clusters.positions(of: cluster).prefix(requests)
    if positions.count < 2 { return .leftOut(.askedOnce) }
    guard hasUsers(positions), let key = Cluster(cluster, positions, context).representative else {
      return .leftOut(.fewUsers)
    }
    let wording = Wording(of: key, positions, context)
    if !wording.isPlain { return .leftOut(.notPlain) }
    let vote = AnswerVote(positions, context, same)
    guard vote.hasKeptAnswer else { return .leftOut(.noAnswer) }
    guard vote.group.count >= 2, let agreement = vote.agreement, agreement >= context.options.precache.minAgreement,
      case let answers = vote.answers(same), !answers.isEmpty
    else { return .leftOut(.disputed) }
    let rated = rated(positions)
    guard let request = answers.first(where: { !isCalledBad($0, rated) }) else { return .leftOut(.calledBad) }
    guard wasGivenToEnough(request, positions) else { return .leftOut(.answerOfFewUsers) }
    if isPrivate(wording.text) || isPrivate(answer(of: request)) { return .leftOut(.privateData) }
    if wording.isCut { return .leftOut(.cut) }
    return .candidate(
      PrecacheCandidate(cluster: cluster, key: key, answerRequest: request, agreement: agreement))
  }

  /// The kept answer of a request.
  package func answer(of request: Int) -> String {
    String(
      decoding: context.log.prompts.prompts[Int(context.log.requests[request].prompt)].answer, as: UTF8.self)
  }

  /// What a list holds is served to others: private data stays out whatever may be shown in the report.
  package func isPrivate(_ text: String) -> Bool { context.content.redactor.finding(in: text) != nil }

  /// Requests with a user's verdict.
  private func rated(_ positions: ArraySlice<UInt32>) -> [Int] {
    if context.log.counts.rated == 0 { return [] }
    return positions.lazy.map { Int(context.cache.requests[Int($0)]) }
      .filter { context.log.requests[$0].feedback.verdict != nil }
  }

  /// Whether more of the verdicts on an answer, and on those that say the same, are bad than good.
  private func isCalledBad(_ answer: Int, _ rated: [Int]) -> Bool {
    var balance = 0
    for request in rated where request == answer || same.agree(request, answer) {
      let verdict = context.log.requests[request].feedback.verdict ?? 0
      balance += verdict > 0 ? 1 : verdict < 0 ? -1 : 0
    }
    return balance < 0
  }

  /// Whether the positions belong to enough users at all; spares most clusters everything else.
  private func hasUsers(_ positions: ArraySlice<UInt32>) -> Bool {
    var users: Set<UInt32> = []
    for position in positions {
      let user = context.log.requests[Int(context.cache.requests[Int(position)])].user
      if !context.log.users[Int(user)].isEmpty { users.insert(user) }
      if users.count >= context.options.precache.minUsers { return true }
    }
    return false
  }

  /// An answer that one user got may hold what is only theirs.
  private func wasGivenToEnough(_ answer: Int, _ positions: ArraySlice<UInt32>) -> Bool {
    var users: Set<UInt32> = []
    for position in positions.suffix(Self.answersAskedForUsers).reversed() {
      let request = Int(context.cache.requests[Int(position)])
      let user = context.log.requests[request].user
      guard !context.log.users[Int(user)].isEmpty, !users.contains(user) else { continue }
      if request == answer || same.agree(request, answer) { users.insert(user) }
      if users.count >= context.options.precache.minUsers { return true }
    }
    return false
  }
}
