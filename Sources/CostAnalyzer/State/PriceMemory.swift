import GRDB

/// What models cost on the night they were last looked at.
extension StateStore {
  static func createPrices(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE price (
          -- Days since 1970; a row for each night on which the price was another than before.
          day INTEGER NOT NULL, model TEXT NOT NULL, price TEXT NOT NULL, PRIMARY KEY (model, day)) WITHOUT ROWID
        """)
  }

  /// Lines of `PriceText` by model, as of the last night before a day: the same night again finds the same.
  package func prices(before day: Int) throws -> [String: String] {
    try reading { try Self.prices(before: day, $0) }
  }

  private static func prices(before day: Int, _ db: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT model, price FROM price WHERE day < ? ORDER BY model, day", arguments: [day])
    return Dictionary(rows.map { ($0["model"], $0["price"]) }, uniquingKeysWith: { $1 })
  }

  package func remember(prices: [String: String], on day: Int) throws {
    try writing { db in
      try db.execute(sql: "DELETE FROM price WHERE day = ?", arguments: [day])
      let known = try Self.prices(before: day, db)
      for (model, price) in prices where known[model] != price {
        try db.execute(sql: "INSERT INTO price (day, model, price) VALUES (?, ?, ?)", arguments: [day, model, price])
      }
    }
  }
}
