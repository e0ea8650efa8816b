import CTextScan

/// A request and its response side by side in one object, as hand-made loggers write them, and bare responses. There is
/// no official wrapper; the wrapper's own fields win over those of the bodies.
///
/// Three formats share the wrapper and differ in the bodies. `kind` gives a record to one of them, or to none.
struct PairRecord {
  private enum Field: Int, CaseIterable {
    case schema, callType, nested, portkeyOrg, portkeyUnits, heliconeTime, usageDetails, customID, spend, requestID
    case inputUser, schemaType, kong, latencies
    case id, object, type, created, choices, content, error
    case timestamp, ts, time, createdAt, createdAtCamel, startTime, startTimeCamel
    case user, userID, tenant, status, statusCode, latencyMs, latency, duration, cost, costUSD, tags, override
    case model, modelID, usage

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .callType: "/call_type"
      case .nested: "/standard_logging_object"
      case .portkeyOrg: "/ai_org"
      case .portkeyUnits: "/req_units"
      case .heliconeTime: "/request_created_at"
      case .usageDetails: "/usageDetails"
      case .customID: "/custom_id"
      case .spend: "/spend"
      case .requestID: "/request_id"
      case .inputUser: "/input_user"
      case .schemaType: "/schemaType"
      case .kong: "/ai"
      case .latencies: "/latencies"
      case .id: "/id"
      case .object: "/object"
      case .type: "/type"
      case .created: "/created"
      case .choices: "/choices"
      case .content: "/content"
      case .error: "/error"
      case .timestamp: "/timestamp"
      case .ts: "/ts"
      case .time: "/time"
      case .createdAt: "/created_at"
      case .createdAtCamel: "/createdAt"
      case .startTime: "/start_time"
      case .startTimeCamel: "/startTime"
      case .user: "/user"
      case .userID: "/user_id"
      case .tenant: "/tenant"
      case .status: "/status"
      case .statusCode: "/status_code"
      case .latencyMs: "/latency_ms"
      case .latency: "/latency"
      case .duration: "/duration_ms"
      case .cost: "/cost"
      case .costUSD: "/cost_usd"
      case .tags: "/tags"
      case .override: "/override"
      case .model: "/model"
      case .modelID: "/modelId"
      case .usage: "/usage"
      }
    }
  }

  /// What is looked at in a response, or in the first event of a stream, to tell whose it is.
  private enum Part: Int, CaseIterable {
    case whole, object, type, choices, content, error, inputTokens

    var pointer: String {
      switch self {
      case .whole: ""
      case .object: "/object"
      case .type: "/type"
      case .choices: "/choices"
      case .content: "/content"
      case .error: "/error"
      case .inputTokens: "/usage/input_tokens"
      }
    }
  }

  private struct Position: RawRepresentable { let rawValue: Int }

  private static let requests = ["request", "input", "req", "request_body", "requestBody", "body"]
  private static let responses = ["response", "output", "resp", "response_body", "responseBody", "completion"]
  private static let streams = ["response_chunks", "events", "chunks"]
  private static let firstRequest = Field.allCases.count
  private static let firstResponse = firstRequest + requests.count
  private static let firstStream = firstResponse + responses.count * Part.allCases.count

  static let plan = FieldPlan(
    Field.allCases.map(\.pointer) + requests.map { "/" + $0 }
      + responses.flatMap { name in Part.allCases.map { "/" + name + $0.pointer } }
      + streams.flatMap { ["/" + $0, "/" + $0 + "/0/type", "/" + $0 + "/0/object"] })

  private let base: UnsafePointer<ca_slice>
  /// Objects, or absent.
  let request: ca_slice
  private let responsePlace: Int?
  private let streamPlace: Int?

  init(_ base: UnsafePointer<ca_slice>) {
    self.base = base
    let request = Self.requests.indices.first { base[Self.firstRequest + $0].is(CA_OBJECT) }
    self.request = request.map { base[Self.firstRequest + $0] } ?? ca_slice()
    responsePlace = Self.responses.indices.lazy.map { Self.firstResponse + $0 * Part.allCases.count }
      .first { base[$0].is(CA_OBJECT) }
    streamPlace = Self.streams.indices.lazy.map { Self.firstStream + $0 * 3 }.first { base[$0].is(CA_ARRAY) }
  }

  private subscript(field: Field) -> ca_slice { base[field.rawValue] }

  private func response(_ part: Part) -> ca_slice { responsePlace.map { base[$0 + part.rawValue] } ?? ca_slice() }

  /// Events of a recorded stream; absent when there is none.
  var stream: ca_slice { streamPlace.map { base[$0] } ?? ca_slice() }

  /// The line itself is a response.
  private var isBare: Bool { bareKind != nil }

  private var bareKind: ResponseBody.Kind? {
    if self[.object].equals("chat.completion"), self[.choices].is(CA_ARRAY) { return .chat }
    if self[.object].equals("response") { return .responses }
    // Without usage it is a message of some transcript.
    let isMessage = self[.type].equals("message") && self[.content].is(CA_ARRAY) && self[.usage].is(CA_OBJECT)
    return isMessage ? .anthropic : nil
  }

  /// Gateways and platforms that wrap the same bodies: their status, cost (Portkey: cents) and cache fields mean something
  /// else.
  private static let foreign: [Field] = [
    .schema, .callType, .portkeyOrg, .portkeyUnits, .heliconeTime, .usageDetails, .customID, .schemaType,
  ]

  /// Whose bodies these are; nil for a record of another format.
  var kind: ResponseBody.Kind? {
    if Self.foreign.contains(where: { self[$0].isPresent }) || self[.nested].is(CA_OBJECT) { return nil }
    // Null counts: the list of stored completions always has the field, and a spend may be unknown.
    let isSpendLog = self[.spend].kind != CA_ABSENT.rawValue && self[.requestID].isFilledString
    let isKong = self[.kong].is(CA_OBJECT) && self[.latencies].is(CA_OBJECT)
    if self[.inputUser].kind != CA_ABSENT.rawValue || isSpendLog || isKong { return nil }
    if self[.usageDetails].kind != CA_ABSENT.rawValue { return nil }
    return bareKind ?? streamKind ?? responseKind
  }

  private var streamKind: ResponseBody.Kind? {
    guard let streamPlace, request.isPresent else { return nil }
    let (type, object) = (base[streamPlace + 1], base[streamPlace + 2])
    if type.equals("message_start") || type.equals("ping") || type.equals("error") { return .anthropic }
    if type.bytes.starts(with: "response.".utf8) { return .responses }
    let isNamedForChunks = streamPlace == Self.firstStream
    return isNamedForChunks && !type.isPresent || object.equals("chat.completion.chunk") ? .chat : nil
  }

  private var responseKind: ResponseBody.Kind? {
    guard responsePlace != nil else {
      // Refused before there was a response.
      let failed = self[.error].is(CA_OBJECT) || self[.error].isFilledString
      return request.isPresent && failed ? .chat : nil
    }
    if response(.object).equals("chat.completion") { return .chat }
    if response(.object).equals("response") { return .responses }
    if response(.type).equals("message") { return .anthropic }
    // What says less of itself needs its request beside it.
    guard request.isPresent else { return nil }
    if response(.type).equals("error") { return .anthropic }
    if response(.choices).is(CA_ARRAY) || response(.object).equals("list") { return .chat }
    if response(.content).is(CA_ARRAY), response(.inputTokens).isPresent { return .anthropic }
    return response(.error).isPresent ? .chat : nil
  }

  /// The request that the record describes.
  ///
  /// - Parameter readStream: reads the events of a recorded stream and returns its times.
  func draft(
    line: UnsafeRawBufferPointer, _ scanner: JSONScanner,
    readStream: (ca_slice, inout RequestDraft, JSONScanner) throws(RejectReason) -> ResponseBody.Times
  ) throws(RejectReason) -> RequestDraft {
    var draft = RequestDraft()
    let times: ResponseBody.Times
    if isBare {
      let body = ca_slice(
        start: line.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt32(line.count),
        kind: CA_OBJECT.rawValue)
      times = try ResponseBody.read(body, into: &draft, scanner)
      draft.user = self[.user]
      draft.model = draft.responseModel
    } else {
      draft.id = self[.id]
      draft.user = self[.user].isFilledString ? self[.user] : self[.userID]
      try RequestBody.read(request, into: &draft, scanner)
      times =
        stream.isPresent
        ? try readStream(stream, &draft, scanner)
        : try ResponseBody.read(response(.whole), into: &draft, scanner)
      if !draft.inputKnown { try readLooseUsage(into: &draft, scanner) }
    }
    try readWrapper(into: &draft, times)
    return draft
  }

  private func readWrapper(into draft: inout RequestDraft, _ times: ResponseBody.Times) throws(RejectReason) {
    draft.tenant = self[.tenant]
    draft.tags = self[.tags]
    draft.isOverride = self[.override].isTrue
    let failed = self[.error].is(CA_OBJECT) || self[.error].isFilledString
    // The status of a bare `response` is read with its body.
    let status = bareKind == .responses ? ca_slice() : self[.status]
    if failed || FieldReader.isError(status: status) || FieldReader.isError(status: self[.statusCode]) {
      draft.isError = true
    }
    draft.billed = try FieldReader.computedCost(self[.costUSD].isPresent ? self[.costUSD] : self[.cost], of: draft)
    let created = try FieldReader.time(times.created)
    let logged = try FieldReader.firstTime(
      self[.timestamp], self[.ts], self[.time], isBare ? ca_slice() : self[.createdAt], self[.createdAtCamel],
      self[.startTime], self[.startTimeCamel])
    guard let time = logged ?? created else { throw .missingTime }
    draft.time = time
    draft.latencyMs =
      FieldReader.milliseconds(self[.latencyMs]) ?? FieldReader.milliseconds(self[.latency])
      ?? FieldReader.milliseconds(self[.duration])
    if draft.latencyMs == nil, let created, let end = try FieldReader.time(times.completed), end >= created {
      draft.latencyMs = UInt32(clamping: (end - created) / 1000)
    }
    for name in [self[.model], self[.modelID], draft.responseModel]
    where !draft.model.isPresent || draft.model.length == 0 {
      draft.model = name
    }
  }
}

