import Foundation

/// `plan.json`. The keys are an interface: later versions add keys and rename none. Money is exact decimal dollars as text.
struct PlanJSON: Encodable {
  struct Interval: Encodable {
    var lowerUsd: String
    var upperUsd: String

    init(_ interval: ClusterBootstrap.Interval, _ scale: (Int128) -> Int128) {
      lowerUsd = MoneyText.exact(scale(Int128(interval.lower.rounded())))
      upperUsd = MoneyText.exact(scale(Int128(interval.upper.rounded())))
    }
  }

  struct Month: Encodable {
    var savingUsd: String
    var interval: Interval
  }

  struct WrongHits: Encodable {
    var share: Double
    var lower: Double
    var upper: Double
    var compared: Int
    var limit: Double
  }

  struct HeldOut: Encodable {
    var chosen: String
    var candidates: Int
    var firstSavingUsd: String
    var firstBillUsd: String
    var laterSavingUsd: String
    var laterBillUsd: String
    var hindsight: String
    var hindsightSavingUsd: String
  }

  struct Item: Encodable {
    var id: String
    var title: String
    var savingUsd: String
    var interval: Interval
    /// Absent where the log is shorter than two days.
    var month: Month?
    var aloneUsd: String
    var shareOfBill: Double
    var evidence: String
    var quality: String
    var requestsTouched: Int
    var estimatedTokensUsd: String
    var wrongHits: WrongHits?
    var holdout: HeldOut?
    var caveat: String
    var setting: String
    var effort: Int
    var effortWhy: String
    var risk: String
    var firstStep: String
  }

  struct LeftOut: Encodable {
    var id: String
    var title: String
    var reason: String
  }

  var schema = "plan/1"
  var billUsd: String
  var requests: Int
  var users: Int
  var days: Int
  var savingUsd: String
  var monthMultiplier: Double?
  var effortScale: [String: String]
  var embedder: String
  var items: [Item]
  var leftOut: [LeftOut]

  init(_ plan: SavingsPlan) {
    let analysis = plan.analysis
    let bill = analysis.ledger.total.cost
    billUsd = MoneyText.exact(bill)
    requests = analysis.ledger.total.requests
    users = analysis.ledger.users.count { !$0.name.isEmpty }
    days = analysis.ledger.days.count
    savingUsd = MoneyText.exact(plan.saving)
    monthMultiplier = analysis.monthMultiplier
    effortScale = Dictionary(uniqueKeysWithValues: plan.notes.efforts.map { ("\($0.key)", $0.value) })
    embedder = analysis.embedder
    items = plan.items.map { item in
      let month = analysis.monthMultiplier.map { _ in
        Month(
          savingUsd: MoneyText.exact(analysis.perMonth(item.saving)),
          interval: Interval(item.interval, analysis.perMonth))
      }
      return Item(
        id: item.id, title: item.title, savingUsd: MoneyText.exact(item.saving),
        interval: Interval(item.interval) { $0 },
        month: month, aloneUsd: MoneyText.exact(item.alone), shareOfBill: Double(item.saving) / Double(bill),
        evidence: item.evidence.rawValue, quality: item.quality.rawValue,
        requestsTouched: item.outcome.requestsAffected,
        estimatedTokensUsd: MoneyText.exact(item.outcome.estimatedGross),
        wrongHits: item.wrong.map {
          WrongHits(
            share: $0.estimate, lower: $0.lower, upper: $0.upper, compared: item.compared,
            limit: analysis.options.cache.maxWrongHits)
        }, holdout: item.outcome.holdout.map { HeldOut($0, analysis.holdout) }, caveat: item.outcome.caveat,
        setting: item.setting, effort: item.effort, effortWhy: item.notes.why, risk: item.notes.risk,
        firstStep: item.notes.first)
    }
    leftOut = plan.leftOut.map { LeftOut(id: $0.id, title: $0.title, reason: $0.reason) }
  }

  func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return Data((HostileText.json(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n").utf8)
  }
}

extension PlanJSON.HeldOut {
  init(_ choice: Holdout.Choice, _ holdout: Holdout) {
    self.init(
      chosen: choice.chosen.name, candidates: choice.candidates, firstSavingUsd: MoneyText.exact(choice.chosen.first),
      firstBillUsd: MoneyText.exact(holdout.firstBill), laterSavingUsd: MoneyText.exact(choice.chosen.later),
      laterBillUsd: MoneyText.exact(holdout.laterBill), hindsight: choice.hindsight.name,
      hindsightSavingUsd: MoneyText.exact(choice.hindsight.later))
  }
}
