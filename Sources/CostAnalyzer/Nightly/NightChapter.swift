/// What changed since the night before: a chapter of the report, and `nightly.md`.
package struct NightChapter {
  /// Rows of a table that people are shown; `nightly.json` has all.
  private static let mostRows = 50
  /// What a thousand users do alike stands in one row of another kind.
  private static let dimensions: [SpendChange.Dimension] = [.total, .model, .cluster, .tenant, .tag, .user]
  private let night: Nightly

  package init(_ night: Nightly) { self.night = night }

  package func section() -> ReportDocument.Section { ReportDocument.Section("What changed", blocks()) }

  package var markdown: String {
    let title = "# Night of \(Timestamp.dayText(Timestamp.dayNumber(night.now)))\n"
    return ([title] + blocks().map { MarkdownText.text($0, headings: 2) }).joined(separator: "\n")
  }

  private func blocks() -> [ReportBlock] {
    [.paragraph(HostileText.markdown(night.line, limit: 1_000) + ".")] + takenIn() + spend() + night.hitRateBlocks
      + prices()
      + night.overBlocks
      + [.heading("Pre-cache list"), .paragraph(night.listChange.text)] + gates()
  }

  private func takenIn() -> [ReportBlock] {
    var table = Table("taken_in", [.init("logs", "logs"), .init("number", "number")])
    for (outcome, words) in [
      (IntakeOutcome.added, "new"), (.appended, "longer than before"), (.rewritten, "rewritten, replace what was read"),
      (.known, "known, not counted again"),
    ] { table.add(.markdown(words), .int(night.inputs[outcome] ?? 0)) }
    var blocks: [ReportBlock] = [
      .heading("Taken in"), .table(ReportTable(table)),
      .paragraph(
        """
        \(ReportWords.count(night.newRequests, "request")) in \(ReportWords.count(night.newLines, "line")), \
        \(NumberText.grouped(night.newRejected)) of them rejected. The state knows \
        \(ReportWords.count(night.total.requests, "request")) of \(ReportWords.count(night.days, "day")), \
        \(MoneyText.readable(night.total.cost)).
        """),
    ]
    if night.tooOld > 0 {
      blocks.append(
        .paragraph(
          "\(ReportWords.count(night.tooOld, "request")) of days whose requests were dropped: they are not counted."))
    }
    if !night.problems.isEmpty {
      blocks.append(.list(night.problems.map(ReportWords.problem)))
    }
    if let first = night.missing.first {
      blocks.append(
        .quote(
          """
          **Not in the analysis**: \(ReportWords.count(night.missing.count, "log")) of the last \(night.windowDays) days, gone or no \
          longer what was read (first: \(HostileText.markdown(first, limit: 500))). The ledger of the state has them.
          """))
    }
    return blocks
  }

  private func spend() -> [ReportBlock] {
    let heading = ReportBlock.heading("Spend")
    guard let last = night.last else { return [heading, .paragraph("There is no complete day yet.")] }
    let day = Timestamp.dayText(last.day)
    if !night.isComparable {
      let days = SpendChange.fewestDays
      return [
        heading, .paragraph("Fewer than \(days) days to compare \(day) with: nothing can be called usual yet."),
      ]
    }
    if night.changes.isEmpty {
      return [
        heading,
        .paragraph(
          """
          Nothing of note on \(day): no model, user, tenant, tag or cluster spent three robust deviations (and a fifth) more or less \
          than usual for the weekday.
          """),
      ]
    }
    var table = Table(
      "spend_changes",
      [
        .init("name", "what"), .init("kind", "change"), .init("since", "since"), .init("day_usd", day),
        .init("usual_usd", "usual"),
        .init("days", "days compared"),
      ])
    var left: [String] = []
    for dimension in Self.dimensions {
      let found = night.changes.filter { $0.dimension == dimension }
      let most = night.analysis.options.report.topRows
      found.prefix(most).forEach { add($0, to: &table) }
      let rest = found.count - most
      if rest > 0 { left.append("\(NumberText.grouped(rest)) more \(dimension.rawValue)\(rest == 1 ? "" : "s")") }
    }
    let more = left.isEmpty ? [] : [ReportBlock.paragraph("…and \(left.joined(separator: ", ")), in `nightly.json`.")]
    return [heading, .table(ReportTable(table))] + more
  }

  private func add(_ change: SpendChange, to table: inout Table) {
    let name = change.dimension == .total ? "all" : "\(change.dimension.rawValue) \(change.name)"
    table.add(
      .text(name), .markdown(change.kind.rawValue), .markdown(change.since.map(Timestamp.dayText) ?? "**tonight**"),
      .usd(change.cost), change.usual.map { .usd($0) } ?? .empty,
      .int(change.days))
  }

  private func prices() -> [ReportBlock] {
    if night.priceChanges.isEmpty { return [] }
    var table = Table("price_changes", [.init("model", "model"), .init("before", "before"), .init("now", "now")])
    for change in night.priceChanges.prefix(Self.mostRows) {
      func price(_ text: String) -> Table.Cell { .markdown(HostileText.markdown(text, limit: 500)) }
      table.add(.text(change.model), price(change.before), price(change.now))
    }
    return [
      .heading("Prices"), .paragraph("Priced otherwise than on the night before:"), .table(ReportTable(table)),
    ] + more(night.priceChanges.count)
  }

  private func gates() -> [ReportBlock] {
    if night.gates.isEmpty { return [] }
    var table = Table("gates", [.init("gate", "gate"), .init("value", "value"), .init("verdict", "verdict")])
    for result in night.gates {
      let (value, verdict): (Table.Cell, String) =
        switch result.verdict {
        case .passed(let value): (.number(value, decimals: 4), "passed")
        case .failed(let value): (.number(value, decimals: 4), "**failed**")
        case .unknown: (.empty, "unknown: nothing is known about it")
        }
      table.add(.text(night.gateText(result.gate)), value, .markdown(verdict))
    }
    return [.heading("Gates"), .table(ReportTable(table))]
  }

  private func more(_ count: Int) -> [ReportBlock] {
    count > Self.mostRows
      ? [.paragraph("…and \(NumberText.grouped(count - Self.mostRows)) more in `nightly.json`.")] : []
  }
}
