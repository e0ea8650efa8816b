import CTextScan

/// Our own schema, `docs/log-formats.md`. Token classes are disjoint: the input count *excludes* cached tokens.
struct TrafficFormat: LogFormat {
  let name = "traffic"
  private enum Field: Int, CaseIterable {
    case schema, id, ts, tenant, user, model, responseModel, status, latency, temperature, maxTokens, parameters,
      responseFormat
    case tools, override, tier, tags, messages, answer, toolCalls
    case input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, cost, embedding, gatewayCache, usage,
      feedback, key
    case audioInput, imageInput, audioOutput, imageOutput

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .id: "/id"
      case .ts: "/ts"
      case .tenant: "/tenant"
      case .user: "/user"
      case .model: "/model"
      case .responseModel: "/response_model"
      case .status: "/status"
      case .latency: "/latency_ms"
      case .temperature: "/temperature"
      case .maxTokens: "/max_tokens"
      case .parameters: "/parameters"
      case .responseFormat: "/response_format"
      case .tools: "/tools"
      case .override: "/override"
      case .tier: "/service_tier"
      case .tags: "/tags"
      case .messages: "/messages"
      case .answer: "/answer"
      case .toolCalls: "/tool_calls"
      case .input: "/usage/input"
      case .cacheRead: "/usage/cache_read"
      case .cacheWrite5m: "/usage/cache_write_5m"
      case .cacheWrite1h: "/usage/cache_write_1h"
      case .output: "/usage/output"
      case .reasoning: "/usage/reasoning"
      case .cost: "/cost_usd"
      case .embedding: "/embedding"
      case .gatewayCache: "/gateway_cache"
      case .usage: "/usage"
      case .feedback: "/feedback"
      case .key: "/key"
      case .audioInput: "/usage/audio_input"
      case .imageInput: "/usage/image_input"
      case .audioOutput: "/usage/audio_output"
      case .imageOutput: "/usage/image_output"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    // Some writers escape every slash.
    return fields[.schema].equals("traffic/1") || fields[.schema].equals("traffic\\/1")
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.ts]) else { throw .missingTime }
    draft.time = time
    draft.id = fields[.id]
    draft.tenant = fields[.tenant]
    draft.user = fields[.user]
    draft.key = fields[.key]
    draft.model = fields[.model]
    draft.responseModel = fields[.responseModel]
    draft.isError = FieldReader.isError(status: fields[.status])
    draft.latencyMs = FieldReader.milliseconds(fields[.latency])
    draft.temperature = fields[.temperature]
    draft.maxTokens = fields[.maxTokens]
    draft.parameters = fields[.parameters]
    draft.responseFormat = fields[.responseFormat]
    draft.tools = fields[.tools]
    draft.isOverride = fields[.override].isTrue
    draft.tier = FieldReader.tier(fields[.tier])
    draft.tags = fields[.tags]
    draft.messages = fields[.messages]
    draft.answer = .text(fields[.answer])
    draft.hasToolCalls = (try FieldReader.count(fields[.toolCalls]) ?? 0) > 0
    draft.gatewayHit = fields[.gatewayCache].equals("hit")
    draft.billed = try FieldReader.usd(fields[.cost])
    draft.embedding = fields[.embedding]
    draft.feedback = try FieldReader.verdict(fields[.feedback])
    _ = try FieldReader.object(fields[.usage])
    if let input = try FieldReader.count(fields[.input]) {
      draft.usage.input = input
      draft.inputKnown = true
    }
    draft.usage.cacheRead = try FieldReader.count(fields[.cacheRead]) ?? 0
    draft.usage.cacheWrite5m = try FieldReader.count(fields[.cacheWrite5m]) ?? 0
    draft.usage.cacheWrite1h = try FieldReader.count(fields[.cacheWrite1h]) ?? 0
    if let output = try FieldReader.count(fields[.output]) {
      draft.usage.output = output
      draft.outputKnown = true
    }
    draft.usage.reasoning = min(try FieldReader.count(fields[.reasoning]) ?? 0, draft.usage.output)
    try FieldReader.setMedia(
      &draft, audioInput: fields[.audioInput], imageInput: fields[.imageInput], audioOutput: fields[.audioOutput],
      imageOutput: fields[.imageOutput])
    return draft
  }
}
