/// What a request cost at a price row's rates.
package struct Cost: Sendable, Equatable {
  /// Rounded once, half-even, from the exact sum. Stops at `PicoDollars.max`.
  package var pico: PicoDollars
  /// Some class with tokens was charged its standard rate because the asked tier has none.
  package var tierRateMissing: Bool
  /// Tokens for which the row has no rate at all; they are not in `pico`, so it is a lower bound unless this is 0.
  package var unpricedTokens: UInt64

  package init(pico: PicoDollars, tierRateMissing: Bool, unpricedTokens: UInt64) {
    self.pico = pico
    self.tierRateMissing = tierRateMissing
    self.unpricedTokens = unpricedTokens
  }
}
