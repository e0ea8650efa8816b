extension PriceTable {
  /// Gives rows the older prices that another table has for the same name, case ignored.
  ///
  /// A row without a date is taken to hold since the oldest of the other table's newest prices that agree with it in every
  /// rate that both have; when none does, since the day on which its table was last seen, or, where that is not known,
  /// since the newest price of the other table began.
  func withHistory(_ history: PriceTable) -> PriceTable {
    replacing(
      rows: rows.map { row in
        let found = history.rows(named: row.name, lowercased: row.name.lowercased())
        guard found.count == 1, found[0].isDated else { return row }
        return row.joined(to: found[0], seen: lastSeen)
      })
  }
}

extension PriceTable {
  /// The models that are not in this table any more, with their last prices.
  func adding(retiredIn history: PriceTable) -> PriceTable {
    let retired = history.rows.filter { rows(named: $0.name, lowercased: $0.name.lowercased()).isEmpty }
    return replacing(
      rows: rows
        + retired.map { row in
          var row = row
          row.notes = ["only in \(history.name)"]
          return row
        })
  }
}

extension PriceRow {
  fileprivate func joined(to history: PriceRow, seen: Int64?) -> PriceRow {
    var joined = versions
    let oldest = joined.count - 1
    let older = history.versions
    if !joined[oldest].isDated {
      let agreeing = older.prefix { $0.agrees(with: joined[oldest]) }
      joined[oldest].validFrom = agreeing.last?.validFrom ?? max(seen ?? history.validFrom, history.validFrom)
    }
    joined += older.filter { $0.validFrom < joined[oldest].validFrom }
    var row = self
    row.versions = joined
    return row
  }

  private func agrees(with other: PriceRow) -> Bool {
    bands.allSatisfy { band in
      other.bands.first { $0.threshold == band.threshold }.map(band.agrees) ?? true
    }
  }
}

extension RateBand {
  /// Whether every rate that both have is the same.
  fileprivate func agrees(with other: RateBand) -> Bool {
    TokenClass.allCases.allSatisfy { tokenClass in
      ServiceTier.allCases.allSatisfy { tier in
        guard let mine = self[tokenClass, tier], let theirs = other[tokenClass, tier] else { return true }
        return mine == theirs
      }
    }
  }
}
