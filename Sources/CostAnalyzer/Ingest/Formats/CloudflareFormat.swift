import CTextScan

/// Cloudflare AI Gateway: items of its logs API, one a line. Usage only: the API's list has no bodies, and Logpush encrypts
/// them. A Logpush record has neither a time nor token counts, so it is recognised and rejected as `missing_time`.
///
/// `tokens_in` is taken as it is, cached tokens *included*: no field says how many were cached.
struct CloudflareFormat: LogFormat {
  let name = "cloudflare"
  private enum Field: Int, CaseIterable {
    case schema, gateway, encryptedRequest, id, createdAt, tokensIn, tokensOut, model, success, statusCode, duration
    case cost, cached, metadata, provider

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .gateway: "/Gateway"
      case .encryptedRequest: "/RequestBody"
      case .id: "/id"
      case .createdAt: "/created_at"
      case .tokensIn: "/tokens_in"
      case .tokensOut: "/tokens_out"
      case .model: "/model"
      case .success: "/success"
      case .statusCode: "/status_code"
      case .duration: "/duration"
      case .cost: "/cost"
      case .cached: "/cached"
      case .metadata: "/metadata"
      case .provider: "/provider"
      }
    }
  }

  private enum MetadataField: Int, CaseIterable {
    case user, userID, tenant

    var pointer: String {
      switch self {
      case .user: "/user"
      case .userID: "/user_id"
      case .tenant: "/tenant"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private let metadataPlan = FieldPlan(MetadataField.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    if fields[.schema].isPresent { return false }
    return fields[.gateway].isPresent && fields[.encryptedRequest].isPresent
      || fields[.tokensIn].kind != CA_ABSENT.rawValue && fields[.tokensOut].kind != CA_ABSENT.rawValue
        && fields[.createdAt].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.createdAt]) else { throw .missingTime }
    draft.time = time
    draft.id = fields[.id]
    draft.seller = fields[.provider]
    draft.model = fields[.model]
    draft.isError = fields[.success].is(CA_FALSE) || FieldReader.isError(status: fields[.statusCode])
    draft.gatewayHit = fields[.cached].isTrue
    draft.latencyMs = FieldReader.milliseconds(fields[.duration])
    draft.billed = try FieldReader.computedCost(fields[.cost], of: draft)
    if let input = try FieldReader.count(fields[.tokensIn]) { (draft.usage.input, draft.inputKnown) = (input, true) }
    if let output = try FieldReader.count(fields[.tokensOut]) {
      (draft.usage.output, draft.outputKnown) = (output, true)
    }
    let metadata = scanner.nested(fields[.metadata])
    if metadata.is(CA_OBJECT) {
      let (status, own) = scanner.walk(metadataPlan, metadata.bytes, as: MetadataField.self)
      guard status == CA_OK else { throw .badJSON }
      draft.user = own[.user].isPresent ? own[.user] : own[.userID]
      draft.tenant = own[.tenant]
    }
    return draft
  }
}
