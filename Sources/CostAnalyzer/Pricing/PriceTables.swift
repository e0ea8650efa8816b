import Foundation

extension AnalysisOptions {
  /// The price tables of these options, in the order they are asked: the user's, collected older prices, the built-in one;
  /// each with older prices joined and the user's contract applied.
  package func priceTables() throws -> [PriceTable] {
    var tables = try prices.file.map { [try Self.priceTable($0)] } ?? []
    if let path = prices.history {
      let history = try Self.priceTable(path)
      tables = tables.map { $0.withHistory(history) } + [history, .builtin().withHistory(history)]
    } else {
      tables = tables.map { $0.withHistory(.builtin()) } + [.builtin()]
    }
    guard let path = prices.contract else { return tables }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(.prices, "cannot read the contract \(path)", hint: "check prices.contract")
    }
    let contract = try PriceContract(
      yaml: String(decoding: data, as: UTF8.self), name: URL(fileURLWithPath: path).lastPathComponent)
    return try contract.applied(to: tables)
  }

  private static func priceTable(_ path: String) throws -> PriceTable {
    let hint = "--prices and --price-history take LiteLLM-format JSON files"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(.prices, "cannot read the price table \(path)", hint: hint)
    }
    do throws(PriceTableError) {
      return try PriceTable(litellmJSON: data, name: URL(fileURLWithPath: path).lastPathComponent)
    } catch {
      throw AnalyzerError(.prices, error.description, hint: hint)
    }
  }
}
