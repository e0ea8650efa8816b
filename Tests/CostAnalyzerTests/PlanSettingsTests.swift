import CostAnalyzer
import Foundation
import Testing
import Yams

@Suite("Settings that a plan writes")
struct PlanSettingsTests {
  private static let hostile = [
    "a\"b", "a\\", "a\nlitellm_settings: {x: 1}", "# no comment", "*", "&anchor", "os.environ/HOME", "${HOME}", "é",
    "\u{202e}evil", "\u{1F4B8}", "", " ", "yes", "1e3", "null", "{a: b}", "- x", "auto_router/complexity_router",
  ]

  private static func settings(_ plan: SavingsPlan) throws -> (proxy: [String: Any], cache: [String: Any], text: String)
  {
    let files = Dictionary(
      uniqueKeysWithValues: try PlanFiles.files(plan, environment: [:]).map {
        ($0.name, String(decoding: $0.content, as: UTF8.self))
      })
    let proxy = try #require(files["litellm.yaml"])
    let cache = try #require(files["cache.yaml"])
    return (
      try #require(try Yams.load(yaml: proxy) as? [String: Any]),
      try #require(try Yams.load(yaml: cache) as? [String: Any]), proxy + cache
    )
  }

  private static func log(models: [String], requests: Int = 240) throws -> String {
    var rng = SeededGenerator(91)
    let lines = try (0..<requests).map { index in
      let object: [String: Any] = [
        "schema": "traffic/1", "id": "r\(index)", "ts": 1_767_600_000 + 3000 * index, "user": "u\(index % 12)",
        "model": models[index % models.count], "status": "ok", "tags": ["t"], "answer": "yes",
        "messages": [["role": "user", "content": "what is question \(Int.random(in: 0...9, using: &rng))"]],
        "usage": ["input": 500, "output": 100],
      ]
      let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
      return String(decoding: data, as: UTF8.self)
    }
    return try SampleLogs.file(lines.joined(separator: "\n"))
  }

  @Test("Quoted strings come back as they were, whatever is in them, and comments stay on their line")
  func quoting() throws {
    for text in Self.hostile {
      let quoted = SettingsText.quoted(text)
      let loaded = try #require(try Yams.load(yaml: "\(quoted): {k: \(quoted)}") as? [String: [String: String]])
      #expect(loaded == [text: ["k": text]])
      var settings = SettingsText()
      settings.comment(text)
      settings.line("x: 1")
      #expect(try Yams.load(yaml: settings.text) as? [String: Int] == ["x": 1])
    }
    #expect(Self.hostile.allSatisfy { !SettingsText.isPlainModel($0) || $0 == "yes" || $0 == "1e3" || $0 == "null" })
    #expect(SettingsText.isPlainModel("vertex_ai/claude-sonnet-4-5@20250929"))
  }

