extension AnalysisOptions {
  /// Models on machines of your own. Without names nothing is self-hosted; with them the rest must be given.
  package struct SelfHosted: Codable, Sendable, Equatable {
    package var models: [String] = []
    package var gpuHourUSD: Double?
    package var gpus: Int?
    /// Tokens a second of all GPUs together at full load, input and output.
    package var throughput: Double?
    /// CUDA compute capability of the GPUs: 8.0 (A100), 9.0 (H100), 10.0 (B200).
    package var computeCapability: Double?

    package init() {}

    func validate(_ require: (Bool, String) throws -> Void) throws {
      try require(
        models.isEmpty || gpuHourUSD != nil && gpus != nil && throughput != nil,
        "selfHosted.models needs selfHosted.gpuHourUSD, selfHosted.gpus and selfHosted.throughput")
      try require(
        (0...100_000).contains(gpuHourUSD ?? 0) && (1...1_000_000).contains(gpus ?? 1)
          && (throughput ?? 1 > 0 && throughput ?? 1 < 1e12) && computeCapability ?? 1 > 0,
        "selfHosted.gpuHourUSD, gpus, throughput and computeCapability must be positive")
    }
  }

  package struct Quantisation: Codable, Sendable, Equatable {
    package enum Format: String, Codable, Sendable, CaseIterable {
      case int8, fp8

      /// Gains in throughput that were published, by 16 bits: none, the middle, the most.
      var band: [Double] { self == .int8 ? [1, 1.3, 1.56, 2] : [1, 1.3, 1.6] }

      /// Why the GPUs cannot run it (vLLM); nil where they can, or where nothing is known of them.
      func refusal(_ capability: Double?) -> String? {
        guard let capability else { return nil }
        switch self {
        case .int8: return capability >= 10 ? "INT8 does not run on compute capability 10 and above in vLLM" : nil
        case .fp8: return capability < 8.9 ? "FP8 needs compute capability 8.9 in vLLM" : nil
        }
      }
    }

    package var format = Format.int8
    /// Throughput after by throughput before.
    package var gain = 1.56

    package init() {}

    func validate(_ require: (Bool, String) throws -> Void) throws {
      try require((1...10).contains(gain), "quantisation.gain must be 1 … 10")
    }
  }
}

