import GRDB

extension StateStore {
  /// Hits of the last complete day.
  package struct NightHits: Sendable {
    package var day: Int
    package var hits: DayHits
    package var setting: String

    package init(day: Int, hits: DayHits, setting: String) {
      (self.day, self.hits, self.setting) = (day, hits, setting)
    }
  }

  /// Remembers what a night found.
  package func remember(_ night: Nightly) throws {
    let hits = night.last.flatMap { last in
      night.analysis.dayHits[last.day].map { NightHits(day: last.day, hits: $0, setting: night.hitSetting) }
    }
    try remember(night: Timestamp.dayNumber(night.now), night.alerts, night.clusters, hits)
  }

  /// In one transaction. A night earlier than the last remembered one (a clock that was set back) changes no history.
  package func remember(
    night: Int, _ alerts: AlertChanges, _ clusters: ClusterHistory, _ hits: NightHits? = nil
  ) throws {
    try writing { db in
      if let last = try Int.fetchOne(db, sql: "SELECT MAX(day) FROM night"), last > night { return }
      try Self.remember(db, alerts, on: night)
      try Self.remember(db, clusters, on: night)
      if let hits { try Self.remember(db, hits.hits, of: hits.day, setting: hits.setting, on: night) }
    }
  }
}
