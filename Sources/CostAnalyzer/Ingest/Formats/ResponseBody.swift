import CTextScan

/// Response bodies of the three APIs that gateways forward, told apart by what they say of themselves.
enum ResponseBody {
  enum Kind { case chat, anthropic, responses }

  /// The times a body carries, unread: a wrapper's own time wins over them.
  struct Times {
    var created = ca_slice()
    var completed = ca_slice()
  }

  private enum Field: Int, CaseIterable {
    case id, object, type, model, created, createdAt, completedAt, status, content, contentParts, toolCalls
    case functionCall, output, error, tier, usage

    var pointer: String {
      switch self {
      case .id: "/id"
      case .object: "/object"
      case .type: "/type"
      case .model: "/model"
      case .created: "/created"
      case .createdAt: "/created_at"
      case .completedAt: "/completed_at"
      case .status: "/status"
      case .content: "/choices/0/message/content"
      case .contentParts: "/content"
      case .toolCalls: "/choices/0/message/tool_calls"
      case .functionCall: "/choices/0/message/function_call"
      case .output: "/output"
      case .error: "/error"
      case .tier: "/service_tier"
      case .usage: "/usage"
      }
    }
  }

  private static let plan = FieldPlan(Field.allCases.map(\.pointer))

  /// Does nothing when `slice` is no object.
  @discardableResult
  static func read(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) -> Times {
    guard slice.is(CA_OBJECT) else { return Times() }
    let (status, fields) = scanner.walk(plan, slice.bytes, as: Field.self)
    guard status == CA_OK else { throw .badJSON }
    draft.answerID = fields[.id]
    if fields[.model].isPresent { draft.responseModel = fields[.model] }
    if fields[.error].is(CA_OBJECT) || fields[.error].isFilledString { draft.isError = true }
    // The tier that was served, not the one that was asked for, is billed.
    if fields[.tier].isFilledString { draft.tier = FieldReader.tier(fields[.tier]) }
    switch kind(fields) {
    case .chat:
      draft.answer = .text(fields[.content])
      draft.hasToolCalls =
        fields[.toolCalls].is(CA_ARRAY) && fields[.toolCalls].length > 2 || fields[.functionCall].is(CA_OBJECT)
      try OpenAIChat.readUsage(fields[.usage], into: &draft, scanner)
      // Embeddings: numbers, and no answer that a cache could hold.
      if fields[.object].equals("list") { (draft.outputKnown, draft.messages) = (true, ca_slice()) }
    case .anthropic:
      draft.answer = .blocks(fields[.contentParts])
      try AnthropicMessages.readUsage(fields[.usage], into: &draft, scanner)
    case .responses:
      if !OpenAIResponses.isAnswered(fields[.status]) { draft.isError = true }
      draft.answer = .items(fields[.output])
      try OpenAIResponses.readUsage(fields[.usage], into: &draft, scanner)
    }
    return Times(
      created: fields[.created].isPresent ? fields[.created] : fields[.createdAt], completed: fields[.completedAt])
  }

  private static func kind(_ fields: Fields<Field>) -> Kind {
    if fields[.object].equals("response") { return .responses }
    return fields[.type].equals("message") || fields[.contentParts].is(CA_ARRAY) ? .anthropic : .chat
  }
}
