import Foundation

/// Why an entry of a price table is not a price here.
package enum PriceRowProblem: Error, Equatable, CustomStringConvertible {
  case documentation
  case notAnObject
  /// Neither an input nor an output price per token.
  case noTokenPrice
  /// Every token rate is 0 because the model is sold by another unit, named by the key.
  case pricedByOtherUnit(key: String)
  case notANumber(key: String)
  case negative(key: String)
  /// More than 9.2 dollars per token.
  case outOfRange(key: String)
  /// A `valid_from` that is no date.
  case badDate
  /// Two prices of one model from the same day on.
  case repeatedDate

  package var description: String {
    switch self {
    case .documentation: "documentation of the format"
    case .notAnObject: "not an object"
    case .noTokenPrice: "no price per token"
    case .pricedByOtherUnit(let key): "token rates are 0, the price is \(key)"
    case .notANumber(let key): "\(key) is not a number"
    case .negative(let key): "\(key) is negative"
    case .outOfRange(let key): "\(key) is out of range"
    case .badDate: "valid_from is no date (YYYY-MM-DD, or YYYY-MM)"
    case .repeatedDate: "two prices from the same day on"
    }
  }
}

/// Reads rows of LiteLLM's `model_prices_and_context_window.json` format.
struct PriceTableReader {
  private(set) var rows: [PriceRow] = []
  private(set) var skipped: [(name: String, problem: PriceRowProblem)] = []
  private(set) var roundedRates = 0

  mutating func read(name: String, entry: Any) {
    guard name != "sample_spec" else { return skipped.append((name, .documentation)) }
    var versions: [PriceRow] = []
    let entries = (entry as? [Any]).flatMap { $0.isEmpty ? nil : $0 } ?? [entry]
    for entry in entries {
      do throws(PriceRowProblem) {
        guard let fields = entry as? [String: Any] else { throw .notAnObject }
        var version = try row(name: name, fields: fields)
        version.validFrom = try Self.date(fields)
        if versions.contains(where: { $0.validFrom == version.validFrom }) { throw .repeatedDate }
        versions.append(version)
      } catch {
        skipped.append((name, error))
      }
    }
    versions.sort { $0.validFrom > $1.validFrom }
    guard var row = versions.first else { return }
    row.versions = versions
    rows.append(row)
  }

  /// `approx_date` is what collections of old tables call the month in which a price was first seen.
  private static func date(_ fields: [String: Any]) throws(PriceRowProblem) -> Int64 {
    guard let value = fields["valid_from"] ?? fields["approx_date"] else { return PriceDate.always }
    guard let date = (value as? String).flatMap(PriceDate.firstDay) else { throw .badDate }
    return date
  }

  private mutating func row(name: String, fields: [String: Any]) throws(PriceRowProblem) -> PriceRow {
    let provider = fields["litellm_provider"] as? String ?? ""
    // xAI bills the higher rate from the threshold on, the others beyond it.
    let reach: UInt64 = provider == "xai" ? 1 : 0
    var bands: [UInt64: RateBand] = [:]
    // Sorted, so that a row with two faults always names the same one.
    for key in fields.keys.filter(RateKey.isLikely).sorted() {
      guard let rateKey = RateKey(key), let value = fields[key], let rate = try rate(value, key: key) else { continue }
      set(rate, rateKey, above: rateKey.threshold.map { $0 - min($0, reach) }, in: &bands)
    }
    try addTiers(fields["tiered_pricing"] as? [[String: Any]] ?? [], to: &bands)
    if let hit = fields["input_cost_per_token_cache_hit"], bands[0]?[.cacheRead, .standard] == nil,
      let rate = try rate(hit, key: "input_cost_per_token_cache_hit")
    {
      set(rate, .cacheRead, .standard, above: nil, in: &bands)
    }
    // Fireworks charges half the input price for cached tokens unless a model's page says otherwise.
    if provider == "fireworks_ai", bands[0]?[.cacheRead, .standard] == nil, let input = bands[0]?[.input, .standard] {
      set(input / 2, .cacheRead, .standard, above: nil, in: &bands)
    }
    if name.lowercased().contains("claude") { Self.addHourWrites(to: &bands) }
    let sorted = bands.sorted { $0.key < $1.key }.map { Self.withoutEqualRates($0.value) }
    guard sorted.contains(where: { $0[.input, .standard] != nil || $0[.output, .standard] != nil }) else {
      throw .noTokenPrice
    }
    if !sorted.contains(where: \.chargesAnything), let key = Self.otherUnit(fields) {
      throw .pricedByOtherUnit(key: key)
    }
    return PriceRow(
      name: name, provider: provider, mode: fields["mode"] as? String ?? "",
      deprecationDate: fields["deprecation_date"] as? String, source: fields["source"] as? String,
      asOf: fields["as_of"] as? String,
      maxInputTokens: (fields["max_input_tokens"] as? NSNumber).flatMap { UInt64(exactly: $0.doubleValue) },
      bands: sorted)
  }

