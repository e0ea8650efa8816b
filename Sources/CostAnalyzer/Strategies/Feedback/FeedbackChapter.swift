/// What users' verdicts say about routing: who is content with which model, and what other models did on the same work.
struct FeedbackChapter {
  private let context: StrategyContext
  private let tiers: RoutingTiers
  private let ratings: Ratings
  private let prior: Satisfaction.Prior
  private let log: Satisfaction
  private let comparisons: ModelComparisons
  /// Blended price of each model; nil for one that nothing can be routed from or to.
  private let prices: [Double?]

  init(_ context: StrategyContext, _ tiers: RoutingTiers) {
    self.context = context
    self.tiers = tiers
    let ratings = Ratings(context.log)
    self.ratings = ratings
    var log = Satisfaction()
    for rating in ratings.all { log.add(rating.satisfaction) }
    self.log = log
    prior = Satisfaction.Prior(of: log, mass: context.options.routing.feedbackPrior)
    var prices = [Double?](repeating: nil, count: ratings.models.count)
    for (index, entry) in context.prices.entries.enumerated() {
      guard let row = entry.resolution.row else { continue }
      prices[ratings.modelOf[index]] =
        RoutingTiers.Tier(name: entry.name.display, row: row, at: context.ledger.lastTime)?.blended
    }
    self.prices = prices
    let order = prices.indices.filter { prices[$0] != nil }.sorted { (prices[$0]!, $0) < (prices[$1]!, $1) }
    comparisons = ModelComparisons(ratings, order: order, minimum: context.options.routing.feedbackMinimum)
  }

  /// - Parameter costs: of each request as routed.
  func section(_ costs: [PicoDollars]) -> ReportSection {
    let tables = [satisfaction(), experiments()]
    let (quality, compared, moved) = quality(costs)
    if ratings.all.isEmpty {
      return ReportSection(
        "Users' verdicts",
        blocks: [
          .paragraph(
            "The log carries no verdict on an answer: what routing does to quality cannot be told from it, not even in bounds."
          )
        ], files: tables + [quality])
    }
    var shown = tables[0]
    shown.rows.removeAll { if case .text(Self.tierInBand) = $0[0] { true } else { false } }
    let others =
      compared == moved
      ? ""
      : " For the others only bounds are known, **not from your traffic**: the other model may content nobody or everybody."
    var blocks: [ReportSection.Block] = [
      .paragraph(
        """
        \(NumberText.grouped(log.rated)) answers have a verdict; their mean satisfaction is \
        \(NumberText.fixed((log.mean ?? 0) * 100, 1)) %. Each group starts from that mean with the weight of \
        \(NumberText.fixed(prior.mass, 0)) verdicts (a Beta prior, `routing.feedbackPrior`), and its interval (95 %) takes \
        verdicts for independent. Who votes is not who asks: these are the views of those who said something.
        """),
      .table(shown, top: 40),
      .paragraph(experimentText),
    ]
    if !comparisons.all.isEmpty { blocks.append(.table(tables[1], top: context.options.report.topRows)) }
    blocks += [
      .paragraph(
        """
        What routing would do to satisfaction, by move. \(NumberText.grouped(compared)) of \(NumberText.grouped(moved)) moved \
        requests go between models that this log compares.\(others)
        """),
      .table(quality, top: context.options.report.topRows),
    ]
    return ReportSection("Users' verdicts", blocks: blocks, files: tables + [quality])
  }

  /// In the CSV file alone: it has too many rows to be read.
  private static let tierInBand = "tier at P(simple)"

  private var experimentText: String {
    let minimum = NumberText.grouped(context.options.routing.feedbackMinimum)
    let others =
      comparisons.tooFew == 0
      ? "" : " \(NumberText.grouped(comparisons.tooFew)) more pairs of models have fewer and are not reported."
    return comparisons.all.isEmpty
      ? """
      No two models have \(minimum) verdicts each on the same questions, templates or complexity: verdicts are too few, or the model \
      follows from the request. What another model would have done to quality is **not known from your traffic**.
      """
      : """
      Natural experiments: the same question, template or band of complexity, served by two models with at least \(minimum) verdicts \
      each (`routing.feedbackMinimum`). *Change* is that of satisfaction when the cheaper model answers, compared inside cohorts; \
      models chosen by hand are left out. Nobody drew lots: inside a cohort other users, or harder questions, may have gone to \
      one of them.\(others)
      """
  }

  private func tier(of model: Int) -> String? {
    guard let price = prices[model] else { return nil }
    func distance(_ tier: RoutingTiers.Tier) -> Double { max(tier.blended / price, price / tier.blended) }
    let named = [("cheap", tiers.cheap), ("medium", tiers.medium), ("strong", tiers.strong)]
    return named.min { distance($0.1) < distance($1.1) }!.0
  }

