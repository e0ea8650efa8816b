import CTextScan

/// A span or event as a call of a model.
///
/// Input counts *include* cached tokens, as both conventions say. Instrumentations exist that report them exclusive; a
/// record shows it by more cached tokens than input, or by a total that only adds up with them, and is then counted as
/// contradictory.
struct SpanCall {
  var attributes = SpanAttributes()
  var trace = ca_slice()
  var span = ca_slice()
  var parent = ca_slice()
  /// UTC microseconds.
  var start: Int64?
  var end: Int64?
  var isError = false
  /// Tags that all spans of the resource share.
  var resourceTags = ca_slice()

  var links: RecordLinks { RecordLinks(trace: trace, span: span, parent: parent) }

  /// The request, or why there is none. Whether a span repeats the calls below it is found out when all is read
  /// (`SpanTree`): those of agents and chains do where there are any, and client libraries log one call twice.
  func record(_ scanner: JSONScanner) -> LogRecord {
    let reason = skipReason
    let namesModel = attributes[.model].isFilledString || attributes[.responseModel].isFilledString
    if let reason, reason != .agentSpan || !namesModel { return .skipped(reason, links) }
    do throws(RejectReason) {
      var draft = try draft(scanner)
      draft.links.isAgent = reason == .agentSpan
      return .request(draft)
    } catch {
      return .rejected(error)
    }
  }

  private var skipReason: SkipReason? {
    let other: SkipReason = attributes.hasUsage ? .agentSpan : .notAModelCall
    let kind = attributes[.openInferenceKind]
    if kind.isFilledString { return kind.equals("LLM") || kind.equals("EMBEDDING") ? nil : other }
    let operation = String(decoding: attributes[.operation].bytes, as: UTF8.self)
    if ["chat", "text_completion", "generate_content", "embeddings"].contains(operation) { return nil }
    if operation.hasSuffix("_agent") || operation.hasPrefix("agent") || operation.hasSuffix("_workflow") {
      return other
    }
    if operation == "execute_tool" { return .notAModelCall }
    let namesModel = attributes[.model].isFilledString || attributes[.responseModel].isFilledString
    if attributes[.requestType].isFilledString && namesModel { return nil }
    return namesModel && attributes.hasUsage ? nil : .notAModelCall
  }

  private func draft(_ scanner: JSONScanner) throws(RejectReason) -> RequestDraft {
    var draft = RequestDraft()
    guard let start else { throw .missingTime }
    draft.time = start
    if let end, end >= start { draft.latencyMs = UInt32(clamping: (end - start + 500) / 1000) }
    draft.id = attributes[.responseID]
    draft.links = links
    draft.isError = isError || attributes[.error].isFilledString
    draft.model = attributes[.model]
    draft.responseModel = attributes[.responseModel]
    draft.seller = attributes[.seller]
    draft.user = attributes[.user]
    draft.tenant = attributes[.tenant]
    draft.tags = attributes[.tags].isPresent ? attributes[.tags] : resourceTags
    draft.tier = FieldReader.tier(attributes[.tier])
    draft.temperature = attributes[.temperature]
    draft.maxTokens = attributes[.maxTokens]
    draft.tools = attributes[.tools]
    draft.parameters = parameters(scanner)
    readInvocation(into: &draft, scanner)
    readMetadata(into: &draft, scanner)
    try readUsage(into: &draft)
    draft.billed = try FieldReader.computedCost(attributes[.cost], of: draft)
    readText(into: &draft, scanner)
    return draft
  }

  private func readUsage(into draft: inout RequestDraft) throws(RejectReason) {
    let input = try FieldReader.count(attributes[.input])
    let output = try FieldReader.count(attributes[.output])
    let read = try FieldReader.count(attributes[.cacheRead])
    let written = try FieldReader.count(attributes[.cacheWrite])
    FieldReader.setInclusive(&draft, input: input, read: read, write5m: written, write1h: nil)
    if let output {
      draft.usage.output = output
      draft.outputKnown = true
    } else if attributes[.openInferenceKind].equals("EMBEDDING") || attributes[.operation].equals("embeddings") {
      draft.outputKnown = true
    }
    if let input, let total = try FieldReader.count(attributes[.total]) {
      FieldReader.checkInclusive(&draft, input: input, total: total)
    }
    try FieldReader.setReasoning(&draft, attributes[.reasoning], total: attributes[.total])
  }

