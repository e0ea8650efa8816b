/// A lever that takes the same share off whatever is left to pay: a batch discount, a faster model on the same machines.
struct ScaledEffect: LeverEffect {
  /// What the lever alone would leave of each request's cost in the log.
  let after: [PicoDollars]
  /// Whether the share holds on another model too.
  let followsMoves: Bool

  func apply(to state: inout RequestState, request: Int) {
    if state.isServed || after[request] == state.logged || state.isMoved && !followsMoves { return }
    state.cost = PicoDollars(Int128(state.cost) * Int128(after[request]) / Int128(state.logged))
  }
}

/// A lever that sends a request to another model, where that is cheaper than what is left to pay.
struct CheaperModelEffect: LeverEffect {
  /// Cost of each request after the lever; that of the log where it stays.
  let costs: [PicoDollars]
  /// Of the lever itself, for each call it moves.
  let charge: PicoDollars

  func apply(to state: inout RequestState, request: Int) {
    let needed = costs[request] + charge
    if state.isServed || costs[request] == state.logged || needed >= state.logged || needed >= state.cost { return }
    state.cost = costs[request]
    state.charges += charge
    state.isMoved = true
  }
}

extension StrategyContext {
  /// The call on another model: its tokens by the ratios, and nothing read from a prompt cache that was never filled there.
  /// A billed cost is scaled by the ratio of the two list prices: a contract price is not compared with a list price.
  /// Nil where one of the two has no price.
  ///
  /// - Parameters:
  ///   - inputRatio: tokens that the other model reads for each one that the logged model read.
  ///   - outputRatio: likewise those that it writes.
  func cost(
    of request: Request, on row: PriceRow, inputRatio: Double = 1, outputRatio: Double = 1
  ) -> PicoDollars? {
    func scaled(_ tokens: some BinaryInteger, _ ratio: Double) -> UInt32 {
      UInt32(min((Double(tokens) * ratio).rounded(), Double(UInt32.max)))
    }
    var usage = request.usage
    usage.input = scaled(usage.promptTokens, inputRatio)
    usage.output = scaled(usage.output, outputRatio)
    usage.reasoning = min(scaled(usage.reasoning, outputRatio), usage.output)
    usage.audioOutput = scaled(usage.audioOutput, outputRatio)
    usage.imageOutput = scaled(usage.imageOutput, outputRatio)
    usage.cacheRead = 0
    usage.cacheWrite5m = 0
    usage.cacheWrite1h = 0
    let cost = row.version(at: request.time).cost(of: usage, tier: request.tier)
    return cost.unpricedTokens == 0 ? self.scaled(cost.pico, for: request) : nil
  }

  /// A list price in the terms of the request's own cost.
  func scaled(_ pico: PicoDollars, for request: Request) -> PicoDollars? {
    guard request.flags.contains(.billed) else { return pico }
    guard let own = prices.cost(of: request.usage, for: request), own > 0 else {
      return nil
    }
    return PicoDollars(clamping: Int128(request.cost) * Int128(pico) / Int128(own))
  }

  /// Factor from the log to 30 days, by its first and last request; nil below a day.
  var spanToMonth: Double? {
    let span = ledger.lastTime - ledger.firstTime
    return span >= Timestamp.day ? Double(30 * Timestamp.day) / Double(span) : nil
  }
}
