/// Prices as people read them, USD per million tokens.
package enum PriceText {
  private static let classes: [(String, TokenClass)] = [
    ("in", .input), ("out", .output), ("cache read", .cacheRead), ("cache write", .cacheWrite5m),
    ("1 h write", .cacheWrite1h), ("reasoning", .reasoning),
    ("audio in", .audioInput), ("image in", .imageInput), ("audio out", .audioOutput), ("image out", .imageOutput),
  ]

  /// What each class is charged by default, also where it takes the rate of another class.
  package static func rates(_ row: PriceRow) -> String {
    let parts = classes.compactMap { name, kind -> String? in
      if TokenClass.parts.contains(kind) && row.bands.first?[kind, .standard] == nil { return nil }
      return row.rate(of: kind, tier: .standard, promptTokens: 0).map { "\(name) $\(MoneyText.exact(Int128($0.atto)))" }
    }
    return parts.joined(separator: ", ") + " per M tokens"
  }

  /// A line for each tier and each length of prompt that has rates of its own.
  package static func otherRates(_ row: PriceRow) -> [String] {
    row.bands.flatMap { band in
      ServiceTier.allCases.compactMap { tier -> String? in
        if band.threshold == nil && tier == .standard { return nil }
        let rates = classes.compactMap { name, kind in
          band[kind, tier].map { "\(name) $\(MoneyText.exact(Int128($0)))" }
        }
        if rates.isEmpty { return nil }
        let length = band.threshold.map { "prompts above \(NumberText.grouped($0)) tokens" }
        let name = [tier == .standard ? nil : "\(tier)", length].compactMap(\.self).joined(separator: ", ")
        return "\(name): \(rates.joined(separator: ", "))"
      }
    }
  }

  /// All of it in one line; two rows charge the same for every request now where their lines are the same.
  package static func line(_ row: PriceRow) -> String { ([rates(row)] + otherRates(row)).joined(separator: "; ") }
}
