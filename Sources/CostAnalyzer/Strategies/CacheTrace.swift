/// The cacheable requests of a log in replay order, and what was left out by which rule.
package struct CacheTrace: Sendable {
  package struct LeftOut: Sendable, Equatable {
    package var requests = 0
    package var cost: Int128 = 0
  }

  package var trace: ReplayTrace
  /// Request number of each trace position.
  package var requests: [UInt32]
  /// Index into `PromptTable.keys` of each dense key.
  package var keys: [UInt32]
  /// What each dense key shares with those that may answer it: neighbours are looked for inside one group.
  package var groups: [UInt32]
  /// Indexed by `CacheabilityRule.rawValue`.
  package var leftOut: [LeftOut]
  package var cost: Int128

  /// All cacheable requests of the log in replay order.
  package init(_ log: RequestLog, options: AnalysisOptions.Cache) {
    var order: [UInt32] = []
    leftOut = [LeftOut](repeating: LeftOut(), count: CacheabilityRule.allCases.count)
    cost = 0
    for index in 0..<log.requests.count {
      let request = log.requests[index]
      if let rule = Self.rule(request, log.prompts, options) {
        leftOut[Int(rule.rawValue)].requests += 1
        leftOut[Int(rule.rawValue)].cost += Int128(request.cost)
      } else {
        order.append(UInt32(index))
        cost += Int128(request.cost)
      }
    }
    // Requests stand in (file, line) order; time decides first.
    let times = order.map { log.requests[Int($0)].time }
    let sorted = order.indices.sorted { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 }
    requests = sorted.map { order[$0] }
    var dense: [UInt32: UInt32] = [:]
    keys = []
    var traceKeys: [UInt32] = []
    traceKeys.reserveCapacity(requests.count)
    for request in requests {
      let key = log.prompts.prompts[Int(log.requests[Int(request)].prompt)].key
      if let known = dense[key] {
        traceKeys.append(known)
      } else {
        dense[key] = UInt32(keys.count)
        traceKeys.append(UInt32(keys.count))
        keys.append(key)
      }
    }
    groups = keys.map { log.prompts.keys[Int($0)].group }
    trace = ReplayTrace(
      times: sorted.map { times[$0] }, keys: traceKeys, costs: requests.map { log.requests[Int($0)].cost },
      latencies: requests.map { request in
        let latency = log.requests[Int(request)].latencyMs
        return latency == Request.unknownLatency ? 0 : latency
      }, keyCount: keys.count)
    let charges = CacheCharges(options)
    trace.embeddingCosts = requests.map { request in
      charges.embedding(bytes: log.prompts.prompts[Int(log.requests[Int(request)].prompt)].text.count)
    }
  }

  /// The first rule that keeps a request out of a cache, or nil.
  static func rule(_ request: Request, _ prompts: PromptTable, _ options: AnalysisOptions.Cache) -> CacheabilityRule? {
    if request.isError { return .error }
    if request.flags.contains(.gatewayHit) { return .gatewayHit }
    if request.prompt == Request.noText { return .noText }
    let prompt = prompts.prompts[Int(request.prompt)]
    if options.rules && request.flags.contains(.toolCalls) { return .toolCalls }
    if prompt.turns > options.maxTurns { return .tooManyTurns }
    if request.usage.promptTokens > UInt64(options.maxPromptTokens) { return .tooLong }
    if !options.rules { return nil }
    return request.flags.contains(.hot) ? .tooHot : prompt.rule
  }

  /// The same requests under a looser key.
  package func loosened(_ log: RequestLog, _ policy: KeyPolicy) -> CacheTrace {
    struct LooseKey: Hashable {
      var group: Hash128
      var text: UInt32
    }
    var result = self
    result.keys = []
    result.groups = []
    var numbers: [LooseKey: UInt32] = [:]
    var groupNumbers: [Hash128: UInt32] = [:]
    for (position, request) in requests.enumerated() {
      let prompt = log.prompts.prompts[Int(log.requests[Int(request)].prompt)]
      let group = log.prompts.scopes[Int(prompt.scope)].group(policy)
      let key = LooseKey(group: group, text: log.prompts.keys[Int(prompt.key)].text)
      let number = numbers[key] ?? UInt32(result.keys.count)
      if Int(number) == result.keys.count {
        numbers[key] = number
        let next = UInt32(groupNumbers.count)
        result.keys.append(prompt.key)
        result.groups.append(groupNumbers[group, default: next])
        if groupNumbers[group] == nil { groupNumbers[group] = next }
      }
      result.trace.keys[position] = number
    }
    result.trace.keyCount = result.keys.count
    return result
  }

  /// Saving of serving every request that repeats an earlier key: the ceiling of an exact cache of any size.
  package func repeats(keys: [UInt64]) -> (hits: Int, saved: Int128) {
    var seen: Set<UInt64> = []
    var hits = 0
    var saved: Int128 = 0
    for (position, key) in keys.enumerated() where !seen.insert(key).inserted {
      hits += 1
      saved += Int128(trace.costs[position])
    }
    return (hits, saved)
  }
}
