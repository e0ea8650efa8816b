extension AnalysisOptions {
  package struct Budgets: Codable, Sendable, Equatable {
    package struct Breaker: Codable, Sendable, Equatable {
      /// Trips when spend in `window` exceeds this many times the usual; without it there is no breaker.
      package var multiple: Double?
      package var window = Lifetime(micros: 10 * 60 * Timestamp.second)
      /// What is usual is the average over this long before the window.
      package var baseline = Lifetime.hours(24)
      /// Everything is refused for so long once it has tripped.
      package var coolDown = Lifetime(micros: 30 * 60 * Timestamp.second)
      /// Spend in `window` up to which it never trips.
      package var floorUSD = 1.0
    }

    package struct Spikes: Codable, Sendable, Equatable {
      /// An hour is a spike when it costs this many times the usual…
      package var multiple = 3.0
      /// …and exceeds the usual by this share of the bill.
      package var minShare = 0.01
    }

    /// IANA name of the zone in which budgets start anew.
    package var timeZone = "UTC"
    /// Time of day at which days, weeks and months end.
    package var resetTime = "00:00"
    /// Shares of a budget at which somebody would have been told.
    package var alerts = [0.5, 0.8, 1]
    package var limits: [BudgetLimit] = []
    package var breaker = Breaker()
    package var spikes = Spikes()

    package init() {}

    package func clock() throws -> ZoneClock {
      guard let clock = ZoneClock(timeZone) else {
        throw AnalyzerError(
          .config, "budgets.timeZone '\(timeZone)' is no time zone", hint: "write a name like Europe/Berlin")
      }
      return clock
    }

    /// Microseconds after midnight.
    package func resetTimeOfDay() throws -> Int64 {
      let parts = resetTime.split(separator: ":", omittingEmptySubsequences: false).map {
        $0.count == 2 ? Int64($0) : nil
      }
      guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
        (0..<60).contains(minute)
      else {
        throw AnalyzerError(
          .config, "budgets.resetTime '\(resetTime)' is no time of day", hint: "write it in quotes: \"06:30\"")
      }
      return (hour * 60 + minute) * 60 * Timestamp.second
    }

    func validate(_ require: (Bool, String) throws -> Void) throws {
      _ = try clock()
      _ = try resetTimeOfDay()
      try require(alerts.allSatisfy { $0 > 0 && $0 <= 100 }, "budgets.alerts must be above 0 (1 is the whole budget)")
      for (index, limit) in limits.enumerated() { try limit.validate("budgets.limits[\(index)]", require) }
      try require(breaker.multiple ?? 2 > 1, "budgets.breaker.multiple must be above 1")
      try require(
        [breaker.window, breaker.baseline, breaker.coolDown].allSatisfy { $0.micros != nil },
        "budgets.breaker.window, baseline and coolDown must not be inf")
      try require(
        (0...1e9).contains(breaker.floorUSD), "budgets.breaker.floorUSD must be 0 … 1,000,000,000")
      try require(spikes.multiple > 1, "budgets.spikes.multiple must be above 1")
      try require((0...1).contains(spikes.minShare), "budgets.spikes.minShare must be 0 … 1")
    }
  }
}

/// One limit: on dollars, requests or tokens of everything, or of each user, API key, team, tenant, model or tag.
package struct BudgetLimit: Codable, Sendable, Equatable {
  package enum Scope: String, Codable, Sendable, CaseIterable {
    case global, user, key, team, tenant, model, tag
  }

  /// What is counted. A dollar is counted in pico-dollars.
  package enum Measure: String, Sendable { case usd, requests, tokens }

  package var scope = Scope.global
  /// Only the one of this name; without it, each one on its own.
  package var name: String?
  package var usd: Double?
  package var requests: Int?
  package var tokens: Int?
  /// Without it the budget never starts anew.
  package var every: BudgetPeriod?

  package init(
    _ scope: Scope, name: String? = nil, usd: Double? = nil, requests: Int? = nil, tokens: Int? = nil,
    every: BudgetPeriod? = nil
  ) {
    (self.scope, self.name, self.usd, self.requests, self.tokens) = (scope, name, usd, requests, tokens)
    self.every = every
  }

  package var measure: Measure { usd != nil ? .usd : requests != nil ? .requests : .tokens }

  /// In units of `measure`.
  package var allowed: Int128 {
    if let usd { return Int128((usd * 1e12).rounded()) }
    return Int128(requests ?? tokens ?? 0)
  }

  /// What a request takes of it.
  func use(of request: Request) -> Int128 {
    switch measure {
    case .usd: Int128(request.cost)
    case .requests: 1
    case .tokens: Int128(request.usage.promptTokens) + Int128(request.usage.output)
    }
  }

  func validate(_ path: String, _ require: (Bool, String) throws -> Void) throws {
    try require(
      [usd != nil, requests != nil, tokens != nil].count { $0 } == 1, "\(path) needs one of usd, requests, tokens")
    try require((0...1e9).contains(usd ?? 0) && requests ?? 0 >= 0 && tokens ?? 0 >= 0, "\(path) must not be negative")
    try require(scope != .global || name == nil, "\(path): the global limit has no name")
  }
}
