/// What a group of requests used and cost.
package struct LedgerRow: Sendable, Equatable {
  package var requests = 0
  package var errors = 0
  package var estimated = 0
  package var billed = 0
  package var unpriced = 0
  package var gatewayHits = 0
  package var tierPriceMissing = 0
  /// Tokens; a count is at most 2³¹, so four thousand million requests fit.
  package var input = 0
  package var cacheRead = 0
  package var cacheWrite5m = 0
  package var cacheWrite1h = 0
  package var output = 0
  package var reasoning = 0
  /// Pico-dollars.
  package var cost: Int128 = 0

  package init() {}

  mutating func add(_ request: Request) {
    requests += 1
    if request.flags.rawValue != 0 {
      if request.flags.contains(.error) { errors += 1 }
      if request.flags.contains(.estimated) { estimated += 1 }
      if request.flags.contains(.billed) { billed += 1 }
      if request.flags.contains(.unpriced) { unpriced += 1 }
      if request.flags.contains(.gatewayHit) { gatewayHits += 1 }
      if request.flags.contains(.tierPriceMissing) { tierPriceMissing += 1 }
    }
    input += Int(request.usage.input)
    cacheRead += Int(request.usage.cacheRead)
    cacheWrite5m += Int(request.usage.cacheWrite5m)
    cacheWrite1h += Int(request.usage.cacheWrite1h)
    output += Int(request.usage.output)
    reasoning += Int(request.usage.reasoning)
    cost += Int128(request.cost)
  }

  package mutating func add(_ other: LedgerRow) {
    requests += other.requests
    errors += other.errors
    estimated += other.estimated
    billed += other.billed
    unpriced += other.unpriced
    gatewayHits += other.gatewayHits
    tierPriceMissing += other.tierPriceMissing
    input += other.input
    cacheRead += other.cacheRead
    cacheWrite5m += other.cacheWrite5m
    cacheWrite1h += other.cacheWrite1h
    output += other.output
    reasoning += other.reasoning
    cost += other.cost
  }

  /// Billed when every cost is the log's own, priced when none is guessed, else estimated.
  package var evidence: Evidence {
    if estimated > 0 { return .estimated }
    return billed == requests && requests > 0 ? .billed : .priced
  }
}

/// How sure a figure is; the weakest part of a sum names the sum (SPEC §1).
package enum Evidence: String, Sendable, CaseIterable, Comparable {
  case billed, priced, estimated, replayed, modelled, assumed

  package static func < (a: Evidence, b: Evidence) -> Bool {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
  }
}

/// A named ledger row.
package struct LedgerEntry: Sendable {
  package var name: String
  package var row: LedgerRow
  /// Milliseconds; nil when no request of the group has a latency.
  package var p50: UInt32?
  package var p95: UInt32?
}

