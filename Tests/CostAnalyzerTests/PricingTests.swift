import CostAnalyzer
import Foundation
import Testing

private let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
private let sharedTablePath =
  packageRoot.deletingLastPathComponent()
  .appendingPathComponent("shared/data/prices/model_prices_and_context_window.json").standardizedFileURL.path
private let hasSharedTable: Bool = {
  let isThere = FileManager.default.fileExists(atPath: sharedTablePath)
  if !isThere { print("SKIPPED: tests of the full price table, \(sharedTablePath) is not there") }
  return isThere
}()
private let sharedTable: PriceTable? = {
  guard hasSharedTable, let data = FileManager.default.contents(atPath: sharedTablePath) else { return nil }
  return try? PriceTable(litellmJSON: data, name: "shared")
}()
private let builtinJSON: Data? = FileManager.default.contents(
  atPath: packageRoot.appendingPathComponent("Sources/CostAnalyzer/Data/prices.json").path)

private func table(_ json: String) throws -> PriceTable {
  try PriceTable(litellmJSON: Data(json.utf8), name: "test")
}

private func cost(_ model: String, _ usage: TokenUsage, tier: ServiceTier = .standard) throws -> Cost {
  try #require(PriceTable.builtin().resolve(model: model, provider: nil).row).cost(of: usage, tier: tier)
}

@Suite("Prices of requests")
struct PriceRowTests {
  @Test("Claude 3.7 Sonnet with 12,304 cache-written tokens costs what Anthropic invoiced, $0.054399")
  func invoicedSonnet() throws {
    let cost = try cost("claude-3-7-sonnet-20250219", TokenUsage(input: 3, cacheWrite5m: 12_304, output: 550))
    #expect(cost == Cost(pico: 54_399_000_000, tierRateMissing: false, unpricedTokens: 0))
  }

  @Test("Ten tokens into and twenty out of gpt-4o cost $0.000225")
  func litellmFixture() throws {
    #expect(try cost("gpt-4o", TokenUsage(input: 10, output: 20)).pico == 225_000_000)
  }

  @Test("A Claude 3.5 Haiku prompt that is nearly all cache reads costs $0.000292, not $0.002059")
  func cachedHaiku() throws {
    // 4 × 0.8e-6 + 2455 × 8e-8 + 23 × 4e-6 = 3.2e-6 + 196.4e-6 + 92e-6
    let cost = try cost("claude-3-5-haiku-20241022", TokenUsage(input: 4, cacheRead: 2_455, output: 23))
    #expect(cost.pico == 291_600_000)
    #expect(MoneyText.usd(Int128(cost.pico), decimals: 6) == "$0.000292")
  }

  @Test("A one-hour cache write takes its own rate, else the five-minute rate, else the input rate")
  func cacheWriteFallbacks() throws {
    #expect(try cost("claude-3-7-sonnet-20250219", TokenUsage(cacheWrite1h: 1)).pico == 6_000_000)
    // Anthropic's rule where a Claude row has the five-minute rate alone: twice the input.
    #expect(try cost("claude-3-5-haiku-20241022", TokenUsage(cacheWrite1h: 1)).pico == 1_600_000)
    #expect(try cost("gpt-4o", TokenUsage(cacheWrite1h: 1)).pico == 2_500_000)
    #expect(try cost("gpt-4", TokenUsage(cacheRead: 1)).pico == 30_000_000)
  }

  @Test("The higher rate begins one token beyond the threshold and holds for every token of the request")
  func cliff() throws {
    let row = try #require(PriceTable.builtin().resolve(model: "gemini/gemini-2.5-pro", provider: nil).row)
    let at = TokenUsage(input: 150_000, cacheRead: 50_000, output: 1)
    let beyond = TokenUsage(input: 150_001, cacheRead: 50_000, output: 1)
    #expect(row.cost(of: at, tier: .standard).pico == 150_000 * 1_250_000 + 50_000 * 125_000 + 10_000_000)
    #expect(row.cost(of: beyond, tier: .standard).pico == 150_001 * 2_500_000 + 50_000 * 250_000 + 15_000_000)
    #expect(row.cost(of: beyond, tier: .priority).pico == 150_001 * 4_500_000 + 50_000 * 450_000 + 27_000_000)
  }

