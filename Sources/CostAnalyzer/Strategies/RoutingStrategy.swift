/// Sends requests that look simple to a cheaper model (SPEC §7): simple → cheap, unsure → medium, complex → strong,
/// and never where the call would not be cheaper.
///
/// The cost side is exact under one assumption (how many tokens the other model reads and writes: `routing.inputRatio` and
/// `routing.outputRatio`); the quality side is `assumed`, because nobody has measured the other model's answers on this log.
package enum RoutingStrategy: Strategy {
  package static let id = "routing"
  package static let title = "Model routing"
  package static let requires: [Capability] = [.promptText, .prices, .severalPricedModels]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    guard let tiers = try RoutingTiers(context) else {
      outcome.notRun = Capability.severalPricedModels.lack
      return
    }
    let router = Router(context, tiers)
    let routed = router.route(gate: context.options.routing.gate)
    outcome.effect = RepricedEffect(costs: routed.costs, moves: true)
    outcome.gross = routed.saved
    outcome.requestsAffected = routed.moved
    outcome.evidence = .assumed
    outcome.caveat =
      context.options.routing.model == nil
      ? "complexity weights are hand-set and quality on the cheaper model is not measured"
      : "complexity weights were trained on other questions and quality on the cheaper model is not measured"
    let curve = gates.map { (gate: $0, routed: router.route(gate: $0)) }
    outcome.holdout = heldOut(context, curve)
    outcome.deployment = .routing(tiers)
    outcome.sections = [
      section(context, tiers, curve, routed, known: try knownSkill(context)),
      FeedbackChapter(context, tiers).section(routed.costs),
    ]
  }

  private static let gates = (10...19).map { Double($0) / 20 }

  /// The gate that saves the most in the first part among those at which the score expects few enough misroutes there.
  private static func heldOut(
    _ context: StrategyContext, _ curve: [(gate: Double, routed: Router.Result)]
  ) -> Holdout.Choice? {
    let limit = context.options.routing.maxMisroutes
    let candidates = curve.filter { $0.routed.first.misroutes <= limit * Double($0.routed.first.moved) }
    return Holdout.choose(
      candidates.map {
        .init(
          name: "gate \(NumberText.fixed($0.gate, 2))", first: $0.routed.first.saved, later: $0.routed.later.saved)
      },
      rule:
        "gates at which the score expects no more than \(NumberText.percent(limit, of: 1)) misroutes among the moved")
  }

  private static func section(
    _ context: StrategyContext, _ tiers: RoutingTiers, _ gates: [(gate: Double, routed: Router.Result)],
    _ routed: Router.Result, known: String
  ) -> ReportSection {
    let bill = context.ledger.total.cost
    var labels = Table(
      "routing",
      [
        .init("label", "label"), .init("target", "goes to"), .init("requests", "requests"),
        .init("cost_usd", "cost today"),
        .init("moved", "moved"), .init("saved_usd", "saved"), .init("expected_misroutes", "expected misroutes"),
      ])
    for label in ComplexityLabel.allCases {
      let share = routed.byLabel[label] ?? Router.Share()
      labels.add(
        .text(label.rawValue), .text(tiers.target(of: label).name), .int(share.requests), .usd(share.cost),
        .int(share.moved),
        .usd(share.saved), .number(share.misroutes, decimals: 1))
    }
    var curve = Table(
      "routing_curve",
      [
        .init("gate", "gate"), .init("moved", "moved"), .init("moved_share", "of requests"),
        .init("saved_usd", "saved"),
        .init("saved_share_of_bill", "of the bill"), .init("expected_misroutes", "expected misroutes"),
      ])
    for (gate, result) in gates {
      curve.add(
        .number(gate, decimals: 2), .int(result.moved),
        .share(Double(result.moved) / Double(max(1, context.log.requests.count))), .usd(result.saved),
        .share(bill == 0 ? .nan : Double(result.saved) / Double(bill)), .number(result.misroutes, decimals: 1))
    }
    var excluded = Table(
      "not_routed", [.init("rule", "rule"), .init("requests", "requests"), .init("cost_usd", "cost")])
    for rule in Router.Exclusion.allCases {
      let left = routed.excluded[rule] ?? Router.Share()
      if left.requests > 0 { excluded.add(.text(rule.rawValue), .int(left.requests), .usd(left.cost)) }
    }
    let options = context.options.routing
    return ReportSection(
      title,
      blocks: [
        .paragraph(
          """
          Tiers \(tiers.source): cheap \(HostileText.markdown(tiers.cheap.name)), medium \
          \(HostileText.markdown(tiers.medium.name)), strong \(HostileText.markdown(tiers.strong.name)). Gate \
          \(NumberText.fixed(context.options.routing.gate, 2)); score `\(context.complexityVersion)`. *Expected misroutes* \
          are the moved requests times the probability the score itself gives to being wrong: **assumed**, not measured. \
          \(NumberText.grouped(routed.complexOnCheap)) requests that score as complex already run on the cheap model: their \
          quality is at risk today. The other model is taken to read \(NumberText.fixed(options.inputRatio, 2)) and to write \
          \(NumberText.fixed(options.outputRatio, 2)) tokens for each token of the logged one.\(known)\(chosenByHand(routed))
          """),
        .table(labels, top: .max),
        .paragraph("The whole curve:"),
        .table(curve, top: .max),
        .paragraph("The same gate when the other model reads or writes fewer or more tokens:"),
        .table(alternatives(context, tiers), top: .max),
        .paragraph("Left where they are:"),
        .table(excluded, top: .max),
      ], files: [labels, curve])
  }
}