/// Cost by model, user, tenant, API key, tag, day and hour of day. Every dimension but tags partitions the requests.
package struct Ledger: Sendable {
  package var total = LedgerRow()
  /// Pico-dollars that are priced from estimated tokens.
  package var estimatedCost: Int128 = 0
  package var models: [LedgerEntry] = []
  package var users: [LedgerEntry] = []
  package var tenants: [LedgerEntry] = []
  /// Empty where the log names no key.
  package var keys: [LedgerEntry] = []
  /// A request with two tags counts under both.
  package var tags: [LedgerEntry] = []
  package var days: [LedgerEntry] = []
  package var hours: [LedgerEntry] = []
  /// First and last request, UTC microseconds.
  package var firstTime: Int64 = 0
  package var lastTime: Int64 = 0
  package var p50: UInt32?
  package var p95: UInt32?

  package init(_ log: RequestLog) {
    var byModel = [LedgerRow](repeating: LedgerRow(), count: log.models.count)
    var byUser = [LedgerRow](repeating: LedgerRow(), count: log.users.count)
    var byTenant = [LedgerRow](repeating: LedgerRow(), count: log.tenants.count)
    var byTags = [LedgerRow](repeating: LedgerRow(), count: log.tagSets.count)
    var byHour = [LedgerRow](repeating: LedgerRow(), count: 24)
    var byDay: [Int: LedgerRow] = [:]
    var latencies = [[UInt32]](repeating: [], count: log.models.count)
    var first = Int64.max
    var last = Int64.min
    var currentDay = Int.min
    var dayRow = LedgerRow()
    log.requests.forEach { request in
      byModel[Int(request.model)].add(request)
      byUser[Int(request.user)].add(request)
      byTenant[Int(request.tenant)].add(request)
      byTags[Int(request.tags)].add(request)
      byHour[Timestamp.hourOfDay(request.time)].add(request)
      // Logs are nearly sorted: the dictionary is touched when the day changes.
      let day = Timestamp.dayNumber(request.time)
      if day != currentDay {
        if dayRow.requests > 0 { byDay[currentDay, default: LedgerRow()].add(dayRow) }
        currentDay = day
        dayRow = LedgerRow()
      }
      dayRow.add(request)
      if request.latencyMs != Request.unknownLatency { latencies[Int(request.model)].append(request.latencyMs) }
      if request.flags.contains(.estimated) && !request.flags.contains(.billed) {
        estimatedCost += Int128(request.cost)
      }
      first = min(first, request.time)
      last = max(last, request.time)
    }
    if dayRow.requests > 0 { byDay[currentDay, default: LedgerRow()].add(dayRow) }
    for row in byModel { total.add(row) }
    (firstTime, lastTime) = total.requests > 0 ? (first, last) : (0, 0)
    let all = Self.percentiles(latencies.flatMap { $0 })
    (p50, p95) = (all.p50, all.p95)
    models = Self.grouped(names: log.models.map(\.display), rows: byModel, latencies: latencies)
    users = Self.grouped(names: log.users, rows: byUser)
    tenants = Self.grouped(names: log.tenants, rows: byTenant)
    keys = Self.grouped(names: log.keyNames, rows: Self.byKey(log))
    var tagRows: [String: LedgerRow] = [:]
    for (set, row) in zip(log.tagSets, byTags) { for tag in Set(set) { tagRows[tag, default: LedgerRow()].add(row) } }
    tags = Self.grouped(names: Array(tagRows.keys), rows: Array(tagRows.values))
    days = byDay.keys.sorted().map { LedgerEntry(name: Timestamp.dayText($0), row: byDay[$0]!) }
    hours = byHour.enumerated().map { LedgerEntry(name: ($0 < 10 ? "0" : "") + String($0), row: $1) }
  }

  private static func byKey(_ log: RequestLog) -> [LedgerRow] {
    var rows = [LedgerRow](repeating: LedgerRow(), count: log.keyNames.count)
    for index in 0..<log.keys.count { rows[Int(log.keys[index])].add(log.requests[index]) }
    return rows
  }

  /// Dearest first, then by name. Groups without a request (a name that only a merged duplicate used) are left out.
  private static func grouped(names: [String], rows: [LedgerRow], latencies: [[UInt32]] = []) -> [LedgerEntry] {
    var merged: [String: (row: LedgerRow, latencies: [UInt32])] = [:]
    for (index, name) in names.enumerated() where rows[index].requests > 0 {
      merged[name, default: (LedgerRow(), [])].row.add(rows[index])
      if !latencies.isEmpty { merged[name]!.latencies += latencies[index] }
    }
    return merged.map { name, group in
      let (p50, p95) = percentiles(group.latencies)
      return LedgerEntry(name: name, row: group.row, p50: p50, p95: p95)
    }.sorted { $0.row.cost != $1.row.cost ? $0.row.cost > $1.row.cost : $0.name < $1.name }
  }

  /// Nearest-rank percentiles: the smallest value with at least q of the values at or below it.
  static func percentiles(_ values: [UInt32]) -> (p50: UInt32?, p95: UInt32?) {
    if values.isEmpty { return (nil, nil) }
    var values = values
    func ranked(_ percent: Int) -> UInt32 {
      let rank = (values.count * percent + 99) / 100 - 1
      return Self.select(&values, rank)
    }
    return (ranked(50), ranked(95))
  }

  /// Quickselect with a middle pivot; the answer does not depend on the pivots.
  private static func select(_ values: inout [UInt32], _ rank: Int) -> UInt32 {
    var low = 0
    var high = values.count - 1
    while low < high {
      let pivot = values[(low + high) / 2]
      var i = low
      var j = high
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j { high = j } else if rank >= i { low = i } else { break }
    }
    return values[rank]
  }
}
