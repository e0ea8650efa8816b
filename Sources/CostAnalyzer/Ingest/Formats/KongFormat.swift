import CTextScan

/// Kong's log with the entries of its AI proxy plugins. `prompt_tokens` *includes* cached tokens. `cost` is that of the
/// prices configured in Kong, 0 when there are none: then tokens are priced. Payloads are JSON in texts, if logged.
struct KongFormat: LogFormat {
  let name = "kong"
  private enum Field: Int, CaseIterable {
    case schema, startedAt, requestID, consumer, credential, status, latency, requestPayload, proxy, aiProxy, advanced

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .startedAt: "/started_at"
      case .requestID: "/request/id"
      case .consumer: "/consumer/username"
      case .credential: "/authenticated_entity/id"
      case .status: "/response/status"
      case .latency: "/latencies/request"
      case .requestPayload: "/ai/payload/request"
      case .proxy: "/ai/proxy"
      case .aiProxy: "/ai/ai-proxy"
      case .advanced: "/ai/ai-proxy-advanced"
      }
    }
  }

  private enum ProxyField: Int, CaseIterable {
    case requestModel, responseModel, latency, usage, cost, cacheStatus, request, response

    var pointer: String {
      switch self {
      case .requestModel: "/meta/request_model"
      case .responseModel: "/meta/response_model"
      case .latency: "/meta/llm_latency"
      case .usage: "/usage"
      case .cost: "/usage/cost"
      case .cacheStatus: "/cache/cache_status"
      case .request: "/payload/request"
      case .response: "/payload/response"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private let proxyPlan = FieldPlan(ProxyField.allCases.map(\.pointer))

  private func proxy(_ fields: Fields<Field>) -> ca_slice? {
    // The key is the plugin's name in some versions.
    [fields[.proxy], fields[.aiProxy], fields[.advanced]].first { $0.is(CA_OBJECT) }
  }

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return proxy(fields) != nil && !fields[.schema].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    guard let proxy = proxy(fields), let time = try FieldReader.time(fields[.startedAt]) else { throw .missingTime }
    let (status, own) = scanner.walk(proxyPlan, proxy.bytes, as: ProxyField.self)
    guard status == CA_OK else { throw .badJSON }
    var draft = RequestDraft()
    draft.time = time
    let request = scanner.nested(own[.request].isPresent ? own[.request] : fields[.requestPayload])
    try RequestBody.read(request, into: &draft, scanner)
    var answer = RequestDraft()
    try ResponseBody.read(scanner.nested(own[.response]), into: &answer, scanner)
    (draft.answer, draft.joinedAnswer, draft.hasToolCalls) = (answer.answer, answer.joinedAnswer, answer.hasToolCalls)
    draft.id = fields[.requestID]
    draft.model = own[.requestModel]
    draft.responseModel = own[.responseModel]
    let users = [fields[.consumer], fields[.credential]]
    if let user = users.first(where: \.isFilledString) { draft.user = user }
    draft.isError = FieldReader.isError(status: fields[.status])
    draft.gatewayHit = own[.cacheStatus].equals("Hit")
    draft.latencyMs = FieldReader.milliseconds(fields[.latency]) ?? FieldReader.milliseconds(own[.latency])
    try OpenAIChat.readUsage(own[.usage], into: &draft, scanner)
    draft.billed = try FieldReader.computedCost(own[.cost], of: draft)
    return draft
  }
}
