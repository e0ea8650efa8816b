/// What to set, in words. Names from the log are as they are: whoever prints them escapes them.
enum PlanSetting {
  static func text(_ outcome: StrategyOutcome, _ options: AnalysisOptions) -> String {
    switch outcome.deployment {
    case .cache(let recommendation):
      let setting = recommendation.guarded ?? options.deployed(threshold: options.cache.threshold)
      let lifetime = Lifetime(micros: setting.ttl)
      let guards = setting.guards == 0 ? "no guards" : "guards on"
      return "cosine ≥ \(NumberText.fixed(Double(setting.threshold), 2)), TTL \(lifetime), \(guards)"
    case .routing(let tiers):
      let gate = NumberText.fixed(options.routing.gate, 2)
      return "gate \(gate); cheap \(tiers.cheap.name), medium \(tiers.medium.name), strong \(tiers.strong.name)"
    case .prefixes(let models): return models.isEmpty ? "" : "cache_control for \(models.joined(separator: ", "))"
    case nil: break
    }
    switch outcome.id {
    case ExactCacheStrategy.id: return "TTL \(options.cache.ttl)"
    case PromptStrategy.id: return "level \(options.prompts.level.rawValue)"
    case QuantisationStrategy.id: return options.quantisation.format.rawValue
    default: return ""
    }
  }
}
