import GRDB

/// The pre-cache list of the night before: keys with hashes of their answers, no text.
extension StateStore {
  static func createLists(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE listed (
          -- Days since 1970; the empty key stands for the night itself, whose list may have been empty.
          day INTEGER NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (day, key)) WITHOUT ROWID
        """)
  }

  /// Hashes of answers by key, of the last night before a day: the same night again finds the same. Nil without one.
  package func list(before day: Int) throws -> [String: String]? {
    try reading { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT key, answer FROM listed WHERE day = (SELECT MAX(day) FROM listed WHERE day < ?)",
        arguments: [day])
      if rows.isEmpty { return nil }
      var list = Dictionary(uniqueKeysWithValues: rows.map { ($0["key"] as String, $0["answer"] as String) })
      list[""] = nil
      return list
    }
  }

  /// Forgets lists that no night will be held against.
  package func remember(list: [String: String], on day: Int) throws {
    try writing { db in
      try db.execute(
        sql: "DELETE FROM listed WHERE day = ? OR day < (SELECT MAX(day) FROM listed WHERE day < ?)",
        arguments: [day, day])
      for (key, answer) in list.merging(["": ""], uniquingKeysWith: { $1 }) {
        try db.execute(sql: "INSERT INTO listed (day, key, answer) VALUES (?, ?, ?)", arguments: [day, key, answer])
      }
    }
  }
}
