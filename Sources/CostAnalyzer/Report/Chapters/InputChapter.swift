/// What was read, and what of it is no request.
struct InputChapter {
  private let analysis: Analysis

  init(_ analysis: Analysis) { self.analysis = analysis }

  func section() -> ReportDocument.Section {
    let counts = analysis.log.counts
    var blocks: [ReportBlock] = [.paragraph(lines(counts))]
    if counts.contradictory > 0 {
      blocks.append(
        .paragraph(
          "\(NumberText.grouped(counts.contradictory)) requests count cached tokens otherwise than their format says, as their own sums show; they were read as the sums say."
        ))
    }
    if counts.otherFees > 0 {
      blocks.append(
        .paragraph(
          "\(ReportWords.count(counts.otherFees, "request")) also bought what is not sold by the token (web searches, inference in one region at a surcharge). The log has no bill for them: they cost more than this report says."
        ))
    }
    if counts.rated > 0 || counts.unmatchedFeedback > 0 {
      blocks.append(
        .paragraph(
          """
          \(NumberText.grouped(counts.rated)) requests have a user's verdict; \
          \(NumberText.grouped(counts.unmatchedFeedback)) verdicts are on records that are not in the log.
          """))
    }
    if !analysis.log.skips.isEmpty { blocks.append(.table(ReportTable(skips()))) }
    if !analysis.log.rejects.entries.isEmpty {
      blocks += [.table(ReportTable(rejects())), .paragraph("First places: `rejects.csv`.")]
    }
    let problems = analysis.inputProblems
    if !problems.isEmpty {
      blocks += [
        .paragraph("Inputs with problems:"), .list(problems.map(ReportWords.problem)),
      ]
    }
    return ReportDocument.Section("Input", blocks)
  }

  private func lines(_ counts: IngestCounts) -> String {
    var text = "\(NumberText.grouped(counts.lines)) lines"
    if !counts.hasOneRecordPerLine {
      text += ", \(NumberText.grouped(counts.blank)) of them blank, hold "
      text += "\(NumberText.grouped(counts.records)) records. Records"
    }
    let rest =
      counts.hasOneRecordPerLine
      ? "\(NumberText.grouped(counts.blank)) blank" : "\(NumberText.grouped(counts.skipped)) skipped"
    let formats = counts.byFormat.map { "\($0.name) \(NumberText.grouped($0.lines))" }.joined(separator: ", ")
    return text + """
       = \(NumberText.grouped(counts.accepted)) requests + \(NumberText.grouped(counts.duplicates)) repeated ids (retries, \
      stream fragments) + \(NumberText.grouped(counts.rejected)) rejected + \(rest). Formats: \(formats).
      """
  }

  private func skips() -> Table {
    var table = Table(
      "skips", [.init("reason", "skipped because"), .init("records", "records"), .init("explanation", "meaning")])
    for (reason, count) in analysis.log.skips {
      table.add(.text(reason.rawValue), .int(count), .text(reason.explanation))
    }
    return table
  }

  private func rejects() -> Table {
    var table = Table(
      "rejects", [.init("reason", "rejected because"), .init("lines", "lines"), .init("explanation", "meaning")])
    for (reason, count, _) in analysis.log.rejects.entries {
      table.add(.text(reason.rawValue), .int(count), .text(reason.explanation))
    }
    return table
  }
}
