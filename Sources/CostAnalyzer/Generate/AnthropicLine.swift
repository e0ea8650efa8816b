/// Pairs of Anthropic's Messages API: the system prompt beside the messages, exclusive token counts.
enum AnthropicLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    PairWrapper.write(request, number, into: &out)
    // A failed call has no message that could hold its usage.
    if line.isError, let usage = line.usage { writeUsage(usage, request, into: &out) }
    out.raw(",\"request\":{\"model\":")
    out.string(request.model)
    if let system = request.systemPrompt {
      out.raw(",\"system\":")
      out.string(system)
    }
    out.raw(",\"messages\":")
    out.messages(request.turns)
    CallParameters.write(request, into: &out)
    if request.stream { out.raw(",\"stream\":true") }
    if let tier = request.serviceTier {
      out.raw(",\"service_tier\":")
      out.string(tier)
    }
    out.raw(",\"metadata\":{\"user_id\":")
    out.string(request.user)
    out.raw("}},\"response\":{")
    line.isError ? writeError(line, into: &out) : writeMessage(request, line, into: &out)
    out.raw("}}")
  }

  private static func writeError(_ line: GeneratedLine, into out: inout JSONLineBuffer) {
    out.raw("\"type\":\"error\",\"error\":{\"type\":")
    line.status == "429" ? out.raw("\"rate_limit_error\"") : out.raw("\"api_error\"")
    out.raw(",\"message\":\"call failed\"}")
  }

  private static func writeMessage(_ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer) {
    out.raw("\"id\":")
    out.string(request.id)
    out.raw(",\"type\":\"message\",\"role\":\"assistant\",\"model\":")
    out.string(request.responseModel ?? request.model)
    out.raw(",\"content\":[{\"type\":\"text\",\"text\":")
    out.string(line.answer)
    out.raw("}")
    for call in 0..<request.toolCalls {
      out.raw(",{\"type\":\"tool_use\",\"id\":\"toolu_")
      out.int(call)
      out.raw("\",\"name\":")
      out.string(request.toolName)
      out.raw(",\"input\":{\"query\":\"item ")
      out.int(call + 1)
      out.raw("\"}}")
    }
    out.raw("],\"stop_reason\":")
    request.toolCalls > 0 ? out.raw("\"tool_use\"") : out.raw("\"end_turn\"")
    if let usage = line.usage { writeUsage(usage, request, into: &out) }
  }

  private static func writeUsage(
    _ usage: GeneratedUsage, _ request: GeneratedRequest, into out: inout JSONLineBuffer
  ) {
    out.raw(",\"usage\":{\"input_tokens\":")
    out.int(usage.input)
    out.raw(",\"cache_creation_input_tokens\":")
    out.int(usage.cacheWrite5m)
    out.raw(",\"cache_read_input_tokens\":")
    out.int(usage.cacheRead)
    out.raw(",\"cache_creation\":{\"ephemeral_5m_input_tokens\":")
    out.int(usage.cacheWrite5m)
    out.raw(",\"ephemeral_1h_input_tokens\":0},\"output_tokens\":")
    out.int(usage.output)
    out.raw(",\"output_tokens_details\":{\"thinking_tokens\":")
    out.int(usage.reasoning)
    out.raw("},\"service_tier\":")
    out.string(request.serviceTier ?? "standard")
    out.raw("}")
  }
}
