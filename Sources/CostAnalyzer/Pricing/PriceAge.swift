/// How old prices are beside the requests that they price.
package enum PriceAge {
  /// A warning for each table in use that was last seen more than `maxDays` before the last request, in the order of the
  /// tables. Tables that do not say when they were seen cannot be old.
  package static func warnings(
    _ book: PriceBook, tables: [PriceTable], lastRequest: Int64, maxDays: Int
  ) -> [String] {
    let used = Set(book.entries.map(\.table))
    return tables.compactMap { table in
      guard used.contains(table.name), let seen = table.lastSeen else { return nil }
      let days = Timestamp.dayNumber(lastRequest) - Timestamp.dayNumber(seen)
      guard days > maxDays else { return nil }
      return
        "The prices of the table \(table.name) were last seen on \(PriceDate.text(seen)), \(days) days before the last request: get a newer table."
    }
  }
}
