/// Something of note from the night that first told it to the night that last did.
package struct Alert: Sendable, Equatable {
  /// What it is about. The same subject on the next night is the same alert.
  package struct Subject: Sendable, Hashable, Comparable {
    package enum Area: String, Sendable, CaseIterable { case total, model, user, tenant, tag, cluster, cache, gate }

    package var area: Area
    /// As the state knows it: a user's own name, a cluster's id, a gate as it was written.
    package var name: String
    /// `higher`, `lower` or `failed`.
    package var kind: String

    package init(_ area: Area, _ name: String, _ kind: String) {
      (self.area, self.name, self.kind) = (area, name, kind)
    }

    package static func < (a: Subject, b: Subject) -> Bool {
      (a.area.rawValue, a.name, a.kind) < (b.area.rawValue, b.name, b.kind)
    }
  }

  package var subject: Subject
  /// Days since 1970.
  package var firstNight: Int
  package var lastNight: Int

  package init(_ subject: Subject, firstNight: Int, lastNight: Int) {
    (self.subject, self.firstNight, self.lastNight) = (subject, firstNight, lastNight)
  }
}

/// Tonight's alerts beside those of the nights before.
package struct AlertChanges: Sendable, Equatable {
  package private(set) var new: [Alert] = []
  package private(set) var goingOn: [Alert] = []
  /// Told on the night before, and no longer.
  package private(set) var over: [Alert] = []
  /// Nights whose notice did not arrive, since the last that did.
  package private(set) var missedNights: [Int] = []
  /// What began on those nights and is over: a notice that arrives tonight has to tell it.
  package private(set) var missed: [Alert] = []

  package init() {}

  /// - Parameter subjects: of tonight, in the order they are told.
  package init(_ subjects: [Alert.Subject], since before: StateStore.AlertsBefore, on night: Int) {
    let open = Dictionary(uniqueKeysWithValues: before.open.map { ($0.subject, $0) })
    var tonight: Set<Alert.Subject> = []
    for subject in subjects where tonight.insert(subject).inserted {
      if let alert = open[subject] {
        goingOn.append(Alert(subject, firstNight: alert.firstNight, lastNight: night))
      } else {
        new.append(Alert(subject, firstNight: night, lastNight: night))
      }
    }
    over = before.open.filter { !tonight.contains($0.subject) }
    missedNights = before.missedNights
    let nights = Set(missedNights)
    missed = (before.closed + over).filter { nights.contains($0.firstNight) }
  }

  package func firstNight(of subject: Alert.Subject) -> Int? { goingOn.first { $0.subject == subject }?.firstNight }
}
