extension PriceContract {
  /// The tables as this contract makes them: discounts on published rows, then the user's rows in the place of published
  /// ones, then aliases. User's rows and aliases stand in the first table, which is the user's.
  func applied(to tables: [PriceTable]) throws -> [PriceTable] {
    var tables = tables
    if !discounts.isEmpty {
      tables = tables.map { table in table.replacing(rows: table.rows.map(discounted)) }
    }
    if !rates.isEmpty {
      let own = Set(rates.map { $0.name.lowercased() })
      var rows = tables[0].rows.filter { !own.contains($0.name.lowercased()) }
      rows += rates.map { row in
        let published = tables.lazy.compactMap { $0.rows(named: row.name, lowercased: row.name.lowercased()).first }
          .first
        return Self.replacing(published, by: row, note: "own rates, \(name)")
      }
      tables[0] = tables[0].replacing(rows: rows)
    }
    try addAliases(to: &tables)
    return tables
  }

  private func addAliases(to tables: inout [PriceTable]) throws {
    if aliases.isEmpty { return }
    let names = Set(aliases.map { $0.name.lowercased() })
    var rows = tables[0].rows.filter { !names.contains($0.name.lowercased()) }
    for alias in aliases {
      let resolution = PriceBook.resolve(alias.model, in: tables).resolution
      guard case .priced(let row, let rules) = resolution else {
        throw AnalyzerError(
          .prices, "\(name): alias '\(alias.name)': '\(alias.model)' is \(resolution.summary)",
          hint: "analyze prices '\(alias.model)'")
      }
      var renamed = row
      renamed.versions = row.versions.map { version in
        var version = version
        version.name = alias.name
        return version
      }
      renamed.notes = ["alias of \(row.name), \(name)"] + rules
      rows.append(renamed)
    }
    tables[0] = tables[0].replacing(rows: rows)
  }

  /// The user's row; where it begins on some day, the published price holds until then.
  private static func replacing(_ published: PriceRow?, by own: PriceRow, note: String) -> PriceRow {
    var row = own
    if let published, let first = own.versions.last, first.isDated {
      let older = published.versions.filter { $0.validFrom < first.validFrom }
      row.versions = own.versions + older
    }
    row.notes = [note]
    return row
  }

  /// The row with every discount that names it, one on what another left.
  private func discounted(_ row: PriceRow) -> PriceRow {
    var row = row
    var notes: [String] = []
    for discount in discounts where discount.names(row.name) {
      row.versions = discount.applied(to: row.versions)
      notes.append("\(discount.amount) % off\(discount.period), \(name)")
    }
    row.notes = notes
    return row
  }
}

extension PriceContract.Discount {
  fileprivate func names(_ row: String) -> Bool {
    let row = row.lowercased()
    return models.contains { model in
      let model = model.lowercased()
      return model.hasSuffix("*") ? row.hasPrefix(model.dropLast()) : row == model
    }
  }

  fileprivate var amount: String { percent == percent.rounded() ? String(Int(percent)) : "\(percent)" }

  fileprivate var period: String {
    (from.map { " from \($0)" } ?? "") + (until.map { " until \($0)" } ?? "")
  }

  /// Versions, newest first, cut where the discount begins and ends.
  fileprivate func applied(to versions: [PriceRow]) -> [PriceRow] {
    let start = from.flatMap(PriceDate.firstDay) ?? PriceDate.always
    let end = until.flatMap(PriceDate.firstDay) ?? .max
    guard start < end else { return versions }
    var result: [PriceRow] = []
    var next = Int64.max  // where the version after this one begins
    // Before its first date the oldest price holds too.
    for (index, version) in versions.enumerated() {
      let begin = index == versions.count - 1 ? PriceDate.always : version.validFrom
      func add(_ from: Int64, _ to: Int64, isReduced: Bool) {
        guard from < to else { return }
        var part = version
        part.validFrom = from
        if isReduced { part.bands = version.bands.map { $0.scaled(percent: 100 - percent) } }
        result.append(part)
      }
      add(max(begin, end), next, isReduced: false)
      add(max(begin, start), min(next, end), isReduced: true)
      add(begin, min(next, start), isReduced: false)
      next = begin
    }
    return result
  }
}

extension RateBand {
  /// Every rate times a percentage of up to six decimals, rounded half-even to the attodollar.
  fileprivate func scaled(percent: Double) -> RateBand {
    let factor = UInt128((percent * 1e6).rounded())
    return mapRates { Int64(DecimalText.divideHalfEven(UInt128($0) * factor, by: 100_000_000)) }
  }
}
