/// One vCache to replay (arXiv 2502.03771): no threshold, but a bound on errors. Its room is unlimited.
package struct VCacheSetting: Sendable, Hashable {
  /// δ: the most wrong answers that may be served, as a share of all requests; above 0 and below 1.
  package var errorBound: Double
  /// The least cosine that counts as a neighbour, at or above the minimum of the graph. The paper has none.
  package var floor: Float
  /// Microseconds from insertion, what was learnt included; nil where entries never expire.
  package var ttl: Int64?
  /// The guards that are on, as a bit mask; a pair that one refuses is no neighbour. The paper has none.
  package var guards: UInt8
  /// Of the policy's random choices.
  package var seed: UInt64

  package init(errorBound: Double, floor: Float, ttl: Int64? = nil, guards: UInt8 = 0, seed: UInt64 = 1) {
    self.errorBound = errorBound
    self.floor = floor
    self.ttl = ttl
    self.guards = guards
    self.seed = seed
  }

  /// A number in 0 ..< 1 for a request: that of its place in the SplitMix64 sequence of the seed.
  func draw(_ request: Int) -> Double {
    var state = seed &+ UInt64(request) &* 0x9e37_79b9_7f4a_7c15
    return Double(SeededRandom.splitMix(&state) >> 11) * 0x1p-53
  }
}

/// What a vCache would have done.
package struct VCacheOutcome: Sendable, Equatable {
  package var requests = 0
  package var exactHits = 0
  package var semanticHits = 0
  /// The summed costs of the hits.
  package var savedExactPico: Int128 = 0
  package var savedSemanticPico: Int128 = 0
  /// Requests with a neighbour that went to the model, so that the neighbour could learn.
  package var explores = 0
  /// Explores whose answers could be compared, and those of them where the cached answer was wrong.
  package var observations = 0
  package var wrongObservations = 0
  package var inserts = 0
  package var expirations = 0
  /// Requests whose search among dense keys would have gone over its budget: they may have a nearer neighbour.
  package var unsearched = 0

  package init() {}

  package var hits: Int { exactHits + semanticHits }
  package var hitRate: Double { requests == 0 ? 0 : Double(hits) / Double(requests) }
}

/// Replays the trace through one vCache.
///
/// For a request at time x: entries with `expires ≤ x` leave. The neighbour is the live entry of the same key (cosine 1), else
/// the live entry with the highest cosine at or above the floor that no guard refuses, of equals the older one; without one
/// the request is inserted. The neighbour's `CorrectnessCurve` says with which probability it may serve; `draw` decides. If it serves, that is a hit, and nothing is learnt. If not, the model is called
/// (*explore*), the neighbour observes whether its answer was right, and the request is inserted unless it was. As in the
/// paper, a repeat of the same text is no sure hit. A key has one entry: where a repeat finds its own answer wrong, the entry
/// stays and has learnt that.
///
/// - Parameters:
///   - sameAnswer: whether the answer of the request that inserted an entry is right for another request; nil where that is
///     unknown. It is asked on explores only. Unknown ones teach nothing, and are inserted.
///   - onHit: called for each hit in order with the request that inserted the serving entry and the pair's cosine.
package func replayVCache(
  _ trace: ReplayTrace, graph: NeighbourGraph, setting: VCacheSetting,
  sameAnswer: (_ request: Int, _ server: Int) -> Bool?,
  onHit: ((_ request: Int, _ kind: HitKind, _ servedByRequest: Int, _ cosine: Float) -> Void)? = nil
) -> VCacheOutcome {
  trace.requireWellFormed()
  graph.requireWellFormed(keyCount: trace.keyCount)
  precondition(setting.errorBound > 0 && setting.errorBound < 1, "an error bound is a share between 0 and 1")
  var entries = VCacheEntries(trace, graph, setting)
  var outcome = VCacheOutcome()
  outcome.requests = trace.count
  for request in 0..<trace.count {
    let key = Int(trace.keys[request])
    outcome.expirations += entries.expire(now: trace.times[request])
    guard let neighbour = entries.nearest(to: key) else {
      entries.insert(key, by: request)
      outcome.inserts += 1
      continue
    }
    let server = entries.inserter(of: neighbour.key)!
    let exploit = entries.curves[neighbour.key].exploitProbability(
      cosine: neighbour.cosine, errorBound: setting.errorBound)
    if setting.draw(request) < exploit {
      let isExact = neighbour.key == key
      if isExact {
        outcome.exactHits += 1
        outcome.savedExactPico += Int128(trace.costs[request])
      } else {
        outcome.semanticHits += 1
        outcome.savedSemanticPico += Int128(trace.costs[request])
      }
      onHit?(request, isExact ? .exact : .semantic, server, neighbour.cosine)
      continue
    }
    outcome.explores += 1
    let isRight = sameAnswer(request, server)
    if let isRight {
      outcome.observations += 1
      if !isRight { outcome.wrongObservations += 1 }
      entries.curves[neighbour.key].add(cosine: neighbour.cosine, isRight: isRight)
    }
    if isRight != true, neighbour.key != key {
      entries.insert(key, by: request)
      outcome.inserts += 1
    }
  }
  outcome.unsearched = entries.unsearched
  precondition(outcome.inserts - outcome.expirations == entries.count, "an entry came or left without being counted")
  return outcome
}

