import CTextScan

/// Access logs of Envoy AI Gateway as JSON, with the names of its documentation: they are configured by the operator, so
/// others may differ. Never any text. `gen_ai.usage.input_tokens` *includes* cached tokens.
struct EnvoyFormat: LogFormat {
  let name = "envoy"
  private enum Field: Int, CaseIterable {
    case schema, resourceSpans, attributes, startTime, requestID, code, duration, model, override, responseModel
    case input, output, reasoning, cached, read, written, total, user

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .resourceSpans: "/resourceSpans"
      case .attributes: "/attributes"
      case .startTime: "/start_time"
      case .requestID: "/x-request-id"
      case .code: "/response_code"
      case .duration: "/duration"
      case .model: "/gen_ai.request.model"
      case .override: "/gen_ai.request.model_override"
      case .responseModel: "/gen_ai.response.model"
      case .input: "/gen_ai.usage.input_tokens"
      case .output: "/gen_ai.usage.output_tokens"
      case .reasoning: "/gen_ai.usage.reasoning_tokens"
      case .cached: "/gen_ai.usage.cached_input_tokens"
      case .read: "/gen_ai.usage.cache_read.input_tokens"
      case .written: "/gen_ai.usage.cache_creation.input_tokens"
      case .total: "/gen_ai.usage.total_tokens"
      case .user: "/user.id"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    let isForeign = fields[.schema].isPresent || fields[.resourceSpans].isPresent || fields[.attributes].isPresent
    return !isForeign && (fields[.startTime].isPresent || fields[.code].isPresent)
      && (fields[.model].kind != CA_ABSENT.rawValue || fields[.input].kind != CA_ABSENT.rawValue)
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    /// A text that says something; Envoy writes `-` for an empty value.
    func text(_ field: Field) -> ca_slice {
      fields[field].isFilledString && !fields[field].equals("-") ? fields[field] : ca_slice()
    }
    var draft = RequestDraft()
    guard let time = try FieldReader.time(text(.startTime)) else { throw .missingTime }
    draft.time = time
    // One id for all that a client's request caused: the calls differ in their times.
    if text(.requestID).isPresent {
      draft.id = scanner.keep(Array(text(.requestID).bytes) + "@".utf8 + fields[.startTime].bytes, as: CA_STRING)
    }
    draft.model = text(.model)
    draft.responseModel = text(.responseModel).isPresent ? text(.responseModel) : text(.override)
    draft.user = text(.user)
    // 0: the client went away before there was a response.
    draft.isError = FieldReader.isError(status: fields[.code])
    draft.latencyMs = FieldReader.milliseconds(fields[.duration])
    let output = try FieldReader.count(fields[.output])
    FieldReader.setInclusive(
      &draft, input: try FieldReader.count(fields[.input]),
      read: try FieldReader.firstCount(fields[.cached], fields[.read]),
      write5m: try FieldReader.count(fields[.written]), write1h: nil, output: output,
      total: try FieldReader.count(fields[.total]))
    if let output { (draft.usage.output, draft.outputKnown) = (output, true) }
    try FieldReader.setReasoning(&draft, fields[.reasoning], total: fields[.total])
    return draft
  }
}