/// Counts beside the bodies, under the names that hand-made loggers give them. They mean what the body's API means.
extension PairRecord {
  private enum UsageField: Int, CaseIterable {
    case input, inputCamel, inputShort, output, outputCamel, outputShort, cached, promptTokens

    var pointer: String {
      switch self {
      case .input: "/input_tokens"
      case .inputCamel: "/inputTokens"
      case .inputShort: "/input"
      case .output: "/output_tokens"
      case .outputCamel: "/outputTokens"
      case .outputShort: "/output"
      case .cached: "/cached_tokens"
      case .promptTokens: "/prompt_tokens"
      }
    }
  }

  private static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))

  private func readLooseUsage(into draft: inout RequestDraft, _ scanner: JSONScanner) throws(RejectReason) {
    let usage = self[.usage]
    guard usage.is(CA_OBJECT) else { return }
    if kind == .anthropic { return try AnthropicMessages.readUsage(usage, into: &draft, scanner) }
    let (status, fields) = scanner.walk(Self.usagePlan, usage.bytes, as: UsageField.self)
    guard status == CA_OK else { throw .badJSON }
    if fields[.promptTokens].isPresent { return try OpenAIChat.readUsage(usage, into: &draft, scanner) }
    if kind == .responses { return try OpenAIResponses.readUsage(usage, into: &draft, scanner) }
    FieldReader.setInclusive(
      &draft,
      input: try FieldReader.firstCount(fields[.input], fields[.inputCamel], fields[.inputShort]),
      read: try FieldReader.count(fields[.cached]), write5m: nil, write1h: nil)
    if let output = try FieldReader.firstCount(fields[.output], fields[.outputCamel], fields[.outputShort]) {
      draft.usage.output = output
      draft.outputKnown = true
    }
  }
}