/// The live entries of a vCache, by key.
private struct VCacheEntries {
  private static var none: UInt32 { .max }

  private let trace: ReplayTrace
  private let graph: NeighbourGraph
  private let setting: VCacheSetting
  private let lifespan: Lifespan
  private var insertedBy: [UInt32]
  /// What each entry has learnt.
  var curves: [CorrectnessCurve]
  /// The inserting requests, which expire in this order; left empty where entries never do.
  private var queue: [UInt32] = []
  private var head = 0
  private var dense: LiveDense?
  private(set) var count = 0

  init(_ trace: ReplayTrace, _ graph: NeighbourGraph, _ setting: VCacheSetting) {
    self.trace = trace
    self.graph = graph
    self.setting = setting
    lifespan = Lifespan(ttl: setting.ttl)
    insertedBy = [UInt32](repeating: Self.none, count: trace.keyCount)
    curves = [CorrectnessCurve](repeating: CorrectnessCurve(), count: trace.keyCount)
    dense = graph.dense.map { LiveDense($0, guards: setting.guards, budget: DenseSearch.budget) }
  }

  var unsearched: Int { dense?.skipped ?? 0 }

  func inserter(of key: Int) -> Int? { insertedBy[key] == Self.none ? nil : Int(insertedBy[key]) }

  mutating func insert(_ key: Int, by request: Int) {
    precondition(insertedBy[key] == Self.none, "a key has one entry")
    insertedBy[key] = UInt32(request)
    count += 1
    dense?.insert(key)
    if lifespan.ttl != nil { queue.append(UInt32(request)) }
  }

  /// Removes what has expired; how many that were.
  mutating func expire(now: Int64) -> Int {
    let before = head
    while head < queue.count, lifespan.isOver(since: trace.times[Int(queue[head])], now: now) {
      let key = Int(trace.keys[Int(queue[head])])
      insertedBy[key] = Self.none
      curves[key] = CorrectnessCurve()
      dense?.remove(key)
      count -= 1
      head += 1
    }
    return head - before
  }

  mutating func nearest(to key: Int) -> (key: Int, cosine: Float)? {
    if insertedBy[key] != Self.none { return (key, 1) }
    var best: (key: Int, cosine: Float)?
    // The list falls by cosine: once an entry is found, only its equals can still be the better (older) one.
    for pair in graph.offsets[key]..<graph.offsets[key + 1] {
      let cosine = graph.cosines[pair]
      guard cosine >= best?.cosine ?? setting.floor else { break }
      let other = Int(graph.neighbours[pair])
      guard graph.refusals[pair] & setting.guards == 0, let inserter = inserter(of: other),
        best.map({ inserter < insertedBy[$0.key] }) ?? true
      else { continue }
      best = (other, cosine)
    }
    let inserters = insertedBy
    if let nearer = dense?.nearest(to: key, atLeast: best?.cosine ?? setting.floor, inserter: { Int(inserters[$0]) }),
      best.map({ nearer.cosine > $0.cosine || nearer.inserter < insertedBy[$0.key] }) ?? true
    {
      best = (nearer.key, nearer.cosine)
    }
    return best
  }
}
