import GRDB

/// An input whose requests the state holds.
package struct StoredSource: Sendable, Equatable {
  package var number: Int64
  package var path: String
  package var sha256: String
  package var bytes: Int
  /// Of what it decodes to; nil where an earlier version read it.
  package var digest: DecodedDigest?
  /// UTC microseconds of its first and last request; nil without a request.
  package var firstTime: Int64?
  package var lastTime: Int64?
  package var intake: SourceIntake
}

/// What was said of an input when it was taken in: said again when the same night is run again.
package struct SourceIntake: Sendable, Equatable {
  /// UTC microseconds as text.
  package var readAt: String
  package var outcome: IntakeOutcome
  package var requests: Int
  package var lines: Int
  package var rejected: Int
  /// Requests of days whose requests were dropped already.
  package var tooOld = 0
  package var problem: InputProblem?
}

/// What a night did with one input.
package enum IntakeOutcome: String, Sendable {
  /// Not seen before.
  case added
  /// Starts with what was read before.
  case appended
  /// Says something else about a time that was read before under this name: replaces it.
  case rewritten
  /// Read before, under this name or another, wrapped in this way or another.
  case known
}

/// Which inputs were read, and what came of each.
extension StateStore {
  static func addDecodedBytes(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE source ADD COLUMN decoded_bytes INTEGER;
        -- XXH3-128, hexadecimal.
        ALTER TABLE source ADD COLUMN decoded_hash TEXT;
        ALTER TABLE source ADD COLUMN outcome TEXT NOT NULL DEFAULT 'added';
        ALTER TABLE source ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE source ADD COLUMN too_old INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE source ADD COLUMN problem TEXT;
        ALTER TABLE source ADD COLUMN explanation TEXT;
        """)
  }

  package func sources() throws -> [StoredSource] {
    try reading { try Row.fetchAll($0, sql: "SELECT * FROM source ORDER BY id").map(StoredSource.init) }
  }

  /// The same log as another file: renamed, or wrapped otherwise.
  package func rename(_ source: StoredSource, to file: InputFile) throws {
    try writing { db in
      try db.execute(
        sql: "UPDATE source SET path = ?, sha256 = ?, bytes = ? WHERE id = ?",
        arguments: [file.path, file.sha256, file.bytes, source.number])
    }
  }

  /// - Parameter log: of this file alone.
  static func insertSource(
    _ db: Database, _ log: RequestLog, _ file: InputFile, as outcome: IntakeOutcome, at time: Int64
  ) throws -> StoredSource {
    let problem = (log.problems + InputProblem.damage(log.inputs, log.ends)).first
    var source = StoredSource(
      number: 0, path: file.path, sha256: file.sha256, bytes: file.bytes, digest: log.ends.first?.digests.last,
      intake: SourceIntake(
        readAt: Timestamp.text(time), outcome: outcome, requests: log.counts.accepted, lines: log.counts.lines,
        rejected: log.counts.rejected, problem: problem))
    log.requests.forEach { request in
      source.firstTime = min(source.firstTime ?? .max, request.time)
      source.lastTime = max(source.lastTime ?? .min, request.time)
    }
    try db.execute(
      sql: """
        INSERT INTO source (path, sha256, bytes, decoded_bytes, decoded_hash, first_time, last_time, read_at, outcome,
          requests, lines, rejected, problem, explanation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        source.path, source.sha256, source.bytes, source.digest?.bytes, source.digest?.hash.hex, source.firstTime,
        source.lastTime, source.intake.readAt, outcome.rawValue, source.intake.requests, source.intake.lines,
        source.intake.rejected, problem?.reason, problem?.explanation,
      ])
    source.number = db.lastInsertedRowID
    return source
  }
}

extension StoredSource {
  fileprivate init(_ row: Row) {
    number = row["id"]
    (path, sha256, bytes) = (row["path"], row["sha256"], row["bytes"])
    if let bytes = row["decoded_bytes"] as Int?, let hash = (row["decoded_hash"] as String?).flatMap(Hash128.init(hex:))
    {
      digest = DecodedDigest(bytes: bytes, hash: hash)
    }
    (firstTime, lastTime) = (row["first_time"], row["last_time"])
    intake = SourceIntake(
      readAt: row["read_at"], outcome: IntakeOutcome(rawValue: row["outcome"]) ?? .added, requests: row["requests"],
      lines: row["lines"], rejected: row["rejected"], tooOld: row["too_old"])
    if let reason = row["problem"] as String? {
      intake.problem = InputProblem(path: path, reason: reason, explanation: row["explanation"] ?? "")
    }
  }
}
