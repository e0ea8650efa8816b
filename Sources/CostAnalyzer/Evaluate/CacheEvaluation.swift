/// What caches serve on a stream whose meanings are known: a hit is wrong when the two requests mean different things.
package struct CacheEvaluation: Sendable, Encodable {
  package struct Row: Sendable, Encodable, Equatable {
    package enum Policy: String, Sendable, Encodable { case fixed, vcache }

    package var policy: Policy
    /// Of a fixed threshold.
    package var threshold: Double?
    /// δ of a vCache.
    package var errorBound: Double?
    package var isGuarded: Bool
    package var hits = 0
    package var exactHits = 0
    package var wrongHits = 0
    package var hitRate = 0.0
    /// Share of all requests that got a wrong answer.
    package var wrongOfAll = 0.0
    package var wrongOfHits: Double?
    /// For a vCache: the fixed threshold, guarded alike, with the most hits among those with no more wrong hits.
    package var bestFixedThreshold: Double?
    package var bestFixedHitRate: Double?

    fileprivate mutating func close(requests: Int) {
      hitRate = Double(hits) / Double(requests)
      wrongOfAll = Double(wrongHits) / Double(requests)
      wrongOfHits = hits == 0 ? nil : Double(wrongHits) / Double(hits)
    }
  }

  package static let errorBounds = [0.01, 0.02, 0.05]

  package private(set) var embedder: String
  package private(set) var requests: Int
  package private(set) var keys: Int
  package private(set) var meanings: Int
  /// Least cosine of the fixed thresholds, and of a neighbour of a vCache.
  package private(set) var floor: Double
  package private(set) var rows: [Row]

  /// - Parameters:
  ///   - floor: at or above that of `neighbours`.
  ///   - mask: guards that are on in the guarded replays.
  ///   - seed: of the random choices of vCache.
  package init(
    _ stream: LabelledStream, _ neighbours: StreamNeighbours, floor: Double, mask: UInt8, errorBounds: [Double],
    seed: UInt64, threads: Int
  ) {
    embedder = neighbours.embedder
    requests = stream.texts.count
    keys = neighbours.trace.keyCount
    meanings = Set(stream.meanings).count
    self.floor = floor
    // At 1 only exact repeats are served.
    let thresholds = stride(from: Int((floor * 100).rounded(.up)), through: 100, by: 1).map { Double($0) / 100 }
    var settings: [Row] = []
    for isGuarded in [false, true] {
      settings += thresholds.map { Row(policy: .fixed, threshold: $0, isGuarded: isGuarded) }
      settings += errorBounds.map { Row(policy: .vcache, errorBound: $0, isGuarded: isGuarded) }
    }
    let open = settings
    rows = parallelMap(open.count, threads: threads) { index in
      Self.replay(open[index], stream.meanings, neighbours, floor: Float(floor), mask: mask, seed: seed)
    }
    for index in rows.indices where rows[index].policy == .vcache {
      let row = rows[index]
      let safe = rows.filter {
        $0.policy == .fixed && $0.isGuarded == row.isGuarded && $0.wrongHits <= row.wrongHits
      }
      // Of equal hits the higher threshold, which is the later row.
      let best = safe.max { ($0.hits, $0.threshold!) < ($1.hits, $1.threshold!) }
      rows[index].bestFixedThreshold = best?.threshold
      rows[index].bestFixedHitRate = best?.hitRate
    }
  }

  private static func replay(
    _ open: Row, _ meanings: [Int], _ neighbours: StreamNeighbours, floor: Float, mask: UInt8, seed: UInt64
  ) -> Row {
    var row = open
    let guards = row.isGuarded ? mask : 0
    func count(_ request: Int, _ kind: HitKind, _ server: Int, _ cosine: Float) {
      row.hits += 1
      if kind == .exact { row.exactHits += 1 }
      if meanings[request] != meanings[server] { row.wrongHits += 1 }
    }
    if let threshold = row.threshold {
      _ = replayCache(
        neighbours.trace, graph: neighbours.graph,
        setting: CacheSetting(threshold: Float(threshold), guards: guards), onHit: count)
    } else if let errorBound = row.errorBound {
      _ = replayVCache(
        neighbours.trace, graph: neighbours.graph,
        setting: VCacheSetting(errorBound: errorBound, floor: floor, guards: guards, seed: seed),
        sameAnswer: { meanings[$0] == meanings[$1] }, onHit: count)
    }
    row.close(requests: meanings.count)
    return row
  }

  package var text: String {
    var table = Table(
      "cache",
      [
        .init("policy", "policy"), .init("guards", "guards"), .init("hit_rate", "hit rate"),
        .init("wrong_of_all", "wrong, of all"), .init("wrong_of_hits", "wrong, of hits"),
        .init("best_fixed", "best fixed threshold with no more wrong hits"), .init("best_rate", "its hit rate"),
      ])
    for row in rows {
      let name =
        row.threshold.map { "fixed \(NumberText.fixed($0, 2))" } ?? "vCache δ = \(row.errorBound!)"
      table.add(
        .text(name), .text(row.isGuarded ? "on" : "off"), .number(row.hitRate, decimals: 4),
        .number(row.wrongOfAll, decimals: 4), row.wrongOfHits.map { .number($0, decimals: 4) } ?? .empty,
        row.bestFixedThreshold.map { .number($0, decimals: 2) } ?? .empty,
        row.bestFixedHitRate.map { .number($0, decimals: 4) } ?? .empty)
    }
    return """
      ## \(embedder)

      \(NumberText.grouped(requests)) requests with \(NumberText.grouped(keys)) distinct texts and \
      \(NumberText.grouped(meanings)) meanings; neighbours at or above \(NumberText.fixed(floor, 2)).

      \(table.markdown())
      """
  }
}
