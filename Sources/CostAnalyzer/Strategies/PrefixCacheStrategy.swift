/// Reads the beginnings of prompts from the provider's own cache (SPEC §8): what a cache that is met by every request
/// would read beyond what the log shows as read.
package enum PrefixCacheStrategy: Strategy {
  package static let id = "prefix-cache"
  package static let title = "Provider prefix caching"
  package static let requires: [Capability] = [.promptText, .prices]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    let scope = context.options.cache.scope
    guard scope.system && scope.tools && scope.model else {
      outcome.notRun = "cache.scope leaves out the model, system prompts or tools, so prompts are not told apart"
      return
    }
    let rules = try context.options.prefixCacheRules()
    let replayed = Replayed(context, rules)
    if replayed.models.isEmpty {
      outcome.notRun = "no model of the log has a rule for prefix caching (prefix.rules)"
      return
    }
    outcome.effect = RepricedEffect(costs: replayed.costs)
    outcome.gross = replayed.saved
    outcome.charges = replayed.added
    outcome.estimatedGross = replayed.estimated
    outcome.requestsAffected = replayed.changed
    outcome.meanPotential = replayed.meanPotential
    outcome.evidence = .modelled
    outcome.caveat =
      replayed.silent == 0
      ? "what requests share is known in blocks of 512 bytes; that all of them meet one cache is assumed"
      : "\(MoneyText.readable(replayed.silent)) of it is for models of which the log shows no cached token at all: it may be in the bill already"
    outcome.deployment = .prefixes(replayed.marked)
    outcome.sections = [section(context, rules, replayed, outcome)]
  }

  private static func section(
    _ context: StrategyContext, _ rules: PrefixCacheRules, _ replayed: Replayed, _ outcome: StrategyOutcome
  ) -> ReportSection {
    let models = modelTable(context, replayed)
    let breaks = breakTable(replayed)
    return ReportSection(
      title,
      blocks: [
        .paragraph(
          """
          Rules of `\(HostileText.markdown(rules.version))`. Beginnings are shared within a model and a tenant, for as long as the provider keeps them, \
          and only from its minimum on. Where writing costs more than input, a beginning is written the second time it is \
          seen; those writes are charged: \(MoneyText.readable(outcome.charges)). Tokens that the log shows as read are the \
          baseline. Models for which it does not pay are left as they are. *Uses to pay*: from how many uses within its life on a written beginning is cheaper than none.
          """),
        .table(models, top: .max),
        .paragraph("Where prompts stop being alike, and what stands there:"),
        .table(breaks, top: .max),
      ], files: [models, breaks])
  }

  private static func modelTable(_ context: StrategyContext, _ replayed: Replayed) -> Table {
    var table = Table(
      "prefix_caching",
      [
        .init("model", "model"), .init("requests", "requests"), .init("minimum", "minimum"), .init("life_s", "life, s"),
        .init("write_factor", "write ×"), .init("read_factor", "read ×"), .init("uses_to_pay", "uses to pay"),
        .init("prompt_tokens", "prompt tokens"), .init("logged_read", "read in the log"),
        .init("replayed_read", "read in the replay"), .init("written", "written"), .init("saved_usd", "saved"),
      ])
    for model in replayed.models.sorted(by: { $0.net != $1.net ? $0.net > $1.net : $0.name < $1.name }) {
      table.add(
        .text(model.name), .int(model.requests), .int(model.rule.minimum), .int(model.rule.life),
        .number(model.rule.write, decimals: 2), .number(model.rule.read, decimals: 2),
        model.rule.usesToPay.map { .int($0) } ?? .empty, .int(model.tokens), .int(model.loggedRead), .int(model.read),
        .int(model.written), .usd(model.net))
    }
    return table
  }

  private static func breakTable(_ replayed: Replayed) -> Table {
    var table = Table(
      "prefix_breaks",
      [
        .init("cause", "cause"), .init("requests", "requests"), .init("median_byte", "median byte"),
        .init("tokens_behind", "prompt tokens behind it"),
      ])
    for cause in Replayed.Cause.allCases {
      guard let found = replayed.breaks[cause] else { continue }
      let places = found.places.sorted()
      table.add(
        .text(cause.name), .int(places.count), places.isEmpty ? .empty : .int(places[(places.count - 1) / 2]),
        .int(found.tokens))
    }
    return table
  }
}

