import GRDB

/// Alerts by the nights that told them, and whether the notices of those nights arrived.
extension StateStore {
  static func createAlerts(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE night (
          -- Days since 1970.
          day INTEGER PRIMARY KEY,
          -- Whether its notice arrived; null where none was sent.
          notice INTEGER);
        CREATE TABLE alert (
          area TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, first_night INTEGER NOT NULL REFERENCES night,
          last_night INTEGER NOT NULL REFERENCES night, PRIMARY KEY (area, name, kind, first_night)) WITHOUT ROWID;
        CREATE INDEX alert_last_night ON alert (last_night);
        CREATE VIEW alert_log AS
          SELECT area, name, kind, date(first_night * 86400, 'unixepoch') AS since,
            date(last_night * 86400, 'unixepoch') AS last_night,
            date((SELECT MIN(day) FROM night WHERE notice = 1 AND day >= first_night) * 86400, 'unixepoch') AS sent,
            date((SELECT MIN(day) FROM night WHERE day > last_night) * 86400, 'unixepoch') AS closed
          FROM alert;
        """)
  }

  /// What earlier nights said.
  package struct AlertsBefore: Sendable {
    /// Told by the night before.
    package var open: [Alert] = []
    /// Over since one of the nights whose notice did not arrive.
    package var closed: [Alert] = []
    package var missedNights: [Int] = []

    package init() {}
  }

  /// The same night again finds the same.
  package func alerts(before night: Int) throws -> AlertsBefore {
    try reading { db in
      var before = AlertsBefore()
      guard let last = try Int.fetchOne(db, sql: "SELECT MAX(day) FROM night WHERE day < ?", arguments: [night])
      else { return before }
      before.missedNights = try Int.fetchAll(
        db,
        sql: """
          SELECT day FROM night WHERE notice = 0 AND day < :night
            AND day > COALESCE((SELECT MAX(day) FROM night WHERE notice = 1 AND day < :night), day - 1) ORDER BY day
          """, arguments: ["night": night])
      func alerts(_ condition: String, _ arguments: StatementArguments) throws -> [Alert] {
        try Row.fetchAll(
          db, sql: "SELECT * FROM alert WHERE \(condition) ORDER BY area, name, kind, first_night", arguments: arguments
        ).compactMap { row in
          guard let area = Alert.Subject.Area(rawValue: row["area"]) else { return nil }
          return Alert(
            .init(area, row["name"], row["kind"]), firstNight: row["first_night"],
            lastNight: min(row["last_night"], last))
        }
      }
      before.open = try alerts("first_night <= ? AND last_night >= ?", [last, last])
      if let first = before.missedNights.first {
        before.closed = try alerts("first_night >= ? AND last_night < ?", [first, last])
      }
      return before
    }
  }

  /// Puts the alerts of a night in the place of what the same night said before.
  static func remember(_ db: Database, _ alerts: AlertChanges, on night: Int) throws {
    try db.execute(sql: "INSERT OR IGNORE INTO night (day) VALUES (?)", arguments: [night])
    try db.execute(sql: "DELETE FROM alert WHERE first_night = ?", arguments: [night])
    try db.execute(
      sql: "UPDATE alert SET last_night = (SELECT MAX(day) FROM night WHERE day < :night) WHERE last_night = :night",
      arguments: ["night": night])
    for alert in alerts.new {
      try db.execute(
        sql: "INSERT INTO alert VALUES (?, ?, ?, ?, ?)",
        arguments: [alert.subject.area.rawValue, alert.subject.name, alert.subject.kind, night, night])
    }
    for alert in alerts.goingOn {
      try db.execute(
        sql: "UPDATE alert SET last_night = ? WHERE area = ? AND name = ? AND kind = ? AND first_night = ?",
        arguments: [
          night, alert.subject.area.rawValue, alert.subject.name, alert.subject.kind, alert.firstNight,
        ])
    }
  }

  /// A notice that arrived once has arrived, also when its night is run again.
  package func remember(noticeArrived: Bool, on night: Int) throws {
    try writing { db in
      try db.execute(
        sql: "UPDATE night SET notice = MAX(COALESCE(notice, 0), ?) WHERE day = ?", arguments: [noticeArrived, night])
    }
  }

  static func forgetAlerts(_ db: Database, ofUser name: String) throws {
    try db.execute(sql: "DELETE FROM alert WHERE area = 'user' AND name = ?", arguments: [name])
  }

  static func checkAlerts(_ db: Database) throws -> [String] {
    let count = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM alert WHERE first_night > last_night")
    return count == 0 ? [] : ["\(count ?? 0) alerts ended before they began"]
  }
}
