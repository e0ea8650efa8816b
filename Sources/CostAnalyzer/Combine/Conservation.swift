/// Sums that must hold in every run. A broken one stops the run: a report that does not add up is worse than none.
package struct Conservation: Sendable {
  package struct Check: Sendable {
    package var name: String
    package var left: Int128
    package var right: Int128
    package var relation: Relation
  }

  package enum Relation: String, Sendable { case equal = "=", atMost = "≤" }

  package private(set) var checks: [Check] = []

  package init(
    ledger: Ledger, log: RequestLog, outcomes: [StrategyOutcome], joint: JointReplay?, budgets: BudgetReplay? = nil
  ) {
    let counts = log.counts
    if counts.hasOneRecordPerLine {
      equal(
        "lines read", Int128(counts.lines), "accepted + duplicates + rejected + blank",
        Int128(counts.accepted + counts.duplicates + counts.rejected + counts.blank))
    } else {
      equal(
        "records read", Int128(counts.records), "accepted + duplicates + rejected + skipped",
        Int128(counts.accepted + counts.duplicates + counts.rejected + counts.skipped))
      atMost("lines read", Int128(counts.lines), "records + blank", Int128(counts.records + counts.blank))
      equal(
        "skipped records", Int128(counts.skipped), "sum over reasons", Int128(log.skips.reduce(0) { $0 + $1.count }))
    }
    equal("rejected lines", Int128(counts.rejected), "sum over reasons", Int128(log.rejects.total))
    equal("requests", Int128(log.requests.count), "accepted lines", Int128(counts.accepted))
    for (name, entries) in [
      ("models", ledger.models), ("users", ledger.users), ("tenants", ledger.tenants), ("days", ledger.days),
      ("hours", ledger.hours),
    ] {
      equal("bill", ledger.total.cost, "sum over \(name)", entries.reduce(0) { $0 + $1.row.cost })
      equal(
        "requests", Int128(ledger.total.requests), "sum over \(name)",
        Int128(entries.reduce(0) { $0 + $1.row.requests }))
    }
    for outcome in outcomes where outcome.notRun == nil {
      atMost("0", 0, "gross saving of \(outcome.id)", outcome.gross)
      atMost("gross saving of \(outcome.id)", outcome.gross, "bill", ledger.total.cost)
    }
    if let joint {
      equal("replay without levers", joint.bill, "bill", ledger.total.cost)
      atMost("joint saving", joint.saving, "bill", ledger.total.cost)
      equal("joint saving", joint.saving, "sum of the waterfall", joint.levers.reduce(0) { $0 + $1.waterfall })
      equal("joint saving", joint.saving, "sum of Shapley values", joint.levers.reduce(0) { $0 + $1.shapley })
      for (lever, outcome) in zip(joint.levers, outcomes.filter { $0.effect != nil }) {
        equal("\(lever.id) replayed alone", lever.alone, "its own figure", outcome.net)
      }
    }
    if let budgets { equal("bill", ledger.total.cost, "served + refused by budgets", budgets.served + budgets.refused) }
  }

  private mutating func equal(_ a: String, _ left: Int128, _ b: String, _ right: Int128) {
    checks.append(Check(name: "\(a) = \(b)", left: left, right: right, relation: .equal))
  }

  private mutating func atMost(_ a: String, _ left: Int128, _ b: String, _ right: Int128) {
    checks.append(Check(name: "\(a) ≤ \(b)", left: left, right: right, relation: .atMost))
  }

  package func enforce() throws {
    for check in checks {
      let holds = check.relation == .equal ? check.left == check.right : check.left <= check.right
      if !holds {
        throw AnalyzerError(
          .conservation, "the books do not balance: \(check.name) fails, \(check.left) against \(check.right)",
          hint: "no report was written; please report this with the log's format and the analyzer's version")
      }
    }
  }
}
