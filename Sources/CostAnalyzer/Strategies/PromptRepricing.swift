/// What a request costs with fewer tokens in its prompt.
package struct PromptRepricing {
  private let context: StrategyContext
  /// Of each model, below which its provider caches nothing; 0 where that is not known.
  private let minimums: [Int]

  init(_ context: StrategyContext) throws {
    self.context = context
    let rules = try context.options.prefixCacheRules()
    minimums = context.log.models.map { rules.rule(for: $0.answering)?.minimum ?? 0 }
  }

  /// - Parameter level: index into the trim's levels.
  /// - Returns: nil where the request has no price.
  func cost(_ request: Request, _ trim: PromptTrim, level: Int) -> PicoDollars? {
    let usage = Self.usage(request.usage, trim, level: level, minimum: minimums[Int(request.model)])
    if usage == request.usage { return request.cost }
    guard let cost = context.prices.cost(of: usage, for: request) else { return nil }
    return context.scaled(cost, for: request)
  }

  /// The tokens that are left, by class.
  ///
  /// The log says how many tokens were read from the provider's cache, and those are the first ones. Users' earlier
  /// messages count as read as far as anything was; the last one counts as read where it reaches into what was read, or
  /// where something follows it. What was not read is taken from the cheapest class first. All three make the saving
  /// smaller, never larger. A prompt that falls below the provider's minimum is no longer cached at all.
  package static func usage(_ usage: TokenUsage, _ trim: PromptTrim, level: Int, minimum: Int) -> TokenUsage {
    let last = scaled(trim.saved[level], trim.ratio)
    let earlier = scaled(trim.earlier[level], trim.ratio)
    if last + earlier == 0 { return usage }
    let read = UInt64(usage.cacheRead)
    let unread = usage.promptTokens - read
    let message = scaled(trim.message, trim.ratio)
    let messageRead = trim.isLast ? message - min(message, unread) : message
    var fromRead = min(read, earlier + min(last, messageRead))
    var fromRest = last + earlier - fromRead
    var left = usage
    func take(_ tokens: inout UInt32, _ wanted: inout UInt64) {
      let taken = min(UInt64(tokens), wanted)
      tokens -= UInt32(taken)
      wanted -= taken
    }
    take(&left.cacheRead, &fromRead)
    take(&left.input, &fromRest)
    take(&left.cacheWrite5m, &fromRest)
    take(&left.cacheWrite1h, &fromRest)
    if left.promptTokens < UInt64(minimum) && usage.promptTokens >= UInt64(minimum) {
      left.input = UInt32(clamping: left.promptTokens)
      (left.cacheRead, left.cacheWrite5m, left.cacheWrite1h) = (0, 0, 0)
    }
    return left
  }

  private static func scaled(_ tokens: UInt32, _ ratio: Double?) -> UInt64 {
    ratio.map { UInt64((Double(tokens) * $0).rounded(.down)) } ?? UInt64(tokens)
  }
}
