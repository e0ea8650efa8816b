import Foundation
import GRDB

/// Clusters of earlier nights under their ids: hashes of their keys, requests and cost by day, no text.
extension StateStore {
  /// Nights after which a cluster that was not found again is forgotten; its id is not given again.
  package static let clusterNights = 56
  /// Days that a night looks back at: the eight weeks of `SpendChange`, and one more.
  package static let clusterDays = 63

  static func createClusters(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE cluster (
          id INTEGER PRIMARY KEY,
          -- Days since 1970 of the nights that first and last found it.
          first_night INTEGER NOT NULL, last_night INTEGER NOT NULL);
        CREATE TABLE cluster_key (
          -- As of the last night that found the cluster, and as of the one before.
          cluster INTEGER NOT NULL REFERENCES cluster ON DELETE CASCADE, night INTEGER NOT NULL,
          -- XXH3-128 of scope, context and normalised text, high word first.
          key BLOB NOT NULL, requests INTEGER NOT NULL, PRIMARY KEY (cluster, night, key)) WITHOUT ROWID;
        CREATE TABLE cluster_day (
          day INTEGER NOT NULL, cluster INTEGER NOT NULL REFERENCES cluster ON DELETE CASCADE,
          requests INTEGER NOT NULL, cost_picodollars TEXT NOT NULL, PRIMARY KEY (day, cluster)) WITHOUT ROWID;
        CREATE INDEX cluster_day_cluster ON cluster_day (cluster);
        -- All clusters of a day together, as the night that told them added them up.
        CREATE TABLE cluster_total (
          day INTEGER PRIMARY KEY, night INTEGER NOT NULL, clusters INTEGER NOT NULL, requests INTEGER NOT NULL,
          cost_picodollars TEXT NOT NULL);
        CREATE VIEW cluster_cost AS
          SELECT cluster, date(day * 86400, 'unixepoch') AS day, requests, cost_picodollars / 1e12 AS cost_usd
          FROM cluster_day;
        CREATE VIEW known_cluster AS
          SELECT id AS cluster, date(first_night * 86400, 'unixepoch') AS first_night,
            date(last_night * 86400, 'unixepoch') AS last_night,
            (SELECT COUNT(*) FROM cluster_key WHERE cluster = id AND night = last_night) AS keys
          FROM cluster;
        """)
  }

  /// What was known before a night.
  package struct KnownClusters: Sendable {
    package var keys: [Int64: [ClusterTrace.Key]] = [:]
    /// The first id that no cluster has had.
    package var next: Int64 = 1
    package var totals: [DailyTotal] = []

    package init() {}
  }

  /// The same night again finds the same.
  ///
  /// - Parameter day: the last one of the logs.
  package func clusters(before night: Int, lastDay day: Int) throws -> KnownClusters {
    try reading { db in
      var known = KnownClusters()
      let keys = try Row.fetchAll(
        db,
        sql: """
          SELECT cluster, key, requests FROM cluster_key AS found
          WHERE night >= :oldest AND night =
            (SELECT MAX(night) FROM cluster_key WHERE cluster = found.cluster AND night < :night)
          """, arguments: ["night": night, "oldest": night - Self.clusterNights])
      for row in keys {
        guard let identity = Hash128(row["key"] as Data) else { continue }
        known.keys[row["cluster"], default: []].append(.init(identity, row["requests"]))
      }
      known.next =
        try Int64.fetchOne(db, sql: "SELECT MAX(id) + 1 FROM cluster WHERE first_night < ?", arguments: [night]) ?? 1
      known.totals = try Row.fetchAll(
        db,
        sql: """
          SELECT cluster_day.* FROM cluster_day JOIN cluster_total USING (day)
          WHERE day >= ? AND night < ? ORDER BY day, cluster
          """, arguments: [day - Self.clusterDays, night]
      ).map { row in
        var sum = LedgerRow()
        sum.requests = row["requests"]
        sum.cost = Int128(row["cost_picodollars"] as String) ?? 0
        return DailyTotal(day: row["day"], name: String(row["cluster"] as Int64), row: sum)
      }
      return known
    }
  }

  /// Puts the clusters of a night in the place of what the same night said before.
  static func remember(_ db: Database, _ history: ClusterHistory, on night: Int) throws {
    try db.execute(sql: "DELETE FROM cluster WHERE first_night = ?", arguments: [night])
    try db.execute(sql: "DELETE FROM cluster_key WHERE night = ?", arguments: [night])
    try db.execute(
      sql: """
        UPDATE cluster SET last_night = (SELECT MAX(night) FROM cluster_key WHERE cluster = id) WHERE last_night = ?
        """, arguments: [night])
    let told = try Int.fetchAll(db, sql: "SELECT day FROM cluster_total WHERE night = ?", arguments: [night])
    for day in history.days.union(told).sorted() {
      try db.execute(sql: "DELETE FROM cluster_day WHERE day = ?", arguments: [day])
      try db.execute(sql: "DELETE FROM cluster_total WHERE day = ?", arguments: [day])
    }
    let insertKey = try db.cachedStatement(sql: "INSERT INTO cluster_key VALUES (?, ?, ?, ?)")
    let insertDay = try db.cachedStatement(sql: "INSERT INTO cluster_day VALUES (?, ?, ?, ?)")
    var totals = Dictionary(
      uniqueKeysWithValues: history.days.map { ($0, (clusters: 0, requests: 0, cost: Int128(0))) })
    for (id, trace) in history.members.map({ ($0.id, $0.trace) }) {
      try db.execute(
        sql: "INSERT INTO cluster VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET last_night = excluded.last_night",
        arguments: [id, night, night])
      for key in trace.keys { try insertKey.execute(arguments: [id, night, key.identity.data, key.requests]) }
      for day in trace.days {
        try insertDay.execute(arguments: [day.day, id, day.requests, String(day.cost)])
        let sum = totals[day.day]!
        totals[day.day] = (sum.clusters + 1, sum.requests + day.requests, sum.cost + day.cost)
      }
    }
    for (day, sum) in totals {
      try db.execute(
        sql: "INSERT INTO cluster_total VALUES (?, ?, ?, ?, ?)",
        arguments: [day, night, sum.clusters, sum.requests, String(sum.cost)])
    }
    try forgetOldClusters(db, on: night)
  }

  private static func forgetOldClusters(_ db: Database, on night: Int) throws {
    try db.execute(
      sql: """
        DELETE FROM cluster_key WHERE night < :oldest OR night <
          (SELECT MAX(night) FROM cluster_key AS later WHERE later.cluster = cluster_key.cluster AND later.night < :night)
        """, arguments: ["night": night, "oldest": night - clusterNights])
    try forgetEmptyClusters(db)
  }

  /// The largest id that was there before the last night stays: new ones are counted from it, also when that night is run again.
  private static func forgetEmptyClusters(_ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM cluster WHERE id <
            (SELECT MAX(id) FROM cluster WHERE first_night < (SELECT MAX(last_night) FROM cluster))
          AND NOT EXISTS (SELECT 1 FROM cluster_key WHERE cluster = id)
          AND NOT EXISTS (SELECT 1 FROM cluster_day WHERE cluster = id)
        """)
  }

  /// Later than requests: what a night looks back at is there still when it is run again.
  static func dropClusterDays(_ db: Database, requestsBefore: Int) throws {
    let day = requestsBefore - clusterDays
    for table in ["cluster_day", "cluster_total"] {
      try db.execute(sql: "DELETE FROM \(table) WHERE day < ?", arguments: [day])
    }
    try forgetEmptyClusters(db)
  }

  /// Days whose clusters do not add up to what the night that told them said.
  static func checkClusters(_ db: Database) throws -> [String] {
    var sums: [Int: (clusters: Int, requests: Int, cost: Int128)] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT * FROM cluster_day") {
      let sum = sums[row["day"]] ?? (0, 0, 0)
      sums[row["day"]] = (
        sum.clusters + 1, sum.requests + (row["requests"] as Int),
        sum.cost + (Int128(row["cost_picodollars"] as String) ?? 0)
      )
    }
    var problems: [String] = []
    for row in try Row.fetchAll(db, sql: "SELECT * FROM cluster_total ORDER BY day") {
      let day: Int = row["day"]
      let sum = sums.removeValue(forKey: day) ?? (0, 0, 0)
      if sum != (row["clusters"], row["requests"], Int128(row["cost_picodollars"] as String) ?? 0) {
        problems.append("the clusters of \(Timestamp.dayText(day)) do not add up to their sum")
      }
    }
    problems += sums.keys.sorted().map { "the clusters of \(Timestamp.dayText($0)) have no sum" }
    if try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM cluster WHERE first_night > last_night)") == true {
      problems.append("a cluster was last found before it was first found")
    }
    return problems
  }
}
