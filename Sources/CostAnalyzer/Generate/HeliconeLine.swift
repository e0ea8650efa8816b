/// Helicone's request export with bodies.
enum HeliconeLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    out.raw("{\"request_id\":")
    out.string(request.id)
    out.raw(",\"request_created_at\":")
    out.time(line.timeMilliseconds)
    out.raw(",\"response_created_at\":")
    out.time(line.timeMilliseconds + Int64(line.latencyMilliseconds))
    out.raw(",\"response_status\":")
    // A call that timed out has a status of Helicone's own.
    out.int(line.status == "timeout" ? -1 : line.httpStatus)
    out.raw(",\"request_model\":")
    out.string(request.model)
    out.raw(",\"response_model\":")
    if line.isError { out.raw("null") } else { out.string(request.responseModel ?? request.model) }
    out.raw(",\"provider\":")
    out.string(request.provider.uppercased())
    out.raw(",\"request_user_id\":")
    out.string(request.user)
    out.raw(",\"properties\":{\"tenant\":")
    out.string(request.tenant)
    out.raw("},\"delay_ms\":")
    out.int(line.latencyMilliseconds)
    if let usage = line.usage {
      out.raw(",\"total_tokens\":")
      out.int(usage.prompt + usage.output)
      out.raw(",\"prompt_tokens\":")
      out.int(usage.prompt)
      out.raw(",\"prompt_cache_write_tokens\":")
      out.int(usage.cacheWrite5m)
      out.raw(",\"prompt_cache_read_tokens\":")
      out.int(usage.cacheRead)
      out.raw(",\"completion_tokens\":")
      out.int(usage.output)
    }
    if let cost = request.costPicodollars, number == request.lines.count - 1 {
      out.raw(",\"cost\":")
      out.dollars(cost)
    }
    out.raw(",\"cache_reference_id\":\"00000000-0000-0000-0000-000000000000\",\"request_body\":{")
    OpenAIChatLine.writeRequestBody(request, into: &out)
    out.raw("},\"response_body\":{")
    line.isError
      ? OpenAIChatLine.writeError(line, into: &out) : OpenAIChatLine.writeResponse(request, line, into: &out)
    out.raw("}}")
  }
}
