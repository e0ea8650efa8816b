import Foundation
import Yams

/// What a user pays other than the published prices: a YAML file with names of the user's own, discounts and rates.
///
/// It changes tables before anything is looked up in them, so that the rules of resolution stay the same.
package struct PriceContract: Sendable {
  /// Less by a share for a while, on published rows.
  package struct Discount: Sendable, Decodable {
    /// Names of rows, case ignored; a `*` at the end stands for anything.
    package var models: [String]
    package var percent: Double
    /// First day, and first day without it; each may be left out.
    package var from: String?
    package var until: String?
  }

  private struct File: Decodable {
    var asOf: String?
    var aliases: [String: String]?
    var discounts: [Discount]?
  }

  /// File name, for messages and reports.
  let name: String
  /// When the user's table was fetched.
  let asOf: Int64?
  /// Logged names and the names under which tables have their price, sorted.
  let aliases: [(name: String, model: String)]
  let discounts: [Discount]
  /// Rows of the user's own, in the keys of price tables.
  let rates: [PriceRow]

  init(file path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(.prices, "cannot read the contract \(path)", hint: "check prices.contract")
    }
    try self.init(yaml: String(decoding: data, as: UTF8.self), name: URL(fileURLWithPath: path).lastPathComponent)
  }

  init(yaml text: String, name: String) throws {
    func fail(_ message: String) -> AnalyzerError {
      AnalyzerError(.prices, "\(name): \(message)", hint: "docs/prices.md, *Contracts*, shows the form")
    }
    let loaded: [String: Any]
    do {
      guard try AnalysisOptions.hasPlainKeys(Yams.compose(yaml: text)) else { throw fail("a key must be a word") }
      guard let mapping = (try Yams.load(yaml: text) ?? [String: Any]()) as? [String: Any] else {
        throw fail("must be a YAML mapping")
      }
      loaded = mapping
    } catch let error as YamlError {
      throw fail("not valid YAML: \(error)")
    }
    let known = ["aliases", "asOf", "discounts", "rates"]
    if let key = loaded.keys.sorted().first(where: { !known.contains($0) }) {
      throw fail("unknown key '\(key)'; known: \(known.joined(separator: ", "))")
    }
    for case let discount as [String: Any] in loaded["discounts"] as? [Any] ?? [] {
      if let key = discount.keys.sorted().first(where: { !["models", "percent", "from", "until"].contains($0) }) {
        throw fail("unknown key '\(key)' in a discount; known: models, percent, from, until")
      }
    }
    let file: File
    do {
      file = try YAMLDecoder().decode(File.self, from: text)
    } catch let error as DecodingError {
      throw fail(AnalysisOptions.explain(error))
    }
    self.name = name
    asOf = try file.asOf.map { text in
      guard let date = PriceDate.lastDay(text) else { throw fail("asOf '\(text)' is no date") }
      return date
    }
    aliases = (file.aliases ?? [:]).map { (name: $0.key, model: $0.value) }.sorted { $0.name < $1.name }
    discounts = file.discounts ?? []
    for discount in discounts {
      guard (0...100).contains(discount.percent) else { throw fail("a discount must be 0 … 100 percent") }
      for text in [discount.from, discount.until].compactMap(\.self) where PriceDate.firstDay(text) == nil {
        throw fail("'\(text)' is no date")
      }
    }
    rates =
      try loaded["rates"].map { rates in
        guard rates is [String: Any] else { throw fail("rates must be a mapping from model to prices") }
        let json = try JSONSerialization.jsonObject(with: JSONSerialization.data(withJSONObject: Self.plain(rates)))
        var reader = PriceTableReader()
        for (model, entry) in (json as? [String: Any] ?? [:]).sorted(by: { $0.key < $1.key }) {
          reader.read(name: model, entry: entry)
        }
        if let bad = reader.skipped.first { throw fail("rates of '\(bad.name)': \(bad.problem)") }
        return reader.rows
      } ?? []
  }

  /// YAML reads `2025-03-01` as a point in time and `2e-7` as a text; tables want it the other way round.
  private static func plain(_ value: Any) -> Any {
    switch value {
    case let list as [Any]: list.map(plain)
    case let map as [String: Any]: map.mapValues(plain)
    case let date as Date: PriceDate.text(Int64(date.timeIntervalSince1970) * Timestamp.second)
    case let text as String:
      if text.utf8.first.map({ (48...57).contains($0) }) == true, let number = Double(text), number.isFinite {
        number
      } else {
        text
      }
    default: value
    }
  }
}
