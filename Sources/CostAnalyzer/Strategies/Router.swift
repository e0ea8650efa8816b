/// The three models a router chooses from.
package struct RoutingTiers: Sendable {
  package struct Tier: Sendable {
    package var name: String
    package var row: PriceRow
    /// Attodollars for three input tokens and one output token: for ordering only.
    let blended: Double

    /// Nil for a row that is no chat model or gives its tokens away: nothing can be routed there for a saving.
    /// - Parameter time: when prices are compared.
    init?(name: String, row: PriceRow, at time: Int64) {
      guard let blended = Self.blended(row.version(at: time)) else { return nil }
      (self.name, self.row, self.blended) = (name, row, blended)
    }

    private static func blended(_ row: PriceRow) -> Double? {
      guard ["", "chat", "responses", "completion"].contains(row.mode),
        let input = row.rate(of: .input, tier: .standard, promptTokens: 0)?.atto,
        let output = row.rate(of: .output, tier: .standard, promptTokens: 0)?.atto, input > 0, output > 0
      else { return nil }
      return 3 * Double(input) + Double(output)
    }
  }

  package var cheap: Tier
  package var medium: Tier
  package var strong: Tier
  package var source: String

  /// Priced chat models that answered in this log and are still sold at its end, one per price row, cheapest first.
  static func candidates(_ context: StrategyContext) -> [Tier] {
    var seen: Set<String> = []
    var tiers: [Tier] = []
    var used = [Bool](repeating: false, count: context.log.models.count)
    context.log.requests.forEach { request in
      if !request.isError && !request.flags.contains(.gatewayHit) && request.usage.output > 0 {
        used[Int(request.model)] = true
      }
    }
    let lastDay = Timestamp.dayText(Timestamp.dayNumber(context.ledger.lastTime))
    for (entry, isUsed) in zip(context.prices.entries, used) where isUsed {
      guard let row = entry.resolution.row, row.deprecationDate ?? "9999" > lastDay,
        let tier = Tier(name: entry.name.display, row: row, at: context.ledger.lastTime)
      else { continue }
      if seen.insert(row.name).inserted && !tiers.contains(where: { $0.name == tier.name }) { tiers.append(tier) }
    }
    return tiers.sorted { $0.blended != $1.blended ? $0.blended < $1.blended : $0.name < $1.name }
  }

  /// Tiers of the options; a missing one by price: the cheapest and the dearest model of the log, and for the medium
  /// tier the model whose price ratio to their geometric mean is nearest to 1; with two models that is the dearer one.
  /// Nil with fewer than two models to choose from.
  init?(_ context: StrategyContext) throws {
    let options = context.options.routing
    func named(_ name: String?) throws -> Tier? {
      guard let name else { return nil }
      guard let row = PriceBook.resolve(name, in: context.priceTables).resolution.row,
        let tier = Tier(name: name, row: row, at: context.ledger.lastTime)
      else { throw AnalyzerError(.config, "routing tier '\(name)' has no price", hint: "analyze prices \(name)") }
      return tier
    }
    let found = Self.candidates(context)
    guard let cheapest = try named(options.cheap) ?? found.first, let dearest = try named(options.strong) ?? found.last,
      cheapest.blended < dearest.blended
    else { return nil }
    cheap = cheapest
    strong = dearest
    let middle = (cheapest.blended * dearest.blended).squareRoot()
    func distance(_ tier: Tier) -> Double { max(tier.blended / middle, middle / tier.blended) }
    let between = found.filter { $0.blended > cheapest.blended && $0.blended < dearest.blended }
    medium = try named(options.medium) ?? between.min { distance($0) < distance($1) } ?? dearest
    let given = [options.cheap, options.medium, options.strong].compactMap { $0 }.count
    source =
      given == 3
      ? "from the options" : given == 0 ? "from the prices of the models in the log" : "partly from the options"
  }

  func target(of label: ComplexityLabel) -> Tier {
    switch label {
    case .simple: cheap
    case .uncertain: medium
    case .complex: strong
    }
  }
}

/// Prices every request on the tier its complexity asks for.
struct Router {
  enum Exclusion: String, CaseIterable {
    case error = "status is not ok"
    case served = "served by the gateway's cache"
    case override = "model chosen by hand"
    case unpriced = "no price"
    case noText = "no prompt text"
    case alreadyThere = "already on that model"
    case tooLong = "longer than the other model's input limit"
    case notCheaper = "the call would not be cheaper"
  }

  struct Share {
    var requests = 0
    var cost: Int128 = 0
    var moved = 0
    var saved: Int128 = 0
    var misroutes = 0.0
  }

  struct Result {
    var costs: [PicoDollars] = []
    var moved = 0
    var saved: Int128 = 0
    var misroutes = 0.0
    var complexOnCheap = 0
    /// What requests whose model was chosen by hand cost more than if they were routed like the others.
    var overrideCost: Int128 = 0
    /// What was moved before and from the start of the held-out part on.
    var first = Share()
    var later = Share()
    var byLabel: [ComplexityLabel: Share] = [:]
    var excluded: [Exclusion: Share] = [:]
  }

