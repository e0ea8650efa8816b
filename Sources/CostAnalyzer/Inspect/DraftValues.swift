import CTextScan

/// What a format makes of the fields of a line, as texts by meaning; of several requests in a line, of the first.
struct DraftValues {
  /// Nil where the line holds no request.
  private var values: [(meaning: String, text: String)]?
  private var refusal: RejectReason?

  init(_ fields: [ca_slice], _ format: any LineFormat, _ line: UnsafeRawBufferPointer, _ scanner: JSONScanner) {
    let copy = UnsafeMutableBufferPointer<ca_slice>.allocate(capacity: fields.count)
    defer { copy.deallocate() }
    _ = copy.initialize(from: fields)
    do throws(RejectReason) {
      try format.records(UnsafePointer(copy.baseAddress!), line: line, scanner) { record in
        guard values == nil && refusal == nil else { return }
        if case .request(let draft) = record { values = Self.describe(draft, scanner) }
        if case .rejected(let reason) = record { refusal = reason }
      }
    } catch {
      refusal = error
    }
  }

  /// What the record says otherwise, or not at all, in the other reading.
  func differences(from other: DraftValues) -> [String] {
    guard refusal == nil, let values else { return [] }
    switch other.refusal {
    case nil:
      guard let others = other.values else { return ["needed: else it is no request"] }
      return zip(values, others).filter { $0.text != $1.text }.map(\.0.meaning)
    case .missingTime, .badTime: return ["time"]
    case .badCost: return ["billed cost"]
    case .some(let reason): return ["needed: else \(reason.explanation)"]
    }
  }

  private static func describe(_ draft: RequestDraft, _ scanner: JSONScanner) -> [(meaning: String, text: String)] {
    func text(_ slice: ca_slice) -> String { "\(slice.kind) " + String(decoding: slice.bytes, as: UTF8.self) }
    let usage = draft.usage
    let answer = draft.answer.read(scanner)
    return [
      ("request id", text(draft.id) + text(draft.answerID)), ("time", "\(draft.time)"),
      ("model asked for", text(draft.model)),
      ("model that answered", text(draft.responseModel)), ("seller", text(draft.seller)), ("user", text(draft.user)),
      ("tenant", text(draft.tenant)),
      ("tags", text(draft.tags)), ("status", "\(draft.isError)"),
      ("answered by the gateway's cache", "\(draft.gatewayHit)"), ("model chosen by hand", "\(draft.isOverride)"),
      ("latency", "\(draft.latencyMs ?? .max)"), ("price tier", "\(draft.tier)"),
      ("input tokens", draft.inputKnown ? "\(usage.input)" : "unknown"),
      ("tokens read from a cache", "\(usage.cacheRead)"), ("tokens written for 5 min", "\(usage.cacheWrite5m)"),
      ("tokens written for 1 h", "\(usage.cacheWrite1h)"),
      ("output tokens", draft.outputKnown ? "\(usage.output)" : "unknown"), ("reasoning tokens", "\(usage.reasoning)"),
      ("audio and image tokens", "\(usage.audioInput) \(usage.imageInput) \(usage.audioOutput) \(usage.imageOutput)"),
      ("billed cost", "\(draft.billed ?? -1)"), ("messages", text(draft.messages)),
      ("answer", String(decoding: answer.text, as: UTF8.self)),
      ("tool calls", "\(draft.hasToolCalls || answer.callsTools)"), ("tools", text(draft.tools)),
      ("response format", text(draft.responseFormat)), ("temperature", text(draft.temperature)),
      ("longest answer", text(draft.maxTokens)),
      ("sampling parameters", SamplingParameters.hash(draft.parameters, scanner).hex),
      ("vector", text(draft.embedding)),
    ]
  }
}
