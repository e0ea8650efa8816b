/// A report document as `report.md`.
package struct MarkdownText {
  package static let fileName = "report.md"
  private let document: ReportDocument

  package init(_ document: ReportDocument) { self.document = document }

  package func text() -> String {
    var parts = ["# \(document.title)\n"] + document.opening.map { Self.text($0) }
    for section in document.sections { parts += ["## \(section.title)\n"] + section.blocks.map { Self.text($0) } }
    return parts.joined(separator: "\n")
  }

  /// - Parameter headings: level of the headings inside a section.
  static func text(_ block: ReportBlock, headings: Int = 3) -> String {
    switch block {
    case .heading(let text): String(repeating: "#", count: headings) + " \(text)\n"
    case .paragraph(let text): "\(text)\n"
    case .quote(let text): "> \(text)\n"
    case .list(let items): items.map { "- \($0)\n" }.joined()
    case .table(let table): table.markdown
    case .chart(let chart): "![\(chart.title)](\(chart.fileName))\n"
    case .code(let text, let language): "```\(language)\n\(text)```\n"
    }
  }
}
