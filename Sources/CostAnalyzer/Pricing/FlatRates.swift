/// The standard rates of a row below every long-context threshold, flat: what nearly every request is priced with.
/// `PriceRow.cost` defines the result; anything unusual goes there.
package struct FlatRates: Sendable {
  private let limit: UInt64
  private static let classes: [TokenClass] = [.input, .cacheRead, .cacheWrite5m, .cacheWrite1h, .output, .reasoning]
  /// Attodollars per token, in the order of `classes`.
  private let rates: (Int64, Int64, Int64, Int64, Int64, Int64)

  /// Nil when some class has no rate at all.
  package init?(_ row: PriceRow) {
    let found = Self.classes.compactMap { row.rate(of: $0, tier: .standard, promptTokens: 0)?.atto }
    guard found.count == Self.classes.count else { return nil }
    rates = (found[0], found[1], found[2], found[3], found[4], found[5])
    limit = row.bands.compactMap(\.threshold).min() ?? .max
  }

  /// Pico-dollars, rounded once, half-even; nil when the request is not one for flat rates.
  package func cost(of usage: TokenUsage, tier: ServiceTier) -> PicoDollars? {
    guard tier == .standard, usage.promptTokens <= limit, !usage.hasMedia else { return nil }
    let reasoning = min(usage.reasoning, usage.output)
    let atto =
      Int128(usage.input) * Int128(rates.0) + Int128(usage.cacheRead) * Int128(rates.1)
      + Int128(usage.cacheWrite5m) * Int128(rates.2) + Int128(usage.cacheWrite1h) * Int128(rates.3)
      + Int128(usage.output - reasoning) * Int128(rates.4) + Int128(reasoning) * Int128(rates.5)
    // Most rates are whole pico-dollars: no 128-bit division needed then.
    if let small = Int64(exactly: atto), case let (quotient, rest) = small.quotientAndRemainder(dividingBy: 1_000_000),
      rest == 0
    {
      return quotient
    }
    return PicoDollars(clamping: DecimalText.divideHalfEven(atto.magnitude, by: 1_000_000))
  }
}
