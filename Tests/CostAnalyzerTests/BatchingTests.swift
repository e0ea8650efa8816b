import CostAnalyzer
import Foundation
import Testing

@Suite("Batching")
struct BatchingTests {
  private static func outcome(_ lines: [String], _ yaml: String = "{}") throws -> (StrategyOutcome, StrategyContext) {
    let context = try SampleLogs.context(
      SampleLogs.file(lines.joined(separator: "\n")), AnalysisOptions(yaml: yaml))
    var outcome = StrategyOutcome(id: BatchingStrategy.id, title: BatchingStrategy.title)
    try BatchingStrategy.run(context, into: &outcome)
    return (outcome, context)
  }

  /// A request a minute.
  private static func line(_ index: Int, _ fields: KeyValuePairs<String, String>) -> String {
    trafficLine(fields).replacing("{\"schema\"", with: "{\"id\":\"r\(index)\",\"schema\"")
      .replacing("\"2026-01-05T08:00:00Z\"", with: "\(1_767_600_000 + index * 60)")
  }

  /// A table file of an outcome, cells as in the CSV.
  private static func file(_ name: String, _ outcome: StrategyOutcome) throws -> [[String]] {
    let table = try #require(outcome.sections.flatMap(\.files).first { $0.name == name })
    return parseCSV(Data(table.csv.utf8))
  }

