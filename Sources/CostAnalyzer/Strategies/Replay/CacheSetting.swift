/// One cache to replay (SPEC §4).
package struct CacheSetting: Sendable, Hashable {
  /// The least cosine of a semantic hit; from 1 upwards only exact hits count.
  package var threshold: Float
  /// The guards that are on, as a bit mask. One that refuses a pair prevents the hit.
  package var guards: UInt8
  /// Microseconds that an entry lives; nil where entries never expire.
  package var ttl: Int64?
  /// Whether a hit starts the life of the serving entry anew.
  package var isSliding: Bool
  /// Entries, at least one; nil where the cache is never full.
  package var capacity: Int?
  /// Which entry leaves a full cache; without meaning where the capacity is nil.
  package var policy: EvictionPolicy
  /// Entries that leave a full cache at once, at least one; Bélády's policy drops one whatever this says.
  package var evictBatch = 1

  package init(
    threshold: Float = 1, ttl: Int64? = nil, guards: UInt8 = 0, isSliding: Bool = false, capacity: Int? = nil,
    policy: EvictionPolicy = .lru
  ) {
    self.threshold = threshold
    self.ttl = ttl
    self.guards = guards
    self.isSliding = isSliding
    self.capacity = capacity
    self.policy = policy
  }
}

package enum HitKind: Sendable, Equatable {
  case miss, exact, semantic
}

/// What a cache would have done. Every miss is an insertion.
package struct CacheOutcome: Sendable, Equatable {
  package var requests = 0
  package var exactHits = 0
  package var semanticHits = 0
  /// The summed costs of the hits.
  package var savedExactPico: Int128 = 0
  package var savedSemanticPico: Int128 = 0
  /// The summed latencies of the hits, as far as they are known.
  package var savedMilliseconds = 0
  /// What embedding the requests that no exact entry answered costs.
  package var embeddingPico: Int128 = 0
  /// Entries that left for want of room, those that Bélády's policy did not keep at all included.
  package var evictions = 0
  /// Entries dropped because a request came at or after their expiry.
  package var expirations = 0
  /// The most entries after any request.
  package var peakEntries = 0
  /// Requests whose search among dense keys would have gone over its budget: they may have a nearer hit, or one at all.
  package var unsearched = 0

  package var hits: Int { exactHits + semanticHits }
  package var inserts: Int { requests - hits }
  package var savedPico: Int128 { savedExactPico + savedSemanticPico }
  package var hitRate: Double { Double(hits) / Double(requests) }

  package init(
    requests: Int = 0, exactHits: Int = 0, semanticHits: Int = 0, savedExactPico: Int128 = 0,
    savedSemanticPico: Int128 = 0, evictions: Int = 0, expirations: Int = 0, peakEntries: Int = 0
  ) {
    self.requests = requests
    self.exactHits = exactHits
    self.semanticHits = semanticHits
    self.savedExactPico = savedExactPico
    self.savedSemanticPico = savedSemanticPico
    self.evictions = evictions
    self.expirations = expirations
    self.peakEntries = peakEntries
  }
}
