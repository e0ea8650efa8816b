import Foundation

/// Why a price table cannot be used. The message names the table.
package enum PriceTableError: Error, Equatable, CustomStringConvertible {
  case notJSON(table: String, reason: String)
  case notAnObject(table: String)
  case noPrices(table: String)

  package var description: String {
    switch self {
    case .notJSON(let table, let reason): "price table \(table) is not JSON: \(reason)"
    case .notAnObject(let table): "price table \(table) must be one JSON object, from model name to prices"
    case .noPrices(let table): "price table \(table) holds no price per token"
    }
  }
}

/// Prices by model name.
package struct PriceTable: Sendable {
  /// What messages call the table: a path, or `built-in`.
  package let name: String
  /// Rows sorted by name.
  package let rows: [PriceRow]
  /// Entries that are not prices, with the reason, sorted by name.
  package let skippedRows: [SkippedRow]
  /// Rates written with more than 18 decimals (float noise, converted currencies), rounded half-even to the attodollar.
  package let roundedRates: Int

  /// Rows by lowercased name; more than one when names differ in case only.
  private let indexByName: [String: [Int]]
  /// Lowercased names of dated rows by the name without its date.
  let snapshots: [String: [String]]
  /// Every seller that rows name, or that stands before the `/` of a name.
  let providers: Set<String>

  package struct SkippedRow: Sendable, Equatable {
    package let name: String
    package let problem: PriceRowProblem
  }

  /// The day up to which the table is known to hold, UTC microseconds: what it says of itself, or the user; nil if neither.
  package internal(set) var lastSeen: Int64?

  /// Reads a table in the format of LiteLLM's `model_prices_and_context_window.json`, as it is. Besides, a model may have a
  /// list of entries, each with the day it came into force (`valid_from`).
  package init(litellmJSON: Data, name: String) throws(PriceTableError) {
    let parsed: Any
    do {
      parsed = try JSONSerialization.jsonObject(with: litellmJSON, options: [.fragmentsAllowed])
    } catch {
      let details = (error as NSError).userInfo["NSDebugDescription"] as? String
      throw .notJSON(table: name, reason: details ?? "unreadable")
    }
    guard let entries = parsed as? [String: Any] else { throw .notAnObject(table: name) }
    var reader = PriceTableReader()
    for (model, entry) in entries { reader.read(name: model, entry: entry) }
    guard !reader.rows.isEmpty else { throw .noPrices(table: name) }
    self.init(
      name: name, rows: reader.rows,
      skippedRows: reader.skipped.map { SkippedRow(name: $0.name, problem: $0.problem) }.sorted { $0.name < $1.name },
      roundedRates: reader.roundedRates)
    lastSeen = rows.compactMap { $0.asOf.flatMap(PriceDate.lastDay) ?? ($0.isDated ? $0.validFrom : nil) }.max()
  }

  /// The same table with other rows, of any order and at most one a name.
  func replacing(rows: [PriceRow]) -> PriceTable {
    var table = PriceTable(name: name, rows: rows, skippedRows: skippedRows, roundedRates: roundedRates)
    table.lastSeen = lastSeen
    return table
  }

  private init(name: String, rows: [PriceRow], skippedRows: [SkippedRow], roundedRates: Int) {
    let rows = rows.sorted { $0.name < $1.name }
    self.name = name
    self.rows = rows
    self.skippedRows = skippedRows
    self.roundedRates = roundedRates

    var indexByName: [String: [Int]] = [:]
    var snapshots: [String: [String]] = [:]
    var providers: Set<String> = []
    for (index, row) in rows.enumerated() {
      let lowercased = row.name.lowercased()
      indexByName[lowercased, default: []].append(index)
      if let dated = DateSuffix(lowercased) { snapshots[dated.base, default: []].append(lowercased) }
      providers.insert(row.provider)
      if let slash = lowercased.firstIndex(of: "/") { providers.insert(String(lowercased[..<slash])) }
    }
    self.indexByName = indexByName
    self.snapshots = snapshots
    self.providers = providers
  }

  /// The small table that serves when no other is given.
  package static func builtin() -> PriceTable { builtinTable }

  private static let builtinTable: PriceTable = {
    do {
      return try PriceTable(litellmJSON: Data(PackageResources.prices_json), name: "built-in")
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// The rows of a name, case ignored; a row that matches in case too is the only one.
  func rows(named name: String, lowercased: String) -> [PriceRow] {
    let found = (indexByName[lowercased] ?? []).map { rows[$0] }
    return found.first { $0.name == name }.map { [$0] } ?? found
  }
}
