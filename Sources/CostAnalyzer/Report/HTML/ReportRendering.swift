import Foundation

/// The files that are rendered from a report document: the same document and templates give the same bytes.
package enum ReportRendering {
  package static func files(
    _ document: ReportDocument, _ templates: ReportTemplates
  ) -> [(name: String, content: Data)] {
    let charts = document.charts.map { chart in
      (name: chart.fileName, content: Data(chart.svg(style: templates.chartStyle).utf8))
    }
    return [
      (MarkdownText.fileName, Data(MarkdownText(document).text().utf8)),
      (HTMLPage.fileName, Data(HTMLPage(document, templates).text().utf8)),
    ] + charts
  }

  /// Whether a file of a report is one of them.
  package static func isRendered(_ name: String) -> Bool {
    name == MarkdownText.fileName || name == HTMLPage.fileName || name.hasPrefix("charts/")
  }
}