  private func readText(into draft: inout RequestDraft, _ scanner: JSONScanner) {
    var writer = MessageWriter()
    PartMessages.writeSystem(attributes[.system], to: &writer, scanner)
    if attributes[.messages].isPresent {
      PartMessages.write(attributes[.messages], to: &writer, scanner)
    } else {
      attributes.prompts.write(to: &writer, scanner)
    }
    if writer.isEmpty && attributes[.inputValue].isFilledString && scanner.embedded(attributes[.inputValue]) == nil {
      writer.add(role: ca_slice(), texts: [attributes[.inputValue]])
    }
    draft.messages = writer.messages(scanner)
    if attributes[.answer].isPresent {
      draft.answer = .messages(attributes[.answer])
    } else if !attributes.answers.isEmpty {
      draft.answer = .text(attributes.answers.answer(scanner))
      draft.hasToolCalls = attributes.answers.hasToolCalls
    } else if scanner.embedded(attributes[.outputValue]) == nil {
      draft.answer = .text(attributes[.outputValue])
    }
  }

  /// Sampling parameters under the names of the chat-completions API.
  private func parameters(_ scanner: JSONScanner) -> ca_slice {
    let names: [(String, SpanAttribute)] = [
      ("top_p", .topP), ("top_k", .topK), ("seed", .seed), ("frequency_penalty", .frequencyPenalty),
      ("presence_penalty", .presencePenalty), ("stop", .stop), ("n", .choices),
    ]
    var text: [UInt8] = []
    for (name, attribute) in names where attributes[attribute].isPresent {
      text += "\(text.isEmpty ? "{" : ",")\"\(name)\":".utf8
      text.append(json: attributes[attribute])
    }
    return text.isEmpty ? ca_slice() : scanner.keep(text + "}".utf8, as: CA_OBJECT)
  }

  private enum InvocationField: Int, CaseIterable {
    case model, temperature, maxTokens, maxCompletionTokens
    var pointer: String {
      switch self {
      case .model: "/model"
      case .temperature: "/temperature"
      case .maxTokens: "/max_tokens"
      case .maxCompletionTokens: "/max_completion_tokens"
      }
    }
  }
  private static let invocationPlan = FieldPlan(InvocationField.allCases.map(\.pointer))

  /// OpenInference's request parameters: a JSON text.
  private func readInvocation(into draft: inout RequestDraft, _ scanner: JSONScanner) {
    guard let object = scanner.embedded(attributes[.invocation]), object.is(CA_OBJECT) else { return }
    let (_, fields) = scanner.walk(Self.invocationPlan, object.bytes, as: InvocationField.self)
    if !draft.model.isFilledString && fields[.model].isFilledString { draft.model = fields[.model] }
    if !draft.temperature.isPresent { draft.temperature = fields[.temperature] }
    if !draft.maxTokens.isPresent {
      draft.maxTokens = fields[.maxCompletionTokens].isPresent ? fields[.maxCompletionTokens] : fields[.maxTokens]
    }
    if !draft.parameters.isPresent { draft.parameters = object }
  }

  private func readMetadata(into draft: inout RequestDraft, _ scanner: JSONScanner) {
    guard let object = scanner.embedded(attributes[.metadata]), object.is(CA_OBJECT) else { return }
    Metadata.read(object, into: &draft, scanner)
  }
}

/// Metadata that people hang on traces: free form, with usual names.
enum Metadata {
  private enum Field: Int, CaseIterable {
    case tenant, tenantID, user, userID
    var pointer: String {
      switch self {
      case .tenant: "/tenant"
      case .tenantID: "/tenant_id"
      case .user: "/user"
      case .userID: "/user_id"
      }
    }
  }
  private static let plan = FieldPlan(Field.allCases.map(\.pointer))

  /// Fills in user and tenant where the record has none of its own.
  static func read(_ object: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) {
    let (status, fields) = scanner.walk(plan, object.bytes, as: Field.self)
    guard status == CA_OK else { return }
    if !draft.tenant.isPresent { draft.tenant = fields[.tenant].isFilledString ? fields[.tenant] : fields[.tenantID] }
    if !draft.user.isPresent { draft.user = fields[.user].isFilledString ? fields[.user] : fields[.userID] }
  }
}
