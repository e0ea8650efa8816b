import GRDB

/// What caches would have answered of the last complete day of every night.
extension StateStore {
  static func createHitRates(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE cache_day (
          -- Days since 1970: the last complete day, and the night that saw it end.
          day INTEGER PRIMARY KEY, night INTEGER NOT NULL,
          -- Caches, embedder and window: only rates of equal ones are compared.
          setting TEXT NOT NULL, requests INTEGER NOT NULL, exact_hits INTEGER NOT NULL,
          -- Exact hits included; null where it was not replayed.
          semantic_hits INTEGER);
        CREATE VIEW hit_rate AS
          SELECT date(day * 86400, 'unixepoch') AS day, setting, requests,
            1.0 * exact_hits / requests AS exact_rate, 1.0 * semantic_hits / requests AS semantic_rate
          FROM cache_day;
        """)
  }

  /// By day, of days before one; the same night again finds the same.
  package func dayHits(before day: Int, setting: String) throws -> [Int: DayHits] {
    try reading { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM cache_day WHERE day < ? AND setting = ?", arguments: [day, setting])
      return Dictionary(
        uniqueKeysWithValues: rows.map {
          ($0["day"], DayHits(requests: $0["requests"], exact: $0["exact_hits"], semantic: $0["semantic_hits"]))
        })
    }
  }

  static func remember(_ db: Database, _ hits: DayHits, of day: Int, setting: String, on night: Int) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO cache_day VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [day, night, setting, hits.requests, hits.exact, hits.semantic])
  }

  static func checkHitRates(_ db: Database) throws -> [String] {
    try Int.fetchAll(
      db,
      sql: """
        SELECT day FROM cache_day
        WHERE requests < 1 OR exact_hits NOT BETWEEN 0 AND requests OR semantic_hits NOT BETWEEN 0 AND requests
        """
    ).map { "the hits of \(Timestamp.dayText($0)) are no part of its requests" }
  }
}
