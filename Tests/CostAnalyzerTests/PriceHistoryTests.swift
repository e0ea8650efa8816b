import CostAnalyzer
import Foundation
import Testing

private func day(_ text: String) -> Int64 { PriceDate.firstDay(text)! }

private func table(_ json: String, _ name: String = "test") throws -> PriceTable {
  try PriceTable(litellmJSON: Data(json.utf8), name: name)
}

/// Input prices of a model in dollars per million tokens, at each day.
private func inputs(_ row: PriceRow?, _ days: [String]) -> [String] {
  days.map { text in
    row?.version(at: day(text)).rate(of: .input, tier: .standard, promptTokens: 0).map {
      MoneyText.exact(Int128($0.atto))
    } ?? "-"
  }
}

@Suite("Prices by day")
struct PriceHistoryTests {
  private static let dated = """
    {"m": [{"valid_from": "2024-10-02", "input_cost_per_token": 2e-06, "output_cost_per_token": 1e-05},
           {"valid_from": "2023-06", "input_cost_per_token": 5e-06, "output_cost_per_token": 1.5e-05}]}
    """

  @Test("The newest price that had begun counts, from the first moment of its day; before the first date the first")
  func versions() throws {
    let row = try #require(try table(Self.dated).rows.first)
    #expect(
      inputs(row, ["2023-05-31", "2023-06-01", "2024-10-01", "2024-10-02", "2030-01-01"]) == ["5", "5", "5", "2", "2"])
    #expect(row.version(at: day("2024-10-02") - 1).bands != row.bands)
    #expect(row.versions.map(\.validFrom) == [day("2024-10-02"), day("2023-06-01")])
  }

  @Test("A bad or repeated date skips that price with its reason and keeps the others")
  func badDates() throws {
    let rows = try table(
      """
      {"m": [{"valid_from": "yesterday", "input_cost_per_token": 1e-06}, {"valid_from": "2024-02-30", "input_cost_per_token": 1e-06},
             {"valid_from": "2024-01-01", "input_cost_per_token": 2e-06}, {"valid_from": "2024-01", "input_cost_per_token": 3e-06}, 7]}
      """)
    #expect(inputs(rows.rows.first, ["2025-01-01"]) == ["2"])
    #expect(rows.rows.first?.earlier.isEmpty == true)
    #expect(rows.skippedRows.map(\.problem) == [.badDate, .badDate, .repeatedDate, .notAnObject])
  }

  @Test("Requests are charged what the model cost when they were made, and strategies reprice them at that day")
  func ledger() throws {
    let folder = try TestFolder()
    let history = try folder.write(Array(Self.dated.utf8), as: "history.json")
    let log = try folder.write(
      Array(
        ["2024-10-01T23:59:59Z", "2024-10-02T00:00:00Z"].map {
          trafficLine(["ts": "\"\($0)\"", "model": "\"m\""]) + "\n"
        }.joined().utf8),
      as: "log.jsonl")
    var options = AnalysisOptions()
    options.prices.history = history
    var requests = Ingest.read(paths: [log])
    let book = PriceBook(models: requests.models, tables: try options.priceTables())
    book.price(&requests)
    // 10 in, 5 out: 10 × 5 + 5 × 15 and 10 × 2 + 5 × 10 micro-dollars.
    #expect(requests.all.map(\.cost) == [125_000_000, 70_000_000])
    let usage = TokenUsage(input: 1)
    #expect(requests.all.map { book.cost(of: usage, for: $0) } == [5_000_000, 2_000_000])
  }

  @Test("Random requests cost what a plain look through the list of prices says")
  func twin() throws {
    var random = TestRandom(7)
    for _ in 0..<50 {
      let days = (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 19_000...20_000, using: &random)
      }
      let prices = Dictionary(days.map { ($0, Int.random(in: 1...99, using: &random)) }, uniquingKeysWith: { $1 })
      let entries = prices.map { #"{"valid_from": "\#(Timestamp.dayText($0))", "input_cost_per_token": \#($1)e-06}"# }
      let row = try #require(try table(#"{"m": [\#(entries.joined(separator: ","))]}"#).rows.first)
      for _ in 0..<20 {
        let at = Int.random(in: 18_900...20_100, using: &random)
        let begun = prices.keys.filter { $0 <= at }.max() ?? prices.keys.min()!
        let found = row.version(at: Int64(at) * Timestamp.day + 5).rate(of: .input, tier: .standard, promptTokens: 0)?
          .atto
        #expect(found == Int64(prices[begun]!) * 1_000_000_000_000)
      }
    }
  }

  private func joined(_ current: String, asOf: String? = nil, history: String) throws -> PriceRow? {
    let folder = try TestFolder()
    var options = AnalysisOptions()
    options.prices.file = try folder.write(Array(current.utf8), as: "now.json")
    options.prices.history = try folder.write(Array(history.utf8), as: "history.json")
    if let asOf { options.prices.contract = try folder.write(Array("asOf: \(asOf)\n".utf8), as: "c.yaml") }
    return try options.priceTables()[0].resolve(model: "m", provider: nil).row
  }

  @Test("A row without a date takes the place of the newest older prices that agree with it in what both say")
  func joins() throws {
    // The history knows no batch price: the table's own row serves as far back as the rates agree.
    let now =
      #"{"m": {"input_cost_per_token": 2e-06, "output_cost_per_token": 1e-05, "input_cost_per_token_batches": 1e-06}}"#
    let row = try #require(try joined(now, history: Self.dated))
    #expect(inputs(row, ["2024-10-01", "2024-10-02"]) == ["5", "2"])
    #expect(row.version(at: day("2024-10-02")).bands.first?[.input, .batch] == 1_000_000_000_000)
    #expect(row.earlier.count == 1)
  }

  @Test("Where no older price agrees, the row holds since its table was last seen, else since the newest older price")
  func joinsOthers() throws {
    let now = #"{"m": {"input_cost_per_token": 9e-06, "output_cost_per_token": 1e-05}}"#
    let days = ["2024-10-01", "2024-10-02", "2025-05-05", "2025-05-06"]
    #expect(inputs(try joined(now, history: Self.dated), days) == ["5", "9", "9", "9"])
    #expect(inputs(try joined(now, asOf: "2025-05-06", history: Self.dated), days) == ["5", "2", "2", "9"])
  }

  @Test("A name that only the older prices know is priced by them, and says so")
  func retired() throws {
    let folder = try TestFolder()
    var options = AnalysisOptions()
    options.prices.file = try folder.write(
      Array(#"{"x": {"input_cost_per_token": 1e-06}}"#.utf8), as: "now.json")
    options.prices.history = try folder.write(Array(Self.dated.utf8), as: "history.json")
    let found = PriceBook.resolve("M", in: try options.priceTables())
    #expect(found.resolution.summary == "m (only in history.json)" && found.table == "now.json")
  }

  @Test(
    "All of 537 retired names get the price of their time",
    .enabled(if: TestData.hasShared, "SKIPPED: no ../shared/data"))
  func sharedHistory() throws {
    let prices = try #require(TestData.shared) + "/data/prices/"
    var options = AnalysisOptions()
    options.prices.file = prices + "model_prices_and_context_window.json"
    options.prices.history = prices + "price_history.json"
    let tables = try options.priceTables()
    let names = { (file: String) -> Set<String> in
      let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: prices + file)))
      return Set(try #require(object as? [String: Any]).keys)
    }
    let retired = try names("price_history.json").subtracting(names("model_prices_and_context_window.json"))
    #expect(retired.count == 537)
    let history = try PriceTable(
      litellmJSON: Data(contentsOf: URL(fileURLWithPath: prices + "price_history.json")), name: "history")
    let priced = Set(history.rows.map(\.name))
    for name in retired where priced.contains(name) {
      #expect(PriceBook.resolve(name, in: tables).resolution.row?.name.lowercased() == name.lowercased(), "\(name)")
    }
    let unpriced = retired.subtracting(priced)
    #expect(unpriced.isSubset(of: Set(history.skippedRows.map(\.name))))
    print("\(retired.count - unpriced.count) of \(retired.count) retired names have a price per token")
    func input(_ model: String, _ at: String) -> [String] {
      inputs(PriceBook.resolve(model, in: tables).resolution.row, [at])
    }
    #expect(input("gpt-3.5-turbo", "2023-11-15") == ["1.5"])
    #expect(input("gpt-3.5-turbo", "2026-01-15") == ["0.5"])
    #expect(input("gpt-4-32k-0314", "2024-01-15") == ["60"])
    // The built-in table knows the day of the cut, the snapshots only that it came between June and November.
    #expect(input("o3", "2025-06-09") == ["10"] && input("o3", "2025-06-10") == ["2"])
    #expect(input("claude-2", "2023-10-15") == ["11.02"])
  }

  @Test("A table last seen long before the log ends is warned about, when it priced something")
  func age() throws {
    let fresh = #"{"m": {"input_cost_per_token": 1e-06, "as_of": "2025-01"}}"#
    let tables = [try table(fresh, "mine"), .builtin()]
    let models = [ModelName(requested: "m", responded: "")]
    func warnings(_ last: String, _ models: [ModelName]) -> [String] {
      PriceAge.warnings(PriceBook(models: models, tables: tables), tables: tables, lastRequest: day(last), maxDays: 30)
    }
    #expect(warnings("2025-03-02", models).isEmpty, "30 days after the last of January")
    #expect(warnings("2025-03-03", models).count == 1)
    #expect(warnings("2025-03-03", models).first?.contains("mine were last seen on 2025-01-31, 31 days") == true)
    #expect(
      warnings("2025-03-03", [ModelName(requested: "gpt-4o", responded: "")]).isEmpty, "the old table priced nothing")
  }
}
