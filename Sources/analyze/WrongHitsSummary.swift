import CostAnalyzer

/// What the logged answers say about the semantic hits of a replay. Part of the interface `replay/1`.
struct WrongHitsSummary: Encodable {
  var compared: Int?
  var disagreement: Double?
  var excess: Double?
  /// Share of wrong hits with its 95 % bounds.
  var share: Double?
  var lower: Double?
  var upper: Double?
  var dollarShare: Double?
  var dollarLower: Double?
  var dollarUpper: Double?
  var unverified: String?

  init(_ verification: Verification, _ setting: CacheSetting) {
    let rate = verification.rates[setting]
    unverified = verification.unverifiedReason
    if unverified == nil, rate?.wrong == nil {
      unverified = "fewer than \(Verification.minimumHits) semantic hits have both answers in the log"
    }
    guard let rate else { return }
    (compared, disagreement, excess) = (rate.compared, rate.disagreement, rate.excess)
    (share, lower, upper) = (rate.wrong?.estimate, rate.wrong?.lower, rate.wrong?.upper)
    (dollarShare, dollarLower, dollarUpper) = (
      rate.wrongDollars?.estimate, rate.wrongDollars?.lower, rate.wrongDollars?.upper
    )
  }

  var text: String {
    if let unverified { return "How many semantic hits would have been wrong is unverified: \(unverified)" }
    guard let share, let lower, let upper else { return "" }
    func percent(_ value: Double) -> String { NumberText.fixed(100 * value, 1) }
    return """
      wrong answers among semantic hits: \(percent(share)) % (95 % interval \(percent(lower)) … \(percent(upper)) %), \
      told from the logged answers
      """
  }
}
