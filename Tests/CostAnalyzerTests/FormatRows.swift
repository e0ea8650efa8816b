import CostAnalyzer
import Testing

extension RequestLog {
  /// One line a request, prices from the built-in table:
  /// time, models, input + cache read + written 5 min + 1 h > output (reasoning), cost in pico-dollars, user/tenant, tags, ms, what is special.
  var rows: [String] {
    var log = self
    PriceBook(models: log.models, tables: [.builtin()]).price(&log)
    return log.all.map { request in
      let model = log.models[Int(request.model)]
      let usage = request.usage
      var parts = [String(Timestamp.text(request.time).dropFirst(11))]
      parts.append(model.requested + (model.responded.isEmpty ? "" : ">" + model.responded))
      parts.append(
        "\(usage.input)+\(usage.cacheRead)+\(usage.cacheWrite5m)+\(usage.cacheWrite1h)>\(usage.output)(\(usage.reasoning))"
      )
      parts.append(request.flags.contains(.unpriced) ? "unpriced" : "\(request.cost)")
      parts.append("\(log.users[Int(request.user)])/\(log.tenants[Int(request.tenant)])")
      parts += log.tagSets[Int(request.tags)].map { "#" + $0 }
      if request.latencyMs != Request.unknownLatency { parts.append("\(request.latencyMs)ms") }
      let flags: [(Request.Flags, String)] = [
        (.error, "error"), (.estimated, "estimated"), (.billed, "billed"), (.toolCalls, "tools"),
        (.contradictory, "contradictory"), (.gatewayHit, "hit"), (.override, "override"),
      ]
      parts += flags.filter { request.flags.contains($0.0) }.map(\.1)
      if let verdict = request.feedback.verdict { parts.append("verdict \((verdict * 100).rounded() / 100)") }
      return parts.joined(separator: " ")
    }
  }

  /// `lines/records: accepted + duplicates + rejected + skipped`
  var tally: String {
    "\(counts.lines)/\(counts.records): \(counts.accepted) + \(counts.duplicates) + \(counts.rejected) + \(counts.skipped)"
  }

  /// Reasons and counts of skipped records.
  var skipList: [String] { skips.map { "\($0.reason.rawValue)=\($0.count)" } }

  /// Prompt texts and answers, in order.
  var talk: [String] {
    prompts.prompts.map {
      String(decoding: $0.text, as: UTF8.self) + " | " + String(decoding: $0.answer, as: UTF8.self)
    }
  }
}

func expect(rows: [String], are expected: [String], sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(rows.count == expected.count, "\(rows)", sourceLocation: sourceLocation)
  for (row, wanted) in zip(rows, expected) { #expect(row == wanted, sourceLocation: sourceLocation) }
}
