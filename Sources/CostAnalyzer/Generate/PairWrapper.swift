/// What a hand-made wrapper of a request and its response says beside the two bodies.
enum PairWrapper {
  /// From the opening brace on; the bodies follow, each with a comma before it.
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    out.raw("{\"id\":")
    out.string(request.id)
    out.raw(",\"timestamp\":")
    out.time(line.timeMilliseconds)
    out.raw(",\"tenant\":")
    out.string(request.tenant)
    out.raw(",\"user\":")
    out.string(request.user)
    if let session = request.session {
      out.raw(",\"session\":")
      out.string(session)
    }
    out.raw(",\"status\":")
    // HTTP statuses are numbers, as gateways write them.
    line.status == "ok" ? out.raw("200") : line.status == "timeout" ? out.raw("\"timeout\"") : out.raw(line.status)
    out.raw(",\"latency_ms\":")
    out.int(line.latencyMilliseconds)
    out.raw(",\"tags\":")
    out.strings(request.tags)
    if request.override { out.raw(",\"override\":true") }
    if number == request.lines.count - 1 {
      if let feedback = request.feedback {
        out.raw(",\"feedback\":")
        out.int(feedback)
      }
      if let cost = request.costPicodollars {
        out.raw(",\"cost_usd\":")
        out.dollars(cost)
      }
    }
  }
}
