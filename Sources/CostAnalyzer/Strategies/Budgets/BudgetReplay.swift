/// What limits would have done to the logged requests: one pass in order of time, all limits at once.
///
/// A request is refused when any limit that binds it is used up, or while the breaker is open; otherwise it is served and
/// counts against every limit that binds it. The check comes before the call, so the request that crosses a limit is still
/// served (LiteLLM's rule). What is refused counts nowhere else.
package struct BudgetReplay: Sendable {
  /// One limit, for one of those whom it binds, between two resets. Only windows with requests exist.
  package struct Window: Sendable, Equatable {
    /// Index into the options' limits.
    package var limit: Int
    package var name: String
    /// UTC microseconds; no end where the limit never starts anew.
    package var start: Int64
    package var end: Int64?
    /// Requests served.
    package var requests = 0
    /// In units of the limit's measure.
    package var used: Int128 = 0
    package var exhausted: Int64?
    package var refused = 0
    package var refusedCost: Int128 = 0
    package var refusedUsers: Set<UInt32> = []
    /// Alerts that have gone off.
    fileprivate var fired = 0
  }

  package struct Alert: Sendable, Equatable {
    package var time: Int64
    /// Index into `windows`.
    package var window: Int
    /// Share of the limit.
    package var threshold: Double
    package var used: Int128
  }

  /// By limit, name, start.
  package private(set) var windows: [Window] = []
  /// By time.
  package private(set) var alerts: [Alert] = []
  package private(set) var trips: [CircuitBreaker.Trip] = []
  package private(set) var served: Int128 = 0
  package private(set) var refused: Int128 = 0
  package private(set) var refusedRequests = 0
  /// Who was refused anything, by limit.
  package private(set) var refusedUsers: [Set<UInt32>]

  /// A limit on its way through the log.
  private struct Lane {
    var limit: BudgetLimit
    var allowed: Int128
    /// Uses at which alerts go off, rising.
    var thresholds: [(share: Double, use: Int128)]
    var start: Int64
    var end: Int64?
    /// Open window of each number of the scope.
    var open: [UInt32: Int] = [:]
  }

  package init(_ log: RequestLog, _ options: AnalysisOptions.Budgets) throws {
    let clock = try options.clock()
    let timeOfDay = try options.resetTimeOfDay()
    let order = log.timeOrder()
    refusedUsers = Array(repeating: [], count: options.limits.count)
    guard let first = order.first.map({ log.requests[Int($0)].time }) else { return }
    let scopes = BudgetScopes(log)
    var lanes = options.limits.map { limit in
      let end = limit.every?.nextReset(after: first, in: clock, at: timeOfDay)
      // Alerts are for money: a rate limit that is reached every minute would bury them.
      let shares = limit.measure == .usd ? options.alerts.sorted() : []
      return Lane(
        limit: limit, allowed: limit.allowed,
        thresholds: shares.map { ($0, Int128((Double(limit.allowed) * $0).rounded(.up))) },
        start: end.map { limit.every!.start(ofWindowEndingAt: $0, in: clock) } ?? first, end: end)
    }
    var breaker = CircuitBreaker(options.breaker)
    var bound: [Int] = []
    for index in order {
      let request = log.requests[Int(index)]
      bound.removeAll(keepingCapacity: true)
      for lane in lanes.indices {
        while let end = lanes[lane].end, end <= request.time {
          lanes[lane].start = end
          lanes[lane].end = lanes[lane].limit.every!.nextReset(after: end, in: clock, at: timeOfDay)
          lanes[lane].open.removeAll(keepingCapacity: true)
        }
        let limit = lanes[lane].limit
        scopes.forEach(limit.scope, Int(index), request) { number in
          let name = scopes.name(limit.scope, number)
          if limit.name.map({ $0 != name }) ?? (name.isEmpty && limit.scope != .global) { return }
          if lanes[lane].open[number] == nil {
            lanes[lane].open[number] = windows.count
            windows.append(Window(limit: lane, name: name, start: lanes[lane].start, end: lanes[lane].end))
          }
          bound.append(lanes[lane].open[number]!)
        }
      }
      if breaker.isOpen(at: request.time) {
        breaker.refuse(request)
        refuse(request)
      } else if let full = bound.first(where: { windows[$0].used >= lanes[windows[$0].limit].allowed }) {
        windows[full].refused += 1
        windows[full].refusedCost += Int128(request.cost)
        windows[full].refusedUsers.insert(request.user)
        refusedUsers[windows[full].limit].insert(request.user)
        refuse(request)
      } else {
        served += Int128(request.cost)
        breaker.serve(request)
        for window in bound { use(window, lanes[windows[window].limit], request) }
      }
    }
    trips = breaker.trips
    sortWindows()
  }

  private mutating func refuse(_ request: Request) {
    refused += Int128(request.cost)
    refusedRequests += 1
  }

  private mutating func use(_ window: Int, _ lane: Lane, _ request: Request) {
    windows[window].requests += 1
    windows[window].used += lane.limit.use(of: request)
    let used = windows[window].used
    while windows[window].fired < lane.thresholds.count, used >= lane.thresholds[windows[window].fired].use {
      let threshold = lane.thresholds[windows[window].fired].share
      alerts.append(Alert(time: request.time, window: window, threshold: threshold, used: used))
      windows[window].fired += 1
    }
    if used >= lane.allowed && windows[window].exhausted == nil { windows[window].exhausted = request.time }
  }

  private mutating func sortWindows() {
    let sorted = windows.indices.sorted {
      let (a, b) = (windows[$0], windows[$1])
      return (a.limit, a.name, a.start) < (b.limit, b.name, b.start)
    }
    var place = [Int](repeating: 0, count: windows.count)
    for (new, old) in sorted.enumerated() { place[old] = new }
    for alert in alerts.indices { alerts[alert].window = place[alerts[alert].window] }
    windows = sorted.map { windows[$0] }
  }
}

