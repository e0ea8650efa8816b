import Foundation

/// A report as data: what `report.md`, `report.html` and the charts are rendered from, and what two runs are compared by.
package struct ReportDocument: Codable, Sendable {
  package static let schema = "report/1"
  package static let fileName = "report.json"

  package struct Section: Codable, Sendable {
    package var title: String
    package var blocks: [ReportBlock]
    /// A page need not say it twice.
    package var isOnFirstScreen = false

    init(_ title: String, _ blocks: [ReportBlock], isOnFirstScreen: Bool = false) {
      (self.title, self.blocks, self.isOnFirstScreen) = (title, blocks, isOnFirstScreen)
    }
  }

  package var schema = ReportDocument.schema
  /// Of the program that analysed.
  package var version: String
  package var title: String
  package var figures: RunFigures
  package var firstScreen: FirstScreen
  /// Before the first section.
  package var opening: [ReportBlock]
  package var sections: [Section]

  package var charts: [Chart] {
    sections.flatMap(\.blocks).compactMap { if case .chart(let chart) = $0 { chart } else { nil } }
  }

  /// The resolved options, as `analyze config` writes them.
  package var optionsYAML: String {
    sections.lazy.flatMap(\.blocks).compactMap { if case .code(let text, "yaml") = $0 { text } else { nil } }.first
      ?? ""
  }

  /// Keys in order, nothing in it that a terminal would obey.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return Data((HostileText.json(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n").utf8)
  }

  /// - Parameter path: for the message.
  package init(json: Data, path: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(Self.self, from: json)
    } catch {
      throw AnalyzerError(
        .input, "\(path) cannot be read as a report: \(error)", hint: "run the analysis again with this version")
    }
    guard schema == Self.schema else {
      throw AnalyzerError(
        .input, "\(path) has the schema \(schema), and this version reads \(Self.schema)",
        hint: "run the analysis again with this version")
    }
  }
}

/// What an engineer and a finance lead see before they scroll: figures, what to do first, what is not known.
package struct FirstScreen: Codable, Sendable {
  package struct Card: Codable, Sendable {
    package var label: String
    package var usd: Amount
    /// Of the bill; nil for the bill itself.
    package var share: Double?
    /// Markdown.
    package var note: String
  }

  package var cards: [Card]
  /// Markdown, one sentence each; also a section of the report.
  package var first: [String]
  /// Markdown, one sentence each.
  package var unmeasured: [String]
}
