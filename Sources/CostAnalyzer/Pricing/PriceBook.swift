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
  /// Of the newest price of each model that has a row, since when; nil where it is the only one.
  private let since: [Int64?]

  /// Names of the tables, in the order they are asked.
  package let source: String

  /// The model that answered is priced first, then the one that was asked for (LiteLLM's order), unless both are one model and
  /// the name that was asked for says more of it: seller and region. A name is looked up in the tables in order: a user's
  /// table first, the built-in one for names it does not know (retired models).
  package init(models: [ModelName], tables: [PriceTable]) {
    entries = models.map { model in
      let names = model.pricedNames
      var first: (resolution: PriceResolution, table: String)?
      for name in names {
        let found = Self.resolve(name, provider: model.pricedSeller, in: tables)
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
    since = entries.map { $0.resolution.row.flatMap { $0.earlier.isEmpty ? nil : $0.validFrom } }
    source = tables.map(\.name).joined(separator: ", then ")
  }

  /// The first table that prices the name; a table in which it is ambiguous ends the search.
  package static func resolve(
    _ name: String, provider: String? = nil, in tables: [PriceTable]
  ) -> (resolution: PriceResolution, table: String) {
    var last = PriceResolution.unpriced(tried: [], conflicting: [])
    for table in tables {
      last = table.resolve(model: name, provider: provider)
      if last.row != nil { return (last, table.name) }
      if case .unpriced(_, let conflicting) = last, !conflicting.isEmpty { return (last, "") }
    }
    return (last, "")
  }

  /// The price of the request's model when the request was made.
  package func row(for request: Request) -> PriceRow? {
    entries[Int(request.model)].resolution.row?.version(at: request.time)
  }

  /// What the request's model charged for these tokens when the request was made; nil when it has no price, or none for
  /// a class of token in it.
  package func cost(of usage: TokenUsage, for request: Request) -> PicoDollars? {
    let model = Int(request.model)
    if since[model] ?? .min <= request.time, let cost = rates[model]?.cost(of: usage, tier: request.tier) {
      return cost
    }
    guard let cost = row(for: request)?.cost(of: usage, tier: request.tier), cost.unpricedTokens == 0 else {
      return nil
    }
    return cost.pico
  }

  /// Prices every request that does not carry its own bill, in place.
  ///
  /// A billed cost stands as logged. Requests answered by the gateway's own cache cost nothing unless billed. Errors cost
  /// the tokens that the log says were used.
  package func price(_ log: inout RequestLog) {
    log.requests.mutateEach { request in
      if request.flags.contains(.billed) || request.flags.contains(.gatewayHit) { return }
      if !request.isUnknownUse, let cost = cost(of: request.usage, for: request) {
        request.cost = cost
        if request.tier != .standard,
          row(for: request)?.cost(of: request.usage, tier: request.tier).tierRateMissing == true
        {
          request.flags.insert(.tierPriceMissing)
        }
      } else {
        request.flags.insert(.unpriced)
      }
    }
  }
}
