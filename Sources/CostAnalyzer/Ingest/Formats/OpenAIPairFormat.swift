import CTextScan

/// `{request, response}` pairs of the chat-completions API, under any of the names hand-made loggers give them, and bare
/// responses. There is no official wrapper; the wrapper's own fields win over those of the bodies.
/// `prompt_tokens` *includes* cached tokens.
struct OpenAIPairFormat: LogFormat {
  let name = "openai-chat"
  private enum Field: Int, CaseIterable {
    case schema, id, object, created, model, usage, choices, callType
    case request, input, req, requestBody, response, output, resp, responseBody, chunks
    case responseObject, responseChoices, responseError, responseType
    case outputObject, respObject, responseBodyObject
    case timestamp, ts, time, createdAt, startTime
    case user, userID, tenant, status, statusCode, latency, duration, cost, costUSD, tags, override
    case portkeyOrg, portkeyUnits, heliconeTime, nested

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .id: "/id"
      case .object: "/object"
      case .created: "/created"
      case .model: "/model"
      case .usage: "/usage"
      case .choices: "/choices"
      case .callType: "/call_type"
      case .request: "/request"
      case .input: "/input"
      case .req: "/req"
      case .requestBody: "/request_body"
      case .response: "/response"
      case .output: "/output"
      case .resp: "/resp"
      case .responseBody: "/response_body"
      case .chunks: "/response_chunks"
      case .responseObject: "/response/object"
      case .responseChoices: "/response/choices"
      case .responseError: "/response/error"
      case .responseType: "/response/type"
      case .outputObject: "/output/object"
      case .respObject: "/resp/object"
      case .responseBodyObject: "/response_body/object"
      case .timestamp: "/timestamp"
      case .ts: "/ts"
      case .time: "/time"
      case .createdAt: "/created_at"
      case .startTime: "/start_time"
      case .user: "/user"
      case .userID: "/user_id"
      case .tenant: "/tenant"
      case .status: "/status"
      case .statusCode: "/status_code"
      case .latency: "/latency_ms"
      case .duration: "/duration_ms"
      case .cost: "/cost"
      case .costUSD: "/cost_usd"
      case .tags: "/tags"
      case .override: "/override"
      case .portkeyOrg: "/ai_org"
      case .portkeyUnits: "/req_units"
      case .heliconeTime: "/request_created_at"
      case .nested: "/standard_logging_object"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    if fields[.schema].isPresent || fields[.callType].isPresent || fields[.nested].is(CA_OBJECT) { return false }
    // Gateways that wrap the same bodies: their status, cost (Portkey: cents) and cache fields mean something else.
    if fields[.portkeyOrg].isPresent || fields[.portkeyUnits].isPresent || fields[.heliconeTime].isPresent {
      return false
    }
    if fields[.object].equals("chat.completion"), fields[.choices].is(CA_ARRAY) { return true }
    if fields[.request].is(CA_OBJECT) {
      if fields[.chunks].is(CA_ARRAY) { return true }
      let response = fields[.response]
      return response.is(CA_OBJECT) && !fields[.responseType].equals("message")
        && !fields[.responseType].equals("error")
        && (fields[.responseObject].equals("chat.completion") || fields[.responseChoices].is(CA_ARRAY)
          || fields[.responseError].isPresent)
    }
    return fields[.input].is(CA_OBJECT) && fields[.outputObject].equals("chat.completion")
      || fields[.req].is(CA_OBJECT) && fields[.respObject].equals("chat.completion")
      || fields[.requestBody].is(CA_OBJECT) && fields[.responseBodyObject].equals("chat.completion")
        && !fields[.createdAt].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    draft.id = fields[.object].equals("chat.completion") ? ca_slice() : fields[.id]
    draft.user = fields[.user].isFilledString ? fields[.user] : fields[.userID]
    draft.tenant = fields[.tenant]
    draft.tags = fields[.tags]
    draft.isOverride = fields[.override].isTrue
    draft.latencyMs = FieldReader.milliseconds(fields[.latency]) ?? FieldReader.milliseconds(fields[.duration])
    draft.billed = try FieldReader.usd(fields[.costUSD].isPresent ? fields[.costUSD] : fields[.cost])
    draft.isError = FieldReader.isError(status: fields[.status]) || FieldReader.isError(status: fields[.statusCode])
    let request = first(fields, .request, .input, .req, .requestBody)
    try OpenAIChat.readRequest(request, into: &draft, scanner)
    var created = ca_slice()
    if fields[.object].equals("chat.completion") {
      created = try OpenAIChat.readResponse(bareResponse(line), into: &draft, scanner)
    } else if fields[.chunks].is(CA_ARRAY) {
      created = try OpenAIChat.readChunks(fields[.chunks], into: &draft, scanner)
    } else {
      created = try OpenAIChat.readResponse(
        first(fields, .response, .output, .resp, .responseBody), into: &draft, scanner)
    }
    if fields[.usage].is(CA_OBJECT) && !draft.inputKnown && !fields[.object].equals("chat.completion") {
      try OpenAIChat.readUsage(fields[.usage], into: &draft, scanner)
    }
    let time = try FieldReader.firstTime(
      fields[.timestamp], fields[.ts], fields[.time], fields[.createdAt], fields[.startTime], created)
    guard let time else { throw .missingTime }
    draft.time = time
    if !draft.model.isPresent || draft.model.length == 0 { draft.model = draft.responseModel }
    return draft
  }

  private func first(_ fields: Fields<Field>, _ candidates: Field...) -> ca_slice {
    candidates.lazy.map { fields[$0] }.first { $0.is(CA_OBJECT) } ?? ca_slice()
  }

  /// A bare response is the line itself.
  private func bareResponse(_ line: UnsafeRawBufferPointer) -> ca_slice {
    ca_slice(
      start: line.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt32(line.count), kind: CA_OBJECT.rawValue
    )
  }
}
