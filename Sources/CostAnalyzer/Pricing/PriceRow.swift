/// One model of a price table, at one time; `earlier` has what it cost before.
///
/// Rates are attodollars (1e-18 USD) per token, so that every price published in dollars per million tokens with up to
/// twelve decimals is exact.
package struct PriceRow: Sendable, Equatable {
  /// The model's name as the table spells it.
  package internal(set) var name: String
  /// The seller (`litellm_provider`), empty when the table does not say.
  package let provider: String
  /// What the model does (`chat`, `embedding`, …), empty when the table does not say.
  package let mode: String
  /// The day from which the provider no longer serves the model, `YYYY-MM-DD`.
  package let deprecationDate: String?
  /// Where the price was published.
  package let source: String?
  /// When the price was last seen, `YYYY-MM`; only the built-in table says so.
  package let asOf: String?
  package let maxInputTokens: UInt64?
  /// Base rates first, then long-context bands by rising threshold.
  package internal(set) var bands: [RateBand]
  /// When the price came into force, UTC microseconds; `PriceDate.always` when the table does not say.
  package internal(set) var validFrom = PriceDate.always
  /// Older prices of the same model, newest first. They have no older ones of their own.
  package internal(set) var earlier: [PriceRow] = []
  /// What the user's contract did to the published row; printed behind the rules that found it.
  package internal(set) var notes: [String] = []

  /// Whether the table says since when the newest price holds.
  package var isDated: Bool { validFrom != PriceDate.always }

  /// Every price of the model, newest first.
  package internal(set) var versions: [PriceRow] {
    get {
      var newest = self
      newest.earlier = []
      return [newest] + earlier
    }
    set {
      self = newValue[0]
      earlier = Array(newValue[1...])
    }
  }

  /// The price in force at a time: the newest that had begun by then; before the first one, the first.
  /// - Parameter time: UTC microseconds.
  package func version(at time: Int64) -> PriceRow {
    if earlier.isEmpty || validFrom <= time { return self }
    return earlier.first { $0.validFrom <= time } ?? earlier[earlier.count - 1]
  }

  /// Whether the other row charges the same for every request at any time.
  func chargesTheSame(as other: PriceRow) -> Bool {
    bands == other.bands && earlier.map(\.bands) == other.earlier.map(\.bands)
      && (earlier.isEmpty || validFrom == other.validFrom)
      && earlier.dropLast().map(\.validFrom) == other.earlier.dropLast().map(\.validFrom)
  }

  /// The rate that a class is charged at.
  package struct Rate: Sendable, Equatable {
    /// Attodollars per token.
    package var atto: Int64
    /// The tier has no rate of its own here; this is the standard one.
    package var isStandardInstead: Bool
  }

  /// The exact price of a request at this row's rates.
  package func cost(of usage: TokenUsage, tier: ServiceTier) -> Cost {
    let prompt = usage.promptTokens
    // A log can claim more reasoning than output; only what was billed can be reasoning. So with sound and pictures.
    let reasoning = min(usage.reasoning, usage.output)
    var atto: Int128 = 0
    var tierRateMissing = false
    var unpriced: UInt64 = 0
    func charge(_ tokens: UInt32, as tokenClass: TokenClass) {
      guard tokens > 0 else { return }
      guard let rate = rate(of: tokenClass, tier: tier, promptTokens: prompt) else {
        unpriced += UInt64(tokens)
        return
      }
      atto += Int128(tokens) * Int128(rate.atto)
      tierRateMissing = tierRateMissing || rate.isStandardInstead
    }
    let audioInput = min(usage.audioInput, usage.input)
    let imageInput = min(usage.imageInput, usage.input - audioInput)
    charge(usage.input - audioInput - imageInput, as: .input)
    charge(audioInput, as: .audioInput)
    charge(imageInput, as: .imageInput)
    charge(usage.cacheRead, as: .cacheRead)
    charge(usage.cacheWrite5m, as: .cacheWrite5m)
    charge(usage.cacheWrite1h, as: .cacheWrite1h)
    let audioOutput = min(usage.audioOutput, usage.output - reasoning)
    let imageOutput = min(usage.imageOutput, usage.output - reasoning - audioOutput)
    charge(usage.output - reasoning - audioOutput - imageOutput, as: .output)
    charge(reasoning, as: .reasoning)
    charge(audioOutput, as: .audioOutput)
    charge(imageOutput, as: .imageOutput)
    let pico = DecimalText.divideHalfEven(atto.magnitude, by: 1_000_000)
    return Cost(
      pico: PicoDollars(clamping: pico), tierRateMissing: tierRateMissing, unpricedTokens: unpriced)
  }

  /// The rate for a class of token in a request of `promptTokens`, all classes of the prompt together.
  ///
  /// The highest band that the prompt exceeds and that prices the class decides; in it the tier's rate, else the
  /// standard one. A class that is priced nowhere takes the rate of its fallback class.
  /// - Returns: nil when neither the class nor its fallbacks have a rate.
  package func rate(of tokenClass: TokenClass, tier: ServiceTier, promptTokens: UInt64) -> Rate? {
    var asked: TokenClass? = tokenClass
    while let current = asked {
      for band in bands.reversed() where band.threshold.map({ promptTokens > $0 }) ?? true {
        if let atto = band[current, tier] { return Rate(atto: atto, isStandardInstead: false) }
        if let atto = band[current, .standard] { return Rate(atto: atto, isStandardInstead: true) }
      }
      asked = current.fallback
    }
    return nil
  }
}