  /// Anthropic sells cache writes for five minutes at 1.25 and for an hour at 2 times the input price (prompt caching, "Pricing").
  /// A row of a Claude model that has the first and lacks the second gets it.
  private static func addHourWrites(to bands: inout [UInt64: RateBand]) {
    for threshold in bands.keys {
      for tier in ServiceTier.allCases {
        guard let input = bands[threshold]![.input, tier], let write = bands[threshold]![.cacheWrite5m, tier],
          bands[threshold]![.cacheWrite1h, tier] == nil, write == input + input / 4
        else { continue }
        bands[threshold]![.cacheWrite1h, tier] = input * 2
      }
    }
  }

  /// `tiered_pricing`: a list of `{"range": [over, up to], rates…}`. The rates of the last range go on beyond it.
  private mutating func addTiers(
    _ tiers: [[String: Any]], to bands: inout [UInt64: RateBand]
  ) throws(PriceRowProblem) {
    for tier in tiers {
      guard let range = tier["range"] as? [NSNumber],
        let over = range.first.flatMap({ UInt64(exactly: $0.doubleValue) })
      else { continue }
      for (key, value) in tier.sorted(by: { $0.key < $1.key }) {
        guard let rateKey = RateKey(key), let rate = try rate(value, key: "tiered_pricing.\(key)") else { continue }
        // The flat keys of a row that has both are its base price.
        if over == 0, bands[0]?[rateKey.tokenClass, rateKey.tier] != nil { continue }
        set(rate, rateKey, above: over == 0 ? nil : over, in: &bands)
      }
    }
  }

  /// The rate in attodollars per token; nil for JSON null.
  private mutating func rate(_ value: Any, key: String) throws(PriceRowProblem) -> Int64? {
    if value is NSNull { return nil }
    // A JSON boolean is an NSNumber too, of Objective-C type "c".
    guard let number = value as? NSNumber, number.objCType.pointee != CChar(UInt8(ascii: "c")) else {
      throw .notANumber(key: key)
    }
    // Foundation keeps long decimals as they are; the description of a Double is the shortest decimal that reads back
    // as it. Either way this is the decimal that was published.
    let text = number is NSDecimalNumber ? number.description : number.doubleValue.description
    guard !text.hasPrefix("-") || number.doubleValue == 0 else { throw .negative(key: key) }
    guard let scaled = DecimalText.scaled(text.utf8, byTenToThe: 18) else { throw .outOfRange(key: key) }
    if !scaled.isExact { roundedRates += 1 }
    return scaled.value
  }

  private func set(_ rate: Int64, _ key: RateKey, above: UInt64?, in bands: inout [UInt64: RateBand]) {
    set(rate, key.tokenClass, key.tier, above: above, in: &bands)
  }

  private func set(
    _ rate: Int64, _ tokenClass: TokenClass, _ tier: ServiceTier, above: UInt64?, in bands: inout [UInt64: RateBand]
  ) {
    bands[above ?? 0, default: RateBand(threshold: above)][tokenClass, tier] = rate
  }

  /// A reasoning rate that repeats the output rate is no rate of its own: at batch or flex the output rate is lower. So with
  /// sound and pictures.
  private static func withoutEqualRates(_ band: RateBand) -> RateBand {
    var band = band
    for part in TokenClass.parts {
      if band[part, .standard] == band[part.fallback!, .standard] { band[part, .standard] = nil }
    }
    return band
  }

  /// The first key, by name, that prices something else than tokens.
  private static func otherUnit(_ fields: [String: Any]) -> String? {
    fields.keys.filter { key in
      (key.hasPrefix("input_cost_per_") || key.hasPrefix("output_cost_per_") || key.hasPrefix("cost_per_")
        || key.hasPrefix("ocr_cost_per_"))
        && !key.contains("token") && (fields[key] as? NSNumber)?.doubleValue ?? 0 > 0
    }.min()
  }
}
