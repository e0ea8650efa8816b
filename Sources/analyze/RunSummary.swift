import CostAnalyzer
import Foundation

/// What `run` prints when it is done. The JSON keys are an interface: later versions add keys and rename none.
struct RunSummary: Encodable {
  struct Lever: Encodable {
    var id: String
    var savingUsd: String
    var evidence: String
    var notRun: String?
    /// What the lever's setting, chosen on the first 70 % of the time, saves there and in the rest.
    var holdout: HeldOut?
  }

  struct HeldOut: Encodable {
    var chosen: String
    var firstSavingUsd: String
    var firstBillUsd: String
    var laterSavingUsd: String
    var laterBillUsd: String

    init(_ choice: Holdout.Choice, _ holdout: Holdout) {
      chosen = choice.chosen.name
      firstSavingUsd = MoneyText.exact(choice.chosen.first)
      firstBillUsd = MoneyText.exact(holdout.firstBill)
      laterSavingUsd = MoneyText.exact(choice.chosen.later)
      laterBillUsd = MoneyText.exact(holdout.laterBill)
    }
  }

  struct Joint: Encodable { var savingUsd: String }

  var schema = "run-summary/1"
  var lines: Int
  var requests: Int
  var rejected: Int
  var duplicates: Int
  var unpriced: Int
  var costPicodollars: String
  var costUsd: String
  var report: String
  var levers: [Lever]
  var joint: Joint?
  var safeSavingUsd: String?
  var embedder: String?
  var vectors: Analysis.VectorCounts
  var timings: [TimingSummary]

  init(_ analysis: Analysis, report: String) {
    let counts = analysis.log.counts
    lines = counts.lines
    requests = counts.accepted
    rejected = counts.rejected
    duplicates = counts.duplicates
    unpriced = analysis.ledger.total.unpriced
    costPicodollars = String(analysis.ledger.total.cost)
    costUsd = MoneyText.exact(analysis.ledger.total.cost)
    self.report = report
    levers = analysis.outcomes.map { outcome in
      Lever(
        id: outcome.id, savingUsd: MoneyText.exact(outcome.net), evidence: outcome.evidence.rawValue,
        notRun: outcome.notRun, holdout: outcome.holdout.map { HeldOut($0, analysis.holdout) })
    }
    joint = analysis.joint.map { Joint(savingUsd: MoneyText.exact($0.saving)) }
    safeSavingUsd = analysis.totals.map { MoneyText.exact($0.safe) }
    embedder = analysis.embedder.isEmpty ? nil : analysis.embedder
    vectors = analysis.vectors
    timings = analysis.timings.map(TimingSummary.init)
  }

  static func text(_ analysis: Analysis, report: String) -> String {
    let bill = analysis.ledger.total.cost
    let counts = analysis.log.counts
    var lines = [
      "Bill      \(MoneyText.readable(bill)) for \(NumberText.grouped(counts.accepted)) requests"
        + " (\(NumberText.grouped(counts.duplicates)) repeated ids merged, \(NumberText.grouped(counts.rejected)) lines rejected)"
    ]
    if analysis.ledger.total.unpriced > 0 {
      lines.append(
        "Unpriced  \(NumberText.grouped(analysis.ledger.total.unpriced)) requests have no price and are in no figure")
    }
    if let totals = analysis.totals, let joint = analysis.joint {
      lines.append(
        "Safe      \(MoneyText.readable(totals.safe)) (\(NumberText.percent(totals.safe, of: bill))) saved, billed or replayed only"
      )
      for lever in joint.levers {
        lines.append(
          "  + \(lever.title): \(MoneyText.readable(lever.waterfall)) (\(NumberText.percent(lever.waterfall, of: bill))), \(lever.evidence.rawValue)"
        )
      }
      lines.append(
        "Together  \(MoneyText.readable(joint.saving)) (\(NumberText.percent(joint.saving, of: bill))), nothing counted twice"
      )
    }
    for outcome in analysis.outcomes {
      if let reason = outcome.notRun { lines.append("Not run   \(outcome.title): \(reason)") }
    }
    if !analysis.embedder.isEmpty {
      let (computed, reused) = (analysis.vectors.computed, analysis.vectors.reused)
      lines.append(
        "Embedder  \(HostileText.visible(analysis.embedder)), \(NumberText.grouped(computed)) vectors computed, "
          + "\(NumberText.grouped(reused)) kept from earlier runs")
    }
    lines.append("Report    \(HostileText.visible(report, limit: 2000))/report.md, report.html")
    return lines.joined(separator: "\n")
  }
}
