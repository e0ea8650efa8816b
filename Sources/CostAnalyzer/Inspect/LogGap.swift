/// Something that requests of the log do not say, and what that makes impossible or less sure.
package struct LogGap: Sendable, Equatable {
  package var missing: String
  /// Requests without it, and requests that could have it.
  package var requests: Int
  package var of: Int
  package var consequence: String

  package var isTotal: Bool { requests == of }

  /// In the order of what they cost a report, those that no request has first.
  ///
  /// - Parameter tokens: what counted tokens that are not logged.
  static func all(in log: RequestLog, models: [Inspection.Model], tokens: TokenCounter) -> [LogGap] {
    var lacks = Lacks()
    for index in 0..<log.requests.count { lacks.count(log, index) }
    let all = log.requests.count
    if all == 0 { return [] }
    let candidates = [
      LogGap(
        missing: "prompt text", requests: lacks.prompt, of: all,
        consequence: "caches, routing, prompt trimming, prefix caching and pre-caching cannot be replayed"),
      LogGap(
        missing: "answers", requests: lacks.answer, of: lacks.withPrompt,
        consequence: "wrong semantic hits cannot be estimated, and a pre-cache list has nothing to serve"),
      LogGap(
        missing: "prices", requests: lacks.price, of: all,
        consequence: "the requests are in no amount; give their models a price (--prices, --contract)"),
      LogGap(
        missing: "token counts", requests: lacks.usage, of: all,
        consequence:
          "tokens are counted in the text (\(tokens.summary)): \(MoneyText.readable(lacks.usageCost)) here are \"estimated\" and never part of the safe total"
      ),
      LogGap(
        missing: "users", requests: lacks.user, of: all,
        consequence:
          "no spending, limits or spikes by user, and no pre-cache list (a question must come from several users)"),
      LogGap(
        missing: "tenants", requests: lacks.tenant, of: all,
        consequence: "caches are not kept apart by tenant, and there is no bill by tenant"),
      LogGap(
        missing: "tags", requests: lacks.tags, of: all, consequence: "there is no bill by tag"),
      LogGap(
        missing: "latencies", requests: lacks.latency, of: all,
        consequence: "what caches save in time is not known, and batching of own machines is less sure"),
      LogGap(
        missing: "billed costs", requests: lacks.bill, of: all,
        consequence: "costs are tokens times list prices, not what was paid; discounts go into a contract (--contract)"),
    ]
    return candidates.filter { $0.requests > 0 } + structural(log, models)
  }

  private static func structural(_ log: RequestLog, _ models: [Inspection.Model]) -> [LogGap] {
    var gaps: [LogGap] = []
    let all = log.requests.count
    let rows = Set(models.compactMap { $0.resolution.row?.name })
    if rows.count < 2 {
      gaps.append(
        LogGap(
          missing: "second priced model", requests: all, of: all,
          consequence: "routing has no other model to send requests to unless the config names some"))
    }
    var first = Int64.max
    var last = Int64.min
    log.requests.forEach { (first, last) = (min(first, $0.time), max(last, $0.time)) }
    if Timestamp.dayNumber(first) == Timestamp.dayNumber(last) {
      gaps.append(
        LogGap(
          missing: "second day", requests: all, of: all,
          consequence: "no figure per month, and pre-cache lists cannot be tried on a later day"))
    }
    return gaps
  }
}

/// Requests by what they lack.
private struct Lacks {
  var prompt = 0
  var withPrompt = 0
  var answer = 0
  var price = 0
  var usage = 0
  /// Pico-dollars priced from estimated tokens.
  var usageCost: Int128 = 0
  var user = 0
  var tenant = 0
  var tags = 0
  var latency = 0
  var bill = 0

  mutating func count(_ log: RequestLog, _ index: Int) {
    let request = log.requests[index]
    if request.prompt == Request.noText {
      prompt += 1
    } else if !request.isError {
      // An error has no answer to give.
      withPrompt += 1
      if log.answerSketches[index] == 0 { answer += 1 }
    }
    if request.flags.contains(.unpriced) && !request.isUnknownUse { price += 1 }
    if request.flags.contains(.estimated) {
      usage += 1
      if !request.flags.contains(.billed) { usageCost += Int128(request.cost) }
    }
    if log.users[Int(request.user)].isEmpty { user += 1 }
    if log.tenants[Int(request.tenant)].isEmpty { tenant += 1 }
    if log.tagSets[Int(request.tags)].isEmpty { tags += 1 }
    if request.latencyMs == Request.unknownLatency { latency += 1 }
    if !request.flags.contains(.billed) { bill += 1 }
  }
}
