/// The levers of an analysis as a list of things to do: the most saving for the effort first, behind them in the same order
/// those whose answers nobody has compared. Each saves what it adds behind those before it, so that no cent counts twice.
package struct SavingsPlan: Sendable {
  package struct Item: Sendable {
    package var id: String
    package var title: String
    /// Pico-dollars of the log, behind the items before it.
    package var saving: Int128
    /// 95 %.
    package var interval: ClusterBootstrap.Interval
    /// Pico-dollars by itself.
    package var alone: Int128
    package var evidence: Evidence
    package var quality: PlanQuality
    package var effort: Int
    package var notes: PlanNotes.Lever
    /// What to set, in words; empty where the lever has no setting.
    package var setting: String
    package var outcome: StrategyOutcome
    /// Wrong answers among the semantic hits, and how many hits were compared for it.
    package var wrong: Verification.Interval?
    package var compared = 0
  }

  package struct LeftOut: Sendable {
    package var id: String
    package var title: String
    package var reason: String
  }

  package private(set) var items: [Item] = []
  package private(set) var leftOut: [LeftOut] = []
  package let notes: PlanNotes
  /// All subsets of the levers, the caches at their recommended settings.
  package let joint: JointReplay
  package let analysis: Analysis
  /// Pico-dollars of the log that the items save together.
  package var saving: Int128 { items.reduce(0) { $0 + $1.saving } }

  package init(_ analysis: Analysis, threads: Int) throws {
    precondition(!analysis.ledgerOnly, "a plan needs the levers")
    self.analysis = analysis
    notes = try PlanNotes.builtin()
    let outcomes = analysis.outcomes.map(\.asRecommended)
    joint = JointReplay(analysis.log, outcomes, threads: threads)
    let active = outcomes.filter { $0.effect != nil }
    var reasons: [String: String] = [:]
    var verified: [Int] = []
    var unverified: [Int] = []
    for (bit, outcome) in active.enumerated() {
      if let reason = unsafeReason(outcome) {
        reasons[outcome.id] = reason
      } else if quality(outcome) == .unverified {
        unverified.append(bit)
      } else {
        verified.append(bit)
      }
    }
    var chosen = 0
    choose(from: verified, active, &chosen, threads: threads)
    choose(from: unverified, active, &chosen, threads: threads)
    let rest = active.indices.filter { chosen >> $0 & 1 == 0 }
    let intervals = joint.intervals(ofAdding: rest, to: chosen, threads: threads)
    for (place, bit) in rest.enumerated() where reasons[active[bit].id] == nil {
      reasons[active[bit].id] = reason(bit, active, chosen, intervals?[place])
    }
    leftOut = outcomes.compactMap { outcome in
      let reason = outcome.notRun.map { "not run: \($0)" } ?? reasons[outcome.id]
      return reason.map { LeftOut(id: outcome.id, title: outcome.title, reason: $0) }
    }
  }

  /// Takes levers while one of them saves something with certainty: of those the one that saves the most for its effort
  /// behind what is chosen already, of equals the earlier in the waterfall.
  private mutating func choose(from levers: [Int], _ active: [StrategyOutcome], _ chosen: inout Int, threads: Int) {
    var open = levers
    while !open.isEmpty {
      let intervals = joint.intervals(ofAdding: open, to: chosen, threads: threads)
      var best: Item?
      var bestBit = 0
      for (place, bit) in open.enumerated() {
        let saving = joint.bySubset[chosen | 1 << bit] - joint.bySubset[chosen]
        guard saving > 0, let interval = intervals?[place], interval.lower > 0 else { continue }
        let item = item(active[bit], joint.levers[bit], saving, interval)
        // saving / effort, without a division
        if best == nil || item.saving * Int128(best!.effort) > best!.saving * Int128(item.effort) {
          (best, bestBit) = (item, bit)
        }
      }
      guard let best else { return }
      items.append(best)
      chosen |= 1 << bestBit
      open.removeAll { $0 == bestBit }
    }
  }

  private func item(
    _ outcome: StrategyOutcome, _ lever: JointReplay.Lever, _ saving: Int128, _ interval: ClusterBootstrap.Interval
  ) -> Item {
    let notes = notes.levers[outcome.id]!
    let rate = cache(outcome).flatMap { outcome.verification?.rates[$0] }
    return Item(
      id: outcome.id, title: outcome.title, saving: saving, interval: interval, alone: lever.alone,
      evidence: outcome.evidence, quality: quality(outcome), effort: notes.effort, notes: notes,
      setting: PlanSetting.text(outcome, analysis.options), outcome: outcome, wrong: rate?.wrong,
      compared: rate?.compared ?? 0)
  }

  /// The semantic cache whose saving is meant.
  private func cache(_ outcome: StrategyOutcome) -> CacheSetting? {
    guard case .cache(let recommendation) = outcome.deployment else { return nil }
    return recommendation.guarded ?? analysis.options.deployed(threshold: analysis.options.cache.threshold)
  }

  private func quality(_ outcome: StrategyOutcome) -> PlanQuality {
    if case .cache(let recommendation) = outcome.deployment, recommendation.guarded != nil { return .measured }
    return notes.levers[outcome.id]!.quality
  }

  /// Why a lever is not to be pulled whatever it saves.
  private func unsafeReason(_ outcome: StrategyOutcome) -> String? {
    if outcome.id == PromptStrategy.id, analysis.options.prompts.level == .unsafe {
      return "unsafe: `prompts.level` is `unsafe`, which changes what prompts mean"
    }
    guard case .cache(let recommendation) = outcome.deployment, recommendation.guarded == nil,
      let verification = outcome.verification, verification.unverifiedReason == nil,
      let wrong = cache(outcome).flatMap({ verification.rates[$0]?.wrong })
    else { return nil }
    return """
      unsafe: an estimated \(PlanText.share(wrong.estimate)) of its answers would have been wrong (95 % interval \
      \(PlanText.share(wrong.lower)) to \(PlanText.share(wrong.upper))), and no setting that saves anything is known to stay \
      under `cache.maxWrongHits` (\(PlanText.share(analysis.options.cache.maxWrongHits)))
      """
  }

  private func reason(
    _ bit: Int, _ active: [StrategyOutcome], _ chosen: Int, _ interval: ClusterBootstrap.Interval?
  ) -> String {
    let alone = joint.bySubset[1 << bit]
    let saving = joint.bySubset[chosen | 1 << bit] - joint.bySubset[chosen]
    if let other = active.indices.first(where: {
      chosen >> $0 & 1 == 1 && active[$0].includes.contains(active[bit].id)
    }) {
      return "\(active[other].title) does its work"
    }
    if alone <= 0 { return active[bit].gross > 0 ? "costs more than it saves" : "saves nothing in this log" }
    if saving <= 0 { return "nothing is left to save behind the levers above (alone \(MoneyText.readable(alone)))" }
    guard let interval else { return "too few users and days for an interval" }
    return "its 95 % interval (\(interval.text(within: joint.bill))) includes 0"
  }
}

/// Words that Markdown, JSON and YAML share.
enum PlanText {
  static func share(_ value: Double) -> String { NumberText.percent(value, of: 1) }
}
