import CTextScan

/// The chat-completion request and response bodies, shared by every format that wraps them.
/// `prompt_tokens` *includes* cached tokens (OpenAI API reference, "usage").
enum OpenAIChat {
  enum RequestField: Int, CaseIterable {
    case model, messages, user, temperature, maxTokens, maxCompletionTokens, tools, responseFormat, tier

    var pointer: String {
      switch self {
      case .model: "/model"
      case .messages: "/messages"
      case .user: "/user"
      case .temperature: "/temperature"
      case .maxTokens: "/max_tokens"
      case .maxCompletionTokens: "/max_completion_tokens"
      case .tools: "/tools"
      case .responseFormat: "/response_format"
      case .tier: "/service_tier"
      }
    }
  }

  enum ResponseField: Int, CaseIterable {
    case id, object, model, created, content, toolCalls, functionCall, error, tier, type, usage

    var pointer: String {
      switch self {
      case .id: "/id"
      case .object: "/object"
      case .model: "/model"
      case .created: "/created"
      case .content: "/choices/0/message/content"
      case .toolCalls: "/choices/0/message/tool_calls"
      case .functionCall: "/choices/0/message/function_call"
      case .error: "/error"
      case .tier: "/service_tier"
      case .type: "/type"
      case .usage: "/usage"
      }
    }
  }

  enum UsageField: Int, CaseIterable {
    case prompt, completion, cached, written, reasoning, read, creation, detailCreation, write5m, write1h

    var pointer: String {
      switch self {
      case .prompt: "/prompt_tokens"
      case .completion: "/completion_tokens"
      case .cached: "/prompt_tokens_details/cached_tokens"
      case .written: "/prompt_tokens_details/cache_write_tokens"
      case .reasoning: "/completion_tokens_details/reasoning_tokens"
      case .read: "/cache_read_input_tokens"
      case .creation: "/cache_creation_input_tokens"
      case .detailCreation: "/prompt_tokens_details/cache_creation_tokens"
      case .write5m: "/prompt_tokens_details/cache_creation_token_details/ephemeral_5m_input_tokens"
      case .write1h: "/prompt_tokens_details/cache_creation_token_details/ephemeral_1h_input_tokens"
      }
    }
  }

  enum ChunkField: Int, CaseIterable {
    case id, model, created, delta, toolCalls, usage

    var pointer: String {
      switch self {
      case .id: "/id"
      case .model: "/model"
      case .created: "/created"
      case .delta: "/choices/0/delta/content"
      case .toolCalls: "/choices/0/delta/tool_calls"
      case .usage: "/usage"
      }
    }
  }

  static let requestPlan = FieldPlan(RequestField.allCases.map(\.pointer))
  static let responsePlan = FieldPlan(ResponseField.allCases.map(\.pointer))
  static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  static let chunkPlan = FieldPlan(ChunkField.allCases.map(\.pointer))

  static func readRequest(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) {
    guard slice.is(CA_OBJECT) else { return }
    let (status, fields) = scanner.walk(requestPlan, slice.bytes, as: RequestField.self)
    guard status == CA_OK else { throw .badJSON }
    draft.model = fields[.model]
    draft.messages = fields[.messages]
    if fields[.user].isFilledString { draft.user = fields[.user] }
    draft.temperature = fields[.temperature]
    draft.parameters = slice
    draft.maxTokens = fields[.maxCompletionTokens].isPresent ? fields[.maxCompletionTokens] : fields[.maxTokens]
    draft.tools = fields[.tools]
    draft.responseFormat = fields[.responseFormat]
    draft.tier = FieldReader.tier(fields[.tier])
  }

  /// Reads a completed response body. `created` is returned because a wrapper's own time wins over it.
  static func readResponse(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) -> ca_slice {
    guard slice.is(CA_OBJECT) else { return ca_slice() }
    let (status, fields) = scanner.walk(responsePlan, slice.bytes, as: ResponseField.self)
    guard status == CA_OK else { throw .badJSON }
    if !draft.id.isFilledString { draft.id = fields[.id] }
    draft.responseModel = fields[.model]
    draft.answer = fields[.content]
    draft.hasToolCalls =
      fields[.toolCalls].is(CA_ARRAY) && fields[.toolCalls].length > 2
      || fields[.functionCall].is(CA_OBJECT)
    if fields[.error].is(CA_OBJECT) || fields[.error].isFilledString { draft.isError = true }
    // The tier that was served, not the one that was asked for, is billed.
    if fields[.tier].isFilledString { draft.tier = FieldReader.tier(fields[.tier]) }
    try readUsage(fields[.usage], into: &draft, scanner)
    return fields[.created]
  }

  static func readUsage(_ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) throws(RejectReason)
  {
    guard let slice = try FieldReader.object(slice) else { return }
    let (status, fields) = scanner.walk(usagePlan, slice.bytes, as: UsageField.self)
    guard status == CA_OK else { throw .badJSON }
    let read = try FieldReader.firstCount(fields[.cached], fields[.read])
    let write1h = try FieldReader.count(fields[.write1h]) ?? 0
    let written = try FieldReader.firstCount(fields[.creation], fields[.detailCreation], fields[.written])
    let explicit5m = try FieldReader.count(fields[.write5m])
    let write5m = explicit5m ?? written.map { $0 >= write1h ? $0 - write1h : 0 }
    FieldReader.setInclusive(
      &draft, input: try FieldReader.count(fields[.prompt]), read: read, write5m: write5m, write1h: write1h)
    if let output = try FieldReader.count(fields[.completion]) {
      draft.usage.output = output
      draft.outputKnown = true
    }
    draft.usage.reasoning = min(try FieldReader.count(fields[.reasoning]) ?? 0, draft.usage.output)
  }

  /// Reads a recorded stream: the deltas joined, the last usage that any chunk carries (usage is cumulative).
  static func readChunks(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) -> ca_slice {
    guard let chunks = scanner.elements(slice) else { throw .badJSON }
    let joined = scanner.scratch.take(Int(slice.length))
    var length = 0
    var created = ca_slice()
    var usage = ca_slice()
    for chunk in chunks where chunk.is(CA_OBJECT) {
      let ok = scanner.releasing {
        let (status, fields) = scanner.walk(chunkPlan, chunk.bytes, as: ChunkField.self)
        if fields[.id].isFilledString && !draft.id.isFilledString { draft.id = fields[.id] }
        if fields[.model].isFilledString { draft.responseModel = fields[.model] }
        if fields[.created].isPresent && !created.isPresent { created = fields[.created] }
        if fields[.usage].is(CA_OBJECT) { usage = fields[.usage] }
        if fields[.toolCalls].is(CA_ARRAY) { draft.hasToolCalls = true }
        let text = scanner.text(fields[.delta])
        UnsafeMutableRawBufferPointer(rebasing: joined[length...]).copyMemory(from: text)
        length += text.count
        return status == CA_OK
      }
      guard ok else { throw .badJSON }
    }
    draft.joinedAnswer = UnsafeRawBufferPointer(rebasing: joined[..<length])
    try readUsage(usage, into: &draft, scanner)
    return created
  }
}
