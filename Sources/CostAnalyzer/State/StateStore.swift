import Foundation
import GRDB

/// The SQLite file that remembers runs and vectors. Numbered migrations; one row a run, one row an input.
package final class StateStore: Sendable {
  let database: DatabaseQueue
  let path: String

  /// `$ANALYZE_STATE`, else `$XDG_STATE_HOME/llm-cost-analyzer/state.sqlite`, else the same below `~/.local/state`.
  package static func defaultPath(environment: [String: String]) -> String {
    if let path = environment["ANALYZE_STATE"], !path.isEmpty { return path }
    let base =
      environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (environment["HOME"] ?? NSTemporaryDirectory()) + "/.local/state"
    return base + "/llm-cost-analyzer/state.sqlite"
  }

  /// Opens or creates the file (mode 0600). Throws a state error that names the path and the next step.
  package init(path: String) throws {
    self.path = path
    do {
      let directory = (path as NSString).deletingLastPathComponent
      if !directory.isEmpty {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      }
      if !FileManager.default.fileExists(atPath: path) {
        _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
      }
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      // A killed run leaves whole transactions, and readers do not wait for writers.
      configuration.prepareDatabase { db in
        if !db.configuration.readonly { try db.execute(sql: "PRAGMA journal_mode = WAL") }
        try db.execute(sql: "PRAGMA secure_delete = ON")
      }
      database = try DatabaseQueue(path: path, configuration: configuration)
      do {
        try Self.migrator.migrate(database)
      } catch {
        // Two first runs at once: the other one made the tables between our look and our try.
        try Self.migrator.migrate(database)
      }
      if try database.read(Self.migrator.hasBeenSuperseded) {
        throw AnalyzerError(.state, "it was written by a newer version of this program")
      }
    } catch {
      throw AnalyzerError(
        .state, "cannot use the state file \(path): \(Self.explain(error))",
        hint: "name another one with --state FILE, or go without one with --no-state")
    }
  }

  static func explain(_ error: any Error) -> String {
    if let error = error as? AnalyzerError { return error.message }
    guard let error = error as? DatabaseError else { return error.localizedDescription }
    let message = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    // SQLite's words for a full disk depend on which of its files did not fit.
    return error.resultCode == .SQLITE_IOERR ? message + "; is the disk full?" : message
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 runs and inputs") { db in
      try db.create(table: "run") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("run_id", .text).notNull()
        table.column("finished_at", .text).notNull()
        table.column("version", .text).notNull()
        table.column("out", .text).notNull()
        table.column("options", .text).notNull()
        table.column("lines", .integer).notNull()
        table.column("requests", .integer).notNull()
        table.column("rejected", .integer).notNull()
        table.column("duplicates", .integer).notNull()
        // Decimal pico-dollars: a 128-bit sum does not fit SQLite's integer.
        table.column("cost_picodollars", .text).notNull()
        table.column("joint_saving_picodollars", .text)
      }
      try db.create(table: "input") { table in
        table.column("run", .integer).notNull().references("run", onDelete: .cascade)
        table.column("path", .text).notNull()
        table.column("sha256", .text).notNull()
        table.column("bytes", .integer).notNull()
        table.column("end", .text).notNull()
      }
      try db.create(index: "input_sha256", on: "input", columns: ["sha256"])
    }
    migrator.registerMigration("2 vectors") { db in
      try db.create(table: "embedder") { table in
        table.primaryKey("id", .integer)
        table.column("identity", .text).notNull().unique()
        table.column("dimensions", .integer).notNull()
      }
      try db.create(table: "vector") { table in
        table.column("embedder", .integer).notNull().references("embedder", onDelete: .cascade)
        // XXH3-128 of the text, high word first.
        table.column("key", .blob).notNull()
        // Little-endian 32-bit floats.
        table.column("value", .blob).notNull()
        table.primaryKey(["embedder", "key"])
      }
    }
    migrator.registerMigration("3 requests and daily sums", migrate: createRequests)
    migrator.registerMigration("4 prices", migrate: createPrices)
    migrator.registerMigration("5 lists", migrate: createLists)
    migrator.registerMigration("6 decoded bytes", migrate: addDecodedBytes)
    migrator.registerMigration("7 clusters", migrate: createClusters)
    migrator.registerMigration("8 hit rates", migrate: createHitRates)
    migrator.registerMigration("9 judgements", migrate: createJudgements)
    migrator.registerMigration("10 alerts", migrate: createAlerts)
    return migrator
  }

  /// For the length of a run that changes what the file says about requests.
  package func lock() throws -> FileLock {
    do {
      return try FileLock(path: path + ".lock")
    } catch .held(let holder) {
      throw AnalyzerError(
        .state, "another run is using \(path): \(holder)", hint: "wait for it, or name another file with --state FILE")
    } catch .cannotOpen(let reason) {
      throw AnalyzerError(
        .state, "cannot write beside \(path): \(reason)", hint: "name another file with --state FILE")
    }
  }

  package struct Run: Sendable, Equatable {
    package var number: Int64
    package var runID: String
    package var finishedAt: String
    package var version: String
    package var out: String
    package var lines: Int
    package var requests: Int
    package var rejected: Int
    package var duplicates: Int
    package var cost: Int128
    package var jointSaving: Int128?
  }

  /// Records a finished run with its inputs, and the verdicts it was given, in one transaction.
  package func record(_ analysis: Analysis, runID: String, out: String, at time: Int64) throws {
    do {
      try database.write { db in
        try db.execute(
          sql: """
            INSERT INTO run (run_id, finished_at, version, out, options, lines, requests, rejected, duplicates,
              cost_picodollars, joint_saving_picodollars) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            runID, Timestamp.text(time), Analysis.version, out, try analysis.options.yaml(), analysis.log.counts.lines,
            analysis.log.counts.accepted, analysis.log.counts.rejected, analysis.log.counts.duplicates,
            String(analysis.ledger.total.cost), analysis.joint.map { String($0.saving) },
          ])
        let run = db.lastInsertedRowID
        for (input, end) in zip(analysis.log.inputs, analysis.log.ends) {
          try db.execute(
            sql: "INSERT INTO input (run, path, sha256, bytes, end) VALUES (?, ?, ?, ?, ?)",
            arguments: [run, input.path, input.sha256, input.bytes, end.end.name])
        }
        try Self.remember(db, analysis.judgements, at: time)
      }
    } catch {
      throw AnalyzerError(
        .state, "cannot record the run in \(path): \(Self.explain(error))",
        hint: "name another file with --state FILE, or go without one with --no-state")
    }
  }

  /// Runs, newest first.
  package func runs(limit: Int) throws -> [Run] {
    do {
      return try database.read { db in
        try Row.fetchAll(db, sql: "SELECT * FROM run ORDER BY id DESC LIMIT ?", arguments: [limit]).map { row in
          Run(
            number: row["id"], runID: row["run_id"], finishedAt: row["finished_at"], version: row["version"],
            out: row["out"],
            lines: row["lines"], requests: row["requests"], rejected: row["rejected"], duplicates: row["duplicates"],
            cost: Int128(row["cost_picodollars"] as String) ?? 0,
            jointSaving: (row["joint_saving_picodollars"] as String?).flatMap { Int128($0) })
        }
      }
    } catch {
      throw AnalyzerError(
        .state, "cannot read the state file \(path): \(Self.explain(error))", hint: "name another one with --state FILE"
      )
    }
  }
}
