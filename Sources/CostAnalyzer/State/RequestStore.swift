import Foundation
import GRDB

/// One request as the state keeps it: what the ledger needs. Its model, user, tenant and tags are numbers of names.
struct StoredRequest: Sendable {
  /// XXH3 of the logged id; 0 without one.
  var idHash: UInt64
  var request: Request

  /// One id is one request, also over files.
  ///
  /// - Parameter unnamed: number of the empty name.
  mutating func merge(_ later: StoredRequest, unnamed: UInt32) {
    let both = Request.merged(request, later.request)
    var merged = both.request
    let loser = both.laterWins ? request : later.request
    if merged.user == unnamed { merged.user = loser.user }
    if merged.tenant == unnamed { merged.tenant = loser.tenant }
    if merged.tags == unnamed { merged.tags = loser.tags }
    // Both are priced already; the bill of one is that of both.
    if merged.flags.contains(.billed) { merged.flags.remove(.unpriced) }
    request = merged
  }
}

extension StateStore {
  static let columns = """
    id_hash, time, day, model, user, tenant, tags, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning,
    latency_ms, flags, tier, cost
    """

  static func createRequests(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE source (
          id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,
          lines INTEGER NOT NULL, rejected INTEGER NOT NULL, first_time INTEGER, last_time INTEGER, read_at TEXT NOT NULL);
        CREATE TABLE record (
          source INTEGER NOT NULL REFERENCES source, position INTEGER NOT NULL, shared INTEGER NOT NULL DEFAULT 0,
          id_hash INTEGER NOT NULL, time INTEGER NOT NULL, day INTEGER NOT NULL, model INTEGER NOT NULL,
          user INTEGER NOT NULL, tenant INTEGER NOT NULL, tags INTEGER NOT NULL, input INTEGER NOT NULL,
          cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
          output INTEGER NOT NULL, reasoning INTEGER NOT NULL, latency_ms INTEGER NOT NULL, flags INTEGER NOT NULL,
          tier INTEGER NOT NULL, cost INTEGER NOT NULL, PRIMARY KEY (source, position)) WITHOUT ROWID;
        CREATE INDEX record_id ON record (id_hash) WHERE id_hash <> 0;
        CREATE INDEX record_day ON record (day);
        CREATE TABLE merged (
          id_hash INTEGER PRIMARY KEY, time INTEGER NOT NULL, day INTEGER NOT NULL, model INTEGER NOT NULL,
          user INTEGER NOT NULL, tenant INTEGER NOT NULL, tags INTEGER NOT NULL, input INTEGER NOT NULL,
          cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
          output INTEGER NOT NULL, reasoning INTEGER NOT NULL, latency_ms INTEGER NOT NULL, flags INTEGER NOT NULL,
          tier INTEGER NOT NULL, cost INTEGER NOT NULL);
        CREATE INDEX merged_day ON merged (day);
        CREATE VIEW request AS
          SELECT \(columns) FROM record WHERE shared = 0 UNION ALL SELECT \(columns) FROM merged;
        -- Requests of days before this one were dropped; their sums stay.
        CREATE TABLE kept (from_day INTEGER NOT NULL);
        INSERT INTO kept VALUES (-1000000);
        CREATE TABLE daily (
          day INTEGER NOT NULL, dimension TEXT NOT NULL, name INTEGER NOT NULL REFERENCES name,
          requests INTEGER NOT NULL, errors INTEGER NOT NULL, estimated INTEGER NOT NULL, billed INTEGER NOT NULL,
          unpriced INTEGER NOT NULL, gateway_hits INTEGER NOT NULL, input INTEGER NOT NULL, cache_read INTEGER NOT NULL,
          cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL,
          reasoning INTEGER NOT NULL, cost_picodollars TEXT NOT NULL,
          PRIMARY KEY (day, dimension, name)) WITHOUT ROWID;
        CREATE VIEW daily_cost AS
          SELECT date(day * 86400, 'unixepoch') AS day, dimension, text AS name, requests, errors, unpriced, input,
            cache_read, cache_write_5m + cache_write_1h AS cache_write, output, cost_picodollars / 1e12 AS cost_usd
          FROM daily JOIN name ON name.id = daily.name;
        """)
  }

  /// Takes the requests of one input into the state, in one transaction: a kill leaves all of them or none.
  ///
  /// - Parameters:
  ///   - log: of this file alone, priced, with ids.
  ///   - replacing: what an appended or rewritten file replaces.
  /// - Returns: the input as the state knows it now.
  @discardableResult
  package func take(
    _ log: RequestLog, _ file: InputFile, replacing old: StoredSource?, as outcome: IntakeOutcome = .added,
    at time: Int64
  ) throws -> StoredSource {
    try writing { db in
      let from = try Self.keptFrom(db)
      var days: Set<Int> = []
      var ids: Set<Int64> = []
      if let old {
        for row in try Row.fetchAll(
          db, sql: "SELECT DISTINCT day FROM record WHERE source = ?", arguments: [old.number])
        { days.insert(row[0]) }
        ids = try Set(
          Int64.fetchAll(db, sql: "SELECT id_hash FROM record WHERE source = ? AND shared = 1", arguments: [old.number])
        )
        try db.execute(sql: "DELETE FROM record WHERE source = ?", arguments: [old.number])
        try db.execute(sql: "DELETE FROM source WHERE id = ?", arguments: [old.number])
      }
      var source = try Self.insertSource(db, log, file, as: outcome, at: time)
      source.intake.tooOld = try Self.insertRecords(db, log, source: source.number, from: from, days: &days, ids: &ids)
      try db.execute(
        sql: "UPDATE source SET too_old = ? WHERE id = ?", arguments: [source.intake.tooOld, source.number])
      try Self.merge(db, ids, days: &days)
      try Self.recount(db, days.filter { $0 >= from })
      return source
    }
  }

  private static func insertRecords(
    _ db: Database, _ log: RequestLog, source: Int64, from: Int, days: inout Set<Int>, ids: inout Set<Int64>
  ) throws -> Int {
    var left = 0
    let models = try log.models.map { try number(of: $0.display, db) }
    let users = try log.users.map { try number(of: $0, db) }
    let tenants = try log.tenants.map { try number(of: $0, db) }
    let tags = try log.tagSets.map { try number(of: $0.isEmpty ? "" : Self.json($0), db) }
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO record (source, position, shared, \(columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let find = try db.cachedStatement(sql: "SELECT 1 FROM record WHERE id_hash = ? AND id_hash <> 0 LIMIT 1")
    for index in 0..<log.requests.count {
      let request = log.requests[index]
      let day = Timestamp.dayNumber(request.time)
      if day < from {
        left += 1
        continue
      }
      days.insert(day)
      let id = Int64(bitPattern: log.idHashes[index])
      var isShared = false
      if id != 0 {
        find.setUncheckedArguments([id])
        isShared = try Row.fetchOne(find) != nil
        if isShared { ids.insert(id) }
      }
      var named = request
      (named.model, named.user) = (models[Int(request.model)], users[Int(request.user)])
      (named.tenant, named.tags) = (tenants[Int(request.tenant)], tags[Int(request.tags)])
      let stored = StoredRequest(idHash: log.idHashes[index], request: named)
      let place: StatementArguments = [source, index, isShared]
      try insert.execute(arguments: place + stored.arguments)
    }
    return left
  }

  private static func json(_ tags: [String]) -> String {
    String(decoding: (try? JSONEncoder().encode(tags)) ?? Data(), as: UTF8.self)
  }

  static func number(of name: String, _ db: Database) throws -> UInt32 {
    if let id = try UInt32.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM name WHERE text = ?"), arguments: [name])
    {
      return id
    }
    try db.cachedStatement(sql: "INSERT INTO name (text) VALUES (?)").execute(arguments: [name])
    return UInt32(db.lastInsertedRowID)
  }

  /// Folds the records of ids that stand, or stood, in several files, in the order they were read.
  private static func merge(_ db: Database, _ ids: Set<Int64>, days: inout Set<Int>) throws {
    let unnamed = try number(of: "", db)
    for id in ids.sorted() {
      let before = try Int.fetchOne(db, sql: "SELECT day FROM merged WHERE id_hash = ?", arguments: [id])
      if let before { days.insert(before) }
      try db.execute(sql: "DELETE FROM merged WHERE id_hash = ?", arguments: [id])
      let rows = try Row.fetchAll(
        db, sql: "SELECT \(columns) FROM record WHERE id_hash = ? AND id_hash <> 0 ORDER BY source, position",
        arguments: [id]
      ).map(StoredRequest.init)
      for row in rows { days.insert(Timestamp.dayNumber(row.request.time)) }
      try db.execute(
        sql: "UPDATE record SET shared = ? WHERE id_hash = ? AND id_hash <> 0", arguments: [rows.count > 1 ? 1 : 0, id])
      guard rows.count > 1, var merged = rows.first else { continue }
      for row in rows.dropFirst() { merged.merge(row, unnamed: unnamed) }
      try db.execute(
        sql: "INSERT INTO merged (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: merged.arguments)
    }
  }

  func reading<T>(_ body: (Database) throws -> T) throws -> T {
    do {
      return try database.read(body)
    } catch {
      throw AnalyzerError(
        .state, "cannot read the state file \(path): \(Self.explain(error))", hint: "name another one with --state FILE"
      )
    }
  }

  func writing<T>(_ body: (Database) throws -> T) throws -> T {
    do {
      return try database.write(body)
    } catch {
      throw AnalyzerError(
        .state, "cannot write to the state file \(path): \(Self.explain(error)); what it held before is intact",
        hint: "make room, or name another file with --state FILE")
    }
  }
}

extension StoredRequest {
  init(_ row: Row) {
    let usage = TokenUsage(
      input: row["input"], cacheRead: row["cache_read"], cacheWrite5m: row["cache_write_5m"],
      cacheWrite1h: row["cache_write_1h"], output: row["output"], reasoning: row["reasoning"])
    self.init(
      idHash: UInt64(bitPattern: row["id_hash"] as Int64),
      request: Request(
        time: row["time"], cost: row["cost"], usage: usage, latencyMs: row["latency_ms"], model: row["model"],
        user: row["user"], tenant: row["tenant"], tags: row["tags"], flags: .init(rawValue: row["flags"]),
        tier: ServiceTier(rawValue: row["tier"]) ?? .standard, format: 0))
  }

  /// In the order of `StateStore.columns`.
  var arguments: StatementArguments {
    let usage = request.usage
    return [
      Int64(bitPattern: idHash), request.time, Timestamp.dayNumber(request.time), request.model, request.user,
      request.tenant, request.tags, usage.input, usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h, usage.output,
      usage.reasoning, request.latencyMs, request.flags.rawValue, request.tier.rawValue, request.cost,
    ]
  }
}
