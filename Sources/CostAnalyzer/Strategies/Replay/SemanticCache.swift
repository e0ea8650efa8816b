/// One semantic cache to replay. Its room is unlimited.
package struct SemanticSetting: Sendable, Hashable {
  /// The least cosine of a semantic hit; from 1 upwards only exact hits count.
  package var threshold: Float
  /// Microseconds from insertion; nil where entries never expire.
  package var ttl: Int64?
  /// The guards that are on, as a bit mask. One that refuses a pair prevents the hit.
  package var guards: UInt8

  package init(threshold: Float, ttl: Int64?, guards: UInt8) {
    self.threshold = threshold
    self.ttl = ttl
    self.guards = guards
  }
}

package enum HitKind: Sendable, Equatable {
  case miss, exact, semantic
}

/// What a semantic cache would have done.
package struct SemanticOutcome: Sendable, Equatable {
  package var requests: Int = 0
  package var exactHits: Int = 0
  package var semanticHits: Int = 0
  package var savedExactPico: Int128 = 0
  package var savedSemanticPico: Int128 = 0
  /// The misses.
  package var inserts: Int = 0
  /// Entries dropped because a request came at or after their expiry.
  package var expirations: Int = 0
  /// Requests whose search among dense keys would have gone over its budget: they may have a nearer hit, or one at all.
  package var unsearched: Int = 0

  package init(
    requests: Int = 0, exactHits: Int = 0, semanticHits: Int = 0, savedExactPico: Int128 = 0,
    savedSemanticPico: Int128 = 0, inserts: Int = 0, expirations: Int = 0
  ) {
    self.requests = requests
    self.exactHits = exactHits
    self.semanticHits = semanticHits
    self.savedExactPico = savedExactPico
    self.savedSemanticPico = savedSemanticPico
    self.inserts = inserts
    self.expirations = expirations
  }
}

/// Replays the trace through one semantic cache.
///
/// For a request at time x: entries with `expires ≤ x` leave; a live entry of the same key is an exact hit; else, with
/// a threshold below 1, the live neighbour with the highest cosine at or above it that no guard refuses is a semantic
/// hit, of equal cosines the entry inserted earlier; else the request is inserted with `expires = x + TTL`. A hit
/// neither inserts nor extends.
///
/// `onHit` is called for each hit in order with the request that inserted the serving entry and the pair's cosine (1
/// for an exact hit). It is not called for misses.
package func replaySemanticCache(
  _ trace: ReplayTrace, graph: NeighbourGraph, setting: SemanticSetting,
  onHit: ((_ request: Int, _ kind: HitKind, _ servedByRequest: Int, _ cosine: Float) -> Void)? = nil
) -> SemanticOutcome {
  trace.requireWellFormed()
  graph.requireWellFormed(keyCount: trace.keyCount)
  return replaySemanticCacheUnchecked(trace, graph: graph, setting: setting, onHit: onHit)
}

/// Replays the trace through every setting; settings run in parallel with each other, each over the whole trace.
package func replaySemanticCacheGrid(
  _ trace: ReplayTrace, graph: NeighbourGraph, settings: [SemanticSetting], threads: Int
) -> [SemanticOutcome] {
  trace.requireWellFormed()
  graph.requireWellFormed(keyCount: trace.keyCount)
  return parallelMap(settings.count, threads: threads) { index in
    replaySemanticCacheUnchecked(trace, graph: graph, setting: settings[index], onHit: nil)
  }
}

private func replaySemanticCacheUnchecked(
  _ trace: ReplayTrace, graph: NeighbourGraph, setting: SemanticSetting,
  onHit: ((_ request: Int, _ kind: HitKind, _ servedByRequest: Int, _ cosine: Float) -> Void)?
) -> SemanticOutcome {
  var live = LiveEntries(trace, lifetime: FixedLifetime(ttl: setting.ttl))
  var dense = LiveDense(graph.dense)
  var outcome = SemanticOutcome(requests: trace.count)

  for request in 0..<trace.count {
    let key = Int(trace.keys[request])
    while let expired = live.popExpired(now: trace.times[request]) {
      dense?.remove(expired)
      outcome.expirations += 1
    }

    let answer = live.answer(to: key, graph, setting, &dense)
    switch answer.kind {
    case .miss:
      live.insert(key, by: request)
      dense?.insert(key)
      outcome.inserts += 1
      continue
    case .exact:
      outcome.exactHits += 1
      outcome.savedExactPico += Int128(trace.costs[request])
    case .semantic:
      outcome.semanticHits += 1
      outcome.savedSemanticPico += Int128(trace.costs[request])
    }
    onHit?(request, answer.kind, answer.inserter, answer.cosine)
  }

  outcome.unsearched = dense?.skipped ?? 0
  precondition(
    outcome.exactHits + outcome.semanticHits + outcome.inserts == outcome.requests,
    "a request was neither hit nor miss")
  precondition(outcome.inserts - outcome.expirations == live.count, "an entry came or left without being counted")
  return outcome
}

/// What the cache has for one request. A miss has no inserter.
private struct CacheAnswer {
  var kind: HitKind
  var inserter: Int
  var cosine: Float
}

extension LiveEntries {
  fileprivate func answer(
    to key: Int, _ graph: NeighbourGraph, _ setting: SemanticSetting, _ dense: inout LiveDense?
  ) -> CacheAnswer {
    if let inserter = inserter(of: key) { return CacheAnswer(kind: .exact, inserter: inserter, cosine: 1) }
    var best = CacheAnswer(kind: .miss, inserter: .max, cosine: setting.threshold)
    guard setting.threshold < 1 else { return best }

    // The list falls by cosine: once an entry is found, only its equals can still be the better (older) one.
    for pair in graph.offsets[key]..<graph.offsets[key + 1] {
      let cosine = graph.cosines[pair]
      guard cosine >= best.cosine else { break }
      guard graph.refusals[pair] & setting.guards == 0,
        let inserter = inserter(of: Int(graph.neighbours[pair])), inserter < best.inserter
      else { continue }
      best = CacheAnswer(kind: .semantic, inserter: inserter, cosine: cosine)
    }
    if let nearer = dense?.nearest(to: key, atLeast: best.cosine, guards: setting.guards, inserter: inserter(of:)),
      nearer.cosine > best.cosine || nearer.inserter < best.inserter
    {
      best = CacheAnswer(kind: .semantic, inserter: nearer.inserter, cosine: nearer.cosine)
    }
    return best
  }
}
