import CTextScan

/// Kong's log with the entries of its AI plugins below `ai`, named after the plugin: each that has usage or a model is a call
/// (`ai-proxy`; a transformer asks a model too). `prompt_tokens` *includes* cached tokens. `cost` is that of the prices
/// configured in Kong, 0 when there are none: then tokens are priced. Payloads are JSON in texts, if logged.
struct KongFormat: LineFormat {
  let name = "kong"
  private enum Field: Int, CaseIterable {
    case schema, startedAt, requestID, consumer, credential, status, latency, latencies, requestPayload, plugins, proxy,
      aiProxy, advanced

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .startedAt: "/started_at"
      case .requestID: "/request/id"
      case .consumer: "/consumer/username"
      case .credential: "/authenticated_entity/id"
      case .status: "/response/status"
      case .latency: "/latencies/request"
      case .latencies: "/latencies"
      case .requestPayload: "/ai/payload/request"
      case .plugins: "/ai"
      case .proxy: "/ai/proxy"
      case .aiProxy: "/ai/ai-proxy"
      case .advanced: "/ai/ai-proxy-advanced"
      }
    }
  }

  private enum ProxyField: Int, CaseIterable {
    case requestModel, responseModel, provider, latency, usage, cost, cacheStatus, request, response

    var pointer: String {
      switch self {
      case .requestModel: "/meta/request_model"
      case .responseModel: "/meta/response_model"
      case .provider: "/meta/provider_name"
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

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    let isEntry = fields[.plugins].is(CA_OBJECT) && fields[.latencies].is(CA_OBJECT) && fields[.startedAt].isPresent
    let proxies: [Field] = [.proxy, .aiProxy, .advanced]
    return (isEntry || proxies.contains { fields[$0].is(CA_OBJECT) }) && !fields[.schema].isPresent
  }

  func records(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason) {
    let fields = Fields<Field>(base: base)
    guard let time = try FieldReader.time(fields[.startedAt]) else { throw .missingTime }
    guard let members = scanner.members(fields[.plugins]) else { throw .badJSON }
    var calls = 0
    for index in stride(from: 0, to: members.count, by: 2) where members[index + 1].is(CA_OBJECT) {
      let (status, own) = scanner.walk(proxyPlan, members[index + 1].bytes, as: ProxyField.self)
      guard status == CA_OK else { throw .badJSON }
      guard own[.usage].is(CA_OBJECT) || own[.requestModel].isFilledString else { continue }
      var draft = try draft(fields, own, scanner)
      draft.time = time
      draft.id = fields[.requestID]
      // The request's id is that of its first call.
      if calls > 0, draft.id.isFilledString {
        draft.id = scanner.keep(Array(draft.id.bytes) + ":".utf8 + members[index].bytes, as: CA_STRING)
      }
      take(.request(draft))
      calls += 1
    }
    if calls == 0 { take(.skipped(.notAModelCall)) }
  }

  private func draft(
    _ fields: Fields<Field>, _ own: Fields<ProxyField>, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    var draft = RequestDraft()
    let request = scanner.nested(own[.request].isPresent ? own[.request] : fields[.requestPayload])
    try RequestBody.read(request, into: &draft, scanner)
    var answer = RequestDraft()
    try ResponseBody.read(scanner.nested(own[.response]), into: &answer, scanner)
    (draft.answer, draft.answerID, draft.hasToolCalls) = (answer.answer, answer.answerID, answer.hasToolCalls)
    draft.model = own[.requestModel]
    draft.responseModel = own[.responseModel]
    draft.seller = own[.provider]
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
