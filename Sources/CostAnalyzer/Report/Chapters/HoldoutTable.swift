/// Settings chosen on the first 70 % of the log, and what they save in the rest of it.
enum HoldoutTable {
  static func table(_ analysis: Analysis) -> Table {
    var table = Table(
      "holdout",
      [
        .init("lever", "lever"), .init("chosen", "chosen"), .init("candidates", "of settings"),
        .init("first_saved_usd", "saved there"), .init("first_share", "of its bill"),
        .init("later_saved_usd", "saved later"), .init("later_share", "of its bill"),
        .init("hindsight", "best later"), .init("hindsight_saved_usd", "which saves"), .init("rule"),
      ])
    for outcome in analysis.outcomes {
      guard let choice = outcome.holdout else { continue }
      table.add(
        .text(outcome.id), .text(choice.chosen.name), .int(choice.candidates), .usd(choice.chosen.first),
        share(choice.chosen.first, of: analysis.holdout.firstBill), .usd(choice.chosen.later),
        share(choice.chosen.later, of: analysis.holdout.laterBill), .text(choice.hindsight.name),
        .usd(choice.hindsight.later), .text(choice.rule))
    }
    return table
  }

  private static func share(_ saving: Int128, of bill: Int128) -> Table.Cell {
    .share(bill == 0 ? .nan : Double(saving) / Double(bill))
  }

  static func section(_ analysis: Analysis) -> ReportDocument.Section {
    let table = table(analysis)
    let start = Timestamp.minutes(analysis.holdout.start)
    var blocks: [ReportBlock] = [
      .paragraph(
        """
        A setting that is best in a log looks better than it is. Here each is chosen on the first \
        \(NumberText.percent(Holdout.share, of: 1, decimals: 0)) of the time (until \(start) UTC) and reported on the rest.
        """)
    ]
    if table.rows.isEmpty {
      blocks.append(
        .paragraph(
          "No lever had a setting to choose: none is known to be safe, or none saves anything in the first part."))
    } else {
      blocks.append(.table(ReportTable(table)))
      for outcome in analysis.outcomes {
        guard let choice = outcome.holdout else { continue }
        blocks.append(.paragraph("*\(outcome.title)*: of the \(choice.rule)."))
      }
    }
    return ReportDocument.Section("Thresholds held out", blocks)
  }
}