extension BudgetReplay.Window {
  /// What was used beyond the limit by the requests that crossed it.
  package func overshoot(_ limit: BudgetLimit) -> Int128 { max(0, used - limit.allowed) }

  /// When the rest will be used up if it goes on as it did in this window; nil where nothing says so: the limit is not
  /// on dollars, the window is over or used up, has run for less than a twentieth of its length, or ends first.
  /// - Parameter now: the end of the log.
  package func projectedExhaustion(_ limit: BudgetLimit, now: Int64) -> Int64? {
    let elapsed = now - start
    guard limit.measure == .usd, exhausted == nil, used > 0, elapsed > 0, end ?? .max > now else { return nil }
    if let end, elapsed < (end - start) / 20 { return nil }
    let whole = Double(elapsed) * Double(limit.allowed) / Double(used)
    // A budget that would last for centuries has no date.
    guard whole < Double(100 * 365 * Timestamp.day) else { return nil }
    let date = start + Int64(whole)
    return date < end ?? .max ? date : nil
  }
}

/// Whom a request counts for in each scope, as numbers with names.
struct BudgetScopes {
  private let log: RequestLog
  private let modelNumbers: [UInt32]
  private let modelNames: [String]
  private let tagNumbers: [[UInt32]]
  private let tagNames: [String]

  init(_ log: RequestLog) {
    self.log = log
    var models = Numbering()
    // Two answering models may have been asked for by one name.
    modelNumbers = log.models.map { models.number($0.display) }
    modelNames = models.names
    var tags = Numbering()
    tagNumbers = log.tagSets.map { set in Set(set).sorted().map { tags.number($0) } }
    tagNames = tags.names
  }

  /// - Parameter index: of the request in the log.
  func forEach(_ scope: BudgetLimit.Scope, _ index: Int, _ request: Request, _ body: (UInt32) -> Void) {
    switch scope {
    case .global: body(0)
    case .user: body(request.user)
    case .key: if log.keys.count > 0 { body(log.keys[index]) }
    // What gateways call a team is read as the tenant.
    case .team, .tenant: body(request.tenant)
    case .model: body(modelNumbers[Int(request.model)])
    case .tag: tagNumbers[Int(request.tags)].forEach(body)
    }
  }

  func name(_ scope: BudgetLimit.Scope, _ number: UInt32) -> String {
    switch scope {
    case .global: ""
    case .user: log.users[Int(number)]
    case .key: log.keyNames[Int(number)]
    case .team, .tenant: log.tenants[Int(number)]
    case .model: modelNames[Int(number)]
    case .tag: tagNames[Int(number)]
    }
  }

  private struct Numbering {
    var names: [String] = []
    private var known: [String: UInt32] = [:]

    mutating func number(_ name: String) -> UInt32 {
      if let number = known[name] { return number }
      known[name] = UInt32(names.count)
      names.append(name)
      return UInt32(names.count - 1)
    }
  }
}

extension RequestLog {
  /// Numbers of all requests by time; requests of one moment in the order of the files.
  package func timeOrder() -> [UInt32] {
    let times = (0..<requests.count).map { requests[$0].time }
    return times.indices.sorted { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 }.map(UInt32.init)
  }
}
