import CostAnalyzer
import Foundation
import Testing

@Suite("Price contracts")
struct PriceContractTests {
  /// Tables of a small price list under a contract.
  private func tables(_ yaml: String, prices: String = Self.prices) throws -> [PriceTable] {
    let folder = try TestFolder()
    var options = AnalysisOptions()
    options.prices.file = try folder.write(Array(prices.utf8), as: "prices.json")
    options.prices.contract = try folder.write(Array(yaml.utf8), as: "contract.yaml")
    return try options.priceTables()
  }

  private static let prices = """
    {"gpt-x": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06,
               "input_cost_per_token_above_200k_tokens": 4e-06, "input_cost_per_token_batches": 1e-06},
     "azure/gpt-x": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 3e-06, "output_cost_per_token": 9e-06},
     "openrouter/openai/gpt-x": {"litellm_provider": "openrouter", "mode": "chat", "input_cost_per_token": 5e-06,
               "output_cost_per_token": 9e-06}}
    """

  private func rate(
    _ tables: [PriceTable], _ model: String, at date: String = "2026-01-01", _ kind: TokenClass = .input,
    tier: ServiceTier = .standard, prompt: UInt64 = 0
  ) -> String? {
    PriceBook.resolve(model, in: tables).resolution.row?.version(at: PriceDate.firstDay(date)!)
      .rate(of: kind, tier: tier, promptTokens: prompt).map { MoneyText.exact(Int128($0.atto)) }
  }

  private func failure(_ yaml: String) -> String {
    do {
      _ = try tables(yaml)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("An alias takes the price of the name it stands for, whatever its case, and says so")
  func alias() throws {
    let tables = try tables("aliases:\n  Prod-GPT: azure/gpt-x\n  gpt-x: azure/gpt-x\n")
    #expect(rate(tables, "prod-gpt") == "3" && rate(tables, "azure/prod-gpt") == "3")
    #expect(rate(tables, "gpt-x") == "3", "an alias wins over a row of the same name")
    #expect(rate(tables, "gpt-x2") == nil)
    let resolution = PriceBook.resolve("prod-gpt", in: tables).resolution
    #expect(resolution.summary == "Prod-GPT (alias of azure/gpt-x, contract.yaml)")
  }

  @Test("An alias of a name without a price is an error that names both")
  func badAlias() {
    let message = failure("aliases: {mine: no-such-model}")
    #expect(message.contains("contract.yaml: alias 'mine': 'no-such-model' is unpriced"))
  }

  @Test("A discount takes its share off every rate of the rows it names, from its first day until its last")
  func discount() throws {
    let tables = try tables(
      """
      discounts:
        - {models: [gpt-x], percent: 12.5, from: 2025-03-01, until: 2026-01-01}
        - {models: ["azure/*"], percent: 50}
      """)
    let days = ["2025-02-28", "2025-03-01", "2025-12-31", "2026-01-01"]
    #expect(days.map { rate(tables, "gpt-x", at: $0) } == ["2", "1.75", "1.75", "2"])
    #expect(rate(tables, "gpt-x", at: "2025-06-01", .output) == "7")
    #expect(rate(tables, "gpt-x", at: "2025-06-01", tier: .batch) == "0.875")
    #expect(rate(tables, "gpt-x", at: "2025-06-01", prompt: 300_000) == "3.5")
    #expect(rate(tables, "azure/gpt-x", at: "2001-01-01") == "1.5")
    #expect(rate(tables, "openrouter/openai/gpt-x") == "5", "another seller's row is not discounted")
    #expect(
      PriceBook.resolve("gpt-x", in: tables).resolution.summary
        == "gpt-x (12.5 % off from 2025-03-01 until 2026-01-01, contract.yaml)")
  }

  @Test("A name with a region takes the region's own row, else the row without it; a commitment takes neither")
  func regions() throws {
    let tables = try tables(
      "{}",
      prices: """
        {"anthropic.m-v1:0": {"litellm_provider": "bedrock", "input_cost_per_token": 3e-06},
         "bedrock/us-east-1/anthropic.m-v1:0": {"litellm_provider": "bedrock", "input_cost_per_token": 4e-06},
         "azure/gpt-x": {"litellm_provider": "azure", "input_cost_per_token": 2e-06}}
        """)
    #expect(rate(tables, "bedrock/us-east-1/anthropic.m-v1:0") == "4")
    #expect(rate(tables, "bedrock/us-gov-west-1/anthropic.m-v1:0") == "3")
    #expect(rate(tables, "bedrock/us-gov-west-1/1-month-commitment/anthropic.m-v1:0") == nil)
    #expect(rate(tables, "bedrock/other-place/anthropic.m-v1:0") == nil)
    #expect(rate(tables, "azure/eu/gpt-x") == "2" && rate(tables, "azure/mars/gpt-x") == nil)
    #expect(
      PriceBook.resolve("azure/eu/gpt-x", in: tables).resolution.summary == "azure/gpt-x (region path removed)")
  }

