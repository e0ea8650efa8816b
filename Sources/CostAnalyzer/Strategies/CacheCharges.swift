/// What a cache costs by itself, in whole pico-dollars, at the options' prices.
package struct CacheCharges: Sendable {
  /// Per lookup.
  let lookup: PicoDollars
  private let perMillionTokens: Double
  private let perMillionEntryDays: Double

  init(_ options: AnalysisOptions.Cache) {
    lookup = PicoDollars((options.lookupUSDPerMillion * 1e6).rounded())
    perMillionTokens = options.embeddingUSDPerMillionTokens
    perMillionEntryDays = options.storageUSDPerMillionEntryDays
  }

  /// Of embedding a text once.
  func embedding(bytes: Int) -> PicoDollars {
    PicoDollars((Double(TokenEstimate.tokens(bytes: bytes)) * perMillionTokens * 1e6).rounded())
  }

  /// Of keeping the most entries there ever were for the whole log: an upper bound.
  func storage(_ outcome: CacheOutcome, _ trace: ReplayTrace) -> Int128 {
    guard perMillionEntryDays > 0, let first = trace.times.first, let last = trace.times.last else { return 0 }
    let days = Double(last - first) / Double(Timestamp.day)
    return Int128((Double(outcome.peakEntries) * days * perMillionEntryDays * 1e6).rounded())
  }

  /// Of a whole replay: a lookup for every request, one more and an embedding where no exact entry answers, storage.
  func total(_ outcome: CacheOutcome, _ trace: ReplayTrace, isSemantic: Bool) -> Int128 {
    let lookups = outcome.requests + (isSemantic ? outcome.requests - outcome.exactHits : 0)
    return Int128(lookups) * Int128(lookup) + outcome.embeddingPico + storage(outcome, trace)
  }
}
