/// What a price key of the LiteLLM table prices: `input_cost_per_token_above_272k_tokens_priority` is input, priority
/// tier, prompts of more than 272,000 tokens.
struct RateKey: Equatable {
  var tokenClass: TokenClass
  var tier: ServiceTier = .standard
  var threshold: UInt64?

  /// - Returns: nil for keys that price something else: other units, other tiers, 12 h cache writes.
  init?(_ key: String) {
    guard let (tokenClass, suffix) = Self.split(key) else { return nil }
    self.tokenClass = tokenClass
    // Suffixes come in any order: `_above_1hr_above_200k_tokens`, `_above_272k_tokens_batches`.
    var rest = suffix
    while !rest.isEmpty {
      if let tail = Self.drop("_batches", from: rest), tier == .standard {
        (tier, rest) = (.batch, tail)
      } else if let tail = Self.drop("_flex", from: rest), tier == .standard {
        (tier, rest) = (.flex, tail)
      } else if let tail = Self.drop("_priority", from: rest), tier == .standard {
        (tier, rest) = (.priority, tail)
      } else if let tail = Self.drop("_above_1hr", from: rest), self.tokenClass == .cacheWrite5m {
        (self.tokenClass, rest) = (.cacheWrite1h, tail)
      } else if let tail = Self.drop("_above_", from: rest), threshold == nil {
        guard let (tokens, after) = Self.tokenCount(tail) else { return nil }
        (threshold, rest) = (tokens, after)
      } else {
        return nil
      }
    }
  }

  /// A quick test that keeps most keys of a table out of sorting and parsing.
  static func isLikely(_ key: String) -> Bool { stems.contains { key.utf8.starts(with: $0.0.utf8) } }

  private static let stems: [(String, TokenClass)] = [
    ("input_cost_per_token", .input), ("output_cost_per_token", .output),
    ("cache_read_input_token_cost", .cacheRead), ("cache_creation_input_token_cost", .cacheWrite5m),
    ("output_cost_per_reasoning_token", .reasoning),
    ("input_cost_per_audio_token", .audioInput), ("input_cost_per_image_token", .imageInput),
    ("output_cost_per_audio_token", .audioOutput), ("output_cost_per_image_token", .imageOutput),
  ]

  private static func split(_ key: String) -> (TokenClass, Substring)? {
    for (stem, tokenClass) in stems {
      if let rest = drop(stem, from: key[...]) { return (tokenClass, rest) }
    }
    return nil
  }

  private static func drop(_ prefix: String, from text: Substring) -> Substring? {
    text.utf8.starts(with: prefix.utf8) ? Substring(text.utf8.dropFirst(prefix.utf8.count)) : nil
  }

  /// `200k_tokens…` → 200,000 and what follows.
  private static func tokenCount(_ text: Substring) -> (UInt64, Substring)? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = UInt64(digits), number <= 1_000_000_000 else { return nil }
    let unit = text.dropFirst(digits.count)
    if let rest = drop("k_tokens", from: unit) { return (number * 1_000, rest) }
    if let rest = drop("m_tokens", from: unit) { return (number * 1_000_000, rest) }
    return drop("_tokens", from: unit).map { (number, $0) }
  }
}
