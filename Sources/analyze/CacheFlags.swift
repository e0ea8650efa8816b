import ArgumentParser
import CostAnalyzer

/// The flags that describe one cache, for every command that replays it.
struct CacheFlags: ParsableArguments {
  @Option(
    help: "The cache of a product, its keys and limits: gptcache, redisvl, langcache, portkey or litellm."
  )
  var preset: String?

  @Option(help: "Cosine at or above which the semantic cache answers.")
  var threshold: Double?

  @Option(help: "Lifetime of cache entries: 90s, 15m, 6h, 7d or inf.")
  var ttl: String?

  @Option(help: "What a key holds: conversation, last-user or last-turns:K.")
  var key: String?

  /// The preset first, then what the other flags say.
  func apply(to options: inout AnalysisOptions) throws {
    if let preset { try CachePreset.named(preset).apply(to: &options) }
    if let threshold { options.cache.threshold = threshold }
    if let ttl {
      guard let lifetime = Lifetime(ttl) else {
        throw AnalyzerError(.usage, "--ttl '\(ttl)' is no duration", hint: "write 90s, 15m, 6h, 7d or inf")
      }
      options.cache.ttl = lifetime
    }
    if let key {
      guard let context = KeyContext(key) else {
        throw AnalyzerError(.usage, "--key '\(key)' is no key", hint: "write conversation, last-user or last-turns:K")
      }
      options.cache.key = context
    }
  }
}
