import GRDB

extension StateStore {
  /// Remembers what a night found: clusters, hit rates and alerts, in one transaction. A night earlier than the last
  /// remembered one (a clock that was set back) changes no history.
  package func remember(_ night: Nightly) throws {
    let today = Timestamp.dayNumber(night.now)
    try writing { db in
      if let last = try Int.fetchOne(db, sql: "SELECT MAX(day) FROM night"), last > today { return }
      try Self.remember(db, night.alerts, on: today)
      try Self.remember(db, night.clusters, on: today)
      if let day = night.last?.day, let hits = night.analysis.dayHits[day] {
        try Self.remember(db, hits, of: day, setting: night.hitSetting, on: today)
      }
    }
  }
}
