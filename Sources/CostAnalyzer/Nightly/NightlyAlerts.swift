import Foundation

/// What of a night is new, what goes on since when, and what is over.
extension Nightly {
  /// Everything of note, in the order it is told.
  var alertSubjects: [Alert.Subject] {
    // What was new and stays dear goes on.
    changes.map(subject) + hitRateChanges.map(subject)
      + failedGates.map { Alert.Subject(.gate, $0.gate.description, "failed") }
  }

  func subject(of change: SpendChange) -> Alert.Subject {
    Alert.Subject(.init(change.dimension), change.name, (change.kind == .new ? .higher : change.kind).rawValue)
  }

  private func subject(of change: HitRateChange) -> Alert.Subject {
    Alert.Subject(.cache, change.cache.rawValue, SpendChange.Kind.lower.rawValue)
  }

  /// ` (1 new, 2 going on, the oldest since 2026-01-05)`, of changes in spend.
  var changesAge: String {
    let new = alerts.new.count { $0.subject.area.isSpend }
    let old = alerts.goingOn.filter { $0.subject.area.isSpend }
    var parts: [String] = []
    if new > 0 { parts.append("\(new) new") }
    if let first = old.map(\.firstNight).min() {
      parts.append("\(old.count) going on\(old.count > 1 ? ", the oldest" : "") since \(Timestamp.dayText(first))")
    }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }

  /// A failed gate, and since when it fails.
  func gateText(_ gate: Gate) -> String {
    let since = alerts.firstNight(of: Alert.Subject(.gate, gate.description, "failed"))
    return gate.description + (since.map { " (since \(Timestamp.dayText($0)))" } ?? "")
  }

  /// What was told on the night before and is no longer so.
  var overBlocks: [ReportBlock] {
    if alerts.over.isEmpty { return [] }
    let items = alerts.over.prefix(100).map { alert in
      let (first, last) = (Timestamp.dayText(alert.firstNight), Timestamp.dayText(alert.lastNight))
      let name = HostileText.markdown(words(alert.subject))
      return "\(name) \(alert.subject.kind), " + (first == last ? "told on \(first)" : "told from \(first) to \(last)")
    }
    return [.heading("No longer so"), .list(items)]
  }

  var hitRateBlocks: [ReportBlock] {
    hitRateChanges.map { change in
      let since = alerts.firstNight(of: subject(of: change)).map { ", since \(Timestamp.dayText($0))" } ?? ""
      return .paragraph(
        "Of the cacheable requests of the day \(change.text), of \(ReportWords.count(change.days, "day")) compared\(since)."
      )
    }
  }

  /// What a notice has to tell of earlier ones that did not arrive, without names that stay at home.
  var missedText: String {
    if alerts.missedNights.isEmpty { return "" }
    let nights = Set(alerts.missedNights)
    let told =
      alerts.goingOn.filter { nights.contains($0.firstNight) }.map { ($0.subject, "") }
      + alerts.missed.map { ($0.subject, ", over since") }
    let named = told.filter { $0.0.area.leavesHome }.map { "\(Self.plain($0.0)) \($0.0.kind)\($0.1)" }
    var parts = Array(named.prefix(10))
    if told.count > parts.count { parts.append("\(told.count - parts.count) more") }
    let dates = alerts.missedNights.map(Timestamp.dayText)
    return HostileText.visible(
      "; the notice\(dates.count > 1 ? "s" : "") of \(dates.suffix(10).joined(separator: ", ")) did not arrive"
        + (parts.isEmpty ? "" : ", new then: \(parts.joined(separator: "; "))"), limit: 2_000)
  }

  /// Of `nightly.json`. A cluster is named by its id.
  package struct AlertLine: Encodable, Sendable {
    var area: String
    var name: String
    var kind: String
    var since: String
    var last: String
    /// `new`, `going on` or `over`.
    var state: String
    /// Whether a notice may name it.
    var leavesHome: Bool

    private enum CodingKeys: CodingKey { case area, name, kind, since, last, state }
  }

  var alertLines: [AlertLine] {
    [(alerts.new, "new"), (alerts.goingOn, "going on"), (alerts.over, "over")].flatMap { list, state in
      list.map { alert in
        let subject = alert.subject
        return AlertLine(
          area: subject.area.rawValue, name: subject.area == .cluster ? subject.name : shownName(subject),
          kind: subject.kind, since: Timestamp.dayText(alert.firstNight), last: Timestamp.dayText(alert.lastNight),
          state: state, leavesHome: subject.area.leavesHome)
      }
    }
  }

  /// As tables call it: a cluster also by its question where `clusters.csv` shows that.
  func shownName(_ subject: Alert.Subject) -> String {
    switch subject.area {
    case .user: content.user(subject.name)
    case .cluster: subject.name + (clusterQuestions[subject.name].map { ": \($0)" } ?? "")
    default: subject.name
    }
  }

  private func words(_ subject: Alert.Subject) -> String {
    Self.plain(.init(subject.area, shownName(subject), subject.kind))
  }

  private static func plain(_ subject: Alert.Subject) -> String {
    switch subject.area {
    case .total: "all"
    case .cache: "hit rate of the \(subject.name) cache"
    default: "\(subject.area.rawValue) \(subject.name)"
    }
  }
}

extension Alert.Subject.Area {
  init(_ dimension: SpendChange.Dimension) {
    self =
      switch dimension {
      case .total: .total
      case .model: .model
      case .user: .user
      case .tenant: .tenant
      case .tag: .tag
      case .cluster: .cluster
      }
  }

  var isSpend: Bool { self != .cache && self != .gate }

  /// Names of users, tenants and tags are in no notice.
  var leavesHome: Bool { self != .user && self != .tenant && self != .tag }
}
