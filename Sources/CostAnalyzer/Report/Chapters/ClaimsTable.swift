/// The field's folklore beside what this log supports (SPEC §9).
struct ClaimsTable {
  private let analysis: Analysis
  private let joint: JointReplay
  private var bill: Int128 { joint.bill }

  private enum Measure { case shareOfRequests, shareOfBill }

  private static let claims: [(lever: String, says: String, claimed: String, measure: Measure)] = [
    (ExactCacheStrategy.id, "exact cache hits", "20–30 %", .shareOfRequests),
    (SemanticCacheStrategy.id, "semantic cache hits, exact ones among them", "30–60 %", .shareOfRequests),
    (PromptStrategy.id, "prompt optimisation saves", "20–40 %", .shareOfBill),
    (RoutingStrategy.id, "routing saves", "30–60 %", .shareOfBill),
    (QuantisationStrategy.id, "quantisation saves", "50–70 %", .shareOfBill),
    (BatchingStrategy.id, "batching saves", "10–30 %", .shareOfBill),
  ]

  init(_ analysis: Analysis, _ joint: JointReplay) { (self.analysis, self.joint) = (analysis, joint) }

  func blocks() -> [ReportBlock] {
    var table = Table(
      "claims",
      [
        .init("claim", "claim"), .init("claimed", "claimed"), .init("found", "in this log"),
        .init("interval", "95 % interval"), .init("evidence", "evidence"),
      ])
    for claim in Self.claims {
      guard let outcome = analysis.outcomes.first(where: { $0.id == claim.lever }) else { continue }
      var found = "not run"
      var interval = ""
      if outcome.notRun == nil {
        switch claim.measure {
        case .shareOfRequests:
          found = NumberText.percent(Double(outcome.requestsAffected), of: Double(analysis.log.requests.count))
        case .shareOfBill:
          let lever = joint.levers.first { $0.id == claim.lever }
          found = NumberText.percent(lever?.alone ?? 0, of: bill)
          interval = text(lever?.intervals?.alone)
        }
      }
      table.add(
        .text(claim.says), .text(claim.claimed), .text(found), .text(interval),
        .text(outcome.notRun == nil ? outcome.evidence.rawValue : ""))
    }
    table.add(
      .text("all together save"), .text("70–80 %"), .text(NumberText.percent(joint.saving, of: bill)),
      .text(text(joint.interval)), .text(joint.levers.map(\.evidence).max()?.rawValue ?? ""))
    return [.table(ReportTable(table))] + (seventy().map { [.paragraph($0)] } ?? [])
  }

  private func text(_ interval: ClusterBootstrap.Interval?) -> String {
    guard let interval, bill > 0 else { return "" }
    func percent(_ value: Double) -> String { NumberText.percent(min(value, Double(bill)), of: Double(bill)) }
    return "\(percent(interval.lower)) … \(percent(interval.upper))"
  }

  /// What would have to be true for the claim about all levers.
  private func seventy() -> String? {
    guard bill > 0 else { return nil }
    let touched = bill - joint.untouched
    let untouched = """
      No lever touches \(MoneyText.readable(joint.untouched)) (\(NumberText.percent(joint.untouched, of: bill))) of the bill
      """
    if joint.saving * 10 >= bill * 7 { return untouched + "." }
    if touched * 10 < bill * 7 { return untouched + ": 70 % cannot be saved by them." }
    let now = NumberText.percent(joint.saving, of: touched)
    let needed = NumberText.percent(0.7 * Double(bill), of: Double(touched))
    return untouched
      + "; for 70 % the rest would have to cost \(needed) less, and costs \(now) less with all levers on."
  }
}
