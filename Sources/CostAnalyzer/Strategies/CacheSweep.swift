/// The grid of caches that the options ask for.
enum CacheSweep {
  static func settings(
    _ options: AnalysisOptions.Cache, policies: [EvictionPolicy], thresholds: [Double], guards: [UInt8]
  ) -> [CacheSetting] {
    var settings: [CacheSetting] = []
    for threshold in thresholds {
      for ttl in options.ttls {
        for capacity in options.capacities {
          for policy in policies {
            for mask in guards {
              var setting = CacheSetting(
                threshold: Float(threshold), ttl: ttl.micros, guards: mask, isSliding: options.sliding,
                capacity: capacity.count, policy: policy)
              setting.evictBatch = options.evictBatch
              settings.append(setting)
            }
          }
        }
      }
    }
    return settings
  }

  /// Unlimited caches: every threshold and TTL.
  static func unbounded(_ options: AnalysisOptions.Cache, guards: [UInt8]) -> [CacheSetting] {
    var roomy = options
    roomy.capacities = [EntryLimit(nil)]
    return settings(roomy, policies: [.lru], thresholds: options.thresholds, guards: guards)
  }
}