extension PrefixCacheRules.Rule {
  /// The least N for which writing once and reading N − 1 times costs less than N times the input; nil when none does.
  package var usesToPay: Int? {
    read < 1 ? (1...10_000).first { write + read * Double($0 - 1) < Double($0) } : nil
  }
}

/// Every request of the log through its provider's cache.
private struct Replayed {
  struct Model {
    var name: String
    var rule: PrefixCacheRules.Rule
    var requests = 0
    var tokens = 0
    var loggedRead = 0
    /// Whether the log shows any token as read or written.
    var isLogged = false
    var read = 0
    var written = 0
    var changed = 0
    var saved: Int128 = 0
    /// What requests cost more in which something is written.
    var added: Int128 = 0
    var estimated: Int128 = 0

    var net: Int128 { saved - added }
  }

  enum Cause: Hashable, CaseIterable {
    case repeated, short, volatile(VolatileToken.Kind), text
    static var allCases: [Cause] { [.repeated, .short] + VolatileToken.Kind.allCases.map(Cause.volatile) + [.text] }

    var name: String {
      switch self {
      case .repeated: "alike to the last whole block"
      case .short: "prompt below the minimum of its provider"
      case .volatile(let kind): kind.name
      case .text: "other text"
      }
    }
  }

  struct Break {
    var places: [Int] = []
    var tokens = 0
  }

  private(set) var costs: [PicoDollars] = []
  /// In order of first appearance.
  private(set) var models: [Model] = []
  private(set) var breaks: [Cause: Break] = [:]
  /// Prompts at or above their provider's minimum, and what they would save if all of each were read.
  private var eligible = 0
  private var potential = 0.0
  var meanPotential: Double { eligible == 0 ? 0 : potential / Double(eligible) }

  /// Caching is a choice for each model: it is made for those for which it pays.
  private var chosen: [Model] { models.filter { $0.net > 0 } }
  var saved: Int128 { chosen.reduce(0) { $0 + $1.saved } }
  var added: Int128 { chosen.reduce(0) { $0 + $1.added } }
  var estimated: Int128 { chosen.reduce(0) { $0 + $1.estimated } }
  var changed: Int { chosen.reduce(0) { $0 + $1.changed } }
  /// Those that cache only what the caller marks with `cache_control`: Anthropic's.
  var marked: [String] { chosen.map(\.name).filter { NamePrefix.matches($0, ["claude"]) }.sorted() }
  /// Net saving of models of which the log shows no cached token.
  var silent: Int128 { chosen.reduce(0) { $1.isLogged ? $0 : $0 + $1.net } }

  init(_ context: StrategyContext, _ rules: PrefixCacheRules) {
    let log = context.log
    // One provider's model may be logged under several answering names: what was asked for is one cache.
    var numbers: [String: Int] = [:]
    let modelOf = log.models.map { model -> Int? in
      guard let rule = rules.rule(for: model.answering) else { return nil }
      if let known = numbers[model.display] { return known }
      numbers[model.display] = models.count
      models.append(Model(name: model.display, rule: rule))
      return models.count - 1
    }
    var order: [UInt32] = []
    costs.reserveCapacity(log.requests.count)
    for index in 0..<log.requests.count {
      let request = log.requests[index]
      costs.append(request.cost)
      let isOut =
        request.isError || request.flags.contains(.gatewayHit) || request.flags.contains(.unpriced)
        || request.prompt == Request.noText || modelOf[Int(request.model)] == nil
      if !isOut { order.append(UInt32(index)) }
    }
    order.sort { (log.requests[Int($0)].time, $0) < (log.requests[Int($1)].time, $1) }
    var replay = PrefixReplay(nodes: log.prompts.prefixes.parents.count)
    for index in order { ask(Int(index), context, model: modelOf[Int(log.requests[Int(index)].model)]!, &replay) }
    for index in order {
      let request = log.requests[Int(index)]
      if models[modelOf[Int(request.model)]!].net <= 0 { costs[Int(index)] = request.cost }
    }
    models.removeAll { $0.requests == 0 }
  }

