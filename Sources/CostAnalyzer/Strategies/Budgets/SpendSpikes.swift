/// Hours that cost far more than usual, and what the excess was made of.
///
/// Usual for an hour is the median of the same hour of the day on other days where there are three, else the median of all
/// other hours (UTC; hours without a request count). Neighbouring spikes are one.
package struct SpendSpikes: Sendable {
  /// The group with the largest excess, as a share of the whole excess.
  package struct Part: Sendable, Equatable {
    package var number: UInt32 = 0
    package var share = 0.0
  }

  package struct Spike: Sendable {
    /// UTC microseconds; the end is exclusive.
    package var start: Int64
    package var end: Int64
    package var cost: Int128
    package var expected: Int128
    package var requests = 0
    /// Requests by what is usual, and cost of one by what is usual.
    package var volumeRatio = 0.0
    package var priceRatio = 0.0
    package var user = Part()
    /// Number of a normalised question in `PromptTable.texts`.
    package var question: Part?
    package var questionUsers = 0
    package var template: Part?
    /// Of the user with the largest excess, during the spike.
    package var machine: MachineLikeness?
  }

  /// By time.
  package private(set) var spikes: [Spike] = []

  private let log: RequestLog

  package init(
    _ log: RequestLog, bill: Int128, templates: TemplateNumbers, _ options: AnalysisOptions.Budgets
  ) throws {
    self.log = log
    let clock = try options.clock()
    let order = log.timeOrder()
    guard let first = order.first, let last = order.last else { return }
    let start = log.requests[Int(first)].time
    let firstHour = start - ((start % Timestamp.hour) + Timestamp.hour) % Timestamp.hour
    let hours = Int((log.requests[Int(last)].time - firstHour) / Timestamp.hour) + 1
    var costs = [Int128](repeating: 0, count: hours)
    var counts = [Int](repeating: 0, count: hours)
    func hour(_ request: UInt32) -> Int { Int((log.requests[Int(request)].time - firstHour) / Timestamp.hour) }
    for request in order {
      costs[hour(request)] += Int128(log.requests[Int(request)].cost)
      counts[hour(request)] += 1
    }
    let least = Int128((Double(bill) * options.spikes.minShare).rounded(.up))
    // Few hours cost enough to be asked what is usual for them: a log may span decades.
    var usual: [Int: Int128] = [:]
    var isSpike = (0..<hours).map { hour in
      if costs[hour] == 0 || costs[hour] < least { return false }
      let expected = Self.usual(costs, hour)
      usual[hour] = expected
      let excess = costs[hour] - expected
      return excess > 0 && excess >= least && Double(costs[hour]) >= options.spikes.multiple * Double(expected)
    }
    isSpike.append(false)
    var from: Int?
    var runs: [Range<Int>] = []
    for (hour, spiking) in isSpike.enumerated() {
      if spiking && from == nil { from = hour }
      if !spiking, let begin = from {
        runs.append(begin..<hour)
        from = nil
      }
    }
    let quiet = hours - runs.reduce(0) { $0 + $1.count }
    // A log that is all spike has nothing usual to hold it against.
    guard quiet > 0 else { return }
    let normal = order.filter { !isSpike[hour($0)] }
    var position = 0
    for run in runs {
      while hour(order[position]) < run.lowerBound { position += 1 }
      let begin = position
      while position < order.count && hour(order[position]) < run.upperBound { position += 1 }
      var spike = Spike(
        start: firstHour + Int64(run.lowerBound) * Timestamp.hour,
        end: firstHour + Int64(run.upperBound) * Timestamp.hour,
        cost: run.reduce(0) { $0 + costs[$1] }, expected: run.reduce(0) { $0 + usual[$1]! })
      explain(
        &spike, Array(order[begin..<position]), normal, scale: Double(run.count) / Double(quiet), templates, clock)
      spikes.append(spike)
    }
  }

  private static func usual(_ costs: [Int128], _ hour: Int) -> Int128 {
    let sameHour = stride(from: hour % 24, to: costs.count, by: 24).filter { $0 != hour }
    let others = sameHour.count >= 3 ? sameHour : costs.indices.filter { $0 != hour }
    let sorted = others.map { costs[$0] }.sorted()
    return sorted.isEmpty ? costs[hour] : sorted[sorted.count / 2]
  }

  /// - Parameters:
  ///   - normal: all requests outside spikes.
  ///   - scale: length of the spike by that of all the rest.
  private func explain(
    _ spike: inout Spike, _ requests: [UInt32], _ normal: [UInt32], scale: Double, _ templates: TemplateNumbers,
    _ clock: ZoneClock
  ) {
    func text(_ request: Request) -> UInt32? {
      request.prompt == Request.noText
        ? nil : log.prompts.keys[Int(log.prompts.prompts[Int(request.prompt)].key)].text
    }
    spike.requests = requests.count
    spike.volumeRatio = Double(requests.count) / max(1, Double(normal.count) * scale)
    let normalCost = normal.reduce(0) { $0 + Double(log.requests[Int($1)].cost) }
    let normalPrice = normalCost / Double(max(1, normal.count))
    spike.priceRatio = normalPrice > 0 ? Double(spike.cost) / Double(requests.count) / normalPrice : .nan
    spike.user = largest(requests, normal, scale) { $0.user } ?? Part()
    spike.question = largest(requests, normal, scale, of: text)
    spike.template = largest(requests, normal, scale) {
      $0.prompt == Request.noText ? nil : templates.byPrompt[Int($0.prompt)]
    }
    if let question = spike.question {
      spike.questionUsers =
        Set(
          requests.lazy.map { log.requests[Int($0)] }.filter { text($0) == question.number }.map(\.user)
        ).count
    }
    let own = requests.filter { log.requests[Int($0)].user == spike.user.number }
    spike.machine = MachineLikeness(own, log, templates, clock)
  }

  /// The group whose cost exceeds its usual cost the most.
  private func largest(
    _ requests: [UInt32], _ normal: [UInt32], _ scale: Double, of group: (Request) -> UInt32?
  ) -> Part? {
    var inside: [UInt32: Int128] = [:]
    var outside: [UInt32: Int128] = [:]
    var total: Int128 = 0
    for index in requests {
      let request = log.requests[Int(index)]
      total += Int128(request.cost)
      if let number = group(request) { inside[number, default: 0] += Int128(request.cost) }
    }
    var usual: Int128 = 0
    for index in normal {
      let request = log.requests[Int(index)]
      usual += Int128(request.cost)
      if let number = group(request), inside[number] != nil { outside[number, default: 0] += Int128(request.cost) }
    }
    let excess = Double(total) - Double(usual) * scale
    let parts = inside.map { (number: $0.key, excess: Double($0.value) - Double(outside[$0.key] ?? 0) * scale) }
    guard excess > 0, let top = parts.max(by: { ($0.excess, $1.number) < ($1.excess, $0.number) }) else { return nil }
    return Part(number: top.number, share: min(1, max(0, top.excess / excess)))
  }
}

extension SpendSpikes.Spike {
  /// What the excess looks like, in words of ours.
  package var cause: String {
    if user.share >= 0.5 { return machine?.isMachine == true ? "a program of one user" : "one user" }
    if let question, question.share >= 0.5 { return questionUsers >= 5 ? "a question of many users" : "one question" }
    if let template, template.share >= 0.5 { return "one template" }
    if priceRatio >= 1.5 && priceRatio > volumeRatio { return "dearer requests" }
    return "more requests of many"
  }
}
