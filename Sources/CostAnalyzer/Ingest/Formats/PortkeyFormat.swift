import CTextScan

/// Portkey's log export, one request a line; with or without bodies. `cost` is in US *cents*.
///
/// Whether the input count includes cached tokens depends on the provider behind the gateway; the total of the body's
/// usage tells. `req_units`, the column, has no cached part.
struct PortkeyFormat: LogFormat {
  let name = "portkey"
  private enum Field: Int, CaseIterable {
    case schema, callType, org, inputUnits, outputUnits, id, createdAt, model, success, statusCode, latency, cost
    case currency, cacheStatus, user, metadataUser, metadataTenant, metadataKeys, metadataValues, workspace, key
    case request, requestBody, response, responseBody

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .callType: "/call_type"
      case .org: "/ai_org"
      case .inputUnits: "/req_units"
      case .outputUnits: "/res_units"
      case .id: "/id"
      case .createdAt: "/created_at"
      case .model: "/ai_model"
      case .success: "/is_success"
      case .statusCode: "/response_status_code"
      case .latency: "/response_time"
      case .cost: "/cost"
      case .currency: "/cost_currency"
      case .cacheStatus: "/cache_status"
      case .user: "/_user"
      case .metadataUser: "/metadata/_user"
      case .metadataTenant: "/metadata/tenant"
      case .metadataKeys: "/metadata/key"
      case .metadataValues: "/metadata/value"
      case .workspace: "/workspace_slug"
      case .key: "/api_key_id"
      case .request: "/request"
      case .requestBody: "/request/body"
      case .response: "/response"
      case .responseBody: "/response/body"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return (fields[.org].isPresent || fields[.inputUnits].isPresent) && !fields[.schema].isPresent
      && !fields[.callType].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.createdAt]) else { throw .missingTime }
    draft.time = time
    draft.id = fields[.id]
    draft.seller = fields[.org]
    func body(_ inner: Field, _ outer: Field) -> ca_slice {
      fields[inner].is(CA_OBJECT) ? fields[inner] : scanner.nested(fields[outer])
    }
    try RequestBody.read(body(.requestBody, .request), into: &draft, scanner)
    try ResponseBody.read(body(.responseBody, .response), into: &draft, scanner)
    if fields[.model].isFilledString { draft.model = fields[.model] }
    readMetadata(fields, into: &draft, scanner)
    if fields[.success].double == 0 || FieldReader.isError(status: fields[.statusCode]) { draft.isError = true }
    draft.latencyMs = FieldReader.milliseconds(fields[.latency])
    let status = String(decoding: fields[.cacheStatus].bytes, as: UTF8.self).lowercased()
    draft.gatewayHit = status == "hit" || status == "semantic hit"
    // Another currency is no bill in dollars.
    if !fields[.currency].isFilledString || fields[.currency].equals("USD") || fields[.currency].equals("usd") {
      draft.billed = try FieldReader.computedCost(fields[.cost], centsOf: draft)
    }
    draft.contradictory = false
    if !draft.inputKnown, let input = try FieldReader.count(fields[.inputUnits]) {
      (draft.usage.input, draft.inputKnown) = (input, true)
    }
    if !draft.outputKnown, let output = try FieldReader.count(fields[.outputUnits]) {
      (draft.usage.output, draft.outputKnown) = (output, true)
    }
    return draft
  }

  /// Metadata is an object, or two parallel arrays `key` and `value`.
  private func readMetadata(_ fields: Fields<Field>, into draft: inout RequestDraft, _ scanner: JSONScanner) {
    var (user, tenant) = (fields[.metadataUser], fields[.metadataTenant])
    if fields[.metadataKeys].is(CA_ARRAY), fields[.metadataValues].is(CA_ARRAY),
      let keys = scanner.elements(fields[.metadataKeys]), let values = scanner.elements(fields[.metadataValues])
    {
      for (key, value) in zip(keys, values) {
        if key.equals("_user") { user = value }
        if key.equals("tenant") { tenant = value }
      }
    }
    if let user = [user, fields[.user]].first(where: \.isFilledString) { draft.user = user }
    draft.tenant = tenant.isFilledString ? tenant : fields[.workspace]
    draft.key = fields[.key]
  }
}
