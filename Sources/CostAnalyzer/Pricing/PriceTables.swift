import Foundation

extension AnalysisOptions {
  /// The price tables of these options, in the order they are asked: the user's, then the built-in one; each with older
  /// prices joined, the first also with the models that only older prices know, and the user's contract applied.
  package func priceTables() throws -> [PriceTable] {
    let contract = try prices.contract.map(PriceContract.init(file:))
    var tables = [PriceTable.builtin()]
    if let path = prices.file {
      var own = try Self.priceTable(path)
      own.lastSeen = contract?.asOf ?? own.lastSeen
      tables = [own.withHistory(.builtin())] + tables
    }
    if let path = prices.history {
      let history = try Self.priceTable(path)
      tables = tables.map { $0.withHistory(history) }
      tables[0] = tables[0].adding(retiredIn: history)
    }
    return try contract?.applied(to: tables) ?? tables
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
