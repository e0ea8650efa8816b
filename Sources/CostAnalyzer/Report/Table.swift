/// A table that is written as a CSV file and, cut to its first rows, as Markdown.
package struct Table: Sendable {
  package struct Column: Sendable {
    /// Name in the CSV header.
    package var name: String
    /// Heading in Markdown; nil leaves the column out there.
    package var title: String?

    package init(_ name: String, _ title: String? = nil) {
      self.name = name
      self.title = title
    }
  }

  package enum Cell: Sendable {
    /// Text from the log: escaped wherever it is printed.
    case text(String)
    case int(Int)
    case integer(Int128)
    case usd(Int128)
    case number(Double, decimals: Int)
    /// A share between 0 and 1: a fraction in CSV, a percentage in Markdown.
    case share(Double)
    /// Words of our own, with markup.
    case markdown(String)
    case empty
  }

  /// File name without `.csv`.
  package var name: String
  package var columns: [Column]
  package var rows: [[Cell]] = []

  package init(_ name: String, _ columns: [Column]) {
    self.name = name
    self.columns = columns
  }

  package mutating func add(_ cells: Cell...) { add(cells) }

  package mutating func add(_ cells: [Cell]) {
    precondition(cells.count == columns.count, "\(name): \(cells.count) cells for \(columns.count) columns")
    rows.append(cells)
  }
}

extension Table {
  /// RFC 4180 with LF line ends; money is exact to the pico-dollar.
  package var csv: String {
    var text = columns.map(\.name).joined(separator: ",") + "\n"
    for row in rows { text += row.map(\.csv).joined(separator: ",") + "\n" }
    return text
  }

  /// The first rows as a Markdown table.
  package func markdown(top: Int = .max) -> String { ReportTable(self, top: top).markdown }
}

extension Table.Cell {
  var csv: String {
    switch self {
    case .text(let text): HostileText.csv(text)
    case .int(let value): String(value)
    case .integer(let value): String(value)
    case .usd(let pico): MoneyText.exact(pico)
    case .number(let value, let decimals): NumberText.fixed(value, decimals)
    case .share(let value): value.isFinite ? NumberText.fixed(value, 6) : ""
    case .markdown(let text): HostileText.csv(text)
    case .empty: ""
    }
  }

  var markdown: String {
    switch self {
    case .text(let text): text.isEmpty ? "–" : HostileText.markdown(text, limit: 90)
    case .int(let value): NumberText.grouped(value)
    case .integer(let value): NumberText.grouped(value)
    case .usd(let pico): MoneyText.readable(pico)
    case .number(let value, let decimals): NumberText.fixed(value, decimals)
    case .share(let value): value.isFinite ? NumberText.fixed(value * 100, 1) + " %" : "–"
    case .markdown(let text): text
    case .empty: "–"
    }
  }
}

extension MoneyText {
  /// Cents for amounts people compare, more digits for amounts below a dollar, and `≈ $0` below a micro-dollar.
  package static func readable(_ pico: Int128) -> String {
    let magnitude = pico.magnitude
    // The limits are where the next finer form would round up to a dollar, a cent, or down to nothing.
    if magnitude >= 999_950_000_000 || pico == 0 { return usd(pico, grouped: true) }
    if magnitude >= 9_999_500_000 { return usd(pico, decimals: 4) }
    return magnitude > 500_000 ? usd(pico, decimals: 6) : "≈ $0"
  }
}

/// One chapter of the report: what a strategy (or the ledger) has to say, as data.
package struct ReportSection: Sendable {
  package enum Block: Sendable {
    /// Markdown written by us; anything from the log in it must already be escaped.
    case paragraph(String)
    case table(Table, top: Int)
    case chart(Chart)
  }

  package var title: String
  package var blocks: [Block]
  /// Tables that only go to CSV files.
  package var files: [Table]
  /// Charts of the chapter that have nothing to show, with the reason.
  package var notDrawn: [Chart.Kind: String] = [:]

  package init(_ title: String, blocks: [Block] = [], files: [Table] = []) {
    self.title = title
    self.blocks = blocks
    self.files = files
  }
}
