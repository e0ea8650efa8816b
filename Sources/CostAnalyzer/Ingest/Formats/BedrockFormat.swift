import CTextScan

/// AWS Bedrock model invocation logs. `inputTokenCount` *excludes* cached tokens.
///
/// Bodies are those of Converse, or the model's own of InvokeModel; bodies above 100 KB lie elsewhere in S3 and are not
/// read. The log has no bill and does not split cache writes by lifetime: they count as five-minute ones, unless the
/// body says more.
struct BedrockFormat: LogFormat {
  let name = "bedrock"
  private enum Field: Int, CaseIterable {
    case schema, schemaType, timestamp, requestID, model, account, identity, errorCode
    case inputTokens, read, written, outputTokens, requestBody, responseBody
    case temperature, maxTokens, toolConfig, tier, converseContent, converseUsage, latency, stopReason

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .schemaType: "/schemaType"
      case .timestamp: "/timestamp"
      case .requestID: "/requestId"
      case .model: "/modelId"
      case .account: "/accountId"
      case .identity: "/identity/arn"
      case .errorCode: "/errorCode"
      case .inputTokens: "/input/inputTokenCount"
      case .read: "/input/cacheReadInputTokenCount"
      case .written: "/input/cacheWriteInputTokenCount"
      case .outputTokens: "/output/outputTokenCount"
      case .requestBody: "/input/inputBodyJson"
      case .responseBody: "/output/outputBodyJson"
      case .temperature: "/input/inputBodyJson/inferenceConfig/temperature"
      case .maxTokens: "/input/inputBodyJson/inferenceConfig/maxTokens"
      case .toolConfig: "/input/inputBodyJson/toolConfig/tools"
      case .tier: "/input/inputBodyJson/serviceTier/type"
      case .converseContent: "/output/outputBodyJson/output/message/content"
      case .converseUsage: "/output/outputBodyJson/usage"
      case .latency: "/output/outputBodyJson/metrics/latencyMs"
      case .stopReason: "/output/outputBodyJson/stopReason"
      }
    }
  }

  private enum UsageField: Int, CaseIterable {
    case input, output, read, written, details

    var pointer: String {
      switch self {
      case .input: "/inputTokens"
      case .output: "/outputTokens"
      case .read: "/cacheReadInputTokens"
      case .written: "/cacheWriteInputTokens"
      case .details: "/cacheDetails"
      }
    }
  }

  private enum DetailField: Int, CaseIterable {
    case ttl, tokens

    var pointer: String {
      switch self {
      case .ttl: "/ttl"
      case .tokens: "/inputTokens"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  private let detailPlan = FieldPlan(DetailField.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return fields[.schemaType].equals("ModelInvocationLog") && !fields[.schema].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.timestamp]) else { throw .missingTime }
    draft.time = time
    draft.isError = fields[.errorCode].isFilledString
    try readBodies(fields, into: &draft, scanner)
    draft.id = fields[.requestID]
    draft.model = fields[.model]
    // The id says more than the body does (a region is dearer), but that of an own profile names no model.
    let profile = ":application-inference-profile/"
    if fields[.model].starts(with: "arn:"), String(decoding: fields[.model].bytes, as: UTF8.self).contains(profile) {
      draft.seller = scanner.keep(Array("bedrock".utf8), as: CA_STRING)
    } else {
      draft.responseModel = ca_slice()
    }
    draft.user = fields[.identity]
    draft.tenant = fields[.account]
    draft.latencyMs = FieldReader.milliseconds(fields[.latency])
    if fields[.tier].isFilledString { draft.tier = FieldReader.tier(fields[.tier]) }
    try readCounts(fields, into: &draft, scanner)
    return draft
  }

  private func readBodies(
    _ fields: Fields<Field>, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) {
    try RequestBody.read(fields[.requestBody], into: &draft, scanner)
    if fields[.temperature].isPresent { draft.temperature = fields[.temperature] }
    if fields[.maxTokens].isPresent { draft.maxTokens = fields[.maxTokens] }
    if fields[.toolConfig].isPresent { draft.tools = fields[.toolConfig] }
    if fields[.converseContent].is(CA_ARRAY) {
      draft.answer = .text(fields[.converseContent])
      draft.hasToolCalls = fields[.stopReason].equals("tool_use")
    } else if fields[.responseBody].is(CA_ARRAY) {
      try AnthropicMessages.readEvents(fields[.responseBody], into: &draft, scanner)
    } else {
      try ResponseBody.read(fields[.responseBody], into: &draft, scanner)
    }
  }

  /// How long Converse's cache writes live.
  private func readLifetimes(
    _ details: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) {
    guard details.is(CA_ARRAY), let entries = scanner.elements(details) else { return }
    for entry in entries where entry.is(CA_OBJECT) {
      let (status, fields) = scanner.walk(detailPlan, entry.bytes, as: DetailField.self)
      guard status == CA_OK else { throw .badJSON }
      guard fields[.ttl].equals("1h"), let tokens = try FieldReader.count(fields[.tokens]) else { continue }
      let moved = min(tokens, draft.usage.cacheWrite5m)
      draft.usage.cacheWrite5m -= moved
      draft.usage.cacheWrite1h += moved
    }
  }

  /// The record's own counts win over those of the body.
  private func readCounts(
    _ fields: Fields<Field>, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) {
    if fields[.converseContent].isPresent, let usage = try FieldReader.object(fields[.converseUsage]) {
      let (status, counts) = scanner.walk(usagePlan, usage.bytes, as: UsageField.self)
      guard status == CA_OK else { throw .badJSON }
      draft.set(
        input: try FieldReader.count(counts[.input]), read: try FieldReader.count(counts[.read]),
        written: try FieldReader.count(counts[.written]), output: try FieldReader.count(counts[.output]))
      try readLifetimes(counts[.details], into: &draft, scanner)
    }
    // Refused before the model saw it: the tokens were counted, not used.
    let isUnused = draft.isError && !fields[.outputTokens].isPresent
    draft.set(
      input: isUnused ? 0 : try FieldReader.count(fields[.inputTokens]), read: try FieldReader.count(fields[.read]),
      written: try FieldReader.count(fields[.written]), output: try FieldReader.count(fields[.outputTokens]))
  }
}

extension RequestDraft {
  /// Counts that are there replace what is known.
  fileprivate mutating func set(input: UInt32?, read: UInt32?, written: UInt32?, output: UInt32?) {
    if let input { (usage.input, inputKnown) = (input, true) }
    if let read { usage.cacheRead = read }
    if let written, written != usage.cacheWrite5m &+ usage.cacheWrite1h {
      (usage.cacheWrite5m, usage.cacheWrite1h) = (written, 0)
    }
    if let output { (usage.output, outputKnown) = (output, true) }
  }
}
