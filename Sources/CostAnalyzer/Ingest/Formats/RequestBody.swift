import CTextScan

/// Request bodies of the three APIs that gateways forward: chat completions, Responses and Anthropic's Messages. Their
/// names do not collide, so one reader serves all.
enum RequestBody {
  private enum Field: Int, CaseIterable {
    case model, messages, input, system, instructions, user, safetyIdentifier, metadataUser
    case temperature, maxTokens, maxCompletionTokens, maxOutputTokens, tools, responseFormat, textFormat, tier

    var pointer: String {
      switch self {
      case .model: "/model"
      case .messages: "/messages"
      case .input: "/input"
      case .system: "/system"
      case .instructions: "/instructions"
      case .user: "/user"
      case .safetyIdentifier: "/safety_identifier"
      case .metadataUser: "/metadata/user_id"
      case .temperature: "/temperature"
      case .maxTokens: "/max_tokens"
      case .maxCompletionTokens: "/max_completion_tokens"
      case .maxOutputTokens: "/max_output_tokens"
      case .tools: "/tools"
      case .responseFormat: "/response_format"
      case .textFormat: "/text/format"
      case .tier: "/service_tier"
      }
    }
  }

  private static let plan = FieldPlan(Field.allCases.map(\.pointer))

  /// Does nothing when `slice` is no object.
  static func read(_ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) throws(RejectReason) {
    guard slice.is(CA_OBJECT) else { return }
    let (status, fields) = scanner.walk(plan, slice.bytes, as: Field.self)
    guard status == CA_OK else { throw .badJSON }
    if fields[.model].isPresent { draft.model = fields[.model] }
    draft.messages = fields[.messages].isPresent ? fields[.messages] : fields[.input]
    draft.system = fields[.system].isPresent ? fields[.system] : fields[.instructions]
    if let user = [fields[.user], fields[.safetyIdentifier], fields[.metadataUser]].first(where: \.isFilledString) {
      draft.user = user
    }
    draft.temperature = fields[.temperature]
    draft.parameters = slice
    let limits = [fields[.maxCompletionTokens], fields[.maxOutputTokens], fields[.maxTokens]]
    draft.maxTokens = limits.first(where: \.isPresent) ?? ca_slice()
    draft.tools = fields[.tools]
    draft.responseFormat = fields[.responseFormat].isPresent ? fields[.responseFormat] : fields[.textFormat]
    if fields[.tier].isFilledString { draft.tier = FieldReader.tier(fields[.tier]) }
  }
}
