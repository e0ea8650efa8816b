/// LiteLLM StandardLoggingPayload: epoch seconds, inclusive token counts, Anthropic's cache counts beside them.
enum LiteLLMLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    out.raw("{\"id\":")
    out.string(request.id)
    out.raw(",\"trace_id\":")
    out.string(request.id)
    out.raw(",\"call_type\":\"acompletion\",\"cache_hit\":null,\"stream\":")
    out.bool(request.stream)
    out.raw(",\"status\":")
    line.isError ? out.raw("\"failure\"") : out.raw("\"success\"")
    out.raw(",\"custom_llm_provider\":")
    out.string(request.provider)
    out.raw(",\"saved_cache_cost\":0.0")
    writeTimes(request, line, into: &out)
    out.raw(",\"model\":")
    out.string(deployment(request))
    writeMetadata(request, line, into: &out)
    out.raw(",\"cache_key\":null,\"response_cost\":")
    if let cost = request.costPicodollars, number == request.lines.count - 1 {
      out.dollars(cost)
    } else {
      out.raw("null")
    }
    writeCounts(line, into: &out)
    out.raw(",\"request_tags\":")
    out.strings(request.tags)
    out.raw(",\"end_user\":\"\",\"api_base\":\"\",\"model_group\":")
    out.string(request.model)
    out.raw(",\"model_id\":null,\"requester_ip_address\":null,\"messages\":")
    out.messages(request.messages)
    writeResponse(request, line, into: &out)
    writeParameters(request, into: &out)
    if let tier = request.serviceTier {
      out.raw(",\"cost_breakdown\":{\"service_tier\":")
      out.string(tier)
      out.raw("}")
    }
    writeError(request, line, into: &out)
    if let session = request.session {
      out.raw(",\"session_id\":")
      out.string(session)
    }
    out.raw(",\"litellm_call_id\":")
    out.string(request.id)
    out.raw("}")
  }

  /// The model as the router sends it: OpenAI names stand alone, others behind their provider.
  static func deployment(_ request: GeneratedRequest) -> String {
    request.provider == "openai" ? request.model : "\(request.provider)/\(request.model)"
  }

  private static func writeTimes(_ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer) {
    let latency = Int64(line.latencyMilliseconds)
    // A stream reports the time to its first token.
    let first = request.stream ? min(latency, 350) : latency
    out.raw(",\"startTime\":")
    out.thousandths(line.timeMilliseconds)
    out.raw(",\"endTime\":")
    out.thousandths(line.timeMilliseconds + latency)
    out.raw(",\"completionStartTime\":")
    out.thousandths(line.timeMilliseconds + first)
    out.raw(",\"response_time\":")
    out.thousandths(first)
  }

  private static func writeMetadata(
    _ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer
  ) {
    out.raw(",\"metadata\":{\"user_api_key_hash\":null,\"user_api_key_alias\":null,\"user_api_key_team_id\":")
    out.string(request.tenant)
    out.raw(",\"user_api_key_org_id\":null,\"user_api_key_user_id\":")
    out.string(request.user)
    out.raw(",\"user_api_key_team_alias\":")
    out.string(request.tenant)
    out.raw(",\"user_api_key_end_user_id\":null,\"spend_logs_metadata\":null,\"requester_metadata\":")
    request.override ? out.raw("{\"override\":true}") : out.raw("null")
    if let usage = line.usage {
      out.raw(",\"usage_object\":")
      writeUsage(usage, into: &out)
    }
    out.raw("}")
  }

  /// Failed calls count zero; a call without usage has no counts at all.
  private static func writeCounts(_ line: GeneratedLine, into out: inout JSONLineBuffer) {
    guard line.usage != nil || line.isError else { return }
    let usage = line.usage ?? GeneratedUsage()
    out.raw(",\"total_tokens\":")
    out.int(usage.prompt + usage.output)
    out.raw(",\"prompt_tokens\":")
    out.int(usage.prompt)
    out.raw(",\"completion_tokens\":")
    out.int(usage.output)
  }

  private static func writeResponse(
    _ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer
  ) {
    out.raw(",\"response\":{")
    if !line.isError {
      OpenAIChatLine.writeCompletion(request, line, into: &out)
      if let usage = line.usage {
        out.raw(",\"usage\":")
        writeUsage(usage, into: &out)
      }
    }
    out.raw("}")
  }

  static func writeUsage(_ usage: GeneratedUsage, into out: inout JSONLineBuffer) {
    out.raw("{\"prompt_tokens\":")
    out.int(usage.prompt)
    out.raw(",\"completion_tokens\":")
    out.int(usage.output)
    out.raw(",\"total_tokens\":")
    out.int(usage.prompt + usage.output)
    out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":")
    out.int(usage.cacheRead)
    out.raw(",\"cache_creation_tokens\":")
    out.int(usage.cacheWrite5m)
    out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":")
    out.int(usage.reasoning)
    out.raw("},\"cache_creation_input_tokens\":")
    out.int(usage.cacheWrite5m)
    out.raw(",\"cache_read_input_tokens\":")
    out.int(usage.cacheRead)
    out.raw("}")
  }

  private static func writeParameters(_ request: GeneratedRequest, into out: inout JSONLineBuffer) {
    out.raw(",\"model_parameters\":{\"stream\":")
    out.bool(request.stream)
    CallParameters.write(request, into: &out)
    if let tier = request.serviceTier {
      out.raw(",\"service_tier\":")
      out.string(tier)
    }
    out.raw("},\"hidden_params\":{\"litellm_model_name\":")
    out.string(deployment(request))
    out.raw("}")
  }

  private static func writeError(_ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer) {
    guard line.isError else {
      out.raw(",\"error_str\":null,\"error_information\":{\"error_code\":\"\",\"error_class\":\"\",")
      out.raw("\"llm_provider\":\"\",\"traceback\":\"\",\"error_message\":\"\"}")
      return
    }
    let (code, name) =
      switch line.status {
      case "429": ("429", "RateLimitError")
      case "timeout": ("408", "Timeout")
      default: (line.status, "InternalServerError")
      }
    out.raw(",\"error_str\":")
    out.string("litellm.\(name): call failed")
    out.raw(",\"error_information\":{\"error_code\":")
    out.string(code)
    out.raw(",\"error_class\":")
    out.string(name)
    out.raw(",\"llm_provider\":")
    out.string(request.provider)
    out.raw(",\"traceback\":\"\",\"error_message\":\"call failed\"}")
  }
}
