import Foundation
import GRDB

/// What people said about pairs of questions, by the identities of their keys: no text.
extension StateStore {
  static func createJudgements(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE judgement (
          -- XXH3-128 of scope, context and normalised text, high word first: who asked, and whose answer would have served.
          asked BLOB NOT NULL, served BLOB NOT NULL,
          -- Verdicts of the last review of the pair.
          verdicts_right INTEGER NOT NULL, verdicts_wrong INTEGER NOT NULL, given_at TEXT NOT NULL,
          PRIMARY KEY (asked, served)) WITHOUT ROWID;
        CREATE VIEW judged_pair AS
          SELECT lower(hex(asked)) AS asked, lower(hex(served)) AS served, verdicts_right, verdicts_wrong, given_at
          FROM judgement;
        """)
  }

  package func judgements() throws -> [QuestionPair: Judgement] {
    try reading { db in
      var judgements: [QuestionPair: Judgement] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT * FROM judgement") {
        guard let asked = Hash128(row["asked"] as Data), let served = Hash128(row["served"] as Data) else { continue }
        judgements[QuestionPair(asked: asked, served: served)] = Judgement(
          right: row["verdicts_right"], wrong: row["verdicts_wrong"])
      }
      return judgements
    }
  }

  /// A newer judgement takes the place of an older one.
  static func remember(_ db: Database, _ judgements: [QuestionPair: Judgement], at time: Int64) throws {
    for (pair, judgement) in judgements {
      try db.execute(
        sql: "INSERT OR REPLACE INTO judgement VALUES (?, ?, ?, ?, ?)",
        arguments: [pair.asked.data, pair.served.data, judgement.right, judgement.wrong, Timestamp.text(time)])
    }
  }

  static func checkJudgements(_ db: Database) throws -> [String] {
    let count = try Int.fetchOne(
      db,
      sql: """
        SELECT COUNT(*) FROM judgement WHERE length(asked) <> 16 OR length(served) <> 16
          OR verdicts_right < 0 OR verdicts_wrong < 0 OR verdicts_right + verdicts_wrong < 1
        """)
    return count == 0 ? [] : ["\(count ?? 0) judgements are about no pair or hold no verdict"]
  }
}
