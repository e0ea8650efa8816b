import CostAnalyzer
import Foundation
import Testing

@Suite("Quantisation")
struct QuantisationTests {
  private static let machines = "selfHosted: {models: [llama], gpuHourUSD: 2, gpus: 5, throughput: 1000"

  private static func run(_ yaml: String, models: [String] = ["llama", "gpt-4o", "llama"]) throws -> Analysis {
    let lines = models.enumerated().map { index, model in
      SampleLogs.line(
        index, time: 1_767_600_000 + Int64(index) * 90_000, user: 1, model: model, question: "what is ai \(index)",
        input: 1000, output: 100, extra: model == "llama" ? #","cost_usd":0.01"# : "")
    }
    var request = Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))])
    request.options = try AnalysisOptions(yaml: yaml)
    return try Analysis.run(request)
  }

  private static func outcome(_ analysis: Analysis) throws -> StrategyOutcome {
    try #require(analysis.outcomes.first { $0.id == QuantisationStrategy.id })
  }

  @Test("1 − 1/m of the logged cost of self-hosted models, and nothing of API spend")
  func saving() throws {
    let found = try Self.outcome(Self.run(Self.machines + "}\nquantisation: {gain: 1.6}\n"))
    // 0.02 × (1 − 1 / 1.6) = 0.0075.
    #expect(found.gross == 7_500_000_000 && found.requestsAffected == 2 && found.evidence == .assumed)
    let table = try #require(found.sections.flatMap(\.files).first { $0.name == "quantisation" })
    let rows = parseCSV(Data(table.csv.utf8))
    #expect(column("format", of: rows) == ["int8", "int8", "int8", "int8", "int8", "fp8", "fp8", "fp8"])
    #expect(column("gain", of: rows).prefix(5) == ["1.00", "1.30", "1.56", "1.60", "2.00"])
    // 5 GPUs × 2 dollars × 720 hours are 7,200 a month; m = 2 halves it, but three whole GPUs stay.
    #expect(column("month_usd", of: rows)[4] == "3600" && column("gpus", of: rows)[4] == "3")
    #expect(column("whole_month_usd", of: rows)[4] == "2880" && column("saved_usd", of: rows)[4] == "0.01")
    #expect(column("month_usd", of: rows)[0] == "0" && column("share", of: rows)[5] == "0.000000")
  }

  @Test("No self-hosted model, none in the log, or a GPU that cannot run the format: not run, and why")
  func notRun() throws {
    #expect(try Self.outcome(Self.run("{}\n")).notRun?.contains("no model is declared self-hosted") == true)
    let absent = try Self.outcome(Self.run(Self.machines + "}\n", models: ["gpt-4o"]))
    #expect(absent.notRun?.contains("no request of the log") == true)
    let blackwell = try Self.outcome(Self.run(Self.machines + ", computeCapability: 10.0}\n"))
    #expect(blackwell.notRun?.contains("INT8 does not run on compute capability 10") == true)
    let fp8 = try Self.outcome(
      Self.run(Self.machines + ", computeCapability: 10.0}\nquantisation: {format: fp8, gain: 1.6}\n"))
    #expect(fp8.notRun == nil && fp8.gross == 7_500_000_000)
    let ampere = try Self.outcome(Self.run(Self.machines + ", computeCapability: 8.0}\nquantisation: {format: fp8}\n"))
    #expect(ampere.notRun?.contains("FP8 needs") == true)
  }

  @Test("A request that went to another model is not quantised, and one that a cache serves costs nothing more")
  func together() throws {
    let found = try Self.outcome(Self.run(Self.machines + "}\n"))
    let effect = try #require(found.effect)
    var state = RequestState(cost: 10_000_000_000)
    state.isMoved = true
    state.cost = 4
    effect.apply(to: &state, request: 0)
    #expect(state.cost == 4)
    var served = RequestState(cost: 10_000_000_000)
    served.isServed = true
    served.cost = 0
    effect.apply(to: &served, request: 0)
    #expect(served.cost == 0)
    // What an earlier lever left is scaled by the same share: 2 / 1.56, rounded down.
    var cheaper = RequestState(cost: 10_000_000_000)
    cheaper.cost = 2_000_000
    effect.apply(to: &cheaper, request: 0)
    #expect(cheaper.cost == 1_282_051)
  }

  @Test("Break-even of self-hosting the simple share, by hand")
  func breakEven() throws {
    let analysis = try Self.run(
      Self.machines + "}\nrouting: {cheap: gpt-4o-mini, strong: gpt-4o}\n", models: ["llama", "gpt-4o", "gpt-4o"])
    let table = try #require(try Self.outcome(analysis).sections.flatMap(\.files).first { $0.name == "self_hosting" })
    let rows = parseCSV(Data(table.csv.utf8))
    // Two requests of 1,100 tokens at 0.15 and 0.60 dollars a million: 0.00021 for 1,100.
    let api = 0.00021 / 1100 * 1e6
    #expect(abs(Double(column("api_usd_per_million", of: rows)[0])! - api) < 1e-9)
    // A GPU does 200 tokens a second: 2 dollars for 720,000 when it is busy.
    #expect(abs(Double(column("own_usd_per_million", of: rows).last!)! - 2 / 0.72) < 1e-9)
    #expect(column("utilisation", of: rows).count == 5 && column("gpus", of: rows) == ["1", "1", "1", "1", "1"])
    #expect(abs(Double(column("break_even_million_tokens", of: rows)[0])! - 1440 / api) < 0.1)
  }

  @Test("Names without machines are an error")
  func badOptions() {
    let error = #expect(throws: AnalyzerError.self) { try AnalysisOptions(yaml: "selfHosted: {models: [llama]}\n") }
    #expect(error?.message.contains("selfHosted.gpuHourUSD") == true)
    for yaml in ["selfHosted: {gpus: 0}", "quantisation: {gain: 0.5}", "quantisation: {format: int4}"] {
      #expect(throws: AnalyzerError.self) { try AnalysisOptions(yaml: yaml + "\n") }
    }
  }
}