  /// By model, tier, band of complexity, and tier within band.
  private func satisfaction() -> Table {
    var table = Table(
      "satisfaction",
      [
        .init("by", "by"), .init("name", "name"), .init("requests", "requests"), .init("rated", "rated"),
        .init("satisfaction", "satisfaction"), .init("shrunk", "shrunk"), .init("lower", "95 % from"),
        .init("upper", "to"),
      ])
    if ratings.all.isEmpty { return table }
    let tierNames = ratings.models.indices.map { tier(of: $0) ?? "no price" }
    var groups: [String: [String: Satisfaction]] = [:]
    func places(_ model: Int, _ band: UInt32?) -> [(by: String, name: String)] {
      let bandName = band.map(Ratings.bandName) ?? "no text"
      return [
        ("model", ratings.models[model]), ("tier", tierNames[model]), ("P(simple)", bandName),
        (Self.tierInBand, "\(tierNames[model]) at \(bandName)"),
      ]
    }
    // By numbers first: names are made once a group, not once a request.
    var counts: [Int: [UInt32?: Int]] = [:]
    context.log.requests.forEach { request in
      if request.isError || request.flags.contains(.gatewayHit) { return }
      let band =
        request.prompt == Request.noText
        ? nil : Ratings.band(context.log.prompts.prompts[Int(request.prompt)].simple)
      counts[ratings.modelOf[Int(request.model)], default: [:]][band, default: 0] += 1
    }
    for (model, bands) in counts {
      for (band, count) in bands {
        for (by, name) in places(model, band) {
          groups[by, default: [:]][name, default: Satisfaction()].requests += count
        }
      }
    }
    for rating in ratings.all {
      for (by, name) in places(rating.model, rating.cohorts?.band) { groups[by]![name]!.add(rating.satisfaction) }
    }
    for by in ["tier", "P(simple)", "model", Self.tierInBand] {
      for (name, group) in (groups[by] ?? [:]).sorted(by: { $0.key < $1.key }) where group.rated > 0 {
        let posterior = group.posterior(prior)
        let interval = posterior.interval
        table.add(
          .text(by), .text(name), .int(group.requests), .int(group.rated), .share(group.mean ?? .nan),
          .share(posterior.mean), .share(interval.lower), .share(interval.upper))
      }
    }
    return table
  }

  private func experiments() -> Table {
    var table = Table(
      "natural_experiments",
      [
        .init("cohorts_by", "same"), .init("from_model", "from"), .init("to_model", "to"),
        .init("cohorts", "cohorts"), .init("users", "users"), .init("from_rated", "rated, from"),
        .init("to_rated", "rated, to"), .init("from_satisfaction", "satisfaction, from"),
        .init("to_satisfaction", "satisfaction, to"), .init("change", "change, points"), .init("lower", "95 % from"),
        .init("upper", "to"),
      ])
    for comparison in comparisons.all {
      let found = comparison.experiment
      table.add(
        .text(comparison.kind.rawValue), .text(ratings.models[comparison.from]), .text(ratings.models[comparison.to]),
        .int(found.cohorts), .int(found.users), .int(found.fromRated), .int(found.toRated),
        .share(found.fromSatisfaction), .share(found.toSatisfaction), .share(found.change), .share(found.lower),
        .share(found.upper))
    }
    return table
  }

  /// Each move of the router with what is known of its effect.
  private func quality(_ costs: [PicoDollars]) -> (table: Table, compared: Int, moved: Int) {
    struct Move: Hashable {
      var from: Int
      var to: String
    }
    var moves: [Move: (requests: Int, saved: Int128)] = [:]
    var byModel = [Satisfaction](repeating: Satisfaction(), count: ratings.models.count)
    for rating in ratings.all { byModel[rating.model].add(rating.satisfaction) }
    let gate = Float(context.options.routing.gate)
    for index in costs.indices {
      let request = context.log.requests[index]
      if costs[index] >= request.cost || request.prompt == Request.noText { continue }
      let label = ComplexityLabel(
        simple: context.log.prompts.prompts[Int(request.prompt)].simple, gate: gate)
      let move = Move(from: ratings.modelOf[Int(request.model)], to: tiers.target(of: label).name)
      let known = moves[move] ?? (0, 0)
      moves[move] = (known.requests + 1, known.saved + Int128(request.cost - costs[index]))
    }
    var table = Table(
      "routing_quality",
      [
        .init("from_model", "from"), .init("to_model", "to"), .init("requests", "requests"),
        .init("saved_usd", "saved"),
        .init("satisfaction", "satisfaction today"), .init("change", "change, points"),
        .init("lower", "95 % or bound from"),
        .init("upper", "to"), .init("basis", "known from"),
      ])
    if ratings.all.isEmpty { return (table, 0, 0) }
    var compared = 0
    let order = moves.sorted {
      ($1.value.saved, ratings.models[$0.key.from], $0.key.to) < (
        $0.value.saved, ratings.models[$1.key.from], $1.key.to
      )
    }
    for (move, sums) in order {
      let today = byModel[move.from].posterior(prior).mean
      let found = ratings.models.firstIndex(of: move.to).flatMap { comparisons.finest(from: move.from, to: $0) }
      if found != nil { compared += sums.requests }
      table.add(
        .text(ratings.models[move.from]), .text(move.to), .int(sums.requests), .usd(sums.saved), .share(today),
        found.map { .share($0.experiment.change) } ?? .empty, .share(found?.experiment.lower ?? -today),
        .share(found?.experiment.upper ?? 1 - today),
        .text(found.map { "same \($0.kind.rawValue)" } ?? "bounds, not from your traffic"))
    }
    return (table, compared, moves.values.reduce(0) { $0 + $1.requests })
  }
}
