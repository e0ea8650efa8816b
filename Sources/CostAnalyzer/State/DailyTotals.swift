import Foundation
import GRDB

/// What one day cost, in all or for one model, user, tenant or tag.
package struct DailyTotal: Sendable, Equatable {
  package var day: Int
  package var name: String
  package var row: LedgerRow

  package init(day: Int, name: String, row: LedgerRow) { (self.day, self.name, self.row) = (day, name, row) }
}

/// Sums by day. They stay when the requests behind them are dropped (`keepDays`).
extension StateStore {
  package enum Dimension: String, Sendable, CaseIterable { case total, model, user, tenant, tag }

  package func daily(_ dimension: Dimension) throws -> [DailyTotal] {
    try reading { try Self.daily(dimension, $0) }
  }

  static func daily(_ dimension: Dimension, _ db: Database) throws -> [DailyTotal] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT daily.*, text FROM daily JOIN name ON name.id = daily.name WHERE dimension = ? ORDER BY day, text
        """, arguments: [dimension.rawValue]
    ).map { DailyTotal(day: $0["day"], name: $0["text"], row: LedgerRow($0)) }
  }

  /// Sums some days anew from their requests.
  static func recount(_ db: Database, _ days: Set<Int>) throws {
    let unnamed = try number(of: "", db)
    var tagSets: [UInt32: [UInt32]] = [:]
    for day in days.sorted() {
      var sums: [Dimension: [UInt32: LedgerRow]] = [:]
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT model, user, tenant, tags, COUNT(*) AS requests, SUM(flags & 1 <> 0) AS errors,
            SUM(flags & 16 <> 0) AS estimated, SUM(flags & 32 <> 0) AS billed, SUM(flags & 64 <> 0) AS unpriced,
            SUM(flags & 2 <> 0) AS gateway_hits, SUM(input) AS input, SUM(cache_read) AS cache_read,
            SUM(cache_write_5m) AS cache_write_5m, SUM(cache_write_1h) AS cache_write_1h, SUM(output) AS output,
            SUM(reasoning) AS reasoning, SUM(cost / 1000000) AS micro, SUM(cost % 1000000) AS rest
          FROM request WHERE day = ? GROUP BY model, user, tenant, tags
          """, arguments: [day])
      for row in rows {
        var group = LedgerRow(row, cost: 0)
        // A sum of pico-dollars can exceed 64 bits.
        group.cost = Int128(row["micro"] as Int64) * 1_000_000 + Int128(row["rest"] as Int64)
        let set: UInt32 = row["tags"]
        if tagSets[set] == nil { tagSets[set] = try tags(of: set, db) }
        var keys: [(Dimension, UInt32)] = [
          (.total, unnamed), (.model, row["model"]), (.user, row["user"]), (.tenant, row["tenant"]),
        ]
        keys += tagSets[set]!.map { (.tag, $0) }
        for (dimension, name) in keys { sums[dimension, default: [:]][name, default: LedgerRow()].add(group) }
      }
      try db.execute(sql: "DELETE FROM daily WHERE day = ?", arguments: [day])
      for (dimension, groups) in sums {
        for (name, row) in groups { try insertDaily(db, day, dimension, name, row) }
      }
    }
  }

  static func insertDaily(
    _ db: Database, _ day: Int, _ dimension: Dimension, _ name: UInt32, _ row: LedgerRow
  ) throws {
    try db.cachedStatement(sql: "INSERT INTO daily VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
      arguments: [
        day, dimension.rawValue, name, row.requests, row.errors, row.estimated, row.billed, row.unpriced,
        row.gatewayHits, row.input, row.cacheRead, row.cacheWrite5m, row.cacheWrite1h, row.output, row.reasoning,
        String(row.cost),
      ])
  }

  private static func tags(of set: UInt32, _ db: Database) throws -> [UInt32] {
    let text = try String.fetchOne(db, sql: "SELECT text FROM name WHERE id = ?", arguments: [set]) ?? ""
    let tags = (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    return try Set(tags).sorted().map { try number(of: $0, db) }
  }
}

extension LedgerRow {
  init(_ row: Row, cost: Int128? = nil) {
    self.init()
    (requests, errors, estimated) = (row["requests"], row["errors"], row["estimated"])
    (billed, unpriced, gatewayHits) = (row["billed"], row["unpriced"], row["gateway_hits"])
    (input, cacheRead, output, reasoning) = (row["input"], row["cache_read"], row["output"], row["reasoning"])
    (cacheWrite5m, cacheWrite1h) = (row["cache_write_5m"], row["cache_write_1h"])
    self.cost = cost ?? Int128(row["cost_picodollars"] as String) ?? 0
  }
}