/// Serves self-hosted models in 8 bits: m times the tokens from the same machines, so 1 − 1/m of their cost.
///
/// Claimed on the logged cost of the declared models only; API spend is left out. A machine is not rented by the half: what
/// whole GPUs save stands beside.
package enum QuantisationStrategy: Strategy {
  package static let id = "quantisation"
  package static let title = "Quantisation of self-hosted models"
  package static let requires: [Capability] = [.selfHosted]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    let options = context.options.quantisation
    if let reason = options.format.refusal(context.options.selfHosted.computeCapability) {
      outcome.notRun = reason
      return
    }
    var after: [PicoDollars] = []
    var hosted = Hosted()
    context.log.requests.forEach { request in
      after.append(request.cost)
      guard context.isSelfHosted(request) else { return }
      hosted.requests += 1
      hosted.cost += Int128(request.cost)
      hosted.tokens += Int(request.usage.promptTokens) + Int(request.usage.output)
      // Up, so that never more is claimed than the share.
      let left = min(request.cost, PicoDollars((Double(request.cost) / options.gain).rounded(.up)))
      after[after.count - 1] = left
      if left < request.cost { outcome.requestsAffected += 1 }
      outcome.gross += Int128(request.cost - left)
      if request.flags.contains(.estimated) && !request.flags.contains(.billed) {
        outcome.estimatedGross += Int128(request.cost - left)
      }
    }
    if hosted.requests == 0 {
      outcome.notRun = "no request of the log ran on a model of selfHosted.models"
      return
    }
    outcome.effect = ScaledEffect(after: after, followsMoves: false)
    outcome.evidence = .assumed
    outcome.caveat = "the gain in throughput is an option, quality in 8 bits is not measured, and API spend is left out"
    outcome.sections = [try section(context, hosted)]
  }

  struct Hosted {
    var requests = 0
    var cost: Int128 = 0
    var tokens = 0
  }

  private static func section(_ context: StrategyContext, _ hosted: Hosted) throws -> ReportSection {
    let machines = context.options.selfHosted
    let (gpus, hourly, throughput) = (machines.gpus!, machines.gpuHourUSD!, machines.throughput!)
    let month = Double(gpus) * hourly * 720
    let api = context.ledger.total.cost - hosted.cost
    var bands = Table(
      "quantisation",
      [
        .init("format", "format"), .init("gain", "gain m"), .init("share", "1 − 1/m"), .init("saved_usd", "of the log"),
        .init("month_usd", "GPUs a month"), .init("gpus", "whole GPUs"), .init("whole_month_usd", "with whole GPUs"),
        .init("runs", "runs here"),
      ])
    for format in AnalysisOptions.Quantisation.Format.allCases {
      let refusal = format.refusal(machines.computeCapability)
      let isChosen = format == context.options.quantisation.format
      let gains = Set(format.band + (isChosen ? [context.options.quantisation.gain] : [])).sorted()
      for gain in gains {
        let needed = Int((Double(gpus) / gain).rounded(.up))
        bands.add(
          .text(format.rawValue), .number(gain, decimals: 2), .share(1 - 1 / gain),
          .usd(Int128(Double(hosted.cost) * (1 - 1 / gain))), dollars(month * (1 - 1 / gain)), .int(needed),
          dollars(Double(gpus - needed) * hourly * 720),
          .text(refusal ?? (machines.computeCapability == nil ? "unknown GPU" : "yes")))
      }
    }
    let seconds = Double(context.ledger.lastTime - context.ledger.firstTime) / 1e6
    let load = seconds > 0 ? Double(hosted.tokens) / (throughput * seconds) : .nan
    var blocks: [ReportSection.Block] = [
      .paragraph(
        """
        \(NumberText.grouped(hosted.requests)) requests ran on self-hosted models and stand in the log with \
        \(MoneyText.readable(hosted.cost)) (\(NumberText.percent(hosted.cost, of: context.ledger.total.cost)) of the bill); \
        \(MoneyText.readable(api)) of API spend are left out: a provider's price does not \
        fall with your bits. \(gpus) GPUs at \(MoneyText.readable(pico(hourly))) an hour cost \
        \(MoneyText.readable(pico(month))) in 30 days and were \(NumberText.percent(load, of: 1)) loaded. All \
        **assumed**; FP8 is published as lossless, INT8 as 1–3 % less accurate when tuned, and both must be measured on your \
        tasks.
        """),
      .table(bands, top: .max),
    ]
    let breakEven = try breakEven(context)
    if !breakEven.rows.isEmpty {
      blocks += [
        .paragraph(
          """
          Self-hosting for what routing calls simple, at the throughput of one of these GPUs, by how busy it is kept. \
          *Break-even* is the traffic in 30 days from which one GPU is cheaper than the cheap tier's API:
          """),
        .table(breakEven, top: .max),
      ]
    }
    return ReportSection(title, blocks: blocks, files: [bands, breakEven])
  }

  private static func breakEven(_ context: StrategyContext) throws -> Table {
    let machines = context.options.selfHosted
    var table = Table(
      "self_hosting",
      [
        .init("utilisation", "busy"), .init("own_usd_per_million", "own, a million tokens"),
        .init("api_usd_per_million", "API, a million tokens"),
        .init("break_even_million_tokens", "break-even, million tokens"),
        .init("share_million_tokens", "simple share has"), .init("gpus", "GPUs it needs"),
        .init("own_month_usd", "own a month"),
        .init("api_month_usd", "API a month"),
      ])
    guard let month = context.spanToMonth, let tiers = try RoutingTiers(context) else { return table }
    var tokens = 0.0
    var cost = 0.0
    let gate = Float(context.options.routing.gate)
    context.log.requests.forEach { request in
      if request.isError || request.flags.contains(.gatewayHit) || request.prompt == Request.noText { return }
      let simple = context.log.prompts.prompts[Int(request.prompt)].simple
      guard ComplexityLabel(simple: simple, gate: gate) == .simple, !context.isSelfHosted(request),
        let onCheap = context.cost(of: request, on: tiers.cheap.row)
      else { return }
      tokens += Double(request.usage.promptTokens) + Double(request.usage.output)
      cost += Double(onCheap) / 1e12
    }
    guard tokens > 0, cost > 0 else { return table }
    let api = cost / tokens
    let (hourly, perGPU) = (machines.gpuHourUSD!, machines.throughput! / Double(machines.gpus!))
    for busy in [0.1, 0.25, 0.5, 0.75, 1] {
      let own = hourly / (perGPU * 3600 * busy)
      let needed = (tokens * month / (perGPU * 3600 * 720 * busy)).rounded(.up)
      table.add(
        .share(busy), dollars(own * 1e6), dollars(api * 1e6), .number(hourly * 720 / api / 1e6, decimals: 1),
        .number(tokens * month / 1e6, decimals: 1), .number(needed, decimals: 0), dollars(needed * hourly * 720),
        dollars(cost * month))
    }
    return table
  }

  private static func pico(_ usd: Double) -> Int128 { Int128((usd * 1e12).rounded()) }
  private static func dollars(_ usd: Double) -> Table.Cell { .usd(pico(usd)) }
}