  @Test("Tagged calls cost the table's batch price; a billed cost is scaled by the ratio of the list prices")
  func tagged() throws {
    let (outcome, context) = try Self.outcome(
      [
        // gpt-4o at list price: 1,000 × 2.50 + 100 × 10 dollars a million = 3.5 thousandths, in a batch half of it.
        Self.line(0, ["model": "\"gpt-4o\"", "tags": "[\"nightly\"]", "usage": "{\"input\":1000,\"output\":100}"]),
        Self.line(
          1,
          ["model": "\"gpt-4o\"", "user": "\"cron\"", "cost_usd": "0.002", "usage": "{\"input\":1000,\"output\":100}"]),
        Self.line(2, ["model": "\"gpt-4o\"", "usage": "{\"input\":1000,\"output\":100}"]),
        Self.line(3, ["model": "\"gpt-4o\"", "tags": "[\"nightly\"]", "service_tier": "\"batch\""]),
        Self.line(4, ["model": "\"gpt-4o\"", "tags": "[\"nightly\"]", "status": "\"error\""]),
      ], "batching: {tags: [nightly], users: [cron]}\n")
    #expect(outcome.gross == 1_750_000_000 + 1_000_000_000 && outcome.requestsAffected == 2)
    #expect(outcome.evidence == .assumed && outcome.charges == 0)
    #expect(context.log.all.map(\.cost)[0] == 3_500_000_000)
    let kinds = try Self.file("batching", outcome)
    #expect(column("kind", of: kinds) == ["tagged", "inferred", "unknown"])
    #expect(
      column("requests", of: kinds) == ["2", "0", "1"] && column("saved_usd", of: kinds) == ["0.00275", "0", ""])
    #expect(column("assumed_usd", of: kinds)[0] == "0" && column("counted", of: kinds) == ["yes", "no", "no"])
  }

  @Test("Without a batch price the options' ratio stands in and is told apart as assumed")
  func assumedRatio() throws {
    let table = try Scratch()
    let prices = try table.write(
      #"{"house": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6, "mode": "chat"}}"#, to: "prices.json")
    let lines = [Self.line(0, ["model": "\"house\"", "tags": "[\"t\"]", "usage": "{\"input\":900,\"output\":100}"])]
    let yaml = "prices: {file: \(prices)}\nbatching: {models: [house], ratio: 0.8}\n"
    let (outcome, _) = try Self.outcome(lines, yaml)
    #expect(outcome.gross == 200_000_000)
    #expect(column("assumed_usd", of: try Self.file("batching", outcome))[0] == "0.0002")
  }

  @Test("What only looks like a program is listed with its evidence and not counted, unless the options say so")
  func inferred() throws {
    let lines = (0..<60).map { index in
      Self.line(
        index,
        [
          "model": "\"gpt-4o\"", "user": "\"poller\"",
          "messages": "[{\"role\":\"user\",\"content\":\"check the status of job\"}]",
          "usage": "{\"input\":1000,\"output\":100}",
        ])
    }
    let (outcome, _) = try Self.outcome(lines)
    #expect(outcome.gross == 0 && outcome.requestsAffected == 0 && outcome.notRun == nil)
    let rows = try Self.file("batching_inferred", outcome)
    #expect(column("user", of: rows) == ["poller"] && column("requests", of: rows) == ["60"])
    #expect(column("machine_signs", of: rows)[0].contains("within a tenth of 60.0 s"))
    let (counted, context) = try Self.outcome(lines, "batching: {countInferred: true}\n")
    #expect(counted.gross * 2 == context.ledger.total.cost && counted.requestsAffected == 60)
    // A conversation is one with somebody who waits.
    let turns = lines.map {
      $0.replacing(
        "[{\"role\":\"user\"",
        with:
          "[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"hello\"},{\"role\":\"user\"")
    }
    #expect(column("requests", of: try Self.file("batching", try Self.outcome(turns).0)) == ["0", "0", "60"])
  }

  // MARK: Windows of self-hosted models

  @Test("Batches leave when their window is over or they are full")
  func windows() {
    let ms: Int64 = 1000
    let times = [0, 5, 9, 10, 11, 12, 13, 40].map { $0 * ms }
    let batches = WindowBatches(times, window: 10 * ms, most: 3)
    // 0 5 9 are full at 9; 10 11 12 are full at 12; 13 waits until 23, 40 until 50.
    #expect(batches.sizes == [3, 3, 1, 1])
    let waited: Int128 = 9 + 4 + 2 + 1 + 10 + 10
    #expect(batches.waited == waited * 1000)
    #expect(batches.share(in: 1...1) == 0.25 && batches.share(in: 2...3) == 0.75)
    // At sizes 3 twice as much as alone: 8 requests take 6/2 + 2 of the time of 8.
    #expect(abs(batches.gain([[1, 10], [3, 20]]) - 8.0 / 5) < 1e-12)
    #expect(
      abs(WindowBatches([0, 0], window: 1, most: 9).gain([[1, 10], [3, 20]]) - 1.5) < 1e-12, "between two points")
  }

  @Test("Batches are those of a plain clock that ticks every millisecond")
  func windowsAgainstNaive() {
    var random = TestRandom(7)
    for _ in 0..<200 {
      let times = (0..<40).map { _ in Int64.random(in: 0..<300, using: &random) }.sorted()
      let (window, most) = (Int64.random(in: 1...40, using: &random), Int.random(in: 1...6, using: &random))
      var sizes: [Int] = []
      var waiting: [Int64] = []
      var waited: Int128 = 0
      func leave(_ now: Int64) {
        waited += waiting.reduce(0) { $0 + Int128(now - $1) }
        sizes.append(waiting.count)
        waiting = []
      }
      for now in 0..<Int64(400) {
        if let first = waiting.first, first + window == now { leave(now) }
        for time in times where time == now {
          waiting.append(time)
          if waiting.count == most { leave(now) }
        }
      }
      let batches = WindowBatches(times, window: window, most: most)
      #expect(batches.sizes == sizes && batches.waited == waited && batches.requests == times.count)
    }
  }

  @Test("Self-hosted calls get windows instead of a batch API")
  func selfHosted() throws {
    let lines = (0..<10).map { Self.line($0, ["model": "\"llama\"", "cost_usd": "0.01", "tags": "[\"t\"]"]) }
    let (outcome, _) = try Self.outcome(
      lines,
      "batching: {tags: [t], windowsMs: [1, 600000], curve: [[1, 1], [10, 4]]}\n"
        + "selfHosted: {models: [llama], gpuHourUSD: 2, gpus: 4, throughput: 1000}\n")
    #expect(outcome.gross == 0)
    let rows = try Self.file("batch_windows", outcome)
    // A request a minute: alone in a millisecond, ten in ten minutes.
    #expect(column("batches", of: rows) == ["10", "1"] && column("throughput_gain", of: rows) == ["1.00", "4.00"])
    #expect(column("size_1", of: rows) == ["1.000000", "0.000000"] && column("size_8_15", of: rows)[1] == "1.000000")
  }

  @Test(
    "Options out of range are errors that name them",
    arguments: [
      ("ratio: 2", "batching.ratio"), ("windowsMs: [0]", "batching.windowsMs"), ("maxBatch: 0", "batching.maxBatch"),
      ("curve: [[1]]", "batching.curve"), ("curve: [[2, 1], [1, 2]]", "batching.curve"),
    ])
  func badOptions(_ yaml: String, _ message: String) {
    let error = #expect(throws: AnalyzerError.self) { try AnalysisOptions(yaml: "batching: {\(yaml)}\n") }
    #expect(error?.message.contains(message) == true)
  }
}
