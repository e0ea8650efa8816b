/// Portkey's log export with bodies: units, and the cost in cents.
enum PortkeyLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    out.raw("{\"id\":")
    out.string(request.id)
    out.raw(",\"created_at\":")
    out.time(line.timeMilliseconds)
    out.raw(",\"ai_org\":")
    out.string(request.provider)
    out.raw(",\"ai_model\":")
    out.string(request.model)
    if let usage = line.usage {
      out.raw(",\"req_units\":")
      out.int(usage.prompt)
      out.raw(",\"res_units\":")
      out.int(usage.output)
      out.raw(",\"total_units\":")
      out.int(usage.prompt + usage.output)
    }
    if let cost = request.costPicodollars, number == request.lines.count - 1 {
      out.raw(",\"cost\":")
      out.dollars(cost * 100)
      out.raw(",\"cost_currency\":\"USD\"")
    }
    out.raw(",\"response_time\":")
    out.int(line.latencyMilliseconds)
    out.raw(",\"response_status_code\":")
    out.int(line.httpStatus)
    out.raw(",\"is_success\":")
    out.int(line.isError ? 0 : 1)
    out.raw(",\"cache_status\":\"DISABLED\",\"metadata\":{\"_user\":")
    out.string(request.user)
    out.raw(",\"tenant\":")
    out.string(request.tenant)
    out.raw("},\"request\":{")
    OpenAIChatLine.writeRequestBody(request, into: &out)
    out.raw("},\"response\":{")
    line.isError
      ? OpenAIChatLine.writeError(line, into: &out) : OpenAIChatLine.writeResponse(request, line, into: &out)
    out.raw("}}")
  }
}
