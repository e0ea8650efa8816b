extension BurnChart {
  /// Steps of the curve.
  private static let steps = 120

  /// The window of a limit on dollars that was used most of those that the log's end lies in, or else of all; nil without one.
  init?(_ context: StrategyContext, _ replay: BudgetReplay) {
    let limits = context.options.budgets.limits
    let last = context.ledger.lastTime
    let windows = replay.windows.filter { limits[$0.limit].measure == .usd && limits[$0.limit].allowed > 0 }
    let open = windows.filter { $0.end ?? .max > last }
    // Ties go to the first.
    func use(_ window: BudgetReplay.Window) -> Double { Double(window.used) / Double(limits[window.limit].allowed) }
    var chosen: BudgetReplay.Window?
    for window in open.isEmpty ? windows : open where chosen.map({ use(window) > use($0) }) ?? true { chosen = window }
    guard let window = chosen else { return nil }
    let limit = limits[window.limit]
    name = limit.scope == .global ? "everything" : "\(limit.scope.rawValue) \(window.name)"
    period = limit.every?.description ?? "the whole time"
    start = window.start
    end = window.end ?? last + 1
    allowed = Amount(limit.allowed)
    exhausted = window.exhausted
    points = Self.points(context.log, limit.scope, window, end: end)
  }

  private static func points(
    _ log: RequestLog, _ scope: BudgetLimit.Scope, _ window: BudgetReplay.Window, end: Int64
  ) -> [Point] {
    let scopes = BudgetScopes(log)
    var sums = [Int128](repeating: 0, count: steps)
    var lastTime = window.start
    let length = max(1, end - window.start)
    for index in 0..<log.requests.count {
      let request = log.requests[index]
      guard request.time >= window.start, request.time < end else { continue }
      scopes.forEach(scope, index, request) { number in
        if scopes.name(scope, number) != window.name { return }
        // A share of the window in two factors: a product of times does not fit.
        let step = Int(Double(request.time - window.start) / Double(length) * Double(steps))
        sums[min(steps - 1, step)] += Int128(request.cost)
        lastTime = max(lastTime, request.time)
      }
    }
    var spent: Int128 = 0
    var points: [Point] = []
    for (step, sum) in sums.enumerated() {
      let stepEnd = window.start + Int64(Double(length) * Double(step + 1) / Double(steps))
      spent += sum
      points.append(Point(time: min(stepEnd, lastTime), spent: Amount(spent)))
      if stepEnd >= lastTime { break }
    }
    return points
  }
}
