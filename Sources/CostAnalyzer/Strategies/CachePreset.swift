import Yams

/// The keys, thresholds and defaults of a product's cache, as `docs/presets.md` derives them from its source.
package struct CachePreset: Decodable, Sendable {
  /// Cosine; nil for a cache without semantic hits.
  var threshold: Double?
  var ttl: Lifetime?
  var sliding: Bool
  var capacity: Int?
  var policy: EvictionPolicy
  var evictBatch: Int
  var key: KeyContext
  var scope: CacheScope
  /// Whether the product normalises the text of its keys.
  var normalise: Bool
  var maxTurns: Int?
  var maxPromptTokens: Int?
  /// Whether rules of ours (time-sensitive, personal, tool calls …) keep requests out.
  var cacheRules: Bool
  var guards: Bool
  /// The name and version of what was read.
  var source: String

  /// Every preset by name.
  package static func all() throws -> [String: CachePreset] {
    try YAMLDecoder().decode(
      [String: CachePreset].self, from: String(decoding: PackageResources.presets_yaml, as: UTF8.self))
  }

  package static func named(_ name: String) throws -> CachePreset {
    let all = try all()
    guard let preset = all[name] else {
      throw AnalyzerError(
        .usage, "there is no preset '\(name)'", hint: "known: \(all.keys.sorted().joined(separator: ", "))")
    }
    return preset
  }

  /// Puts the product's cache in the place of the options' own. The grids of the sweeps stay.
  package func apply(to options: inout AnalysisOptions) {
    options.cache.threshold = threshold ?? 1
    options.cache.ttl = ttl ?? .unlimited
    options.cache.sliding = sliding
    options.cache.capacity = EntryLimit(capacity)
    options.cache.policy = policy
    options.cache.evictBatch = evictBatch
    options.cache.key = key
    options.cache.scope = scope
    options.normalize.enabled = normalise
    options.cache.rules = cacheRules
    options.cache.maxTurns = maxTurns ?? .max
    options.cache.maxPromptTokens = maxPromptTokens ?? .max
    if !guards { options.guards.switchOff() }
  }
}

extension AnalysisOptions.Guards {
  package mutating func switchOff() {
    for guardFlag in [\Self.numbers, \.negation, \.entities, \.wordOrder, \.language, \.answerForm, \.scope] {
      self[keyPath: guardFlag] = false
    }
    model = nil
  }
}
