extension FirstScreen {
  /// - Parameter advice: what to do first.
  init(_ analysis: Analysis, first advice: [String]) {
    let total = analysis.ledger.total
    func share(_ pico: Int128) -> Double? { total.cost == 0 ? nil : Double(pico) / Double(total.cost) }
    cards = [
      Card(
        label: "Bill", usd: Amount(total.cost), share: nil,
        note: "\(ReportWords.count(total.requests, "request")), \(ReportWords.billEvidence(total))")
    ]
    first = advice
    unmeasured = Self.unmeasured(analysis)
    guard let totals = analysis.totals, let joint = analysis.joint else { return }
    let interval =
      joint.interval.map { "95 % interval \($0.text(within: total.cost))" } ?? "no interval: too few users and days"
    cards += [
      Card(
        label: "Safe saving", usd: Amount(totals.safe), share: share(totals.safe),
        note: "repeated questions from an exact cache, replayed"),
      Card(
        label: "Defensible saving", usd: Amount(totals.defensible), share: share(totals.defensible),
        note: "lower end of what rests on no assumption"),
      Card(
        label: "All levers together", usd: Amount(joint.saving), share: share(joint.saving),
        note: "\(interval), **\(totals.potentialEvidence.rawValue)**"),
    ]
  }

  private static func unmeasured(_ analysis: Analysis) -> [String] {
    let total = analysis.ledger.total
    var lines: [String] = []
    if total.unpriced > 0 {
      lines.append("\(ReportWords.count(total.unpriced, "request")) without a price: in no amount of this report.")
    }
    if total.estimated > 0 {
      lines.append(
        "\(ReportWords.count(total.estimated, "request")) without token counts: **estimated** from the text.")
    }
    let notRun = analysis.outcomes.compactMap { outcome in outcome.notRun.map { "\(outcome.title) (\($0))" } }
    if !notRun.isEmpty { lines.append("Not run: \(notRun.joined(separator: "; ")).") }
    // What a figure that is firm does not cover stands with the levers.
    lines += analysis.outcomes.filter { $0.notRun == nil && !$0.isDefensible }.map { "*\($0.title)*: \($0.caveat)." }
    if analysis.ledgerOnly { lines.append("Savings: only the ledger was asked for.") }
    return lines
  }
}
