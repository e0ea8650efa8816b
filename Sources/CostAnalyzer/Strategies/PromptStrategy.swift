/// Leaves fillers out of users' messages (SPEC §8): white space, politeness, wordy phrases; system prompts are never touched.
///
/// Tokens are counted with the model's own tokenizer where it is installed, and priced at the request's own rates; answers
/// are taken to stay as they are, which is `assumed`.
package enum PromptStrategy: Strategy {
  package static let id = "prompts"
  package static let title = "Prompt optimisation"
  package static let requires: [Capability] = [.promptText, .prices]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    guard let trims = context.trims else {
      outcome.notRun = "prompts.level is none"
      return
    }
    let similar = try TrimSimilarity(context, trims)
    let repricing = try PromptRepricing(context)
    let levels = (0...trims.level.index).map { Trimmed(context, repricing, similar, level: $0) }
    let trimmed = levels.last!
    outcome.effect = RepricedEffect(costs: trimmed.costs)
    outcome.gross = trimmed.saved
    outcome.charges = trimmed.added
    outcome.estimatedGross = trimmed.estimated
    outcome.requestsAffected = trimmed.changed
    outcome.evidence = .assumed
    outcome.caveat = "that answers to the shorter prompts are as good and as long is not measured"
    outcome.sections = [section(context, trims, similar, levels)]
  }

  private static func section(
    _ context: StrategyContext, _ trims: TrimMeasure, _ similar: TrimSimilarity, _ levels: [Trimmed]
  ) -> ReportSection {
    let bill = context.ledger.total.cost
    var byLevel = Table(
      "prompt_levels",
      [
        .init("level", "up to level"), .init("requests", "requests"), .init("tokens", "tokens left out"),
        .init("share_of_prompt_tokens", "of the prompts"), .init("saved_usd", "saved"),
        .init("saved_share_of_bill", "of the bill"),
      ])
    for (level, trimmed) in levels.enumerated() {
      byLevel.add(
        .text(TrimLevel.allCases[level].rawValue), .int(trimmed.changed), .int(trimmed.tokens),
        .share(Double(trimmed.tokens) / Double(max(1, trimmed.promptTokens))), .usd(trimmed.saved - trimmed.added),
        .share(bill == 0 ? .nan : Double(trimmed.saved - trimmed.added) / Double(bill)))
    }
    let trimmed = levels.last!
    let isExact = context.log.prompts.trims.allSatisfy { $0.ratio == nil && trims.tokens.isExact($0.encoding) }
    let dearer =
      trimmed.added == 0
      ? ""
      : " \(NumberText.grouped(trimmed.dearer)) requests would cost \(MoneyText.readable(trimmed.added)) more: they fall "
        + "below what their provider caches."
    let rules = rulesTable(context, trims)
    var applied = Table(rules.name, rules.columns)
    applied.rows = rules.rows.filter { row in
      !row.suffix(2).allSatisfy { if case .int(0) = $0 { true } else { false } }
    }
    return ReportSection(
      title,
      blocks: [
        .paragraph(
          """
          Level `\(context.options.prompts.level.rawValue)` of rules `\(trims.trimmer.rules.version)`. Tokens are counted with \
          \(trims.tokens.summary)\(isExact ? "" : "; models of other encodings by a ratio: **estimated**"). Numbers, negations \
          and limits stay in every prompt. \(similar.summary) Tokens that the log shows as read from the provider's cache \
          save no more than their price there.\(dearer)
          """),
        .table(byLevel, top: .max),
        .paragraph(
          "By rule, over distinct prompts; *refused*: a number, a negation or a limit would have gone with it."),
        .table(applied, top: .max),
        .paragraph("Left as they are:"),
        .table(leftTable(context, similar, trimmed), top: .max),
        .paragraph(
          "Answers: an upper bound of what shorter ones could save, **not** part of any saving above, and limits that do nothing."
        ),
        .table(LongAnswers(context).table, top: .max),
      ], files: [byLevel, rules])
  }

  private static func rulesTable(_ context: StrategyContext, _ trims: TrimMeasure) -> Table {
    var table = Table(
      "prompt_rules",
      [.init("rule", "rule"), .init("level", "level"), .init("applied", "applied"), .init("refused", "refused")])
    let rules = trims.trimmer.rules
    var applied = [Int](repeating: 0, count: rules.names.count)
    var refused = applied
    for use in context.log.prompts.trims.flatMap(\.uses) {
      applied[Int(use.rule)] += Int(use.applied)
      refused[Int(use.rule)] += Int(use.refused)
    }
    for (number, name) in rules.names.enumerated() where rules.level(ofRule: number) <= trims.level {
      table.add(
        .text(name), .text(rules.level(ofRule: number).rawValue), .int(applied[number]), .int(refused[number]))
    }
    return table
  }

  private static func leftTable(_ context: StrategyContext, _ similar: TrimSimilarity, _ trimmed: Trimmed) -> Table {
    var table = Table("prompts_left", [.init("reason", "why"), .init("prompts", "distinct prompts")])
    let trims = context.log.prompts.trims
    table.add(.text("the task is about texts (translate, proofread, …)"), .int(trims.count { $0.isTextTask }))
    table.add(
      .text("a level would have changed a number, a negation or a limit"), .int(trims.count { $0.reverted > 0 }))
    if similar.isMeasured {
      let limit = NumberText.fixed(context.options.prompts.minSimilarity, 2)
      table.add(.text("what is left has a cosine below \(limit)"), .int(similar.reverted.count))
    }
    return table
  }
}

