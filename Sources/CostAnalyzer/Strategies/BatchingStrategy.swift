extension AnalysisOptions {
  package struct Batching: Codable, Sendable, Equatable {
    /// Calls that can wait a day: those with one of these tags, of these users, tenants or models.
    package var tags: [String] = []
    package var users: [String] = []
    package var tenants: [String] = []
    package var models: [String] = []
    /// Whether calls that only look as if nobody waited count in the saving.
    package var countInferred = false
    /// Price of a batched call by that of a plain one, where the price table has none.
    package var ratio = 0.5
    /// Windows of the replay for self-hosted models, in milliseconds.
    package var windowsMs = [10, 50, 200, 1000]
    package var maxBatch = 32
    /// Throughput of the self-hosted model by batch size: `[[1, 40], [8, 250], [32, 600]]`.
    package var curve: [[Double]] = []

    package init() {}

    func validate(_ require: (Bool, String) throws -> Void) throws {
      try require((0...1).contains(ratio), "batching.ratio must be 0 … 1")
      try require(
        windowsMs.allSatisfy { (1...3_600_000).contains($0) } && maxBatch >= 1,
        "batching.windowsMs must be 1 … 3,600,000 and batching.maxBatch at least 1")
      try require(
        curve.allSatisfy { $0.count == 2 && $0.allSatisfy { $0 > 0 } }
          && zip(curve, curve.dropFirst()).allSatisfy { $0[0] < $1[0] },
        "batching.curve must be pairs of batch size and throughput, above 0, by rising size")
    }
  }
}

