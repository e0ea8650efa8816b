/// Replays many caches over one trace in step: those of one threshold, one set of guards and one policy, which differ in
/// TTL and capacity (*lanes*, at most 64).
///
/// What a request's key and its neighbours are costs a walk through memory; which of the lanes have an entry of a key is one
/// bit mask. So a walk serves all lanes, and a grid costs little more than its bookkeeping.
struct LaneReplay<Order: EvictionOrder> {
  static var maxLanes: Int { 64 }

  private let trace: ReplayTrace
  /// Nil where only exact hits count.
  private let graph: NeighbourGraph?
  private let threshold: Float
  private let guards: UInt8
  /// Changed in place, without the checks of a Swift array; freed at the end of `run`.
  private let lanes: UnsafeMutableBufferPointer<CacheLane<Order>>
  /// By key: the lanes that have an entry of it.
  private let live: ScratchArray<UInt64>
  /// By key, then lane: the number of that entry.
  private let entries: ScratchArray<UInt32>
  private var dense: [LiveDense] = []

  /// - Parameter settings: alike in threshold, guards and policy.
  init(
    _ trace: ReplayTrace, graph: NeighbourGraph?, settings: [CacheSetting], budget: Int,
    order: (_ places: Int, _ setting: CacheSetting) -> Order
  ) {
    precondition(settings.count <= Self.maxLanes, "more lanes than bits")
    self.trace = trace
    threshold = settings[0].threshold
    guards = settings[0].guards
    self.graph = threshold < 1 ? graph : nil
    lanes = .allocate(capacity: settings.count)
    _ = lanes.initialize(
      from: settings.map { setting in
        let places = CacheLane<Order>.places(setting.capacity, keyCount: trace.keyCount)
        return CacheLane(trace, setting, order: order(places, setting))
      })
    live = ScratchArray(repeating: 0, count: trace.keyCount)
    entries = ScratchArray(repeating: 0, count: trace.keyCount * settings.count)
    if let search = self.graph?.dense {
      dense = settings.map { _ in LiveDense(search, guards: guards, budget: budget) }
    }
  }

  typealias OnHit = (_ request: Int, _ kind: HitKind, _ servedByRequest: Int, _ cosine: Float) -> Void

  /// `onHit` hears of the hits of all lanes.
  consuming func run(onHit: OnHit?) -> [CacheOutcome] {
    defer {
      lanes.deinitialize()
      lanes.deallocate()
    }
    let all = lanes.count == 64 ? UInt64.max : 1 << UInt64(lanes.count) - 1
    for request in 0..<trace.count {
      let key = Int(trace.keys[request])
      let now = trace.times[request]
      for lane in 0..<lanes.count where now >= lanes[lane].nextExpiry {
        while let expired = lanes[lane].popExpired(now: now) { forget(expired, lane) }
      }
      let exact = live[key]
      forEachBit(exact) { lane in
        serve(lane, server: key, key: key, request, 1, onHit)
      }
      var missing = all & ~exact
      if missing != 0, let graph {
        if let search = graph.dense, search.restBelow[key] >= threshold {
          missing = searchDense(graph, key, missing, request, onHit)
        } else {
          missing = search(graph, key, missing, request, onHit)
        }
      }
      forEachBit(missing) { lane in insert(key, lane, by: request, at: now) }
    }
    return (0..<lanes.count).map { lane in
      lanes[lane].requireBalance()
      var outcome = lanes[lane].outcome
      outcome.unsearched = dense.isEmpty ? 0 : dense[lane].skipped
      return outcome
    }
  }

  private func entry(_ key: Int, _ lane: Int) -> Int { Int(entries[key * lanes.count + lane]) }

  private mutating func forget(_ key: Int, _ lane: Int) {
    live[key] &= ~(1 << UInt64(lane))
    if !dense.isEmpty { dense[lane].remove(key) }
  }

  private mutating func insert(_ key: Int, _ lane: Int, by request: Int, at now: Int64) {
    if !Order.judgesIncoming {
      while let victim = lanes[lane].makeRoom() { forget(victim, lane) }
    }
    entries[key * lanes.count + lane] = UInt32(lanes[lane].insert(key, by: request, at: now))
    live[key] |= 1 << UInt64(lane)
    if !dense.isEmpty { dense[lane].insert(key) }
    if Order.judgesIncoming, let victim = lanes[lane].dropExcess() { forget(victim, lane) }
  }

