/// `plan.md`: the list on one screen, then each item, then what was left out and why.
struct PlanMarkdown {
  private let plan: SavingsPlan
  private var analysis: Analysis { plan.analysis }
  private var bill: Int128 { analysis.ledger.total.cost }

  init(_ plan: SavingsPlan) { self.plan = plan }

  func text() -> String {
    var text = "# What to do, in order\n\n" + opening() + "\n\n"
    if plan.items.isEmpty {
      text += "Nothing is worth doing by this log: see below for the reason of each lever.\n\n"
    } else {
      text += list().markdown() + "\n" + reading() + "\n\n"
    }
    for (index, item) in plan.items.enumerated() { text += section(index + 1, item) + "\n" }
    text += "## Left out\n\n"
    text +=
      plan.leftOut.isEmpty ? "Nothing.\n" : plan.leftOut.map { "- **\($0.title)**: \($0.reason).\n" }.joined()
    return text + "\n" + settings()
  }

  private func opening() -> String {
    let requests = NumberText.grouped(analysis.ledger.total.requests)
    var text = """
      **Bill: \(MoneyText.readable(bill))** for \(requests) requests from \(Timestamp.minutes(analysis.ledger.firstTime)) to \
      \(Timestamp.minutes(analysis.ledger.lastTime)) UTC. The list saves **\(money(plan.saving))**
      """
    if let multiplier = analysis.monthMultiplier {
      text += """
         per month of 30 days (the log times \(NumberText.fixed(multiplier, 2)), **assumed**: its days are typical), \
        \(NumberText.percent(plan.saving, of: bill)) of the bill.
        """
    } else {
      text += " of it; a log of one day is not extrapolated to a month."
    }
    if let damage = analysis.damage { text += "\n\n> **Incomplete input.** \(damage)" }
    return text
  }

  private func money(_ pico: Int128) -> String { MoneyText.readable(analysis.perMonth(pico)) }
  private func money(_ pico: Double) -> String { money(min(bill, Int128(pico.rounded()))) }
  private func cell(_ pico: Double) -> Table.Cell { .usd(analysis.perMonth(min(bill, Int128(pico.rounded())))) }
  private var period: String { analysis.monthMultiplier == nil ? "in this log" : "a month" }

  private func list() -> Table {
    var table = Table(
      "plan",
      [
        .init("place", "#"), .init("lever", "do"), .init("saving", "saves \(period)"), .init("lower", "95 % from"),
        .init("upper", "to"), .init("share", "of the bill"), .init("effort", "effort"), .init("evidence", "evidence"),
        .init("quality", "answers"),
      ])
    for (index, item) in plan.items.enumerated() {
      table.add(
        .int(index + 1), .text(item.title), .usd(analysis.perMonth(item.saving)), cell(item.interval.lower),
        cell(item.interval.upper), .share(bill == 0 ? .nan : Double(item.saving) / Double(bill)),
        .int(item.effort), .text(item.evidence.rawValue), .text(item.quality.rawValue))
    }
    return table
  }

  private func reading() -> String {
    let scale = plan.notes.efforts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return """
      Every saving is what the item adds behind those above it: the column adds up. Order: saving by effort, then the same \
      again for what leads to answers that nobody has compared (*unverified*). *Effort* is a scale for ordering, **assumed**: \
      \(scale.joined(separator: "; ")).
      """
  }

  private func section(_ place: Int, _ item: SavingsPlan.Item) -> String {
    var lines = [
      """
      Saves \(money(item.saving)) \(period) (95 % interval \(money(item.interval.lower)) … \(money(item.interval.upper))); \
      alone it would be \(money(item.alone)).
      """,
      "Evidence: \(evidence(item)).",
    ]
    if !item.setting.isEmpty { lines.append("Setting: \(HostileText.markdown(item.setting, limit: 500)).") }
    if let choice = item.outcome.holdout {
      lines.append(
        """
        Held out: \(choice.chosen.name) is what the first \(NumberText.percent(Holdout.share, of: 1, decimals: 0)) of the time \
        would have chosen; it saves \(share(choice.chosen.first, analysis.holdout.firstBill)) of the bill there and \
        \(share(choice.chosen.later, analysis.holdout.laterBill)) of the bill after it, by itself.
        """)
    }
    lines.append("Effort \(item.effort): \(item.notes.why).")
    lines.append("Risk: \(item.notes.risk).")
    lines.append("First: \(item.notes.first)")
    return "## \(place). \(item.title)\n\n" + lines.map { "- \($0)\n" }.joined()
  }

  private func share(_ saving: Int128, _ bill: Int128) -> String { NumberText.percent(saving, of: bill) }

  private func evidence(_ item: SavingsPlan.Item) -> String {
    var parts = [
      """
      *\(item.evidence.rawValue)*, \(NumberText.grouped(item.outcome.requestsAffected)) of \
      \(NumberText.grouped(analysis.ledger.total.requests)) requests touched
      """
    ]
    switch item.quality {
    case .unchanged: parts.append("the same model answers the same question")
    case .unverified: parts.append("how good the answers are is **unverified**")
    case .measured:
      if let wrong = item.wrong {
        parts.append(
          """
          an estimated \(PlanText.share(wrong.estimate)) of the semantic answers would be wrong (95 % interval \
          \(PlanText.share(wrong.lower)) to \(PlanText.share(wrong.upper)), \(NumberText.grouped(item.compared)) hits compared)
          """)
      }
    }
    if item.outcome.estimatedGross > 0 {
      parts.append("\(MoneyText.readable(item.outcome.estimatedGross)) of the log rests on estimated tokens")
    }
    if !item.outcome.caveat.isEmpty { parts.append(item.outcome.caveat) }
    return parts.joined(separator: "; ")
  }

  private func settings() -> String {
    """
    ## Settings

    `\(PlanFiles.proxy)` and `\(PlanFiles.cache)` are for LiteLLM's proxy. They hold what this analysis supports and say in \
    comments what they leave out. Read them before you deploy them: keys, addresses and passwords are yours.

    """
  }
}