/// Sends calls that can wait a day through the provider's batch API.
///
/// Which calls can wait is what the selectors of the options say. Calls that only look like it (a program's, without tools or
/// earlier turns) are told apart and not counted; of all others nothing is known.
package enum BatchingStrategy: Strategy {
  package static let id = "batching"
  package static let title = "Batching"
  package static let requires: [Capability] = [.prices]

  enum Kind: String, CaseIterable {
    case tagged, inferred, unknown
  }

  enum Exclusion: String, CaseIterable {
    case error = "status is not ok"
    case served = "served by the gateway's cache"
    case batched = "already at a batch or flex tier"
    case selfHosted = "self-hosted"
    case unpriced = "no price"
    case notCheaper = "no cheaper batch price"
  }

  struct Share {
    var requests = 0
    var cost: Int128 = 0
    var saved: Int128 = 0
    /// The part of `saved` at the options' ratio.
    var assumed: Int128 = 0
  }

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    let options = context.options.batching
    let callers = try Callers(context)
    var after: [PicoDollars] = []
    var shares: [Kind: Share] = [:]
    var byUser: [UInt32: Share] = [:]
    var excluded: [Exclusion: Share] = [:]
    context.log.requests.forEach { request in
      after.append(request.cost)
      let price: (pico: PicoDollars, isAssumed: Bool)
      switch batchPrice(request, context) {
      case .failure(let rule):
        excluded[rule.exclusion, default: Share()].requests += 1
        excluded[rule.exclusion, default: Share()].cost += Int128(request.cost)
        return
      case .success(let found): price = found
      }
      let kind = callers.kind(of: request)
      let saved = Int128(request.cost - price.pico)
      func add(to share: inout Share) {
        share.requests += 1
        share.cost += Int128(request.cost)
        share.saved += saved
        if price.isAssumed { share.assumed += saved }
      }
      add(to: &shares[kind, default: Share()])
      if kind == .inferred { add(to: &byUser[request.user, default: Share()]) }
      if kind == .tagged || kind == .inferred && options.countInferred {
        after[after.count - 1] = price.pico
        outcome.requestsAffected += 1
        outcome.gross += saved
        if request.flags.contains(.estimated) && !request.flags.contains(.billed) { outcome.estimatedGross += saved }
      }
    }
    outcome.effect = ScaledEffect(after: after, followsMoves: true)
    outcome.evidence = .assumed
    outcome.caveat = "that the calls can wait up to a day is the word of the options, and answers arrive later"
    outcome.sections = [section(context, shares, byUser, excluded, callers)]
  }

  struct Refusal: Error { var exclusion: Exclusion }

  /// What the call would cost in a batch, in the terms of its own cost.
  private static func batchPrice(
    _ request: Request, _ context: StrategyContext
  ) -> Result<(pico: PicoDollars, isAssumed: Bool), Refusal> {
    func no(_ exclusion: Exclusion) -> Result<(pico: PicoDollars, isAssumed: Bool), Refusal> {
      .failure(Refusal(exclusion: exclusion))
    }
    if request.isError { return no(.error) }
    if request.flags.contains(.gatewayHit) { return no(.served) }
    if request.tier == .batch || request.tier == .flex { return no(.batched) }
    if context.isSelfHosted(request) { return no(.selfHosted) }
    if request.flags.contains(.unpriced) { return no(.unpriced) }
    if let row = context.prices.row(for: request),
      row.bands.contains(where: { $0[.input, .batch] != nil || $0[.output, .batch] != nil }),
      let pico = context.scaled(row.cost(of: request.usage, tier: .batch).pico, for: request)
    {
      return pico < request.cost ? .success((pico, false)) : no(.notCheaper)
    }
    let pico = PicoDollars((Double(request.cost) * context.options.batching.ratio).rounded())
    return pico < request.cost ? .success((pico, true)) : no(.notCheaper)
  }

  /// Who can wait.
  struct Callers {
    private let options: AnalysisOptions.Batching
    private let log: RequestLog
    private let tagged: (tags: [Bool], users: [Bool], tenants: [Bool], models: [Bool])
    /// Evidence by user; nil without a name, or where nothing was logged.
    let machines: [MachineLikeness?]

    init(_ context: StrategyContext) throws {
      let options = context.options.batching
      let log = context.log
      self.options = options
      self.log = log
      tagged = (
        log.tagSets.map { $0.contains(where: options.tags.contains) }, log.users.map(options.users.contains),
        log.tenants.map(options.tenants.contains),
        log.models.map { options.models.contains($0.requested) || options.models.contains($0.responded) }
      )
      var requests = [[UInt32]](repeating: [], count: log.users.count)
      for index in log.timeOrder() { requests[Int(log.requests[Int(index)].user)].append(index) }
      let byUser = requests
      let templates = TemplateNumbers(log.prompts)
      let clock = try context.options.budgets.clock()
      machines = parallelMap(log.users.count, threads: context.threads) { user in
        log.users[user].isEmpty ? nil : MachineLikeness(byUser[user], log, templates, clock)
      }
    }

    func kind(of request: Request) -> Kind {
      if tagged.tags[Int(request.tags)] || tagged.users[Int(request.user)] || tagged.tenants[Int(request.tenant)]
        || tagged.models[Int(request.model)]
      {
        return .tagged
      }
      guard machines[Int(request.user)]?.isMachine == true, request.prompt != Request.noText,
        log.prompts.prompts[Int(request.prompt)].isPlain, !request.flags.contains(.toolCalls)
      else { return .unknown }
      return .inferred
    }
  }

  // MARK: Report

  private static func section(
    _ context: StrategyContext, _ shares: [Kind: Share], _ byUser: [UInt32: Share], _ excluded: [Exclusion: Share],
    _ callers: Callers
  ) -> ReportSection {
    let options = context.options.batching
    var kinds = Table(
      "batching",
      [
        .init("kind", "can wait"), .init("requests", "requests"), .init("cost_usd", "cost"),
        .init("saved_usd", "saved in batches"), .init("assumed_usd", "of it at the assumed price"),
        .init("counted", "counted"),
      ])
    for kind in Kind.allCases {
      let share = shares[kind] ?? Share()
      let isCounted = kind == .tagged || kind == .inferred && options.countInferred
      kinds.add(
        .text(kind.rawValue), .int(share.requests), .usd(share.cost), kind == .unknown ? .empty : .usd(share.saved),
        kind == .unknown ? .empty : .usd(share.assumed), .text(isCounted ? "yes" : "no"))
    }
    var inferred = Table(
      "batching_inferred",
      [
        .init("user", "user"), .init("requests", "requests"), .init("cost_usd", "cost"),
        .init("saved_usd", "saved in batches"), .init("machine_signs", "machine signs"),
      ])
    for (user, share) in byUser.sorted(by: { ($0.value.saved, $1.key) > ($1.value.saved, $0.key) }) {
      inferred.add(
        .text(context.log.users[Int(user)]), .int(share.requests), .usd(share.cost), .usd(share.saved),
        .text(callers.machines[Int(user)]?.evidence ?? ""))
    }
    var left = Table(
      "not_batched", [.init("rule", "rule"), .init("requests", "requests"), .init("cost_usd", "cost")])
    for rule in Exclusion.allCases {
      if let share = excluded[rule] { left.add(.text(rule.rawValue), .int(share.requests), .usd(share.cost)) }
    }
    var blocks: [ReportSection.Block] = [
      .paragraph(
        """
        Through the provider's batch API, answers within 24 hours, at the price table's batch price; where it has none at \
        \(NumberText.percent(options.ratio, of: 1)) of the plain price (**assumed**). *Tagged* calls are those that \
        `batching.tags`, `users`, `tenants` and `models` name; *inferred* ones come from what looks like a program, without \
        tools and earlier turns, and \(options.countInferred ? "count as well" : "do not count"); of *unknown* ones nothing \
        says that nobody waits.
        """),
      .table(kinds, top: .max),
    ]
    if !inferred.rows.isEmpty {
      blocks += [
        .paragraph("Inferred, by user. Ask before you believe it:"),
        .table(inferred, top: context.options.report.topRows),
      ]
    }
    if !left.rows.isEmpty { blocks += [.paragraph("Left where they are:"), .table(left, top: .max)] }
    let windows = windowTable(context)
    if !windows.rows.isEmpty {
      blocks += [
        .paragraph(
          """
          Self-hosted models: their arrivals replayed through windows, at most \(options.maxBatch) in a batch\
          \(options.curve.isEmpty ? "; without `batching.curve` nothing is said about throughput" : ""). No saving is claimed: \
          servers with continuous batching (vLLM, TGI, TensorRT-LLM) have it already.
          """),
        .table(windows, top: .max),
      ]
    }
    return ReportSection(title, blocks: blocks, files: [kinds, inferred, windows])
  }

  private static func windowTable(_ context: StrategyContext) -> Table {
    let options = context.options.batching
    let ranges = [1...1, 2...3, 4...7, 8...15, 16...Int.max]
    var table = Table(
      "batch_windows",
      [
        .init("window_ms", "window ms"), .init("requests", "requests"), .init("batches", "batches"),
        .init("mean_size", "mean size"), .init("size_1", "alone"), .init("size_2_3", "in 2–3"),
        .init("size_4_7", "4–7"),
        .init("size_8_15", "8–15"), .init("size_16", "16 and more"), .init("mean_wait_ms", "mean wait ms"),
        .init("throughput_gain", "throughput"),
      ])
    let times = context.log.timeOrder().map { context.log.requests[Int($0)] }.filter(context.isSelfHosted).map(\.time)
    if times.isEmpty { return table }
    for window in options.windowsMs {
      let batches = WindowBatches(times, window: Int64(window) * 1000, most: options.maxBatch)
      let count = Double(times.count)
      let size: Table.Cell = .number(count / Double(batches.sizes.count), decimals: 2)
      let wait: Table.Cell = .number(Double(batches.waited) / 1000 / count, decimals: 1)
      let gain: Table.Cell = options.curve.isEmpty ? .empty : .number(batches.gain(options.curve), decimals: 2)
      let shares: [Table.Cell] = ranges.map { .share(batches.share(in: $0)) }
      table.add([.int(window), .int(times.count), .int(batches.sizes.count), size] + shares + [wait, gain])
    }
    return table
  }
}

extension StrategyContext {
  func isSelfHosted(_ request: Request) -> Bool {
    if options.selfHosted.models.isEmpty { return false }
    let name = log.models[Int(request.model)]
    return options.selfHosted.models.contains(name.requested) || options.selfHosted.models.contains(name.responded)
  }
}
