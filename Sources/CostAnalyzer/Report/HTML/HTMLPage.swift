import Crypto
import Foundation

/// A report document as `report.html`: one file that needs no network, and no script to be read.
///
/// What a template gets unescaped (`…_html`, `svg`) was made here from our own Markdown and charts; everything else is text and
/// escaped by Mustache.
package struct HTMLPage {
  package static let fileName = "report.html"
  /// Scalars of a text from the log that a cell shows.
  private static let longestCell = 160
  /// Scalars that a cell shows without a line break.
  private static let longestLine = 36

  private let document: ReportDocument
  private let templates: ReportTemplates
  private let ids: [String]

  package init(_ document: ReportDocument, _ templates: ReportTemplates) {
    (self.document, self.templates) = (document, templates)
    ids = Self.ids(document.sections.map(\.title))
  }

  package func text() -> String {
    let figures = document.figures
    // What warns of the figures stands above them.
    var warnings: [String] = []
    var opening: [ReportBlock] = []
    for block in document.opening {
      if case .quote(let text) = block { warnings.append(text) } else { opening.append(block) }
    }
    let lead = opening.first.flatMap { if case .paragraph(let text) = $0 { text } else { nil } }
    let shown = zip(ids, document.sections).filter { !$1.isOnFirstScreen }
    return templates.page([
      "title": document.title, "bill": MoneyText.readable(figures.bill.pico),
      "from": String(figures.firstRequest.prefix(10)), "to": String(figures.lastRequest.prefix(10)),
      "version": document.version, "style": templates.pageStyle + templates.chartStyle, "script": templates.script,
      "script_hash": Data(SHA256.hash(data: Data(templates.script.utf8))).base64EncodedString(),
      "lead_html": lead.map(InlineMarkdown.html) ?? "", "warnings": warnings.map(InlineMarkdown.html),
      "cards": document.firstScreen.cards.map(card),
      "first": document.firstScreen.first.map(InlineMarkdown.html),
      "unmeasured": document.firstScreen.unmeasured.map(InlineMarkdown.html),
      "opening": opening.dropFirst(lead == nil ? 0 : 1).map { block($0, in: document.title) },
      "chapters": shown.map { ["id": $0, "chapter_html": InlineMarkdown.html($1.title)] },
      "sections": shown.map { id, section in
        [
          "id": id, "section_html": InlineMarkdown.html(section.title),
          "blocks": section.blocks.map { block($0, in: section.title) },
        ] as [String: Any]
      },
    ])
  }

  /// Words of a title, with a number where that is no name of its own.
  private static func ids(_ titles: [String]) -> [String] {
    var seen: Set<String> = []
    return titles.map { title in
      let words = title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.joined(separator: "-")
      let stem = "chapter-" + words
      let id = seen.contains(stem) ? stem + "-\(seen.count)" : stem
      seen.insert(id)
      return id
    }
  }

  private func card(_ card: FirstScreen.Card) -> [String: Any] {
    var context: [String: Any] = [
      "label": card.label, "amount": MoneyText.readable(card.usd.pico), "note_html": InlineMarkdown.html(card.note),
    ]
    if let share = card.share { context["share"] = NumberText.fixed(100 * share, 1) + " %" }
    return context
  }

  private func block(_ block: ReportBlock, in section: String) -> [String: Any] {
    switch block {
    case .heading(let text): ["heading_html": InlineMarkdown.html(text)]
    case .paragraph(let text): ["paragraph_html": InlineMarkdown.html(text)]
    case .quote(let text): ["quote_html": InlineMarkdown.html(text)]
    case .list(let items): ["list": ["items": items.map(InlineMarkdown.html)]]
    case .table(let table): ["table": self.table(table, in: section)]
    case .chart(let chart):
      [
        "chart": [
          "chart_title": chart.title, "summary": HostileText.visible(chart.summary, limit: 1_000),
          "svg": chart.svg(style: nil),
        ]
      ]
    case .code(let text, let language):
      [
        "code": [
          "language": language,
          "text": text.split(separator: "\n", omittingEmptySubsequences: false).map {
            HostileText.visible(String($0), limit: .max)
          }.joined(separator: "\n"),
        ]
      ]
    }
  }

  private func table(_ table: ReportTable, in section: String) -> [String: Any] {
    let hasHeads = table.columns.first?.isText == true
    var context: [String: Any] = [
      "label": "\(section): \(table.name.replacing("_", with: " "))", "table_name": table.name,
      "columns": table.columns.map { ["column": $0.title, "is_text": $0.isText] as [String: Any] },
      "rows": table.rows.map { row in
        ["cells": row.enumerated().map { cell($1, isHead: hasHeads && $0 == 0, isText: table.columns[$0].isText) }]
      },
    ]
    if table.more > 0 { context["more"] = NumberText.grouped(table.more) }
    return context
  }

  private func cell(_ cell: Table.Cell, isHead: Bool, isText: Bool) -> [String: Any] {
    var context: [String: Any] = ["is_head": isHead]
    if !isText { context["kind"] = "number" }
    switch cell {
    case .text(let text) where !text.isEmpty:
      context["text"] = HostileText.visible(text, limit: Self.longestCell)
      if text.unicodeScalars.count > Self.longestLine { context["kind"] = "long" }
    case .markdown(let text):
      context["cell_html"] = InlineMarkdown.html(text)
      if text.unicodeScalars.count > Self.longestLine { context["kind"] = "long" }
    default: context["text"] = cell.markdown
    }
    if let sort = cell.sortKey { context["sort"] = sort }
    return context
  }
}

extension Table.Cell {
  /// A number as a script reads it; nil for text and where nothing is known.
  fileprivate var sortKey: String? {
    switch self {
    case .int(let value): String(value)
    case .integer(let value): String(value)
    case .usd(let pico): MoneyText.exact(pico)
    case .number(let value, _), .share(let value): value.isFinite ? NumberText.fixed(value, 6) : nil
    case .text, .markdown, .empty: nil
    }
  }
}