/// Every request at one level.
private struct Trimmed {
  var costs: [PicoDollars] = []
  var saved: Int128 = 0
  /// What requests would cost more that lose their provider's cache.
  var added: Int128 = 0
  var estimated: Int128 = 0
  var changed = 0
  var dearer = 0
  var tokens = 0
  var promptTokens = 0

  init(_ context: StrategyContext, _ repricing: PromptRepricing, _ similar: TrimSimilarity, level: Int) {
    let log = context.log
    costs.reserveCapacity(log.requests.count)
    log.requests.forEach { request in
      costs.append(request.cost)
      promptTokens += Int(request.usage.promptTokens)
      guard !request.isError, !request.flags.contains(.gatewayHit), !request.flags.contains(.unpriced),
        request.prompt != Request.noText
      else { return }
      let number = log.prompts.prompts[Int(request.prompt)].trim
      guard number >= 0, !similar.reverted.contains(request.prompt) else { return }
      let trim = log.prompts.trims[Int(number)]
      guard let cost = repricing.cost(request, trim, level: level) else { return }
      let left = PromptRepricing.usage(request.usage, trim, level: level, minimum: 0)
      tokens += Int(request.usage.promptTokens - left.promptTokens)
      if left != request.usage { changed += 1 }
      costs[costs.count - 1] = cost
      saved += Int128(max(0, request.cost - cost))
      added += Int128(max(0, cost - request.cost))
      if cost > request.cost { dearer += 1 }
      let isEstimate =
        trim.ratio != nil || context.trims?.tokens.isExact(trim.encoding) != true || request.flags.contains(.estimated)
      if isEstimate { estimated += Int128(max(0, request.cost - cost)) }
    }
  }
}

/// Which prompts lose meaning: the cosine of the last message and of what is left of it, of its first 2,048 bytes.
struct TrimSimilarity {
  /// Prompts below the limit.
  private(set) var reverted: Set<UInt32> = []
  let isMeasured: Bool
  let summary: String

