/// The chapters of a run's report, in their order.
extension ReportDocument {
  /// - Parameters:
  ///   - night: what changed, where there was a night before.
  ///   - chapters: what the strategies and the budgets have to say.
  init(_ analysis: Analysis, night: Section?, chapters: [ReportSection]) throws {
    let findings = FindingsChapter(analysis)
    version = Analysis.version
    title = "What would we have saved?"
    figures = RunFigures(analysis)
    firstScreen = FirstScreen(analysis, first: findings.advice())
    opening = findings.opening()
    sections = [night].compactMap(\.self) + findings.sections() + [BillChapter(analysis).section()]
    sections += chapters.map { chapter in Section(chapter.title, chapter.blocks.map(ReportBlock.init)) }
    if let candidates = analysis.candidates { sections.append(ClustersChapter(analysis, candidates).section()) }
    if !analysis.ledgerOnly { sections.append(HoldoutTable.section(analysis)) }
    let drawn = Set(charts.map(\.kind))
    let missing = Chart.Kind.allCases.filter { !drawn.contains($0) }
    if !missing.isEmpty {
      let reasons = ChartsNotDrawn(analysis, chapters)
      sections.append(Section("Charts not drawn", [.list(missing.map { "*\($0.title)*: \(reasons[$0])." })]))
    }
    if !analysis.ledgerOnly { sections.append(MethodChapter(analysis).section()) }
    sections.append(InputChapter(analysis).section())
    sections.append(MethodChapter(analysis).books())
    sections.append(
      Section(
        "Options",
        [
          .paragraph("The resolved options of this run; `analyze config` prints the defaults."),
          .code(try analysis.options.yaml(), language: "yaml"),
        ]))
  }
}

extension ReportBlock {
  init(_ block: ReportSection.Block) {
    switch block {
    case .paragraph(let text): self = .paragraph(text)
    case .table(let table, let top): self = .table(ReportTable(table, top: top))
    case .chart(let chart): self = .chart(chart)
    }
  }
}

/// Why a chart of the report has nothing to show.
struct ChartsNotDrawn {
  private let analysis: Analysis
  private let chapters: [ReportSection]

  init(_ analysis: Analysis, _ chapters: [ReportSection]) { (self.analysis, self.chapters) = (analysis, chapters) }

  subscript(kind: Chart.Kind) -> String {
    if let reason = chapters.lazy.compactMap({ $0.notDrawn[kind] }).first { return reason }
    if kind == .daily { return "no request has a price" }
    if analysis.ledgerOnly { return "only the ledger was asked for" }
    switch kind {
    case .waterfall: return "nothing was billed that a lever could save"
    case .clusters: return "no question that may be cached is asked twice"
    default:
      let semantic = analysis.outcomes.first { $0.id == SemanticCacheStrategy.id }
      return semantic?.notRun ?? "there is nothing to show"
    }
  }
}
