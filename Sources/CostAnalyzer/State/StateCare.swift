import Foundation
import GRDB

/// Retention, erasure and checks of the state file.
extension StateStore {
  static func keptFrom(_ db: Database) throws -> Int { try Int.fetchOne(db, sql: "SELECT from_day FROM kept") ?? .min }

  /// Drops the requests of days before `day`; their sums stay. Returns how many records went.
  package func dropRequests(before day: Int) throws -> Int {
    try writing { db in
      guard try day > Self.keptFrom(db) else { return 0 }
      var dropped = 0
      for statement in [
        "DELETE FROM record WHERE id_hash <> 0 AND id_hash IN (SELECT id_hash FROM merged WHERE day < ?)",
        "DELETE FROM record WHERE day < ? AND shared = 0", "DELETE FROM merged WHERE day < ?",
      ] {
        try db.execute(sql: statement, arguments: [day])
        if statement.contains("FROM record") { dropped += db.changesCount }
      }
      try db.execute(sql: "UPDATE kept SET from_day = ?", arguments: [day])
      try Self.dropClusterDays(db, requestsBefore: day)
      return dropped
    }
  }

  /// Takes a user's name out of everything the state holds: the requests stay, as requests of nobody. Returns how many
  /// they were; nil when the name is not known.
  package func forget(user: String) throws -> Int? {
    let forgotten: Int? = try writing { db in
      guard let number = try UInt32.fetchOne(db, sql: "SELECT id FROM name WHERE text = ?", arguments: [user]),
        !user.isEmpty
      else { return nil }
      let days = try Set(
        Int.fetchAll(db, sql: "SELECT day FROM daily WHERE dimension = 'user' AND name = ?", arguments: [number]))
      if days.isEmpty { return nil }
      try Self.forgetAlerts(db, ofUser: user)
      let unnamed = try Self.number(of: "", db)
      var records = 0
      for table in ["record", "merged"] {
        try db.execute(sql: "UPDATE \(table) SET user = ? WHERE user = ?", arguments: [unnamed, number])
        records += db.changesCount
      }
      let from = try Self.keptFrom(db)
      try Self.recount(db, days.filter { $0 >= from })
      try Self.moveDroppedDays(db, days.filter { $0 < from }, from: number, to: unnamed)
      let isUsed = try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM daily WHERE name = :n) OR EXISTS (SELECT 1 FROM record
            WHERE :n IN (model, user, tenant, tags)) OR EXISTS (SELECT 1 FROM merged WHERE :n IN (model, user, tenant, tags))
          """, arguments: ["n": number])
      if isUsed == false { try db.execute(sql: "DELETE FROM name WHERE id = ?", arguments: [number]) }
      return records
    }
    // What was deleted must not stay readable in free pages.
    if forgotten != nil { try compact() }
    return forgotten
  }

  /// Adds the sums of a name to those of another on days whose requests are gone.
  private static func moveDroppedDays(_ db: Database, _ days: Set<Int>, from: UInt32, to: UInt32) throws {
    for day in days.sorted() {
      var sum = LedgerRow()
      for row in try Row.fetchAll(
        db, sql: "SELECT * FROM daily WHERE day = ? AND dimension = 'user' AND name IN (?, ?)",
        arguments: [day, from, to])
      { sum.add(LedgerRow(row)) }
      try db.execute(
        sql: "DELETE FROM daily WHERE day = ? AND dimension = 'user' AND name IN (?, ?)", arguments: [day, from, to])
      try insertDaily(db, day, .user, to, sum)
    }
  }

  /// Gives free pages back to the file system and overwrites what was deleted.
  package func compact() throws {
    do {
      try database.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM")
        try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
    } catch {
      throw AnalyzerError(
        .state, "cannot compact the state file \(path): \(Self.explain(error))", hint: "make room beside it")
    }
  }

  /// What is wrong with the file; empty when nothing is.
  package func check() throws -> [String] {
    let damage = try reading { db in
      try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        + Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { "a row of \($0[0] as String) points nowhere" }
    }
    if !damage.isEmpty { return damage }
    let memory = try reading { db in
      try Self.checkClusters(db) + Self.checkHitRates(db) + Self.checkJudgements(db) + Self.checkAlerts(db)
    }
    let before = try Dimension.allCases.map { try daily($0) }
    struct Undone: Error {}
    var after: [[DailyTotal]] = []
    // Counted anew in a transaction that is rolled back.
    do {
      try database.write { db in
        let from = try Self.keptFrom(db)
        let days = try Int.fetchAll(
          db, sql: "SELECT day FROM daily UNION SELECT day FROM record UNION SELECT day FROM merged")
        try Self.recount(db, Set(days.filter { $0 >= from }))
        after = try Dimension.allCases.map { try Self.daily($0, db) }
        throw Undone()
      }
    } catch is Undone {
    } catch {
      throw AnalyzerError(.state, "cannot check the state file \(path): \(Self.explain(error))")
    }
    let sums = zip(Dimension.allCases, zip(before, after)).compactMap { dimension, sums in
      sums.0 == sums.1 ? nil : "daily sums by \(dimension.rawValue) are not those of the requests"
    }
    return sums + memory
  }
}
