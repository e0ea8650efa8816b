import CTextScan

/// LiteLLM's StandardLoggingPayload, one call a line (bare, or below `standard_logging_object`).
///
/// `prompt_tokens` *includes* cached tokens; the usage of a passed-through response counts as its own API does.
/// `response_cost` is what LiteLLM billed, or 0 where it knew no price. A row with `cache_hit` cost nothing.
struct LiteLLMStandardLoggingFormat: LogFormat {
  let name = "litellm"
  private enum Field: Int, CaseIterable {
    case id, callType, startTime, endTime, status, cacheHit, model, responseTime, cost, promptTokens, completionTokens
    case endUser, keyUser, team, keyAlias, keyHash, tags, messages, usageObject, parameters
    case temperature, maxTokens, tools, responseFormat, tier, servedTier, askedTier, responseModel, sentModel, seller
    case content, blocks, items, toolCalls, usage, responseID, object, nested, schema

    var pointer: String {
      switch self {
      case .id: "/id"
      case .callType: "/call_type"
      case .startTime: "/startTime"
      case .endTime: "/endTime"
      case .status: "/status"
      case .cacheHit: "/cache_hit"
      case .model: "/model"
      case .responseTime: "/response_time"
      case .cost: "/response_cost"
      case .promptTokens: "/prompt_tokens"
      case .completionTokens: "/completion_tokens"
      case .endUser: "/end_user"
      case .keyUser: "/metadata/user_api_key_user_id"
      case .team: "/metadata/user_api_key_team_id"
      case .keyAlias: "/metadata/user_api_key_alias"
      case .keyHash: "/metadata/user_api_key_hash"
      case .tags: "/request_tags"
      case .messages: "/messages"
      case .usageObject: "/metadata/usage_object"
      case .parameters: "/model_parameters"
      case .temperature: "/model_parameters/temperature"
      case .maxTokens: "/model_parameters/max_tokens"
      case .tools: "/model_parameters/tools"
      case .responseFormat: "/model_parameters/response_format"
      case .tier: "/cost_breakdown/service_tier"
      case .servedTier: "/response/service_tier"
      case .askedTier: "/model_parameters/service_tier"
      case .responseModel: "/response/model"
      case .sentModel: "/hidden_params/litellm_model_name"
      case .seller: "/custom_llm_provider"
      case .content: "/response/choices/0/message/content"
      case .blocks: "/response/content"
      case .items: "/response/output"
      case .toolCalls: "/response/choices/0/message/tool_calls"
      case .usage: "/response/usage"
      case .responseID: "/response/id"
      case .object: "/response/object"
      case .nested: "/standard_logging_object"
      case .schema: "/schema"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    if fields[.schema].isPresent { return false }
    return fields[.callType].isFilledString && fields[.startTime].isPresent && fields[.cost].kind != CA_ABSENT.rawValue
      || fields[.nested].is(CA_OBJECT)
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    var fields = Fields<Field>(base: base)
    if fields[.nested].is(CA_OBJECT) {
      let (status, inner) = scanner.walk(plan, fields[.nested].bytes, as: Field.self)
      guard status == CA_OK else { throw .badJSON }
      fields = inner
    }
    var draft = RequestDraft()
    guard let start = try FieldReader.time(fields[.startTime]) else { throw .missingTime }
    draft.time = start
    // A batch is billed when its results are fetched, as often as that is.
    draft.id = fields[.object].equals("batch") ? fields[.responseID] : fields[.id]
    draft.answerID = fields[.responseID]
    draft.model = fields[.model]
    draft.responseModel = fields[.responseModel].isFilledString ? fields[.responseModel] : fields[.sentModel]
    draft.seller = fields[.seller]
    draft.user = [fields[.endUser], fields[.keyUser], fields[.keyAlias]].first { $0.isFilledString } ?? ca_slice()
    draft.tenant = fields[.team]
    draft.key = fields[.keyAlias].isFilledString ? fields[.keyAlias] : fields[.keyHash]
    draft.tags = fields[.tags]
    draft.isError = FieldReader.isError(status: fields[.status])
    draft.gatewayHit = fields[.cacheHit].isTrue || fields[.cacheHit].equals("True")
    // response_time of a stream is the time to the first token; end - start is the whole call.
    if let end = try FieldReader.time(fields[.endTime]), end >= start {
      draft.latencyMs = UInt32(clamping: (end - start + 500) / 1000)
    } else {
      draft.latencyMs = FieldReader.milliseconds(fields[.responseTime], unit: 1000)
    }
    draft.billed = try FieldReader.computedCost(fields[.cost], of: draft)
    let tiers = [fields[.tier], fields[.servedTier], fields[.askedTier]]
    draft.tier = FieldReader.tier(tiers.first(where: \.isFilledString) ?? ca_slice())
    draft.temperature = fields[.temperature]
    draft.maxTokens = fields[.maxTokens]
    draft.parameters = fields[.parameters]
    draft.tools = fields[.tools]
    draft.responseFormat = fields[.responseFormat]
    draft.messages = fields[.messages]
    draft.answer =
      fields[.blocks].is(CA_ARRAY)
      ? .blocks(fields[.blocks]) : fields[.items].is(CA_ARRAY) ? .items(fields[.items]) : .text(fields[.content])
    draft.hasToolCalls = fields[.toolCalls].is(CA_ARRAY) && fields[.toolCalls].length > 2
    // A failed call used what its own totals say; its `usage_object` may be that of another attempt.
    if !draft.isError || !fields[.promptTokens].isPresent {
      let details = fields[.usage].isPresent ? fields[.usage] : fields[.usageObject]
      try OpenAIChat.readUsage(details, into: &draft, scanner)
    }
    if !draft.inputKnown, let input = try FieldReader.count(fields[.promptTokens]) {
      draft.usage.input = input
      draft.inputKnown = true
    }
    if !draft.outputKnown, let output = try FieldReader.count(fields[.completionTokens]) {
      draft.usage.output = output
      draft.outputKnown = true
    }
    return draft
  }
}
