/// The part of a table that a report shows: titled columns, first rows.
package struct ReportTable: Codable, Sendable {
  package struct Column: Codable, Sendable {
    package var title: String
    /// Numbers stand on the right.
    package var isText: Bool
  }

  /// Scalars of a text that are kept: more than any rendering shows.
  private static let longestText = 300

  /// Name of the CSV file with all of it, where there is one.
  package var name: String
  package var columns: [Column]
  package var rows: [[Table.Cell]]
  /// Rows that are not shown.
  package var more: Int

  package init(_ table: Table, top: Int = .max) {
    let shown = table.columns.indices.filter { table.columns[$0].title != nil }
    name = table.name
    columns = shown.map { column in
      let first = table.rows.lazy.map { $0[column] }.first { if case .empty = $0 { false } else { true } }
      return Column(title: table.columns[column].title!, isText: first?.isText ?? false)
    }
    rows = table.rows.prefix(top).map { row in
      shown.map { column in
        guard case .text(let text) = row[column] else { return row[column] }
        return .text(String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.longestText))))
      }
    }
    more = max(0, table.rows.count - top)
  }

  package var markdown: String {
    var text = "| " + columns.map(\.title).joined(separator: " | ") + " |\n"
    text += "|" + columns.map { $0.isText ? "---" : "---:" }.joined(separator: "|") + "|\n"
    for row in rows { text += "| " + row.map(\.markdown).joined(separator: " | ") + " |\n" }
    if more > 0 { text += "\n…and \(NumberText.grouped(more)) more in `\(name).csv`.\n" }
    return text
  }
}

extension Table.Cell: Codable {
  private enum Key: String, CodingKey { case usd, integer, number, decimals, share, markdown }

  fileprivate var isText: Bool {
    switch self {
    case .text, .markdown: true
    default: false
    }
  }

  package init(from decoder: any Decoder) throws {
    if let plain = try? decoder.singleValueContainer() {
      if plain.decodeNil() {
        self = .empty
        return
      }
      if let value = try? plain.decode(Int.self) {
        self = .int(value)
        return
      }
      if let text = try? plain.decode(String.self) {
        self = .text(text)
        return
      }
    }
    let container = try decoder.container(keyedBy: Key.self)
    if let amount = try container.decodeIfPresent(Amount.self, forKey: .usd) {
      self = .usd(amount.pico)
    } else if let text = try container.decodeIfPresent(String.self, forKey: .integer), let value = Int128(text) {
      self = .integer(value)
    } else if let share = try container.decodeIfPresent(Double.self, forKey: .share) {
      self = .share(share)
    } else if let text = try container.decodeIfPresent(String.self, forKey: .markdown) {
      self = .markdown(text)
    } else {
      let decimals = try container.decode(Int.self, forKey: .decimals)
      self = .number(try container.decodeIfPresent(Double.self, forKey: .number) ?? .nan, decimals: decimals)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    func plain(_ value: some Encodable) throws {
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }
    func keyed(_ key: Key, _ value: some Encodable) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(value, forKey: key)
    }
    switch self {
    case .text(let text): try plain(text)
    case .int(let value): try plain(value)
    case .empty: try plain(String?.none)
    case .share(let value): try value.isFinite ? keyed(.share, value) : plain(Double?.none)
    case .usd(let pico): try keyed(.usd, Amount(pico))
    case .integer(let value): try keyed(.integer, String(value))
    case .markdown(let text): try keyed(.markdown, text)
    case .number(let value, let decimals):
      var container = encoder.container(keyedBy: Key.self)
      try container.encodeIfPresent(value.isFinite ? value : nil, forKey: .number)
      try container.encode(decimals, forKey: .decimals)
    }
  }
}