  @Test("Random discounts on random histories charge what a plain day-by-day look says")
  func twin() throws {
    var random = TestRandom(3)
    for _ in 0..<30 {
      let begins = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Int.random(in: 19_000...19_040, using: &random)
      }
      let prices = Dictionary(begins.map { ($0, Int.random(in: 1...99, using: &random)) }, uniquingKeysWith: { $1 })
      let entries = prices.map { #"{"valid_from": "\#(Timestamp.dayText($0))", "input_cost_per_token": \#($1)e-06}"# }
      let discounts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        (from: Int.random(in: 18_990...19_050, using: &random), until: Int.random(in: 18_990...19_050, using: &random))
      }
      let yaml = discounts.map {
        "- {models: [m], percent: 50, from: \(Timestamp.dayText($0.from)), until: \(Timestamp.dayText($0.until))}"
      }
      let tables = try tables(
        "discounts:\n" + yaml.joined(separator: "\n"), prices: #"{"m": [\#(entries.joined(separator: ","))]}"#)
      for at in 18_985...19_055 {
        let begun = prices.keys.filter { $0 <= at }.max() ?? prices.keys.min()!
        let halvings = discounts.filter { $0.from <= at && at < $0.until }.count
        let expected = MoneyText.exact(Int128(prices[begun]! * 1_000_000_000_000 >> halvings))
        #expect(rate(tables, "m", at: Timestamp.dayText(at)) == expected, "\(yaml) \(prices) day \(at)")
      }
    }
  }

  @Test("Own rates take the place of a published row, from their first day on")
  func ownRates() throws {
    let tables = try tables(
      """
      rates:
        GPT-X:
          - {valid_from: 2025-03-01, input_cost_per_token: 1e-6, output_cost_per_token: 1.0e-06}
        my-llama: {input_cost_per_token: 2e-7, output_cost_per_token: 6.0e-7}
      """)
    #expect(rate(tables, "gpt-x", at: "2025-02-28") == "2" && rate(tables, "gpt-x", at: "2025-03-01") == "1")
    #expect(rate(tables, "gpt-x-2024-01-01", at: "2025-03-01") == "1", "rules lead to it as to any row")
    #expect(rate(tables, "my-llama") == "0.2" && rate(tables, "my-llama", .output) == "0.6")
    #expect(PriceBook.resolve("my-llama", in: tables).resolution.summary == "my-llama (own rates, contract.yaml)")
  }

  @Test("A contract that cannot be meant is an error that says what is wrong with it")
  func errors() {
    #expect(failure("alias: {}").contains("unknown key 'alias'"))
    #expect(failure("discounts: [{models: [a], percent: 10, form: 2025-01-01}]").contains("unknown key 'form'"))
    #expect(failure("discounts: [{models: [a], percent: 120}]").contains("0 … 100"))
    #expect(failure("discounts: [{models: [a], percent: 10, from: soon}]").contains("'soon' is no date"))
    #expect(failure("discounts: [{percent: 10}]").contains("models"))
    #expect(failure("asOf: 2025-13-01").contains("no date"))
    #expect(failure("rates: {m: {input_cost_per_token: cheap}}").contains("not a number"))
    #expect(failure("rates: {m: {input_cost_per_token: -1}}").contains("negative"))
    #expect(failure("rates: 5").contains("mapping"))
    #expect(failure("[1, 2]").contains("mapping"))
    #expect(failure("a: [").contains("not valid YAML"))
    #expect(failure("{[a]: 1}").contains("a key must be a word"))
  }

  @Test("Cost lines are priced one by one; a name without a price has a problem, never a cost")
  func costLines() throws {
    var pricer = CostLine.Pricer(tables: try tables("aliases: {mine: gpt-x}"))
    #expect(
      try pricer.answer(json: #"{"model": "mine", "usage": {"input": 10, "output": 1, "cache_read": 5}}"#)
        == #"{"cost_usd":"0.000038","model":"mine","price_row":"mine","rules":["alias of gpt-x, contract.yaml"],"table":"prices.json"}"#
    )
    #expect(
      try pricer.answer(json: #"{"model": "gpt-x", "service_tier": "batch", "usage": {"input": 10, "output": 1}}"#)
        .contains(
          #""cost_usd":"0.000018","model":"gpt-x","price_row":"gpt-x","rules":[],"table":"prices.json","tier_price_missing":true"#
        ))
    let unknown = try pricer.answer(json: #"{"model": "nobody\u001b", "usage": {}}"#)
    #expect(unknown.contains("\"problem\":\"unpriced") && !unknown.contains("cost_usd") && !unknown.utf8.contains(27))
    for bad in [
      "", "[]", #"{"model": "m"}"#, #"{"model": "m", "usage": {"input": -1}}"#,
      #"{"model":"m","usage":{},"ts":"soon"}"#,
      #"{"model":"m","usage":{},"service_tier":"best"}"#,
    ] {
      #expect(throws: AnalyzerError.self, "\(bad)") { try pricer.answer(json: bad) }
    }
  }
}