  init(_ context: StrategyContext, _ trims: TrimMeasure) throws {
    // Wording alone says nothing about meaning, and a service would be asked for texts that nobody expects it to get.
    guard let embedder = context.embedder, !(embedder is HashedNgramEmbedder), !(embedder is EndpointEmbedder) else {
      isMeasured = false
      summary = "Whether meaning stays is **not checked**: that needs an embedding model (`analyze setup embeddings`)."
      return
    }
    var prompts: [UInt32] = []
    var texts: [[UInt8]] = []
    for (index, prompt) in context.log.prompts.prompts.enumerated() where prompt.trim >= 0 {
      let trim = context.log.prompts.trims[Int(prompt.trim)]
      guard trim.saved.last! > 0,
        let trimmed = trims.trimmer.trim(
          prompt.text, upTo: trims.level, count: { trims.tokens.count($0, trim.encoding) })
      else { continue }
      prompts.append(UInt32(index))
      texts += [prompt.text, trimmed.texts.last!]
    }
    let vectors =
      texts.isEmpty ? VectorMatrix(count: 0, dimensions: 16) : try embedder.embed(texts, threads: context.threads)
    for (row, prompt) in prompts.enumerated()
    where Double(vectors.cosine(2 * row, 2 * row + 1)) < context.options.prompts.minSimilarity {
      reverted.insert(prompt)
    }
    isMeasured = true
    summary =
      "A prompt of which what is left has a cosine below \(NumberText.fixed(context.options.prompts.minSimilarity, 2)) "
      + "(`\(HostileText.markdown(embedder.identity))`) is taken back whole."
  }
}

/// The output side: answers far longer than others to the same question, and output limits.
private struct LongAnswers {
  /// Requests in a cluster before its 95th percentile means anything.
  private static let enough = 20
  let table: Table

  init(_ context: StrategyContext) {
    var table = Table(
      "long_answers", [.init("what", "what"), .init("requests", "requests"), .init("cost_usd", "cost")])
    let (long, cost, clustered) = Self.beyond95(context)
    table.add(.text("in clusters of \(Self.enough) or more"), .int(clustered.requests), .usd(clustered.cost))
    table.add(.text("output beyond the 95th percentile of the cluster (upper bound)"), .int(long), .usd(cost))
    var limited = (requests: 0, cost: Int128(0))
    var reached = limited
    context.log.requests.forEach { request in
      if request.flags.contains(.limited) { limited = (limited.requests + 1, limited.cost + Int128(request.cost)) }
      if request.flags.contains(.limitReached) { reached = (reached.requests + 1, reached.cost + Int128(request.cost)) }
    }
    table.add(.text("with max_tokens"), .int(limited.requests), .usd(limited.cost))
    table.add(.text("cut off by max_tokens"), .int(reached.requests), .usd(reached.cost))
    self.table = table
  }

  private static func beyond95(
    _ context: StrategyContext
  ) -> (requests: Int, cost: Int128, clustered: (requests: Int, cost: Int128)) {
    let trace = context.cache.trace
    var found = (requests: 0, cost: Int128(0), clustered: (requests: 0, cost: Int128(0)))
    if trace.count == 0 { return found }
    let clusters = LeaderClusters(
      trace, graph: context.similarity.graph, threshold: Float(context.options.cache.threshold),
      guards: context.options.guardMask)
    for cluster in 0..<clusters.count {
      let requests = clusters.positions(of: cluster).map { context.log.requests[Int(context.cache.requests[Int($0)])] }
      if requests.count < enough { continue }
      found.clustered.requests += requests.count
      found.clustered.cost += requests.reduce(0) { $0 + Int128($1.cost) }
      let lengths = requests.map(\.usage.output).sorted()
      let limit = lengths[(lengths.count * 95 + 99) / 100 - 1]
      for request in requests where request.usage.output > limit {
        var usage = request.usage
        usage.output = limit
        usage.reasoning = min(usage.reasoning, limit)
        guard let own = context.prices.cost(of: request.usage, for: request), own > 0,
          let cost = context.prices.cost(of: usage, for: request)
        else { continue }
        found.requests += 1
        found.cost += Int128(request.cost) - Int128(request.cost) * Int128(cost) / Int128(own)
      }
    }
    return found
  }
}
