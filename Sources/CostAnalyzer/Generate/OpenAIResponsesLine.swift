/// Pairs of OpenAI's Responses API: instructions beside the input, inclusive token counts.
enum OpenAIResponsesLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    PairWrapper.write(request, number, into: &out)
    out.raw(",\"request\":{\"model\":")
    out.string(request.model)
    if let system = request.systemPrompt {
      out.raw(",\"instructions\":")
      out.string(system)
    }
    out.raw(",\"input\":")
    out.messages(request.turns)
    if let temperature = request.temperature {
      out.raw(",\"temperature\":")
      out.tenths(temperature)
    }
    if let maxTokens = request.maxTokens {
      out.raw(",\"max_output_tokens\":")
      out.int(maxTokens)
    }
    if request.wantsJSON { out.raw(",\"text\":{\"format\":{\"type\":\"json_object\"}}") }
    if let tools = request.tools {
      out.raw(",\"tools\":")
      out.raw(tools)
    }
    if request.stream { out.raw(",\"stream\":true") }
    if let tier = request.serviceTier {
      out.raw(",\"service_tier\":")
      out.string(tier)
    }
    out.raw(",\"user\":")
    out.string(request.user)
    out.raw("},\"response\":{")
    writeResponse(request, line, into: &out)
    out.raw("}}")
  }

  private static func writeResponse(
    _ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer
  ) {
    out.raw("\"id\":")
    out.string(request.id)
    out.raw(",\"object\":\"response\",\"created_at\":")
    out.int(Int(line.timeMilliseconds / 1000))
    if line.isError {
      out.raw(",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"call failed\"},\"output\":[]")
    } else {
      out.raw(",\"status\":\"completed\",\"error\":null,\"model\":")
      out.string(request.responseModel ?? request.model)
      out.raw(
        ",\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":")
      out.string(line.answer)
      out.raw(",\"annotations\":[]}]}")
      for call in 0..<request.toolCalls {
        out.raw(",{\"type\":\"function_call\",\"name\":")
        out.string(request.toolName)
        out.raw(",\"arguments\":\"{\\\"query\\\":\\\"item ")
        out.int(call + 1)
        out.raw("\\\"}\"}")
      }
      out.raw("]")
      if let tier = request.serviceTier {
        out.raw(",\"service_tier\":")
        out.string(tier)
      }
    }
    if let usage = line.usage { writeUsage(usage, into: &out) }
  }

  private static func writeUsage(_ usage: GeneratedUsage, into out: inout JSONLineBuffer) {
    out.raw(",\"usage\":{\"input_tokens\":")
    out.int(usage.prompt)
    out.raw(",\"input_tokens_details\":{\"cached_tokens\":")
    out.int(usage.cacheRead)
    out.raw(",\"cache_write_tokens\":")
    out.int(usage.cacheWrite5m)
    out.raw("},\"output_tokens\":")
    out.int(usage.output)
    out.raw(",\"output_tokens_details\":{\"reasoning_tokens\":")
    out.int(usage.reasoning)
    out.raw("},\"total_tokens\":")
    out.int(usage.prompt + usage.output)
    out.raw("}")
  }
}
