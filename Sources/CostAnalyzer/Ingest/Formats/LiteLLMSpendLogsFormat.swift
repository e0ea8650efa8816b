import CTextScan

/// Rows of LiteLLM's table `LiteLLM_SpendLogs`, one call a line. JSON columns are objects or, in some exports, texts that
/// hold JSON.
///
/// `prompt_tokens` *includes* cached tokens. The number columns are never null, so a 0 may mean *unknown*: a spend of 0 for
/// an answered call is priced by its tokens, and no tokens at all for one are estimated.
struct LiteLLMSpendLogsFormat: LogFormat {
  let name = "litellm-spendlogs"
  private enum Field: Int, CaseIterable {
    case schema, payloadCost, nested, requestID, spend, startTime, endTime, duration, status, cacheHit, model,
      modelGroup
    case promptTokens, completionTokens, user, endUser, key, team, tags, metadata, messages, response, proxyRequest
    case seller

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .payloadCost: "/response_cost"
      case .nested: "/standard_logging_object"
      case .requestID: "/request_id"
      case .spend: "/spend"
      case .startTime: "/startTime"
      case .endTime: "/endTime"
      case .duration: "/request_duration_ms"
      case .status: "/status"
      case .cacheHit: "/cache_hit"
      case .model: "/model"
      case .modelGroup: "/model_group"
      case .promptTokens: "/prompt_tokens"
      case .completionTokens: "/completion_tokens"
      case .user: "/user"
      case .endUser: "/end_user"
      case .key: "/api_key"
      case .team: "/team_id"
      case .tags: "/request_tags"
      case .metadata: "/metadata"
      case .messages: "/messages"
      case .response: "/response"
      case .proxyRequest: "/proxy_server_request"
      case .seller: "/custom_llm_provider"
      }
    }
  }

  private enum MetadataField: Int, CaseIterable {
    case usage, moreUsage, keyUser, keyAlias, tier

    var pointer: String {
      switch self {
      case .usage: "/usage_object"
      case .moreUsage: "/additional_usage_values"
      case .keyUser: "/user_api_key_user_id"
      case .keyAlias: "/user_api_key_alias"
      case .tier: "/cost_breakdown/service_tier"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private let metadataPlan = FieldPlan(MetadataField.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return fields[.requestID].isFilledString && fields[.spend].kind != CA_ABSENT.rawValue
      && fields[.startTime].isPresent && !fields[.schema].isPresent && !fields[.nested].is(CA_OBJECT)
      && fields[.payloadCost].kind == CA_ABSENT.rawValue
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    guard let start = try FieldReader.time(fields[.startTime]) else { throw .missingTime }
    draft.time = start
    // The table's metadata is always an object; one that cannot be read costs its details, not the request.
    let metadata = try metadata(fields[.metadata], into: &draft, scanner)
    try RequestBody.read(scanner.nested(fields[.proxyRequest]), into: &draft, scanner)
    let messages = scanner.nested(fields[.messages])
    if messages.is(CA_ARRAY) { draft.messages = messages }
    if fields[.messages].isFilledString, !fields[.messages].looksLikeJSON { draft.messages = fields[.messages] }
    var answer = RequestDraft()
    try ResponseBody.read(scanner.nested(fields[.response]), into: &answer, scanner)
    (draft.answer, draft.responseModel, draft.hasToolCalls) = (answer.answer, answer.responseModel, answer.hasToolCalls)
    draft.answerID = answer.answerID
    if answer.tier != .standard { draft.tier = answer.tier }
    draft.hasOtherFees = draft.hasOtherFees || answer.hasOtherFees
    draft.id = fields[.requestID]
    draft.seller = fields[.seller]
    draft.model = fields[.model].isFilledString ? fields[.model] : fields[.modelGroup]
    let users = [fields[.endUser], fields[.user], metadata.user, metadata.alias]
    draft.user = users.first(where: \.isFilledString) ?? ca_slice()
    draft.tenant = fields[.team]
    draft.key = metadata.alias.isFilledString ? metadata.alias : fields[.key]
    let tags = scanner.nested(fields[.tags])
    draft.tags = tags.isPresent ? tags : ca_slice()
    draft.isError = FieldReader.isError(status: fields[.status])
    draft.gatewayHit = fields[.cacheHit].isTrue || fields[.cacheHit].equals("True")
    draft.latencyMs = FieldReader.milliseconds(fields[.duration])
    if draft.latencyMs == nil, let end = try FieldReader.time(fields[.endTime]), end >= start {
      draft.latencyMs = UInt32(clamping: (end - start + 500) / 1000)
    }
    try readCounts(fields, into: &draft)
    return draft
  }

  private func readCounts(_ fields: Fields<Field>, into draft: inout RequestDraft) throws(RejectReason) {
    let input = try FieldReader.count(fields[.promptTokens]) ?? 0
    let output = try FieldReader.count(fields[.completionTokens]) ?? 0
    let saysNothing = input == 0 && output == 0 && !draft.isError
    if saysNothing {
      (draft.inputKnown, draft.outputKnown) = (false, false)
    } else {
      if !draft.inputKnown {
        FieldReader.setInclusive(
          &draft, input: input, read: draft.usage.cacheRead, write5m: draft.usage.cacheWrite5m,
          write1h: draft.usage.cacheWrite1h)
      }
      if !draft.outputKnown { (draft.usage.output, draft.outputKnown) = (output, true) }
    }
    let spend = try FieldReader.usd(fields[.spend])
    let isUnknown = spend == 0 && !draft.isError && !draft.gatewayHit
    draft.billed = isUnknown ? nil : spend
  }

  private func metadata(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) -> (user: ca_slice, alias: ca_slice) {
    let object = scanner.nested(slice)
    guard object.is(CA_OBJECT) else { return (ca_slice(), ca_slice()) }
    let (status, fields) = scanner.walk(metadataPlan, object.bytes, as: MetadataField.self)
    guard status == CA_OK else { throw .badJSON }
    if fields[.tier].isFilledString { draft.tier = FieldReader.tier(fields[.tier]) }
    try OpenAIChat.readUsage(fields[.usage].isPresent ? fields[.usage] : fields[.moreUsage], into: &draft, scanner)
    return (fields[.keyUser], fields[.keyAlias])
  }
}
