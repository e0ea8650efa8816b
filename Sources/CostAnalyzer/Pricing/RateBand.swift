/// The rates of a price row for prompts longer than `threshold` tokens, by token class and service tier.
package struct RateBand: Sendable, Equatable {
  /// The band applies to requests whose whole prompt has more tokens than this; nil for the base rates.
  package let threshold: UInt64?
  /// Attodollars (1e-18 USD) per token; negative where the table has no rate.
  private var slots: [Int64]

  private static let missing: Int64 = -1

  package init(threshold: UInt64?) {
    self.threshold = threshold
    slots = Array(repeating: Self.missing, count: TokenClass.allCases.count * ServiceTier.allCases.count)
  }

  /// The rate written in the table for exactly this class and tier, in attodollars per token.
  package subscript(tokenClass: TokenClass, tier: ServiceTier) -> Int64? {
    get {
      let rate = slots[Self.slot(tokenClass, tier)]
      return rate == Self.missing ? nil : rate
    }
    set { slots[Self.slot(tokenClass, tier)] = newValue ?? Self.missing }
  }

  package var isEmpty: Bool { slots.allSatisfy { $0 == Self.missing } }

  /// Whether any rate in the band charges something.
  package var chargesAnything: Bool { slots.contains { $0 > 0 } }

  func mapRates(_ transform: (Int64) -> Int64) -> RateBand {
    var band = self
    band.slots = slots.map { $0 == Self.missing ? $0 : transform($0) }
    return band
  }

  private static func slot(_ tokenClass: TokenClass, _ tier: ServiceTier) -> Int {
    tokenClass.rawValue * ServiceTier.allCases.count + Int(tier.rawValue)
  }
}
