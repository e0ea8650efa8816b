import Foundation

/// The price of every model of one log: resolved once per distinct name, printed in the report.
package struct PriceBook: Sendable {
  package struct Entry: Sendable {
    package var name: ModelName
    package var resolution: PriceResolution
    /// Which of the two logged names found the row.
    package var pricedName: String
    /// Name of the table that has the row; empty without one.
    package var table: String
  }

  package let entries: [Entry]
  private let rates: [FlatRates?]

  /// Names of the tables, in the order they are asked.
  package let source: String

  /// The model that answered is priced first, then the one that was asked for (LiteLLM's order). A name is looked up in
  /// the tables in order: a user's table first, the built-in one for names it does not know (retired models).
  package init(models: [ModelName], tables: [PriceTable]) {
    entries = models.map { model in
      let names = [model.responded, model.requested].filter { !$0.isEmpty }
      var first: (resolution: PriceResolution, table: String)?
      for name in names {
        let found = Self.resolve(name, in: tables)
        if found.resolution.row != nil {
          return Entry(name: model, resolution: found.resolution, pricedName: name, table: found.table)
        }
        first = first ?? found
      }
      return Entry(
        name: model, resolution: first?.resolution ?? .unpriced(tried: [], conflicting: []),
        pricedName: names.first ?? "", table: "")
    }
    rates = entries.map { $0.resolution.row.flatMap(FlatRates.init) }
    source = tables.map(\.name).joined(separator: ", then ")
  }

  /// The first table that prices the name; a table in which it is ambiguous ends the search.
  package static func resolve(_ name: String, in tables: [PriceTable]) -> (resolution: PriceResolution, table: String) {
    var last = PriceResolution.unpriced(tried: [], conflicting: [])
    for table in tables {
      last = table.resolve(model: name, provider: nil)
      if last.row != nil { return (last, table.name) }
      if case .unpriced(_, let conflicting) = last, !conflicting.isEmpty { return (last, "") }
    }
    return (last, "")
  }

  package func row(of model: UInt32) -> PriceRow? { entries[Int(model)].resolution.row }

  /// Cost at the table's price; nil when the model has none, or has none for a class the request used.
  package func cost(of usage: TokenUsage, model: UInt32, tier: ServiceTier) -> PicoDollars? {
    if let cost = rates[Int(model)]?.cost(of: usage, tier: tier) { return cost }
    guard let cost = row(of: model)?.cost(of: usage, tier: tier), cost.unpricedTokens == 0 else { return nil }
    return cost.pico
  }

  /// Prices every request that does not carry its own bill, in place.
  ///
  /// A billed cost stands as logged. Requests answered by the gateway's own cache cost nothing unless billed. Errors cost
  /// the tokens that the log says were used.
  package func price(_ log: inout RequestLog) {
    log.requests.mutateEach { request in
      if request.flags.contains(.billed) || request.flags.contains(.gatewayHit) { return }
      if let cost = cost(of: request.usage, model: request.model, tier: request.tier) {
        request.cost = cost
        if request.tier != .standard,
          row(of: request.model)?.cost(of: request.usage, tier: request.tier).tierRateMissing == true
        {
          request.flags.insert(.tierPriceMissing)
        }
      } else {
        request.flags.insert(.unpriced)
      }
    }
  }
}

/// The standard rates of a row below every long-context threshold, flat: what nearly every request is priced with.
/// `PriceRow.cost` defines the result; anything unusual goes there.
package struct FlatRates: Sendable {
  private let limit: UInt64
  /// Attodollars per token, in the order of `TokenClass`.
  private let rates: (Int64, Int64, Int64, Int64, Int64, Int64)

  /// Nil when some class has no rate at all.
  package init?(_ row: PriceRow) {
    let found = TokenClass.allCases.compactMap { row.rate(of: $0, tier: .standard, promptTokens: 0)?.atto }
    guard found.count == TokenClass.allCases.count else { return nil }
    rates = (found[0], found[1], found[2], found[3], found[4], found[5])
    limit = row.bands.compactMap(\.threshold).min() ?? .max
  }

  /// Pico-dollars, rounded once, half-even; nil when the request is not one for flat rates.
  package func cost(of usage: TokenUsage, tier: ServiceTier) -> PicoDollars? {
    guard tier == .standard, usage.promptTokens <= limit else { return nil }
    let reasoning = min(usage.reasoning, usage.output)
    let atto =
      Int128(usage.input) * Int128(rates.0) + Int128(usage.cacheRead) * Int128(rates.1)
      + Int128(usage.cacheWrite5m) * Int128(rates.2) + Int128(usage.cacheWrite1h) * Int128(rates.3)
      + Int128(usage.output - reasoning) * Int128(rates.4) + Int128(reasoning) * Int128(rates.5)
    // Most rates are whole pico-dollars: no 128-bit division needed then.
    if let small = Int64(exactly: atto), case let (quotient, rest) = small.quotientAndRemainder(dividingBy: 1_000_000),
      rest == 0
    {
      return quotient
    }
    return PicoDollars(clamping: DecimalText.divideHalfEven(atto.magnitude, by: 1_000_000))
  }
}

extension AnalysisOptions {
  /// The price tables of these options, in the order they are asked.
  package func priceTables() throws -> [PriceTable] {
    guard let path = prices.file else { return [.builtin()] }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(
        .prices, "cannot read the price table \(path)", hint: "--prices takes a LiteLLM-format JSON file")
    }
    do {
      let name = URL(fileURLWithPath: path).lastPathComponent
      return [try PriceTable(litellmJSON: data, name: name), .builtin()]
    } catch {
      throw AnalyzerError(.prices, error.description, hint: "--prices takes a LiteLLM-format JSON file")
    }
  }
}
