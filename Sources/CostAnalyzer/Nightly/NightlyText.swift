import Foundation

/// What a night says: one line for the mail of cron, metrics for a monitor, a summary for programs.
extension Nightly {
  /// `2026-01-05: $12.30 (+4.1 % on the day before) …`
  package var line: String {
    guard let last else { return "no request yet" }
    var parts = [
      "\(Timestamp.dayText(last.day)): \(MoneyText.readable(last.cost)) for \(NumberText.grouped(last.requests)) requests"
    ]
    if let before, before.cost > 0 {
      parts[0] += " (\(Self.change(last.cost, before.cost)) on the day before)"
    }
    if let totals = analysis.totals {
      let bill = analysis.ledger.total.cost
      parts.append(
        "last \(windowDays) days \(MoneyText.readable(bill)), safe saving \(NumberText.percent(totals.safe, of: bill))")
    }
    if let wrongHits = analysis.wrongHits {
      parts.append("wrong semantic hits \(Self.percent(wrongHits.lower)) to \(Self.percent(wrongHits.upper))")
    }
    if !changes.isEmpty {
      parts.append("\(changes.count) change\(changes.count == 1 ? "" : "s") of note\(changesAge)")
    }
    parts += hitRateChanges.map(\.text)
    if !priceChanges.isEmpty {
      parts.append("\(priceChanges.count) price\(priceChanges.count == 1 ? "" : "s") changed")
    }
    if !failedGates.isEmpty {
      parts.append("FAILED " + failedGates.map { gateText($0.gate) }.joined(separator: ", "))
    }
    if !alerts.over.isEmpty { parts.append("\(alerts.over.count) over since the night before") }
    return HostileText.visible(parts.joined(separator: "; "), limit: 1_000)
  }

  private static func change(_ now: Int128, _ then: Int128) -> String {
    let share = 100 * (Double(now) / Double(then) - 1)
    return "\(share < 0 ? "−" : "+")\(NumberText.fixed(abs(share), 1)) %"
  }

  private static func percent(_ share: Double) -> String { NumberText.fixed(100 * share, 1) + " %" }

  /// For the textfile collector. No text of users: models, levers and figures.
  package var metrics: MetricsFile {
    var file = MetricsFile()
    file.add("last_run_timestamp_seconds", "When the analyzer last finished.", Double(now) / 1e6)
    file.add("day_usd", "Spend of the last complete day.", last.map { Double($0.cost) / 1e12 })
    file.add("day_requests", "Requests of the last complete day.", last.map { Double($0.requests) })
    file.add("new_lines", "Lines taken in.", Double(newLines))
    file.add("rejected_lines", "Lines rejected of those taken in.", Double(newRejected))
    file.add("changes", "Groups whose spend is out of line with their weekday.", Double(changes.count))
    file.add("new_alerts", "Changes and failed gates that the night before did not have.", Double(alerts.new.count))
    file.add("failed_gates", "Conditions of --fail-if that failed.", Double(failedGates.count))
    file.add("window_usd", "Spend in the logs of the rolling window.", Double(analysis.ledger.total.cost) / 1e12)
    file.add(
      "model_window_usd", "The same by model.",
      analysis.ledger.models.prefix(50).map { ([("model", $0.name)], Double($0.row.cost) / 1e12) })
    if let totals = analysis.totals {
      file.add(
        "saving_usd", "What would have been saved in the window.",
        [
          ([("kind", "safe")], Double(totals.safe) / 1e12),
          ([("kind", "defensible")], Double(totals.defensible) / 1e12),
          ([("kind", "potential")], Double(totals.potential) / 1e12),
        ])
    }
    file.add(
      "lever_saving_usd", "Of every lever alone.",
      (analysis.joint?.levers ?? []).map { ([("lever", $0.id)], Double($0.alone) / 1e12) })
    file.add(
      "wrong_hits_upper", "Upper end of the wrong-hit estimate at the configured threshold.", analysis.wrongHits?.upper)
    return file
  }

  /// `nightly.json`, schema `nightly/1`.
  package struct Summary: Encodable, Sendable {
    package struct Change: Encodable, Sendable {
      var dimension: String
      var name: String
      var kind: String
      var costUsd: String
      var usualUsd: String?
      var days: Int
    }
    package struct PriceLine: Encodable, Sendable {
      var model: String
      var before: String
      var now: String
    }
    package struct GateLine: Encodable, Sendable {
      var gate: String
      var verdict: String
      var value: Double?
    }
    package var schema = "nightly/1"
    package var date: String
    package var line: String
    package var lastDay: String?
    package var lastDayUsd: String?
    package var newRequests: Int
    package var newLines: Int
    package var rejectedLines: Int
    package var inputs: [String: Int]
    package var stateRequests: Int
    package var stateDays: Int
    package var stateCostPicodollars: String
    package var changes: [Change]
    package var hitRates: [HitRateChange]
    package var alerts: [AlertLine]
    /// Nights whose notice did not arrive, since the last that did.
    package var missedNotices: [String]
    package var priceChanges: [PriceLine]
    package var precache: ListChange
    package var gates: [GateLine]
    package var missingLogs: Int
    package var report: String?
  }

  package func summary(report: String?) -> Summary {
    Summary(
      date: Timestamp.dayText(Timestamp.dayNumber(now)), line: line, lastDay: last.map { Timestamp.dayText($0.day) },
      lastDayUsd: last.map { MoneyText.exact($0.cost) }, newRequests: newRequests, newLines: newLines,
      rejectedLines: newRejected,
      inputs: Dictionary(uniqueKeysWithValues: inputs.map { ($0.key.rawValue, $0.value) }),
      stateRequests: total.requests, stateDays: days, stateCostPicodollars: String(total.cost),
      changes: changes.map {
        .init(
          dimension: $0.dimension.rawValue, name: $0.name, kind: $0.kind.rawValue, costUsd: MoneyText.exact($0.cost),
          usualUsd: $0.usual.map(MoneyText.exact), days: $0.days)
      },
      hitRates: hitRateChanges, alerts: alertLines, missedNotices: alerts.missedNights.map(Timestamp.dayText),
      priceChanges: priceChanges.map { .init(model: $0.model, before: $0.before, now: $0.now) }, precache: listChange,
      gates: gates.map {
        switch $0.verdict {
        case .passed(let value): .init(gate: $0.gate.description, verdict: "passed", value: value)
        case .failed(let value): .init(gate: $0.gate.description, verdict: "failed", value: value)
        case .unknown: .init(gate: $0.gate.description, verdict: "unknown", value: nil)
        }
      },
      missingLogs: missing.count, report: report)
  }
}
