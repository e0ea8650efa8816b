/// OpenAI chat completion pairs in the wrapper of a gateway: `prompt_tokens` includes the cached tokens.
enum OpenAIChatLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    PairWrapper.write(request, number, into: &out)
    writeRequest(request, into: &out)
    out.raw(",\"response\":{")
    line.isError ? writeError(line, into: &out) : writeResponse(request, line, into: &out)
    out.raw("}}")
  }

  private static func writeRequest(_ request: GeneratedRequest, into out: inout JSONLineBuffer) {
    out.raw(",\"request\":{")
    writeRequestBody(request, into: &out)
    out.raw("}")
  }

  /// The members of a request body.
  static func writeRequestBody(_ request: GeneratedRequest, into out: inout JSONLineBuffer) {
    out.raw("\"model\":")
    out.string(request.model)
    out.raw(",\"messages\":")
    out.messages(request.messages)
    CallParameters.write(request, into: &out)
    if request.stream { out.raw(",\"stream\":true,\"stream_options\":{\"include_usage\":true}") }
    if let tier = request.serviceTier {
      out.raw(",\"service_tier\":")
      out.string(tier)
    }
    out.raw(",\"user\":")
    out.string(request.user)
  }

  /// The members of a response body to a failed call.
  static func writeError(_ line: GeneratedLine, into out: inout JSONLineBuffer) {
    switch line.status {
    case "429":
      out.raw("\"error\":{\"message\":\"Rate limit reached\",\"type\":\"requests\",\"param\":null,")
      out.raw("\"code\":\"rate_limit_exceeded\"}")
    case "timeout":
      out.raw("\"error\":{\"message\":\"Request timed out\",\"type\":\"timeout\",\"param\":null,\"code\":\"timeout\"}")
    default:
      out.raw("\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\",\"param\":null,")
      out.raw("\"code\":null}")
    }
    if let usage = line.usage {
      out.raw(",\"usage\":")
      writeUsage(usage, into: &out)
    }
  }

  /// The members of a response body.
  static func writeResponse(
    _ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer
  ) {
    writeCompletion(request, line, into: &out)
    if let usage = line.usage {
      out.raw(",\"usage\":")
      writeUsage(usage, into: &out)
    }
    if let tier = request.serviceTier {
      out.raw(",\"service_tier\":")
      out.string(tier)
    }
  }

  /// Everything of a completion but its usage.
  static func writeCompletion(_ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer) {
    out.raw("\"id\":")
    out.string(request.id)
    out.raw(",\"object\":\"chat.completion\",\"created\":")
    out.int(Int(line.timeMilliseconds / 1000))
    out.raw(",\"model\":")
    out.string(request.responseModel ?? request.model)
    out.raw(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":")
    out.string(line.answer)
    if request.toolCalls > 0 {
      out.raw(",\"tool_calls\":[")
      for call in 0..<request.toolCalls {
        if call > 0 { out.raw(",") }
        out.raw("{\"id\":\"call_")
        out.raw(String(request.id.dropFirst(4)))
        out.int(call)
        out.raw("\",\"type\":\"function\",\"function\":{\"name\":")
        out.string(request.toolName)
        out.raw(",\"arguments\":\"{\\\"query\\\":\\\"item ")
        out.int(call + 1)
        out.raw("\\\"}\"}}")
      }
      out.raw("]")
    }
    out.raw("},\"logprobs\":null,\"finish_reason\":")
    request.toolCalls > 0 ? out.raw("\"tool_calls\"") : out.raw("\"stop\"")
    out.raw("}]")
  }

  /// Inclusive counts; writes to a cache stand in the details.
  static func writeUsage(_ usage: GeneratedUsage, into out: inout JSONLineBuffer) {
    out.raw("{\"prompt_tokens\":")
    out.int(usage.prompt)
    out.raw(",\"completion_tokens\":")
    out.int(usage.output)
    out.raw(",\"total_tokens\":")
    out.int(usage.prompt + usage.output)
    out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":")
    out.int(usage.cacheRead)
    if usage.cacheWrite5m > 0 {
      out.raw(",\"cache_write_tokens\":")
      out.int(usage.cacheWrite5m)
    }
    out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":")
    out.int(usage.reasoning)
    out.raw("}}")
  }
}
