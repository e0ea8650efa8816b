import CTextScan

/// Claude Code's session files. Anthropic's usage: `input_tokens` *excludes* cached tokens.
///
/// The client writes a line for every content block of an answer, all with the same message id and growing counts: one
/// request, by message and request id. Prompts stand in lines of their own and are not joined.
struct ClaudeCodeFormat: LineFormat {
  let name = "claude-code"
  private enum Field: Int, CaseIterable {
    case schema, session, type, timestamp, requestID, folder, cost, apiError, leaf, trace
    case message, messageID, model, content, usage, tier
    case request, response, input, output, requestBody, responseBody, object, choices, topUsage

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .session: "/sessionId"
      case .type: "/type"
      case .timestamp: "/timestamp"
      case .requestID: "/requestId"
      case .folder: "/cwd"
      case .cost: "/costUSD"
      case .apiError: "/isApiErrorMessage"
      case .leaf: "/leafUuid"
      case .trace: "/traceId"
      case .message: "/message"
      case .messageID: "/message/id"
      case .model: "/message/model"
      case .content: "/message/content"
      case .usage: "/message/usage"
      case .tier: "/message/usage/service_tier"
      case .request: "/request"
      case .response: "/response"
      case .input: "/input"
      case .output: "/output"
      case .requestBody: "/request_body"
      case .responseBody: "/response_body"
      case .object: "/object"
      case .choices: "/choices"
      case .topUsage: "/usage"
      }
    }
  }
  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    if fields[.schema].isPresent || fields[.trace].isPresent { return false }
    // Hand-made pairs and bare responses have sessions, types and times too.
    let bodies: [Field] = [
      .request, .response, .input, .output, .requestBody, .responseBody, .object, .choices, .topUsage,
    ]
    if bodies.contains(where: { fields[$0].isPresent }) { return false }
    if fields[.type].equals("summary") { return fields[.leaf].isFilledString }
    guard fields[.timestamp].isFilledString else { return false }
    let isLine = fields[.session].isFilledString && (fields[.type].isFilledString || fields[.message].is(CA_OBJECT))
    return isLine || fields[.requestID].isFilledString && fields[.usage].is(CA_OBJECT) && fields[.model].isFilledString
  }

  func records(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason) {
    let fields = Fields<Field>(base: base)
    // The client's own messages name a model that is none.
    guard fields[.usage].is(CA_OBJECT), !fields[.model].equals("<synthetic>") else {
      return take(.skipped(.sessionEvent))
    }
    take(.request(try draft(fields, scanner)))
  }

  private func draft(_ fields: Fields<Field>, _ scanner: JSONScanner) throws(RejectReason) -> RequestDraft {
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.timestamp]) else { throw .missingTime }
    draft.time = time
    if fields[.messageID].isFilledString {
      draft.id = scanner.keep(Array(fields[.messageID].bytes) + ":".utf8 + fields[.requestID].bytes, as: CA_STRING)
      draft.answerID = fields[.messageID]
    }
    draft.model = fields[.model]
    draft.tags = fields[.folder]
    draft.isError = fields[.apiError].isTrue
    draft.tier = FieldReader.tier(fields[.tier])
    draft.billed = try FieldReader.computedCost(fields[.cost], of: draft)
    try AnthropicMessages.readUsage(fields[.usage], into: &draft, scanner)
    draft.answer = .blocks(fields[.content])
    return draft
  }
}