  @Test("xAI bills the higher rate from the threshold on")
  func cliffOfXAI() throws {
    let row = try #require(
      try table(
        """
        {"xai/g": {"litellm_provider": "xai", "input_cost_per_token": 1e-06, "output_cost_per_token": 0,
                   "input_cost_per_token_above_128k_tokens": 2e-06}}
        """
      ).rows.first)
    #expect(row.cost(of: TokenUsage(input: 127_999), tier: .standard).pico == 127_999 * 1_000_000)
    #expect(row.cost(of: TokenUsage(input: 128_000), tier: .standard).pico == 128_000 * 2_000_000)
  }

  @Test("Price ranges are bands, the last one without an end")
  func tieredPricing() throws {
    let row = try #require(
      try table(
        """
        {"q": {"tiered_pricing": [
          {"range": [0, 32000.0], "input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06},
          {"range": [32000.0, 128000.0], "input_cost_per_token": 2e-06, "output_cost_per_token": 6e-06}]}}
        """
      ).rows.first)
    #expect(row.cost(of: TokenUsage(input: 32_000, output: 1), tier: .standard).pico == 32_005_000_000)
    #expect(row.cost(of: TokenUsage(input: 32_001, output: 1), tier: .standard).pico == 64_008_000_000)
    #expect(row.cost(of: TokenUsage(input: 900_000), tier: .standard).pico == 1_800_000_000_000)
  }

  @Test("A tier without a rate of its own takes the standard rate and says so")
  func missingTierRate() throws {
    let usage = TokenUsage(input: 1_000, cacheRead: 1_000, output: 100)
    #expect(try cost("gpt-4o", TokenUsage(input: 1_000, output: 100), tier: .batch).pico == 1_750_000_000)
    #expect(try cost("gpt-4o", TokenUsage(input: 1_000, output: 100), tier: .batch).tierRateMissing == false)
    let batch = try cost("gpt-4o", usage, tier: .batch)
    #expect(batch == Cost(pico: 3_000_000_000, tierRateMissing: true, unpricedTokens: 0))
    #expect(try cost("gpt-3.5-turbo", usage, tier: .flex).tierRateMissing)
    #expect(try cost("gpt-5", usage, tier: .flex).pico == 625_000_000 + 62_500_000 + 500_000_000)
  }

  @Test("Reasoning is part of output and costs extra only where it has a different rate")
  func reasoning() throws {
    let rows = try table(
      """
      {"a": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "output_cost_per_reasoning_token": 5e-06},
       "b": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "output_cost_per_reasoning_token": 2e-06,
             "output_cost_per_token_batches": 1e-06}}
      """
    ).rows
    let usage = TokenUsage(output: 10, reasoning: 4)
    #expect(rows[0].cost(of: usage, tier: .standard).pico == 6 * 2_000_000 + 4 * 5_000_000)
    #expect(rows[1].cost(of: usage, tier: .standard).pico == 20_000_000)
    #expect(rows[1].cost(of: usage, tier: .batch) == .init(pico: 10_000_000, tierRateMissing: false, unpricedTokens: 0))
    #expect(rows[0].cost(of: TokenUsage(output: 1, reasoning: 9), tier: .standard).pico == 5_000_000)
  }

  @Test("Sound and pictures are parts of input and output and cost extra only where they have a different rate")
  func media() throws {
    let rows = try table(
      """
      {"a": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "input_cost_per_audio_token": 1e-04,
             "output_cost_per_audio_token": 2e-04, "output_cost_per_image_token": 3e-05},
       "b": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "input_cost_per_audio_token": 1e-06,
             "input_cost_per_token_batches": 5e-07, "output_cost_per_token_batches": 1e-06}}
      """
    ).rows
    var usage = TokenUsage(
      input: 100, output: 50, reasoning: 5, audioInput: 40, imageInput: 10, audioOutput: 10, imageOutput: 20)
    #expect(
      rows[0].cost(of: usage, tier: .standard).pico == 60 * 1_000_000 + 40 * 100_000_000 + 20 * 2_000_000
        + 10 * 200_000_000 + 20 * 30_000_000)
    #expect(
      rows[1].cost(of: usage, tier: .batch) == .init(pico: 100_000_000, tierRateMissing: false, unpricedTokens: 0))
    // More sound than output.
    usage.audioOutput = 500
    #expect(
      rows[0].cost(of: usage, tier: .standard).pico == 60 * 1_000_000 + 40 * 100_000_000 + 5 * 2_000_000
        + 45 * 200_000_000)
    #expect(FlatRates(rows[0])?.cost(of: usage, tier: .standard) == nil)
  }

  @Test("Tokens that a row has no rate for are counted, not charged nothing in silence")
  func unpricedTokens() throws {
    let row = try #require(try table(#"{"e": {"mode": "embedding", "input_cost_per_token": 1e-07}}"#).rows.first)
    #expect(row.cost(of: TokenUsage(input: 10), tier: .standard).unpricedTokens == 0)
    #expect(
      row.cost(of: TokenUsage(input: 10, output: 7), tier: .standard)
        == .init(pico: 1_000_000, tierRateMissing: false, unpricedTokens: 7))
  }

  @Test("The sum is rounded once, half to even, and an absurd request stops at the largest amount")
  func rounding() throws {
    let rows = try table(
      """
      {"a": {"input_cost_per_token": 5e-13, "output_cost_per_token": 5e-13},
       "b": {"input_cost_per_token": 9, "output_cost_per_token": 9}}
      """
    ).rows
    #expect(rows[0].cost(of: TokenUsage(input: 1), tier: .standard).pico == 0)
    #expect(rows[0].cost(of: TokenUsage(input: 1, output: 1), tier: .standard).pico == 1)
    #expect(rows[0].cost(of: TokenUsage(input: 3), tier: .standard).pico == 2)
    #expect(rows[1].cost(of: TokenUsage(input: .max, output: .max), tier: .standard).pico == .max)
  }

  @Test("Random requests cost what plain decimal arithmetic on the built-in table says")
  func builtinTwin() throws {
    let twin = try DecimalTwin(json: try #require(builtinJSON))
    try twin.check(PriceTable.builtin(), requestsPerRow: 200)
  }

  @Test("Random requests cost what plain decimal arithmetic on the full table says", .enabled(if: hasSharedTable))
  func sharedTwin() throws {
    let data = try #require(FileManager.default.contents(atPath: sharedTablePath))
    try DecimalTwin(json: data).check(try #require(sharedTable), requestsPerRow: 4)
  }
}

/// The price of a request in `Decimal`, straight from the table's keys.
private struct DecimalTwin {
  private enum Field: Decodable {
    case number(Decimal)
    case text(String)
    case other
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self =
        (try? container.decode(Decimal.self)).map(Field.number) ?? (try? container.decode(String.self)).map(Field.text)
        ?? .other
    }
  }

  /// An entry, of several the first, which is the newest.
  private struct Entry: Decodable {
    var fields: [String: Field]
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      fields = try (try? container.decode([[String: Field]].self))?.first ?? container.decode([String: Field].self)
    }
  }

  private var fieldsByName: [String: [String: Decimal]] = [:]

  init(json: Data) throws {
    for (name, entry) in try JSONDecoder().decode([String: Entry].self, from: json) {
      let fields = entry.fields
      // Price ranges, and xAI's thresholds, are tested by hand.
      if fields["tiered_pricing"] != nil || name.hasPrefix("xai/") || name.hasPrefix("low/xai") { continue }
      fieldsByName[name] = fields.compactMapValues { if case .number(let number) = $0 { number } else { nil } }
      if case .text("fireworks_ai") = fields["litellm_provider"],
        let input = fieldsByName[name]?["input_cost_per_token"],
        fieldsByName[name]?["cache_read_input_token_cost"] == nil
      {
        fieldsByName[name]?["cache_read_input_token_cost"] = input / 2
      }
      if name.lowercased().contains("claude") { addHourWrites(name) }
    }
  }

  /// Twice the input where writes for five minutes cost a quarter more than it.
  private mutating func addHourWrites(_ name: String) {
    for (key, input) in fieldsByName[name]! where key.hasPrefix("input_cost_per_token") {
      let suffix = key.dropFirst("input_cost_per_token".count)
      let hour = "cache_creation_input_token_cost_above_1hr\(suffix)"
      guard fieldsByName[name]!["cache_creation_input_token_cost\(suffix)"] == input * 5 / 4 else { continue }
      if fieldsByName[name]![hour] == nil { fieldsByName[name]![hour] = input * 2 }
    }
  }

  func check(_ table: PriceTable, requestsPerRow: Int) throws {
    var generator = SplitMix(state: 20_261_123)
    var checked = 0
    for row in table.rows {
      guard let fields = fieldsByName[row.name] else { continue }
      for _ in 0..<requestsPerRow {
        func tokens() -> UInt32 {
          UInt32.random(in: 0...(UInt32.random(in: 0...3, using: &generator) * 100_000), using: &generator)
        }
        var usage = TokenUsage(
          input: tokens(), cacheRead: tokens(), cacheWrite5m: tokens(), cacheWrite1h: tokens(), output: tokens())
        usage.reasoning = UInt32.random(in: 0...usage.output, using: &generator)
        if Bool.random(using: &generator) {
          usage.audioInput = UInt32.random(in: 0...usage.input, using: &generator)
          usage.imageInput = UInt32.random(in: 0...usage.input - usage.audioInput, using: &generator)
          let rest = usage.output - usage.reasoning
          usage.audioOutput = UInt32.random(in: 0...rest, using: &generator)
          usage.imageOutput = UInt32.random(in: 0...rest - usage.audioOutput, using: &generator)
        }
        let tier = ServiceTier.allCases[Int.random(in: 0..<4, using: &generator)]
        let cost = row.cost(of: usage, tier: tier)
        try #require(
          Decimal(cost.pico) == pico(usage, tier, fields), "\(row.name) \(usage) \(tier)")
        checked += 1
      }
    }
    #expect(checked > 30 * requestsPerRow)
  }

  private func pico(_ usage: TokenUsage, _ tier: ServiceTier, _ fields: [String: Decimal]) -> Decimal {
    let prompt = Int(usage.promptTokens)
    let read = ["cache_read_input_token_cost", "input_cost_per_token"]
    let write = ["cache_creation_input_token_cost", "input_cost_per_token"]
    let charges: [(UInt32, [String])] = [
      (usage.input - usage.audioInput - usage.imageInput, ["input_cost_per_token"]),
      (usage.audioInput, ["input_cost_per_audio_token", "input_cost_per_token"]),
      (usage.imageInput, ["input_cost_per_image_token", "input_cost_per_token"]),
      (usage.cacheRead, read), (usage.cacheWrite5m, write),
      (usage.cacheWrite1h, ["cache_creation_input_token_cost_above_1hr"] + write),
      (usage.output - usage.reasoning - usage.audioOutput - usage.imageOutput, ["output_cost_per_token"]),
      (usage.audioOutput, ["output_cost_per_audio_token", "output_cost_per_token"]),
      (usage.imageOutput, ["output_cost_per_image_token", "output_cost_per_token"]),
      (usage.reasoning, ["output_cost_per_reasoning_token", "output_cost_per_token"]),
    ]
    let dollars = charges.reduce(Decimal(0)) { sum, charge in
      sum + Decimal(charge.0) * (rate(charge.1, tier, prompt, fields) ?? 0)
    }
    return rounded(dollars * Decimal(sign: .plus, exponent: 12, significand: 1), to: 0)
  }

  private func rate(_ stems: [String], _ tier: ServiceTier, _ prompt: Int, _ fields: [String: Decimal]) -> Decimal? {
    let suffix = [ServiceTier.standard: "", .batch: "_batches", .flex: "_flex", .priority: "_priority"][tier] ?? ""
    let reached = [1_000, 512, 272, 256, 200, 128, 100, 32].filter { prompt > $0 * 1_000 }.map {
      "_above_\($0)k_tokens"
    }
    for stem in stems {
      let part = ["reasoning", "audio", "image"].contains { stem.contains("_\($0)_token") }
      if part, fields[stem] == fields[stem.hasPrefix("input") ? "input_cost_per_token" : "output_cost_per_token"] {
        continue
      }
      for part in reached + [""] {
        for key in [stem + part + suffix, stem + part] {
          if let rate = fields[key] { return rounded(rate, to: 18) }
        }
      }
    }
    return nil
  }

  private func rounded(_ value: Decimal, to decimals: Int) -> Decimal {
    var value = value
    var result = Decimal()
    NSDecimalRound(&result, &value, decimals, .bankers)
    return result
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

@Suite("Price tables")
struct PriceTableTests {
  @Test("Every entry of the full table is a price or is listed with its reason", .enabled(if: hasSharedTable))
  func conservation() throws {
    let data = try #require(FileManager.default.contents(atPath: sharedTablePath))
    let entries = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let table = try #require(sharedTable)
    #expect(Set(table.rows.map(\.name)).union(table.skippedRows.map(\.name)) == Set(entries.keys))
    #expect(table.rows.count + table.skippedRows.count == entries.count)
    let reasons = Dictionary(grouping: table.skippedRows) { skipped in
      if case .pricedByOtherUnit = skipped.problem { "another unit" } else { skipped.problem.description }
    }.mapValues(\.count)
    print("price table: \(table.rows.count) rows, \(table.roundedRates) rounded rates, skipped \(reasons)")
    #expect(Set(reasons.keys) == ["another unit", "documentation of the format", "no price per token"])
    #expect(reasons["another unit"] == 41)
    #expect(table.rows.count > 3_500)
  }

  @Test("Every published rate of the full table is read to the last of its decimals", .enabled(if: hasSharedTable))
  func exactRates() throws {
    // Decimal text of the file against the rates read, without Foundation's numbers in between.
    let text = try String(contentsOfFile: sharedTablePath, encoding: .utf8)
    var model = ""
    var compared = 0
    let rows = Dictionary(uniqueKeysWithValues: try #require(sharedTable).rows.map { ($0.name, $0) })
    for line in text.split(separator: "\n") {
      let indent = line.prefix { $0 == " " }.count
      if indent <= 4, line.hasSuffix("{") { model = String(line.dropFirst(indent + 1).prefix { $0 != "\"" }) }
      guard line.hasPrefix("        \"input_cost_per_token\":"), let row = rows[model] else { continue }
      let number = line.split(separator: ":")[1].trimmingCharacters(in: CharacterSet(charactersIn: " ,\r"))
      var exact = try #require(Decimal(string: number)) * Decimal(sign: .plus, exponent: 18, significand: 1)
      var rounded = Decimal()
      NSDecimalRound(&rounded, &exact, 0, .bankers)
      let rate = try #require(row.rate(of: .input, tier: .standard, promptTokens: 0))
      try #require(Decimal(rate.atto) == rounded, "\(model) \(number)")
      compared += 1
    }
    #expect(compared > 3_000)
  }

  @Test("The built-in table has every row's source and date, and skips nothing")
  func builtin() {
    let table = PriceTable.builtin()
    #expect((25...40).contains(table.rows.count))
    #expect(table.skippedRows.isEmpty)
    #expect(table.roundedRates == 0)
    for row in table.rows {
      #expect(row.source?.hasPrefix("https://") == true, "\(row.name)")
      #expect(row.asOf?.hasPrefix("202") == true, "\(row.name)")
      for older in row.earlier { #expect(older.source?.hasPrefix("https://") == true && older.isDated, "\(row.name)") }
    }
    #expect(table.rows.filter { !$0.earlier.isEmpty }.map(\.name) == ["gpt-3.5-turbo", "gpt-4o", "o3"])
  }

  @Test("The built-in prices stand in the full table, for the models that it still has", .enabled(if: hasSharedTable))
  func builtinAgrees() throws {
    let full = Dictionary(uniqueKeysWithValues: try #require(sharedTable).rows.map { ($0.name, $0) })
    let shared = PriceTable.builtin().rows.filter { full[$0.name] != nil }
    #expect(shared.count >= 25)
    for row in shared { #expect(row.bands == full[row.name]?.bands, "\(row.name)") }
  }

  @Test("A row without a token price, or with a bad rate, is skipped with its reason; explicit 0 is a price")
  func skippedRows() throws {
    let table = try table(
      """
      {"sample_spec": {"input_cost_per_token": 0}, "list": [], "ability": {"mode": "chat", "supports_vision": true},
       "query": {"input_cost_per_token": 0.0, "output_cost_per_token": 0, "input_cost_per_query": 0.002},
       "minus": {"input_cost_per_token": -1e-06, "output_cost_per_token": 1e-06},
       "text": {"input_cost_per_token": "1e-06"}, "flag": {"input_cost_per_token": true},
       "null": {"input_cost_per_token": null}, "huge": {"output_cost_per_token": 10},
       "long": {"input_cost_per_token": 123456789012345678901234567890, "output_cost_per_token": 1},
       "free": {"input_cost_per_token": 0.0, "output_cost_per_token": 0}}
      """)
    #expect(table.rows.map(\.name) == ["free"])
    let reasons = Dictionary(uniqueKeysWithValues: table.skippedRows.map { ($0.name, $0.problem.description) })
    #expect(
      reasons == [
        "sample_spec": "documentation of the format", "list": "not an object", "ability": "no price per token",
        "query": "token rates are 0, the price is input_cost_per_query",
        "minus": "input_cost_per_token is negative", "text": "input_cost_per_token is not a number",
        "flag": "input_cost_per_token is not a number", "null": "no price per token",
        "huge": "output_cost_per_token is out of range", "long": "input_cost_per_token is out of range",
      ])
    #expect(table.rows[0].cost(of: TokenUsage(input: 5, output: 5), tier: .standard).pico == 0)
  }

  @Test("Text that is not a table is an error that names the table")
  func notATable() {
    #expect(throws: PriceTableError.notAnObject(table: "test")) { try table("[1]") }
    #expect(throws: PriceTableError.noPrices(table: "test")) { try table("{}") }
    #expect(throws: PriceTableError.self) { try table("{\"a\": ") }
    #expect(throws: PriceTableError.self) { try table("") }
  }
}

@Suite("Model names")
struct ModelNameTests {
  /// A logged name, its provider, the row we answer (nil: unpriced) and the rules applied.
  struct Example: CustomTestStringConvertible {
    let model: String
    var provider: String?
    let row: String?
    var rules: [String] = []
    var testDescription: String { model + (provider.map { " [\($0)]" } ?? "") }
  }

  static let examples: [Example] = [
    Example(model: "azure/gpt-4o-2024-08-06", row: "azure/gpt-4o-2024-08-06"),
    Example(
      model: "bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0", row: "anthropic.claude-3-5-sonnet-20240620-v1:0",
      rules: ["route prefix removed"]),
    Example(
      model: "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
      row: "us.anthropic.claude-sonnet-4-5-20250929-v1:0", rules: ["ARN to model id"]),
    Example(model: "openai/gpt-4o", row: "gpt-4o", rules: ["provider prefix removed"]),
    Example(model: "GPT-4o", row: "gpt-4o"),
    Example(model: "gpt-4o-2024-12-31", row: "gpt-4o", rules: ["date suffix removed"]),
    Example(
      model: "ft:gpt-4o-mini-2024-07-18:my-org::abc", row: "ft:gpt-4o-mini-2024-07-18", rules: ["fine-tune to its base"]
    ),
    Example(model: "gpt-5-20250807", row: "gpt-5-2025-08-07", rules: ["date spelling"]),
    Example(
      model: "openrouter/anthropic/claude-sonnet-4.5", row: "claude-sonnet-4-5",
      rules: ["dotted Claude version", "provider prefix removed", "provider prefix removed"]),
    Example(model: "models/gemini-2.5-pro", row: "gemini/gemini-2.5-pro", rules: ["resource path to model id"]),
    Example(model: "claude-3-7-sonnet-20250219", row: nil),
    Example(model: "gpt-3.5-turbo-0613", row: nil),
    Example(
      model: "gpt-35-turbo", provider: "azure", row: "azure/gpt-35-turbo", rules: ["provider prefix added"]),
    Example(model: "gpt-35-turbo", row: nil),
    Example(model: "my-azure-deployment", row: nil),
    Example(model: "my-azure-deployment", provider: "azure", row: nil),
    Example(model: "meta-llama/Llama-3.1-8B-Instruct", row: nil),
    // Beyond §3.3 of the reference.
    Example(model: "gpt-4o", provider: "openai", row: "gpt-4o"),
    Example(
      model: "gpt-4o", provider: "azure.ai.openai", row: "azure/gpt-4o", rules: ["provider prefix added"]),
    Example(
      model: "grok-4.3", provider: "x_ai", row: "xai/grok-4.3", rules: ["provider prefix added"]),
    Example(
      model: "us.anthropic.claude-haiku-4-5-20251001-v1:0", provider: "aws.bedrock",
      row: "us.anthropic.claude-haiku-4-5-20251001-v1:0"),
    Example(
      model: "bedrock/converse/us.anthropic.claude-haiku-4-5-20251001-v1:0",
      row: "us.anthropic.claude-haiku-4-5-20251001-v1:0", rules: ["route prefix removed", "route prefix removed"]),
    Example(
      model: "claude-sonnet-4-5@20250929", row: "claude-sonnet-4-5-20250929", rules: ["date spelling"]),
    Example(model: "claude-sonnet-4-5[1m]", row: "claude-sonnet-4-5", rules: ["context suffix removed"]),
    Example(model: "claude-sonnet-4-5-latest", row: "claude-sonnet-4-5", rules: ["-latest removed"]),
    Example(
      model: "mistral-large-latest", provider: "mistral_ai", row: "mistral/mistral-large-latest",
      rules: ["provider prefix added"]),
    Example(model: "mistral-large-latest", row: "mistral/mistral-large-latest", rules: ["provider prefix added"]),
    Example(
      model: "bedrock/converse/amazon.nova-lite-v1:0", row: "amazon.nova-lite-v1:0",
      rules: ["route prefix removed", "route prefix removed"]),
    Example(model: "x-ai/grok-4.3", row: "xai/grok-4.3", rules: ["provider spelling"]),
    Example(
      model: "anthropic.claude-opus-4-6-v1:0", row: "anthropic.claude-opus-4-6-v1",
      rules: ["Bedrock version suffix removed"]),
    Example(model: "jp.amazon.nova-lite-v1:0", row: "amazon.nova-lite-v1:0", rules: ["region prefix removed"]),
    Example(
      model: "openrouter/openai/gpt-4o", row: "gpt-4o", rules: ["provider prefix removed", "provider prefix removed"]),
    Example(model: "gpt-4o", provider: "openrouter", row: "gpt-4o", rules: ["provider ignored"]),
    Example(
      model: "projects/p/locations/l/publishers/google/models/gemini-2.5-pro", row: "gemini-2.5-pro",
      rules: ["resource path to model id", "provider prefix removed"]),
    // Mistral sells it, and the codestral endpoint lists it at 0: two prices, so none.
    Example(model: "codestral-latest", row: nil),
    // One's own server has no list price.
    Example(model: "gpt-4o", provider: "vllm", row: nil),
    Example(model: "ollama/gpt-4o", row: nil),
    Example(model: "gpt-4o", provider: "my-gateway", row: "gpt-4o"),
    Example(model: "gpt-4o-mini-turbo", row: nil),
    Example(model: "gpt-4o-2024-99-99", row: nil),
    Example(model: "gpt", row: nil),
    Example(model: "", row: nil),
    Example(model: "rerank-v3.5", row: nil),
    Example(model: "ft:gpt-4o:org::x", row: nil),
    Example(model: "arn:aws:bedrock:us-east-1:1:provisioned-model/abcdef", row: nil),
  ]

  @Test(
    "Names resolve in the full table by stated rules, or not at all", .enabled(if: hasSharedTable), arguments: examples)
  func sharedNames(_ example: Example) throws {
    let answer = try #require(sharedTable).resolve(model: example.model, provider: example.provider)
    switch answer {
    case .priced(let row, let rules):
      #expect(row.name == example.row)
      #expect(rules == example.rules)
    case .unpriced(let tried, _):
      #expect(example.row == nil, "\(answer.summary)")
      #expect(example.model.isEmpty || !tried.isEmpty)
    }
  }

  @Test("Every row of the full table resolves to itself", .enabled(if: hasSharedTable))
  func identity() throws {
    let table = try #require(sharedTable)
    for row in table.rows {
      #expect(table.resolve(model: row.name, provider: nil) == .priced(row: row, rules: []))
    }
  }

  @Test("An undated name takes its dated snapshots' price when they agree, and never another date's")
  func snapshots() throws {
    let builtin = PriceTable.builtin()
    #expect(builtin.resolve(model: "claude-3-7-sonnet-latest", provider: nil).row?.name == "claude-3-7-sonnet-20250219")
    #expect(builtin.resolve(model: "claude-3-7-sonnet-20250101", provider: nil).row == nil)
    let two = try table(
      """
      {"m-20250101": {"input_cost_per_token": 1e-06}, "m-20250201": {"input_cost_per_token": 2e-06},
       "n-20250101": {"input_cost_per_token": 1e-06}, "n-20250201": {"input_cost_per_token": 1e-06}}
      """)
    guard case .unpriced(_, let conflicting) = two.resolve(model: "m", provider: nil) else {
      Issue.record("m has two prices")
      return
    }
    #expect(conflicting == ["m-20250101", "m-20250201"])
    #expect(two.resolve(model: "n", provider: nil).row?.name == "n-20250101")
  }

  @Test("Rows whose names differ in case only are told apart by case, or are ambiguous")
  func caseTwins() throws {
    let twins = try table(#"{"Model": {"input_cost_per_token": 1e-06}, "model": {"input_cost_per_token": 2e-06}}"#)
    #expect(twins.resolve(model: "Model", provider: nil).row?.name == "Model")
    #expect(twins.resolve(model: "model", provider: nil).row?.name == "model")
    #expect(twins.resolve(model: "MODEL", provider: nil).row == nil)
  }

  @Test("A region's own row comes before the row without region")
  func regions() throws {
    let table = try table(
      """
      {"us.anthropic.c-v1:0": {"input_cost_per_token": 1.1e-06}, "anthropic.c-v1:0": {"input_cost_per_token": 1e-06}}
      """)
    #expect(table.resolve(model: "bedrock/us.anthropic.c-v1:0:51k", provider: nil).row?.name == "us.anthropic.c-v1:0")
    let regional = table.resolve(model: "jp.anthropic.c-v1:0", provider: "bedrock")
    #expect(regional.row?.name == "anthropic.c-v1:0")
    #expect(regional.summary == "anthropic.c-v1:0 (region prefix removed)")
  }

  @Test("Hostile names end quickly without a price")
  func hostileNames() {
    let table = PriceTable.builtin()
    for name in [
      String(repeating: "models/", count: 60), String(repeating: "us.", count: 150),
      String(repeating: "-v1:0", count: 90),
      String(repeating: "x", count: 1_000_000), "\u{0}", "/", ":", "@", "-", "ft::::", "arn:/", "é-2024-01-01",
      String(repeating: "claude-1.1/", count: 40),
    ] {
      #expect(table.resolve(model: name, provider: nil).row == nil)
      #expect(table.resolve(model: name, provider: name).row == nil)
    }
  }
}

@Suite("Money as text")
struct MoneyTextTests {
  @Test(
    "Dollars are rounded half to even, grouped on request, and zero has no sign",
    arguments: [
      (5_000_000_000, 2, false, "$0.00"), (15_000_000_000, 2, false, "$0.02"), (25_000_000_000, 2, false, "$0.02"),
      (25_000_000_001, 2, false, "$0.03"), (-15_000_000_000, 2, false, "-$0.02"), (-1, 2, false, "$0.00"),
      (1_234_567_500_000_000_000, 0, true, "$1,234,568"), (1_234_500_000_000_000, 2, true, "$1,234.50"),
      (999_000_000_000_000, 2, true, "$999.00"), (-1_000_000_000_000_000, 2, true, "-$1,000.00"),
      (999_999_999_999, 2, false, "$1.00"), (1, 12, false, "$0.000000000001"), (500_000_000_000, 0, false, "$0"),
    ] as [(Int128, Int, Bool, String)])
  func usd(pico: Int128, decimals: Int, grouped: Bool, text: String) {
    #expect(MoneyText.usd(pico, decimals: decimals, grouped: grouped) == text)
  }

  @Test("Exact text has every digit and no trailing zero, at any size")
  func exact() {
    #expect(MoneyText.exact(54_399_000_000) == "0.054399")
    #expect(MoneyText.exact(0) == "0")
    #expect(MoneyText.exact(-1_000_000_000_000) == "-1")
    #expect(MoneyText.exact(-1) == "-0.000000000001")
    #expect(MoneyText.exact(.min) == "-170141183460469231731687303.715884105728")
    #expect(MoneyText.usd(.min, decimals: 0) == "-$170141183460469231731687304")
  }

  @Test("Exact text reads back as the same amount")
  func roundTrip() {
    var generator = SplitMix(state: 7)
    for _ in 0..<10_000 {
      let pico = Int64.random(in: .min ... .max, using: &generator) >> Int.random(in: 0...62, using: &generator)
      #expect(MoneyText.parse(decimal: MoneyText.exact(Int128(pico)).utf8) == pico)
    }
    #expect(MoneyText.parse(decimal: MoneyText.exact(Int128(Int64.min)).utf8) == .min)
    #expect(MoneyText.parse(decimal: MoneyText.exact(Int128(Int64.max)).utf8) == .max)
  }

  @Test(
    "Decimals are read exactly and rounded half to even",
    arguments: [
      ("0.00022500000000000002", 225_000_000), ("5.4e-2", 54_000_000_000), ("-1", -1_000_000_000_000), ("0", 0),
      ("-0.0", 0), ("5e-13", 0), ("1.5e-12", 2), ("2.5e-12", 2), ("2.50000000000000000000000000000000000000001e-12", 3),
      ("-2.5E-12", -2), ("+3", 3_000_000_000_000), (".5", 500_000_000_000), ("1.", 1_000_000_000_000),
      ("1e-999999999999999999999", 0),
      ("0e999999999999", 0), ("9223372.036854775807", .max), ("-9223372.036854775808", .min),
      ("9223372.0368547758070000000000000000000000000000000001", .max),
    ] as [(String, Int64)])
  func parse(text: String, pico: Int64) {
    #expect(MoneyText.parse(decimal: text.utf8) == pico)
  }

  @Test(
    "What is no decimal, or too large, is nil",
    arguments: [
      "", "-", ".", "e5", "1e", "1e+", "1.2.3", " 1", "1 ", "1,5", "0x10", "nan", "inf", "--1", "1e5x",
      "9223372.036854775808",
      "1e30", "1e999999999999999999", String(repeating: "9", count: 400),
    ])
  func parseRefuses(text: String) {
    #expect(MoneyText.parse(decimal: text.utf8) == nil)
  }

  @Test("Random decimals are read as Foundation's Decimal reads them")
  func parseTwin() throws {
    var generator = SplitMix(state: 99)
    for _ in 0..<20_000 {
      let digits = String(
        Int64.random(in: .min ... .max, using: &generator) >> Int.random(in: 0...60, using: &generator))
      let text = digits + "e-" + String(Int.random(in: 6...26, using: &generator))
      var exact = try #require(Decimal(string: text)) * Decimal(sign: .plus, exponent: 12, significand: 1)
      var rounded = Decimal()
      NSDecimalRound(&rounded, &exact, 0, .bankers)
      let parsed = MoneyText.parse(decimal: text.utf8)
      if rounded > Decimal(Int64.max) || rounded < Decimal(Int64.min) {
        try #require(parsed == nil, "\(text)")
      } else {
        try #require(parsed.map { Decimal($0) } == rounded, "\(text)")
      }
    }
  }
}
