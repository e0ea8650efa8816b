/// Rows of LiteLLM's table of spend logs: inclusive counts, 0 for what is not known, JSON columns as objects.
enum LiteLLMSpendLogsLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    out.raw("{\"request_id\":")
    out.string(request.id)
    out.raw(",\"call_type\":\"acompletion\",\"api_key\":\"\",\"spend\":")
    if let cost = request.costPicodollars, number == request.lines.count - 1 {
      out.dollars(cost)
    } else {
      out.raw("0.0")
    }
    let usage = line.usage ?? GeneratedUsage()
    out.raw(",\"total_tokens\":")
    out.int(usage.prompt + usage.output)
    out.raw(",\"prompt_tokens\":")
    out.int(usage.prompt)
    out.raw(",\"completion_tokens\":")
    out.int(usage.output)
    out.raw(",\"startTime\":")
    out.time(line.timeMilliseconds)
    out.raw(",\"endTime\":")
    out.time(line.timeMilliseconds + Int64(line.latencyMilliseconds))
    out.raw(",\"request_duration_ms\":")
    out.int(line.latencyMilliseconds)
    out.raw(",\"model\":")
    out.string(LiteLLMLine.deployment(request))
    out.raw(",\"model_id\":\"\",\"model_group\":")
    out.string(request.model)
    out.raw(",\"custom_llm_provider\":")
    out.string(request.provider)
    out.raw(",\"user\":")
    out.string(request.user)
    out.raw(",\"metadata\":{")
    if let usage = line.usage {
      out.raw("\"usage_object\":")
      LiteLLMLine.writeUsage(usage, into: &out)
      out.raw(",")
    }
    if let tier = request.serviceTier {
      out.raw("\"cost_breakdown\":{\"service_tier\":")
      out.string(tier)
      out.raw("},")
    }
    out.raw("\"user_api_key_alias\":null},\"cache_hit\":\"False\",\"cache_key\":\"Cache OFF\",\"request_tags\":")
    out.strings(request.tags)
    out.raw(",\"team_id\":")
    out.string(request.tenant)
    out.raw(",\"end_user\":\"\",\"messages\":")
    out.messages(request.messages)
    out.raw(",\"response\":{")
    if !line.isError { OpenAIChatLine.writeCompletion(request, line, into: &out) }
    out.raw("},\"proxy_server_request\":{\"model\":")
    out.string(request.model)
    CallParameters.write(request, into: &out)
    out.raw("},\"session_id\":")
    out.string(request.session ?? "")
    out.raw(",\"status\":")
    line.isError ? out.raw("\"failure\"}") : out.raw("\"success\"}")
  }
}
