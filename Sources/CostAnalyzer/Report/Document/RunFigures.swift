/// The figures of a run that others are compared with.
package struct RunFigures: Codable, Sendable {
  package struct Lever: Codable, Sendable {
    package var id: String
    package var title: String
    package var evidence: String
    /// Why it did not run; then there are no estimates.
    package var notRun: String?
    package var alone: Estimate?
    /// What it adds behind the levers before it.
    package var inOrder: Estimate?
    package var fairShare: Estimate?
    /// Share of all requests that it serves or moves.
    package var requests: Double?
  }

  /// A share with its 95 % interval.
  package struct Share: Codable, Sendable, Equatable {
    package var estimate: Double
    package var lower: Double
    package var upper: Double
  }

  package var bill: Amount
  package var billEvidence: String
  package var requests: Int
  package var unpriced: Int
  package var estimated: Int
  /// UTC.
  package var firstRequest: String
  package var lastRequest: String
  package var safe: Amount?
  package var defensible: Amount?
  package var potential: Amount?
  /// All levers together; its evidence is the weakest of theirs.
  package var joint: Estimate?
  package var jointEvidence: String?
  package var levers: [Lever]
  /// Of the semantic cache as configured; nil where nothing is verified.
  package var wrongHits: Share?
  package var embedder: String
}

extension RunFigures {
  init(_ analysis: Analysis) {
    let total = analysis.ledger.total
    let joint = analysis.joint
    bill = Amount(total.cost)
    billEvidence = total.evidence.rawValue
    (requests, unpriced, estimated) = (total.requests, total.unpriced, total.estimated)
    firstRequest = Timestamp.seconds(analysis.ledger.firstTime)
    lastRequest = Timestamp.seconds(analysis.ledger.lastTime)
    safe = analysis.totals.map { Amount($0.safe) }
    defensible = analysis.totals.map { Amount($0.defensible) }
    potential = analysis.totals.map { Amount($0.potential) }
    self.joint = joint.map { Estimate($0.saving, $0.interval, within: total.cost) }
    jointEvidence = analysis.totals?.potentialEvidence.rawValue
    levers = analysis.outcomes.map { outcome in
      let lever = joint?.levers.first { $0.id == outcome.id }
      func estimate(
        _ value: (JointReplay.Lever) -> Int128, _ interval: (JointReplay.Intervals) -> ClusterBootstrap.Interval
      ) -> Estimate? {
        lever.map { Estimate(value($0), $0.intervals.map(interval), within: total.cost) }
      }
      return Lever(
        id: outcome.id, title: outcome.title, evidence: outcome.evidence.rawValue, notRun: outcome.notRun,
        alone: estimate(\.alone, \.alone), inOrder: estimate(\.waterfall, \.waterfall),
        fairShare: estimate(\.shapley, \.shapley),
        requests: outcome.notRun == nil ? Double(outcome.requestsAffected) / Double(max(1, total.requests)) : nil)
    }
    wrongHits = analysis.wrongHits.map { Share(estimate: $0.estimate, lower: $0.lower, upper: $0.upper) }
    embedder = analysis.embedder
  }
}