  private mutating func ask(
    _ index: Int, _ context: StrategyContext, model number: Int, _ replay: inout PrefixReplay
  ) {
    let request = context.log.requests[index]
    let prompt = context.log.prompts.prompts[Int(request.prompt)]
    var model = models[number]
    let path = context.log.prompts.prefixes.path(from: prompt.prefix)
    let tokens = request.usage.promptTokens
    let hit = replay.ask(
      path, bytes: Int(prompt.prefixBytes),
      tokens: tokens, time: request.time, rule: model.rule)
    let usage = Self.usage(request.usage, hit)
    addPotential(request, context, model.rule)
    model.requests += 1
    model.tokens += Int(tokens)
    model.loggedRead += Int(request.usage.cacheRead)
    if request.usage.promptTokens > UInt64(request.usage.input) { model.isLogged = true }
    model.read += Int(usage.cacheRead)
    if usage != request.usage, request.cost > 0,
      let price = context.prices.cost(of: usage, for: request),
      let cost = context.scaled(price, for: request)
    {
      costs[index] = cost
      model.changed += 1
      model.saved += Int128(max(0, request.cost - cost))
      model.added += Int128(max(0, cost - request.cost))
      if request.flags.contains(.estimated) { model.estimated += Int128(max(0, request.cost - cost)) }
      model.written += Int(usage.cacheWrite5m) - min(Int(usage.cacheWrite5m), Int(request.usage.cacheWrite5m))
    }
    models[number] = model
    note(prompt, hit, path.count, tokens, model.rule)
  }

  private mutating func addPotential(_ request: Request, _ context: StrategyContext, _ rule: PrefixCacheRules.Rule) {
    let tokens = request.usage.promptTokens
    guard tokens >= UInt64(rule.minimum) else { return }
    eligible += 1
    let all = PrefixReplay.Hit(read: UInt32(clamping: tokens / UInt64(rule.step) * UInt64(rule.step)))
    if let price = context.prices.cost(of: Self.usage(request.usage, all), for: request),
      let cost = context.scaled(price, for: request)
    {
      potential += Double(max(0, request.cost - cost))
    }
  }

  /// The tokens by class once `hit` is read: what the log shows as read is part of it. What is read more was input, or
  /// was written; what is written at a price was input.
  static func usage(_ usage: TokenUsage, _ hit: PrefixReplay.Hit) -> TokenUsage {
    var result = usage
    let extra = hit.read - min(hit.read, usage.cacheRead)
    var left = extra
    func take(_ tokens: inout UInt32) {
      let taken = min(tokens, left)
      tokens -= taken
      left -= taken
    }
    take(&result.input)
    take(&result.cacheWrite5m)
    take(&result.cacheWrite1h)
    result.cacheRead += extra - left
    // Where the log shows writes, they are what the provider did, and nothing is added to them.
    if usage.cacheWrite5m == 0 && usage.cacheWrite1h == 0 && usage.cacheRead < hit.read + hit.written {
      let written = min(result.input, hit.written)
      result.input -= written
      result.cacheWrite5m += written
    }
    return result
  }

  /// Counts where a prompt is no longer like any before it.
  private mutating func note(
    _ prompt: PromptTable.RawPrompt, _ hit: PrefixReplay.Hit, _ blocks: Int, _ tokens: UInt64,
    _ rule: PrefixCacheRules.Rule
  ) {
    let place = hit.known * PromptPrefix.blockBytes
    let cause: Cause
    if tokens < UInt64(rule.minimum) {
      cause = .short
    } else if hit.known == blocks {
      cause = .repeated
    } else if let token = prompt.volatile, token.offset >= place, token.offset < place + PromptPrefix.blockBytes {
      cause = .volatile(token.kind)
    } else {
      cause = .text
    }
    let bytes = max(1, Int(prompt.prefixBytes))
    breaks[cause, default: Break()].places.append(place)
    breaks[cause]!.tokens += Int(tokens) * max(0, bytes - place) / bytes
  }
}
