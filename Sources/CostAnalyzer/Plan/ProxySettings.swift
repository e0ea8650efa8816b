/// `litellm.yaml`: model groups, fallbacks and budgets for LiteLLM's proxy, as far as the analysis supports them.
///
/// Keys: https://docs.litellm.ai/docs/proxy/config_settings, docs/proxy/reliability (fallbacks), docs/proxy/users (budgets),
/// docs/tutorials/prompt_caching (injection points).
struct ProxySettings {
  private var settings = SettingsText()
  private let plan: SavingsPlan
  var text: String { settings.text }

  /// A deployment of `model_list`.
  private struct Group {
    var name: String
    var model: String
    var parameters: [String] = []
  }

  init(_ plan: SavingsPlan) {
    self.plan = plan
    settings.comment("Settings for LiteLLM's proxy, written by `analyze plan`: only what the analysis supports.")
    settings.comment("Keys: https://docs.litellm.ai/docs/proxy/config_settings")
    settings.comment("Provider keys are read from the environment (OPENAI_API_KEY, ...).")
    var groups: [Group] = []
    var fallbacks: [(group: String, to: [String])] = []
    routing(&groups, &fallbacks)
    prefixes(&groups)
    let lines = budgets(&groups)
    write(groups, fallbacks)
    settings.blank()
    if lines.isEmpty {
      settings.line("litellm_settings: {}")
    } else {
      settings.comment("Budgets are enforced against a database: https://docs.litellm.ai/docs/proxy/users")
      settings.line("litellm_settings:")
      for line in lines { settings.line(line, indent: 1) }
    }
  }

  private func item(_ id: String) -> SavingsPlan.Item? { plan.items.first { $0.id == id } }
  private func reason(_ id: String) -> String { plan.leftOut.first { $0.id == id }?.reason ?? "not part of the plan" }

  private mutating func routing(_ groups: inout [Group], _ fallbacks: inout [(group: String, to: [String])]) {
    settings.blank()
    guard let item = item(RoutingStrategy.id), case .routing(let tiers) = item.outcome.deployment else {
      settings.comment("No model groups for routing: \(reason(RoutingStrategy.id)).")
      return
    }
    var named = [
      ("tier-cheap", tiers.cheap.name), ("tier-medium", tiers.medium.name), ("tier-strong", tiers.strong.name),
    ]
    if tiers.medium.row.name == tiers.strong.row.name { named.remove(at: 1) }
    if let odd = named.first(where: { !SettingsText.isPlainModel($0.1) }) {
      settings.comment("No model groups for routing: LiteLLM would not take the name \(odd.1) for a model.")
      return
    }
    settings.comment("The tiers of the routing lever, for a trial: how good their answers are is unverified.")
    settings.comment("Nothing is routed until a caller asks for a tier; a failed call goes to the next dearer one.")
    settings.comment(
      "LiteLLM's own complexity router scores by keywords, which is not the score replayed here: not set.")
    groups += named.map { Group(name: $0.0, model: $0.1) }
    for place in named.indices.dropLast() { fallbacks.append((named[place].0, named[(place + 1)...].map(\.0))) }
  }

  private mutating func prefixes(_ groups: inout [Group]) {
    settings.blank()
    guard let item = item(PrefixCacheStrategy.id), case .prefixes(let models) = item.outcome.deployment else {
      settings.comment("No marks for the provider's prefix cache: \(reason(PrefixCacheStrategy.id)).")
      return
    }
    let plain = models.filter(SettingsText.isPlainModel)
    if plain.isEmpty {
      settings.comment(
        "Prefix caching needs no setting here: the providers of the models for which it pays cache by themselves.")
      return
    }
    settings.comment(
      "Marks the system prompt for Anthropic's prefix cache: https://docs.litellm.ai/docs/tutorials/prompt_caching")
    settings.comment(
      "It pays for these models in the replay, where all that requests begin alike with is cached, tools too.")
    let marks = ["cache_control_injection_points:", "  - {location: message, role: system}"]
    groups += plain.map { Group(name: $0, model: $0, parameters: marks) }
  }

