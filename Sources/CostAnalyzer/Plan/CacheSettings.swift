/// `cache.yaml`: the response cache for LiteLLM's proxy, as far as the analysis supports one.
///
/// Keys: https://docs.litellm.ai/docs/proxy/caching, docs/proxy/caching_redis, docs/proxy/caching_semantic.
struct CacheSettings {
  private var settings = SettingsText()
  private let plan: SavingsPlan
  private var options: AnalysisOptions { plan.analysis.options }
  var text: String { settings.text }

  init(_ plan: SavingsPlan) {
    self.plan = plan
    settings.comment("Response cache for LiteLLM's proxy, written by `analyze plan`: only what the analysis supports.")
    settings.comment("Keys: https://docs.litellm.ai/docs/proxy/caching")
    settings.comment("Take it into the proxy's settings file, or name it there: `include: [cache.yaml]`.")
    settings.blank()
    let semantic = plan.items.first { $0.id == SemanticCacheStrategy.id }
    let hasCache = semantic != nil || plan.items.contains { $0.id == ExactCacheStrategy.id }
    if let threshold = semanticThreshold(semantic), let model = options.embedding.endpoint.model {
      semanticCache(threshold, model)
    } else if hasCache {
      exactCache()
    } else {
      let reason = plan.leftOut.first { $0.id == ExactCacheStrategy.id }?.reason ?? "not part of the plan"
      settings.comment("No cache: \(reason).")
      settings.line("litellm_settings: {}")
    }
  }

  /// The cosine that a cache without guards may answer at, or nil after saying why none is set.
  private mutating func semanticThreshold(_ item: SavingsPlan.Item?) -> Float? {
    guard let item, case .cache(let recommendation) = item.outcome.deployment else {
      let reason = plan.leftOut.first { $0.id == SemanticCacheStrategy.id }?.reason ?? "not part of the plan"
      settings.comment("No semantic cache: \(reason).")
      return nil
    }
    guard recommendation.guarded != nil else {
      settings.comment(
        "No semantic cache: how many of its answers would be wrong is unverified, so no threshold is recommended.")
      return nil
    }
    guard let unguarded = recommendation.unguarded else {
      settings.comment(
        "No semantic cache: the recommended one (\(item.setting)) needs guards that refuse look-alike questions.")
      settings.comment("LiteLLM has none, and no threshold without guards is known to stay under cache.maxWrongHits.")
      return nil
    }
    let cosine = NumberText.fixed(Double(unguarded.threshold), 2)
    let saving = MoneyText.readable(recommendation.unguardedNet)
    if plan.analysis.embedder.hasPrefix("endpoint-") {
      settings.comment(
        "LiteLLM has no guards against look-alike questions: this threshold is the one that is safe without.")
      settings.comment("By itself it saves \(saving) of the log at this TTL. It holds for this embedding model only.")
      gptCache(unguarded.threshold)
      return unguarded.threshold
    }
    settings.comment(
      "No semantic cache: without guards, cosine ≥ \(cosine) would be safe and save \(saving) of the log by itself,")
    settings.comment(
      "but with the vectors of \(plan.analysis.embedder). A threshold of one embedder means nothing for another:")
    settings.comment(
      "run the analysis with the gateway's embedding model (embedding.model: endpoint) to get its threshold.")
    gptCache(unguarded.threshold)
    return nil
  }

  /// GPTCache's scale: its score is 4 − d² of unit vectors in a range of 0 … 4.
  private mutating func gptCache(_ cosine: Float) {
    let threshold = NumberText.fixed((1 + Double(cosine)) / 2, 3)
    settings.comment(
      "(GPTCache with these vectors: Config(similarity_threshold=\(threshold)), SearchDistanceEvaluation.)")
  }

  private mutating func semanticCache(_ cosine: Float, _ model: String) {
    settings.blank()
    settings.line("model_list:")
    settings.line("- model_name: \"cache-embedding\"", indent: 1)
    settings.line("litellm_params:", indent: 2)
    settings.line("model: \(SettingsText.quoted("openai/" + model))", indent: 3)
    if let url = options.embedding.endpoint.url {
      settings.line("api_base: \(SettingsText.quoted(url))", indent: 3)
    }
    settings.blank()
    open("redis-semantic")
    settings.line("similarity_threshold: \(NumberText.fixed(Double(cosine), 2))", indent: 2)
    settings.line("redis_semantic_cache_embedding_model: \"cache-embedding\"", indent: 2)
  }

  private mutating func exactCache() {
    settings.blank()
    settings.comment(
      "Repeats of a question. LiteLLM compares messages as written; the replay also finds repeats that differ in")
    settings.comment(
      "capitals, blanks and fillers: see the table of normalisation steps in the report for what that is worth.")
    open("redis")
  }

  private mutating func open(_ type: String) {
    settings.line("litellm_settings:")
    settings.line("cache: true", indent: 1)
    settings.line("cache_params:", indent: 1)
    settings.line("type: \(type)", indent: 2)
    settings.line("host: os.environ/REDIS_HOST", indent: 2)
    settings.line("port: os.environ/REDIS_PORT", indent: 2)
    settings.line("password: os.environ/REDIS_PASSWORD", indent: 2)
    settings.line("supported_call_types: [acompletion, completion]", indent: 2)
    if let micros = options.cache.ttl.micros {
      if let stale = stale() { settings.comment(stale, indent: 2) }
      settings.line("ttl: \(micros / Timestamp.second)", indent: 2)
    } else {
      settings.comment("No ttl: entries never expire in the replay.", indent: 2)
    }
  }

  /// A warning where answers to one question change sooner than the TTL.
  private func stale() -> String? {
    let verification = plan.analysis.outcomes.lazy.compactMap(\.verification).first
    guard let row = verification?.staleness.first(where: { $0.ttl == options.cache.ttl }),
      row.stale > options.cache.maxWrongHits
    else { return nil }
    let best = verification?.recommendedTTL(maxWrongHits: options.cache.maxWrongHits)
    return """
      \(PlanText.share(row.stale)) of repeats have another answer at this age, beyond cache.maxWrongHits\
      \(best.map { "; the longest TTL below it is \($0)" } ?? "; no TTL of the grid stays below it").
      """
  }
}
