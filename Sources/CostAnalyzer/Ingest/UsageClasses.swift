import CTextScan

/// How counts and costs of different conventions become disjoint classes and pico-dollars.
extension FieldReader {
  /// Takes an input count that excludes cached tokens.
  static func setExclusive(
    _ draft: inout RequestDraft, input: UInt32?, read: UInt32?, write5m: UInt32?, write1h: UInt32?
  ) {
    draft.usage.cacheRead = read ?? 0
    draft.usage.cacheWrite5m = write5m ?? 0
    draft.usage.cacheWrite1h = write1h ?? 0
    guard let input else { return }
    draft.usage.input = input
    draft.inputKnown = true
  }

  /// Takes an input count whose convention depends on the provider behind a gateway. The total tells, where it is logged:
  /// input + output when the input includes cached tokens, more when it does not. More cached tokens than input exclude
  /// inclusion.
  ///
  /// - Parameter excludes: what the provider does when the record does not tell.
  static func setByTotal(
    _ draft: inout RequestDraft, input: UInt32?, read: UInt32?, write5m: UInt32?, output: UInt32?, total: UInt32?,
    excludes: Bool
  ) {
    let cached = UInt64(read ?? 0) + UInt64(write5m ?? 0)
    var isExclusive = excludes
    if let input, cached > 0 {
      if let output, let total {
        if UInt64(total) == UInt64(input) + UInt64(output) { isExclusive = false }
        if UInt64(total) == UInt64(input) + UInt64(output) + cached { isExclusive = true }
      }
      if cached > UInt64(input) { isExclusive = true }
    }
    if isExclusive {
      setExclusive(&draft, input: input, read: read, write5m: write5m, write1h: nil)
    } else {
      setInclusive(&draft, input: input, read: read, write5m: write5m, write1h: nil)
    }
  }

  /// Takes how much of a known output was reasoning. Where a total holds more than input and output, reasoning was left out
  /// of the output (xAI), also where nothing names it (Gemini's OpenAI-compatible API): it is billed as output, so it is
  /// added. What cached tokens explain is none.
  static func setReasoning(_ draft: inout RequestDraft, _ reasoning: ca_slice, total: ca_slice) throws(RejectReason) {
    let named = try count(reasoning)
    let known = draft.usage.promptTokens + UInt64(draft.usage.output)
    if draft.inputKnown, draft.outputKnown, !draft.contradictory, let total = try count(total), UInt64(total) > known {
      let apart = total - UInt32(known)
      if named ?? 0 == 0 || named == apart {
        draft.usage.output += apart
        draft.usage.reasoning = apart
        return
      }
    }
    draft.usage.reasoning = min(named ?? 0, draft.usage.output)
  }

  /// Takes how much of input and output was sound or pictures.
  static func setMedia(
    _ draft: inout RequestDraft, audioInput: ca_slice, imageInput: ca_slice, audioOutput: ca_slice,
    imageOutput: ca_slice
  ) throws(RejectReason) {
    draft.usage.audioInput = try count(audioInput) ?? 0
    draft.usage.imageInput = try count(imageInput) ?? 0
    draft.usage.audioOutput = try count(audioOutput) ?? 0
    draft.usage.imageOutput = try count(imageOutput) ?? 0
  }

  /// A cost that the gateway computed from its own price table. For an answered call that its own cache did not serve, 0
  /// means that the table had no price: nil, never a bill of nothing.
  static func computedCost(_ slice: ca_slice, of draft: RequestDraft) throws(RejectReason) -> PicoDollars? {
    known(try usd(slice), draft)
  }

  /// The same, logged in US cents.
  static func computedCost(_ slice: ca_slice, centsOf draft: RequestDraft) throws(RejectReason) -> PicoDollars? {
    known(try usd(slice, decimals: 10), draft)
  }

  private static func known(_ cost: PicoDollars?, _ draft: RequestDraft) -> PicoDollars? {
    cost == 0 && !draft.isError && !draft.gatewayHit ? nil : cost
  }
}