  private mutating func serve(
    _ lane: Int, server: Int, key: Int, _ request: Int, _ cosine: Float, _ onHit: OnHit?
  ) {
    let entry = entry(server, lane)
    lanes[lane].hit(entry, by: request, isExact: server == key, trace)
    onHit?(request, server == key ? .exact : .semantic, lanes[lane].inserter(of: entry), cosine)
    if Order.looksAhead, let graph {
      for pair in graph.offsets[key]..<graph.offsets[key + 1] {
        if graph.cosines[pair] < threshold { break }
        let other = Int(graph.neighbours[pair])
        if other != server, graph.refusals[pair] & guards == 0, live[other] >> UInt64(lane) & 1 == 1 {
          lanes[lane].pass(self.entry(other, lane), by: request)
        }
      }
    }
  }

  /// Serves what the listed neighbours can, nearest first, and returns the lanes that still miss.
  private mutating func search(
    _ graph: NeighbourGraph, _ key: Int, _ asking: UInt64, _ request: Int, _ onHit: OnHit?
  ) -> UInt64 {
    var missing = asking
    var pair = graph.offsets[key]
    let end = graph.offsets[key + 1]
    while pair < end, missing != 0 {
      let cosine = graph.cosines[pair]
      if cosine < threshold { break }
      var next = pair + 1
      // Of equals the older entry serves; which one that is differs from lane to lane.
      while next < end, graph.cosines[next] == cosine { next += 1 }
      var served: UInt64 = 0
      for place in pair..<next where graph.refusals[place] & guards == 0 {
        served |= live[Int(graph.neighbours[place])] & missing
      }
      let isAlone = next == pair + 1
      forEachBit(served) { lane in
        let server = isAlone ? Int(graph.neighbours[pair]) : oldest(graph, pair..<next, lane)
        serve(lane, server: server, key: key, request, cosine, onHit)
      }
      missing &= ~served
      pair = next
    }
    return missing
  }

  /// Of some listed neighbours of which one at least may serve the lane, the one inserted first.
  private func oldest(_ graph: NeighbourGraph, _ places: Range<Int>, _ lane: Int) -> Int {
    var best = (inserter: Int.max, key: 0)
    for place in places where graph.refusals[place] & guards == 0 {
      let other = Int(graph.neighbours[place])
      guard live[other] >> UInt64(lane) & 1 == 1 else { continue }
      let inserter = lanes[lane].inserter(of: entry(other, lane))
      if inserter < best.inserter { best = (inserter, other) }
    }
    return best.key
  }

  /// The same for a key with neighbours that are not listed: lane by lane.
  private mutating func searchDense(
    _ graph: NeighbourGraph, _ key: Int, _ asking: UInt64, _ request: Int, _ onHit: OnHit?
  ) -> UInt64 {
    var missing = asking
    forEachBit(asking) { lane in
      var best: (inserter: Int, key: Int, cosine: Float)?
      for pair in graph.offsets[key]..<graph.offsets[key + 1] {
        let other = Int(graph.neighbours[pair])
        if graph.cosines[pair] < best?.cosine ?? threshold { break }
        guard graph.refusals[pair] & guards == 0, live[other] >> UInt64(lane) & 1 == 1 else { continue }
        let inserter = lanes[lane].inserter(of: entry(other, lane))
        if inserter < best?.inserter ?? .max { best = (inserter, other, graph.cosines[pair]) }
      }
      let (entries, lanes) = (entries, lanes)
      let unlisted = dense[lane].nearest(to: key, atLeast: best?.cosine ?? threshold) { other in
        lanes[lane].inserter(of: Int(entries[other * lanes.count + lane]))
      }
      if let unlisted, unlisted.cosine > best?.cosine ?? -1 || unlisted.inserter < best!.inserter { best = unlisted }
      guard let best else { return }
      serve(lane, server: best.key, key: key, request, best.cosine, onHit)
      missing &= ~(1 << UInt64(lane))
    }
    return missing
  }
}

@inline(__always)
private func forEachBit(_ mask: UInt64, _ body: (Int) -> Void) {
  var rest = mask
  while rest != 0 {
    body(rest.trailingZeroBitCount)
    rest &= rest - 1
  }
}