  @Test("Tiers of the routing lever become groups with fallbacks; a cache becomes cache_params with its TTL")
  func groups() throws {
    let analysis = try Analysis.run(
      Analysis.Request(inputs: [try Self.log(models: ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"])]))
    let plan = try SavingsPlan(analysis, threads: 2)
    #expect(plan.items.map(\.id) == [ExactCacheStrategy.id, RoutingStrategy.id])
    let (proxy, cache, _) = try Self.settings(plan)
    let models = try #require(proxy["model_list"] as? [[String: Any]])
    #expect(models.map { $0["model_name"] as? String } == ["tier-cheap", "tier-medium", "tier-strong"])
    #expect(
      models.map { ($0["litellm_params"] as? [String: String])?["model"] } == [
        "gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5",
      ])
    let router = try #require(proxy["router_settings"] as? [String: [[String: [String]]]])
    #expect(
      router == [
        "fallbacks": [["tier-cheap": ["tier-medium", "tier-strong"]], ["tier-medium": ["tier-strong"]]]
      ])
    #expect((proxy["litellm_settings"] as? [String: Any])?.isEmpty == true, "no budget is configured")
    let settings = try #require(cache["litellm_settings"] as? [String: Any])
    let parameters = try #require(settings["cache_params"] as? [String: Any])
    #expect(settings["cache"] as? Bool == true && parameters["type"] as? String == "redis")
    #expect(parameters["ttl"] as? Int == 86_400 && parameters["similarity_threshold"] == nil)
  }

  @Test("Names that mean something else to LiteLLM are no models, and no name writes a setting of its own")
  func hostileNames() throws {
    var prices: [String: [String: Any]] = [:]
    for (place, name) in Self.hostile.enumerated() where !name.isEmpty {
      // Cheaper than any other model: the cheap tier.
      let price = 1e-9 * Double(place + 1)
      prices[name] = ["input_cost_per_token": price, "output_cost_per_token": 4 * price, "mode": "chat"]
    }
    var routed = 0
    let table = try SampleLogs.file(
      String(decoding: try JSONSerialization.data(withJSONObject: prices), as: UTF8.self))
    for name in Self.hostile where !name.allSatisfy(\.isWhitespace) {
      var request = Analysis.Request(inputs: [
        try Self.log(models: [name, "gpt-4o-mini", "claude-sonnet-4-5"], requests: 60)
      ])
      request.options.routing.cheap = name
      request.options.prices.file = table
      request.options.budgets.limits = [
        BudgetLimit(.model, name: name, usd: 5, every: .day), BudgetLimit(.tag, name: name, usd: 2.5, every: .month),
        BudgetLimit(.global, usd: 100, every: .day), BudgetLimit(.global, usd: 1000, every: .month),
        BudgetLimit(.user, usd: 1, every: .day), BudgetLimit(.user, name: name, usd: 1, every: .day),
        BudgetLimit(.tenant, usd: 7, every: .week), BudgetLimit(.user, requests: 5, every: .day),
      ]
      let plan = try SavingsPlan(try Analysis.run(request), threads: 2)
      let (proxy, cache, text) = try Self.settings(plan)
      routed += plan.items.contains { $0.id == RoutingStrategy.id } ? 1 : 0
      #expect(Set(proxy.keys).isSubset(of: ["model_list", "router_settings", "litellm_settings"]))
      #expect(cache.keys.sorted() == ["litellm_settings"])
      #expect(unsafeScalars(in: text).isEmpty)
      let models = (proxy["model_list"] as? [[String: Any]] ?? []).flatMap { group in
        [group["model_name"] as? String, (group["litellm_params"] as? [String: Any])?["model"] as? String]
      }
      #expect(models.allSatisfy { SettingsText.isPlainModel($0 ?? "") })
      let settings = try #require(proxy["litellm_settings"] as? [String: Any])
      #expect(
        Set(settings.keys) == [
          "max_budget", "budget_duration", "max_internal_user_budget", "internal_user_budget_duration",
          "default_team_params",
        ])
      #expect(settings["max_budget"] as? Int == 100 && settings["budget_duration"] as? String == "1d")
    }
    #expect(routed > 10, "the names stood in tiers that would have been written")
  }

  @Test(
    "A semantic cache is set only for the embedding model that was measured, and only where it is safe without guards")
  func semantic() throws {
    var request = Analysis.Request(inputs: [try Self.log(models: ["gpt-4o"])])
    request.options.embedding.endpoint.model = "text-embedding-3-small"
    request.options.embedding.endpoint.url = "https://embeddings.example/v1"
    let analysis = try Analysis.run(request)
    let place = try #require(analysis.outcomes.firstIndex { $0.id == SemanticCacheStrategy.id })
    let setting = CacheSetting(threshold: 0.93, ttl: analysis.options.cache.ttl.micros)
    func cache(_ guarded: CacheSetting?, _ unguarded: CacheSetting?, _ embedder: String) throws -> [String: Any] {
      var analysis = analysis
      analysis.embedder = embedder
      // Only the semantic cache, so that it does not stand behind the exact one.
      analysis.outcomes = [analysis.outcomes[place]]
      analysis.outcomes[0].deployment = .cache(CacheRecommendation(guarded: guarded, unguarded: unguarded))
      let plan = try SavingsPlan(analysis, threads: 1)
      #expect(plan.items.first?.quality == (guarded == nil ? .unverified : .measured))
      let (_, yaml, _) = try Self.settings(plan)
      return try #require((yaml["litellm_settings"] as? [String: Any])?["cache_params"] as? [String: Any])
    }
    let measured = try cache(setting, setting, "endpoint-text-embedding-3-small-embeddings.example")
    #expect(measured["type"] as? String == "redis-semantic" && measured["similarity_threshold"] as? Double == 0.93)
    #expect(measured["ttl"] as? Int == 86_400)
    for (guarded, unguarded, embedder) in [
      (setting, setting, "hashed-ngrams-512-v1"), (setting, nil, "endpoint-x-y"), (nil, nil, "endpoint-x-y"),
    ] {
      let parameters = try cache(guarded, unguarded, embedder)
      #expect(parameters["type"] as? String == "redis" && parameters["similarity_threshold"] == nil)
    }
  }
}
