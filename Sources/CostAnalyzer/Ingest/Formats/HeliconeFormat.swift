import CTextScan

/// Helicone's request export, one request a line; with bodies when they were exported too.
///
/// Whether `prompt_tokens` includes cached tokens depends on the provider: the body's own usage is taken where there is a
/// body, else the count of Anthropic *excludes* and that of the others *includes* them, unless the total says otherwise.
struct HeliconeFormat: LogFormat {
  let name = "helicone"
  private enum Field: Int, CaseIterable {
    case schema, callType, requestCreatedAt, responseStatus, requestID, requestModel, responseModel, override, model
    case user, tenant, requestTenant, provider, delay, cost, costUSD, cacheReference, requestBody, responseBody
    case promptTokens, completionTokens, totalTokens, read, written

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .callType: "/call_type"
      case .requestCreatedAt: "/request_created_at"
      case .responseStatus: "/response_status"
      case .requestID: "/request_id"
      case .requestModel: "/request_model"
      case .responseModel: "/response_model"
      case .override: "/model_override"
      case .model: "/model"
      case .user: "/request_user_id"
      case .tenant: "/properties/tenant"
      case .requestTenant: "/request_properties/tenant"
      case .provider: "/provider"
      case .delay: "/delay_ms"
      case .cost: "/cost"
      case .costUSD: "/costUSD"
      case .cacheReference: "/cache_reference_id"
      case .requestBody: "/request_body"
      case .responseBody: "/response_body"
      case .promptTokens: "/prompt_tokens"
      case .completionTokens: "/completion_tokens"
      case .totalTokens: "/total_tokens"
      case .read: "/prompt_cache_read_tokens"
      case .written: "/prompt_cache_write_tokens"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return fields[.requestCreatedAt].isPresent && fields[.responseStatus].kind != CA_ABSENT.rawValue
      && !fields[.schema].isPresent && !fields[.callType].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.requestCreatedAt]) else { throw .missingTime }
    draft.time = time
    draft.id = fields[.requestID]
    draft.seller = fields[.provider]
    try RequestBody.read(scanner.nested(fields[.requestBody]), into: &draft, scanner)
    try ResponseBody.read(scanner.nested(fields[.responseBody]), into: &draft, scanner)
    let models = [fields[.override], fields[.requestModel], draft.model, fields[.model]]
    draft.model = models.first(where: \.isFilledString) ?? ca_slice()
    if fields[.responseModel].isFilledString { draft.responseModel = fields[.responseModel] }
    if fields[.user].isFilledString { draft.user = fields[.user] }
    draft.tenant = fields[.tenant].isFilledString ? fields[.tenant] : fields[.requestTenant]
    // Statuses below zero are Helicone's own: timeout, cancelled, refused as a threat.
    if FieldReader.isError(status: fields[.responseStatus]) { draft.isError = true }
    draft.latencyMs = FieldReader.milliseconds(fields[.delay])
    let reference = fields[.cacheReference]
    draft.gatewayHit = reference.isFilledString && !reference.bytes.allSatisfy { $0 == 48 || $0 == 45 }
    // `costUSD` is what the call would cost by list; of a cache hit that is no bill.
    let cost = fields[.cost].isPresent || draft.gatewayHit ? fields[.cost] : fields[.costUSD]
    draft.billed = try FieldReader.computedCost(cost, of: draft)
    // The body of a record says which way its usage counts: nothing contradicts.
    draft.contradictory = false
    if !draft.inputKnown || !draft.outputKnown { try readColumns(fields, into: &draft) }
    return draft
  }

  /// Providers whose own counts leave cached tokens out.
  private func excludes(_ provider: ca_slice) -> Bool {
    let name = String(decoding: provider.bytes, as: UTF8.self).lowercased()
    return name == "anthropic" || name == "aws" || name == "bedrock"
  }

  private func readColumns(_ fields: Fields<Field>, into draft: inout RequestDraft) throws(RejectReason) {
    let output = try FieldReader.count(fields[.completionTokens])
    if !draft.inputKnown {
      FieldReader.setByTotal(
        &draft, input: try FieldReader.count(fields[.promptTokens]), read: try FieldReader.count(fields[.read]),
        write5m: try FieldReader.count(fields[.written]), output: output,
        total: try FieldReader.count(fields[.totalTokens]), excludes: excludes(fields[.provider]))
    }
    if !draft.outputKnown, let output { (draft.usage.output, draft.outputKnown) = (output, true) }
  }
}
