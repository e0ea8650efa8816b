import ArgumentParser
import CostAnalyzer
import Foundation

struct PricesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prices", abstract: "Show which price a model name resolves to, and by which rule.",
    discussion: """
      Without a name, lists the rows of the table with source and date. Names resolve by exact match and stated rules only
      (docs/prices.md), never by resemblance.

      EXAMPLES
        analyze prices gpt-4o ft:gpt-4o-mini-2024-07-18:acme::x
        analyze prices --prices model_prices_and_context_window.json claude-sonnet-4-5
      """)

  @Argument(help: "Model names as they stand in a log.")
  var models: [String] = []

  @Option(help: "Price table in LiteLLM's JSON format.", completion: .file(extensions: ["json"]))
  var prices: String?

  func run() throws {
    var options = AnalysisOptions()
    options.prices.file = prices
    let tables = try options.priceTables()
    if models.isEmpty {
      for table in tables { list(table) }
      return
    }
    var missing = false
    for model in models {
      let (resolution, table) = PriceBook.resolve(model, in: tables)
      Terminal.out("\(HostileText.visible(model)) -> \(HostileText.visible(resolution.summary, limit: 2000))")
      if let row = resolution.row { Terminal.out("  \(Self.rates(row))  [\(table)]") } else { missing = true }
    }
    if missing { throw ExitCode(1) }
  }

  private func list(_ table: PriceTable) {
    Terminal.out(
      "# \(table.name): \(table.rows.count) prices, \(table.skippedRows.count) entries without a price per token")
    for row in table.rows {
      Terminal.out(
        "\(HostileText.visible(row.name))  \(Self.rates(row))  \(row.asOf ?? "")  \(HostileText.visible(row.source ?? ""))"
      )
    }
  }

  /// USD per million tokens.
  private static func rates(_ row: PriceRow) -> String {
    func rate(_ kind: TokenClass) -> String? {
      row.rate(of: kind, tier: .standard, promptTokens: 0).map { MoneyText.exact(Int128($0.atto)) }
    }
    let parts: [(String, TokenClass)] = [
      ("in", .input), ("out", .output), ("cache read", .cacheRead), ("cache write", .cacheWrite5m),
      ("1 h write", .cacheWrite1h),
    ]
    return parts.compactMap { name, kind in rate(kind).map { "\(name) $\($0)" } }.joined(separator: ", ")
      + " per M tokens"
  }
}
