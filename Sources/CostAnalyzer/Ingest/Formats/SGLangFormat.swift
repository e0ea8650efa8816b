import CTextScan

/// SGLang's JSON request log: a line when a request arrives, another when it is finished, joined by `rid`. A request that
/// never finished is an error.
///
/// `prompt_tokens` *includes* cached tokens (hits in the server's own KV cache). The log names no model, because a server
/// has one: the model is called `sglang`, which a price table or `selfHosted.models` can name. Times have no zone and are
/// taken as UTC.
struct SGLangFormat: LogFormat {
  let name = "sglang"
  private enum Field: Int, CaseIterable {
    case schema, event, rid, timestamp, prompt, temperature, maxTokens, parameters, answer, finish, latency
    case promptTokens, completionTokens, cachedTokens

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .event: "/event"
      case .rid: "/rid"
      case .timestamp: "/timestamp"
      case .prompt: "/obj/text"
      case .temperature: "/obj/sampling_params/temperature"
      case .maxTokens: "/obj/sampling_params/max_new_tokens"
      case .parameters: "/obj/sampling_params"
      case .answer: "/out/text"
      case .finish: "/out/meta_info/finish_reason/type"
      case .latency: "/out/meta_info/e2e_latency"
      case .promptTokens: "/out/meta_info/prompt_tokens"
      case .completionTokens: "/out/meta_info/completion_tokens"
      case .cachedTokens: "/out/meta_info/cached_tokens"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private static let model: StaticString = "sglang"

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return (fields[.event].equals("request.finished") || fields[.event].equals("request.received"))
      && fields[.rid].isPresent && !fields[.schema].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    // One call with many prompts logs lists.
    guard fields[.rid].isFilledString else { throw .badField }
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.timestamp]) else { throw .missingTime }
    draft.time = time
    draft.id = fields[.rid]
    draft.model = ca_slice(
      start: UnsafeRawPointer(Self.model.utf8Start).assumingMemoryBound(to: CChar.self),
      length: UInt32(Self.model.utf8CodeUnitCount), kind: CA_STRING.rawValue)
    draft.messages = fields[.prompt]
    draft.temperature = fields[.temperature]
    draft.maxTokens = fields[.maxTokens]
    draft.parameters = fields[.parameters]
    guard fields[.event].equals("request.finished") else {
      draft.isError = true
      return draft
    }
    draft.isError = fields[.finish].equals("abort")
    draft.answer = .text(fields[.answer])
    if let latency = FieldReader.milliseconds(fields[.latency], unit: 1000) {
      draft.latencyMs = latency
      draft.time -= Int64(latency) * 1000  // logged at the end
    }
    FieldReader.setInclusive(
      &draft, input: try FieldReader.count(fields[.promptTokens]), read: try FieldReader.count(fields[.cachedTokens]),
      write5m: nil, write1h: nil)
    if let output = try FieldReader.count(fields[.completionTokens]) {
      (draft.usage.output, draft.outputKnown) = (output, true)
    }
    return draft
  }
}