  private let context: StrategyContext
  private let tiers: RoutingTiers
  /// Tokens of the other model per token of the logged one.
  private let inputRatio: Double
  private let outputRatio: Double

  /// - Parameters:
  ///   - inputFactor: by which the option `routing.inputRatio` is multiplied: for a sensitivity band.
  ///   - outputFactor: likewise `routing.outputRatio`.
  init(_ context: StrategyContext, _ tiers: RoutingTiers, inputFactor: Double = 1, outputFactor: Double = 1) {
    self.context = context
    self.tiers = tiers
    inputRatio = context.options.routing.inputRatio * inputFactor
    outputRatio = context.options.routing.outputRatio * outputFactor
  }

  /// Why a request may not be routed at all.
  private static func exclusion(of request: Request) -> Exclusion? {
    if request.isError { return .error }
    if request.flags.contains(.gatewayHit) { return .served }
    if request.flags.contains(.override) { return .override }
    if request.flags.contains(.unpriced) { return .unpriced }
    return request.prompt == Request.noText ? .noText : nil
  }

  func route(gate: Double) -> Result {
    var result = Result()
    result.costs.reserveCapacity(context.log.requests.count)
    context.log.requests.forEach { request in
      result.costs.append(request.cost)
      func leave(_ rule: Exclusion) {
        result.excluded[rule, default: Share()].requests += 1
        result.excluded[rule, default: Share()].cost += Int128(request.cost)
      }
      if let rule = Self.exclusion(of: request) {
        if rule == .override { result.overrideCost += overrideCost(request, gate: Float(gate)) }
        return leave(rule)
      }
      let simple = context.log.prompts.prompts[Int(request.prompt)].simple
      let label = ComplexityLabel(simple: simple, gate: Float(gate))
      var share = result.byLabel[label] ?? Share()
      share.requests += 1
      share.cost += Int128(request.cost)
      if label == .complex, context.prices.row(for: request)?.name == tiers.cheap.row.name {
        result.complexOnCheap += 1
      }
      let target = tiers.target(of: label).row
      if context.prices.row(for: request)?.name == target.name {
        leave(.alreadyThere)
      } else if let limit = target.maxInputTokens, request.usage.promptTokens > limit {
        leave(.tooLong)
      } else if let cost = cost(request, on: target), cost < request.cost {
        // A request that went where the score sent it for being complex is not at risk of being too simple a choice.
        let risk = label == .complex ? 0 : Double(1 - simple)
        share.moved += 1
        share.saved += Int128(request.cost - cost)
        share.misroutes += risk
        result.moved += 1
        result.saved += Int128(request.cost - cost)
        result.misroutes += risk
        func add(to part: inout Share) {
          part.moved += 1
          part.saved += Int128(request.cost - cost)
          part.misroutes += risk
        }
        if request.time < context.holdout.start { add(to: &result.first) } else { add(to: &result.later) }
        result.costs[result.costs.count - 1] = cost
      } else {
        leave(.notCheaper)
      }
      result.byLabel[label] = share
    }
    return result
  }

  /// Asks the cheap model first and the logged one where the answer will not do: every try is paid for. Only calls for which
  /// that is cheaper are tried.
  ///
  /// - Parameter accept: share of the cheap answers that will do, the same for every question.
  func cascade(accept: Double) -> Share {
    var share = Share()
    context.log.requests.forEach { request in
      let cheap = tiers.cheap.row
      guard Self.exclusion(of: request) == nil, context.prices.row(for: request)?.name != cheap.name,
        request.usage.promptTokens <= cheap.maxInputTokens ?? .max, let attempt = cost(request, on: cheap)
      else { return }
      let avoided = PicoDollars((Double(request.cost) * accept).rounded())
      if attempt >= avoided { return }
      share.requests += 1
      share.cost += Int128(request.cost)
      share.moved += 1
      share.saved += Int128(avoided - attempt)
    }
    return share
  }

  private func overrideCost(_ request: Request, gate: Float) -> Int128 {
    if request.flags.contains(.unpriced) || request.prompt == Request.noText { return 0 }
    let label = ComplexityLabel(simple: context.log.prompts.prompts[Int(request.prompt)].simple, gate: gate)
    let target = tiers.target(of: label).row
    guard context.prices.row(for: request)?.name != target.name,
      request.usage.promptTokens <= target.maxInputTokens ?? .max, let cost = cost(request, on: target)
    else { return 0 }
    return Int128(max(0, request.cost - cost))
  }

  private func cost(_ request: Request, on row: PriceRow) -> PicoDollars? {
    context.cost(of: request, on: row, inputRatio: inputRatio, outputRatio: outputRatio)
  }
}