  private mutating func write(_ groups: [Group], _ fallbacks: [(group: String, to: [String])]) {
    if groups.isEmpty { return }
    settings.blank()
    settings.line("model_list:")
    for group in groups {
      settings.line("- model_name: \(SettingsText.quoted(group.name))", indent: 1)
      settings.line("litellm_params:", indent: 2)
      settings.line("model: \(SettingsText.quoted(group.model))", indent: 3)
      for line in group.parameters { settings.line(line, indent: 3) }
    }
    if fallbacks.isEmpty { return }
    settings.blank()
    settings.comment("https://docs.litellm.ai/docs/proxy/reliability")
    settings.line("router_settings:")
    settings.line("fallbacks:", indent: 1)
    for (group, to) in fallbacks {
      let names = to.map(SettingsText.quoted).joined(separator: ", ")
      settings.line("- \(SettingsText.quoted(group)): [\(names)]", indent: 2)
    }
  }

  /// The limits that the options name and LiteLLM's file can hold, as lines below `litellm_settings`.
  private mutating func budgets(_ groups: inout [Group]) -> [String] {
    settings.blank()
    let limits = plan.analysis.options.budgets.limits
    if limits.isEmpty {
      settings.comment("No budgets: none is configured (budgets.limits), so none was replayed.")
      return []
    }
    var lines: [String] = []
    var taken: Set<String> = []
    for (number, limit) in limits.enumerated() {
      let replayed = plan.analysis.budgets?.replay.windows.filter { $0.limit == number } ?? []
      let refused = replayed.reduce(0) { $0 + $1.refused }
      let cost = MoneyText.readable(replayed.reduce(0) { $0 + $1.refusedCost })
      let told =
        "Limit \(number + 1) (\(limit.scope.rawValue)): would have refused \(NumberText.grouped(refused)) requests of \(cost)"
      let usd = MoneyText.exact(limit.allowed)
      let every = limit.every.map { SettingsText.quoted($0.description) }
      let scope = limit.scope == .team ? BudgetLimit.Scope.tenant : limit.scope
      let place = "\(scope.rawValue) \(limit.name ?? "")"
      let key: (budget: String, duration: String)? =
        switch (limit.scope, limit.name) {
        case (.global, _): ("max_budget", "budget_duration")
        case (.user, nil): ("max_internal_user_budget", "internal_user_budget_duration")
        default: nil
        }
      if limit.measure != .usd || limit.every == nil || !taken.insert(place).inserted {
        settings.comment("\(told). Not set: LiteLLM's file takes one limit in dollars with a period here.")
      } else if let key {
        settings.comment("\(told).")
        lines += ["\(key.budget): \(usd)", "\(key.duration): \(every!)"]
      } else if scope == .tenant && limit.name == nil {
        settings.comment("\(told). For teams that are made from now on.")
        lines += ["default_team_params:", "  max_budget: \(usd)", "  budget_duration: \(every!)"]
      } else if limit.scope == .tag {
        settings.comment(
          "\(told). Not set: budgets of tags (tag_budget_config) need a licence, without which LiteLLM does not start.")
      } else if limit.scope == .model, let name = limit.name, SettingsText.isPlainModel(name) {
        settings.comment("\(told).")
        let parameters = ["max_budget: \(usd)", "budget_duration: \(every!)"]
        if let known = groups.firstIndex(where: { $0.name == name }) {
          groups[known].parameters += parameters
        } else {
          groups.append(Group(name: name, model: name, parameters: parameters))
        }
      } else {
        settings.comment("\(told). Not set: LiteLLM keeps it with the user, team or key, not in this file.")
      }
    }
    if plan.analysis.options.budgets.breaker.multiple != nil {
      settings.comment("The circuit breaker is not set: LiteLLM has none for spending.")
    }
    return lines
  }
}
