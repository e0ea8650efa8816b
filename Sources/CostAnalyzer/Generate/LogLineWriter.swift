/// Writes one line of a request in a format, with its line feed.
enum LogLineWriter {
  static func write(
    _ request: GeneratedRequest, line number: Int, format: GeneratedFormat, into out: inout JSONLineBuffer
  ) {
    switch format {
    case .traffic: TrafficLine.write(request, number, into: &out)
    case .openaiChat: OpenAIChatLine.write(request, number, into: &out)
    case .litellm: LiteLLMLine.write(request, number, into: &out)
    case .litellmSpendLogs: LiteLLMSpendLogsLine.write(request, number, into: &out)
    case .anthropic: AnthropicLine.write(request, number, into: &out)
    case .openaiResponses: OpenAIResponsesLine.write(request, number, into: &out)
    case .bedrock: BedrockLine.write(request, number, into: &out)
    case .helicone: HeliconeLine.write(request, number, into: &out)
    case .portkey: PortkeyLine.write(request, number, into: &out)
    }
    out.raw("\n")
  }
}

/// Our own schema: disjoint token classes.
enum TrafficLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    out.raw("{\"schema\":\"traffic/1\",\"id\":")
    out.string(request.id)
    out.raw(",\"ts\":")
    out.time(line.timeMilliseconds)
    out.raw(",\"tenant\":")
    out.string(request.tenant)
    out.raw(",\"user\":")
    out.string(request.user)
    if let session = request.session {
      out.raw(",\"session\":")
      out.string(session)
    }
    out.raw(",\"model\":")
    out.string(request.model)
    if let model = request.responseModel, !line.isError {
      out.raw(",\"response_model\":")
      out.string(model)
    }
    out.raw(",\"status\":")
    out.string(line.status)
    out.raw(",\"latency_ms\":")
    out.int(line.latencyMilliseconds)
    out.raw(",\"stream\":")
    out.bool(request.stream)
    CallParameters.write(request, into: &out)
    if request.override { out.raw(",\"override\":true") }
    if let tier = request.serviceTier {
      out.raw(",\"service_tier\":")
      out.string(tier)
    }
    out.raw(",\"tags\":")
    out.strings(request.tags)
    out.raw(",\"messages\":")
    out.messages(request.messages)
    if !line.isError {
      out.raw(",\"answer\":")
      out.string(line.answer)
      if request.toolCalls > 0 {
        out.raw(",\"tool_calls\":")
        out.int(request.toolCalls)
      }
    }
    if let usage = line.usage { writeUsage(usage, into: &out) }
    if number == request.lines.count - 1 {
      if let cost = request.costPicodollars {
        out.raw(",\"cost_usd\":")
        out.dollars(cost)
      }
      if let feedback = request.feedback {
        out.raw(",\"feedback\":")
        out.int(feedback)
      }
    }
    out.raw("}")
  }

  private static func writeUsage(_ usage: GeneratedUsage, into out: inout JSONLineBuffer) {
    out.raw(",\"usage\":{\"input\":")
    out.int(usage.input)
    if usage.cacheRead > 0 {
      out.raw(",\"cache_read\":")
      out.int(usage.cacheRead)
    }
    if usage.cacheWrite5m > 0 {
      out.raw(",\"cache_write_5m\":")
      out.int(usage.cacheWrite5m)
    }
    out.raw(",\"output\":")
    out.int(usage.output)
    if usage.reasoning > 0 {
      out.raw(",\"reasoning\":")
      out.int(usage.reasoning)
    }
    out.raw("}")
  }
}

/// The sampling parameters, which all formats spell like the OpenAI API.
enum CallParameters {
  /// Every member begins with a comma.
  static func write(_ request: GeneratedRequest, into out: inout JSONLineBuffer) {
    if let temperature = request.temperature {
      out.raw(",\"temperature\":")
      out.tenths(temperature)
    }
    if let maxTokens = request.maxTokens {
      out.raw(",\"max_tokens\":")
      out.int(maxTokens)
    }
    if request.wantsJSON { out.raw(",\"response_format\":{\"type\":\"json_object\"}") }
    if let tools = request.tools {
      out.raw(",\"tools\":")
      out.raw(tools)
    }
  }
}