extension RoutingStrategy {
  private static func chosenByHand(_ routed: Router.Result) -> String {
    guard let share = routed.excluded[.override], share.requests > 0 else { return "" }
    return """
       Models chosen by hand stay: \(NumberText.grouped(share.requests)) requests with \(MoneyText.readable(share.cost)), of which \
      \(MoneyText.readable(routed.overrideCost)) would be saved if they were routed like the others (*override cost*).
      """
  }

  /// How far the skill of a trained model is known on this log: by its scores, whose features are not kept.
  private static func knownSkill(_ context: StrategyContext) throws -> String {
    guard let path = context.options.routing.model, let training = try ComplexityModel(path: path).training else {
      return ""
    }
    let scores = context.log.prompts.prompts.map { Double($0.simple) }
    let distance = RouterShift.distance(scores, from: training.quantiles)
    let verdict =
      distance > RouterShift.farScores
      ? "its skill was **not measured on such questions**" : "so far these are questions like those it was measured on"
    return """
       The scores of this log are \(NumberText.fixed(distance, 2)) of 1 from those the model was trained on: \(verdict).
      """
  }

  /// The deployed gate under other token ratios and, where asked for, a cascade.
  private static func alternatives(_ context: StrategyContext, _ tiers: RoutingTiers) -> Table {
    let options = context.options.routing
    let bill = context.ledger.total.cost
    var table = Table(
      "routing_alternatives",
      [
        .init("case", "case"), .init("moved", "moved"), .init("saved_usd", "saved"),
        .init("saved_share_of_bill", "of the bill"),
      ])
    func add(_ name: String, _ moved: Int, _ saved: Int128) {
      table.add(
        .text(name), .int(moved), .usd(saved), .share(bill == 0 ? .nan : Double(saved) / Double(bill)))
    }
    for (name, input, output) in [
      ("ratios of the options", 1, 1), ("output × 0.5", 1, 0.5), ("output × 1.5", 1, 1.5), ("input × 0.5", 0.5, 1),
      ("input × 1.5", 1.5, 1),
    ] {
      let routed = Router(context, tiers, inputFactor: input, outputFactor: output).route(gate: options.gate)
      add(name, routed.moved, routed.saved)
    }
    if options.cascade {
      let share = Router(context, tiers).cascade(accept: options.cascadeAccept)
      add(
        "cascade: cheap model first, \(NumberText.fixed(options.cascadeAccept * 100, 0)) % of its answers kept (assumed)",
        share.moved, share.saved)
    }
    return table
  }
}

/// A lever that changes what a call costs and serves nothing itself. Behind another such lever it takes the same share of
/// what is left as it takes of the bill alone.
struct RepricedEffect: LeverEffect {
  /// Cost of each request after the lever, if it were the only one.
  let costs: [PicoDollars]
  /// Whether another model than the logged one answers.
  var moves = false

  func apply(to state: inout RequestState, request: Int) {
    if state.isServed || state.logged == 0 || costs[request] == state.logged { return }
    // Exact when nothing has changed the cost yet.
    state.cost = PicoDollars(clamping: Int128(state.cost) * Int128(costs[request]) / Int128(state.logged))
    if moves { state.isMoved = true }
  }
}
