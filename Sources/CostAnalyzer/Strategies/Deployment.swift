/// The semantic caches with the highest net saving whose wrong hits stay under `cache.maxWrongHits`.
package struct CacheRecommendation: Sendable {
  /// With the options' guards, any TTL of the grid; nil where none is known to be safe.
  package var guarded: CacheSetting?
  /// Without guards, at the options' TTL: what a product can do that compares vectors and nothing else.
  package var unguarded: CacheSetting?
  /// Pico-dollars that the unguarded one saves.
  package var unguardedNet: Int128 = 0
  /// What the guarded one does to the log.
  package var service: CacheService?

  package init(guarded: CacheSetting?, unguarded: CacheSetting?, unguardedNet: Int128 = 0) {
    (self.guarded, self.unguarded, self.unguardedNet) = (guarded, unguarded, unguardedNet)
  }
}

/// What is written into the settings of a gateway.
package enum Deployment: Sendable {
  case cache(CacheRecommendation)
  case routing(RoutingTiers)
  /// Models whose provider caches only what is marked.
  case prefixes([String])
}

/// What one cache serves, and what it charges for that in pico-dollars.
package struct CacheService: Sendable {
  var effect: any LeverEffect
  var requests: Int
  var gross: Int128
  var charges: Int128
  var fixedCharges: Int128
}

extension StrategyOutcome {
  mutating func serve(as service: CacheService) {
    effect = service.effect
    requestsAffected = service.requests
    gross = service.gross
    charges = service.charges
    fixedCharges = service.fixedCharges
  }

  /// The outcome of the cache to deploy in the place of that of the options.
  package var asRecommended: StrategyOutcome {
    guard case .cache(let recommendation) = deployment, let service = recommendation.service else { return self }
    var outcome = self
    outcome.serve(as: service)
    return outcome
  }
}
