/// Who and what the bill is made of.
struct BillChapter {
  private let analysis: Analysis
  private var ledger: Ledger { analysis.ledger }

  init(_ analysis: Analysis) { self.analysis = analysis }

  func section() -> ReportDocument.Section {
    let top = analysis.options.report.topRows
    func table(_ name: String, _ key: String, _ entries: [LedgerEntry], top: Int, latency: Bool = false) -> ReportBlock
    {
      .table(ReportTable(ReportFiles.ledgerTable(name, key: key, entries, analysis, latency: latency), top: top))
    }
    var blocks: [ReportBlock] = [
      .paragraph(opening()), .heading("Models"), table("models", "model", ledger.models, top: top, latency: true),
      .heading("Prices"),
      .paragraph("How every logged name was priced (table: \(HostileText.markdown(analysis.prices.source))):"),
    ]
    blocks += analysis.priceWarnings.map { .quote("**Old prices.** \(HostileText.markdown($0, limit: 500))") }
    blocks.append(.table(ReportTable(ReportFiles.prices(analysis), top: 2 * top)))
    blocks += billCheck(top: top)
    if ledger.tenants.count > 1 {
      blocks += [.heading("Tenants"), table("tenants", "tenant", ledger.tenants, top: top)]
    }
    if ledger.keys.count > 1 { blocks += [.heading("API keys"), table("keys", "key", ledger.keys, top: top)] }
    blocks += [.heading("Users"), table("users", "user", ledger.users, top: top)]
    if !ledger.tags.isEmpty {
      blocks += [
        .heading("Tags"), .paragraph("A request with two tags counts under both."),
        table("tags", "tag", ledger.tags, top: top),
      ]
    }
    blocks += [.heading("Days"), table("daily", "day", ledger.days, top: 31)]
    if let chart = daily() { blocks.append(.chart(.daily(chart))) }
    return ReportDocument.Section("The bill", blocks)
  }

  private func opening() -> String {
    let total = ledger.total
    return """
      \(ReportWords.count(total.requests, "request")), \(NumberText.grouped(total.errors)) of them errors. Tokens: \
      \(NumberText.grouped(total.input)) input, \(NumberText.grouped(total.cacheRead)) read from and \
      \(NumberText.grouped(total.cacheWrite5m + total.cacheWrite1h)) written to the provider's cache, \
      \(NumberText.grouped(total.output)) output. \(ReportWords.count(total.billed, "cost")) billed by the log itself; \
      \(NumberText.grouped(total.estimated)) requests have no token counts.\(estimateNote)\(tierNote(total)) Dearest first, days by time; \
      the CSV files have more columns.
      """
  }

  private var estimateNote: String {
    if ledger.total.estimated == 0 { return "" }
    return
      " Theirs are counted in the texts with \(analysis.estimatedWith), other models by a ratio: \(MoneyText.readable(ledger.estimatedCost)) of the bill is **estimated**."
  }

  private func tierNote(_ total: LedgerRow) -> String {
    if total.tierPriceMissing == 0 { return "" }
    return
      " \(ReportWords.count(total.tierPriceMissing, "request")) at a batch, flex or priority tier had no price for it and took the standard one."
  }

  /// Nothing where the log has no bills, or no prices for what it bills.
  private func billCheck(top: Int) -> [ReportBlock] {
    if ledger.total.billed == 0 { return [] }
    let check = BillCheck(analysis.log, analysis.prices)
    if check.total.requests == 0 { return [] }
    let off = check.lines.filter(\.isOff)
    var blocks: [ReportBlock] = [
      .heading("Bills and prices"),
      .paragraph(
        """
        \(ReportWords.count(check.total.requests, "request")) with a bill of the log's own also have a price: billed \
        \(MoneyText.readable(check.total.billed)), tokens times price \(MoneyText.readable(check.total.priced)). \
        \(off.isEmpty ? "No model is further off than 0.8 to 1.25 times its price." : "The bill stands; these models are further off than 0.8 to 1.25 times their price, which a contract, another unit or currency, or cached tokens counted twice can explain:")
        """),
    ]
    if !off.isEmpty {
      var table = Table(
        "bill_check",
        [
          .init("model"), .init("requests"), .init("billed_usd", "billed"), .init("priced_usd", "tokens × price"),
          .init("ratio"),
        ])
      for line in off {
        table.add(
          .text(line.model), .int(line.requests), .usd(line.billed), .usd(line.priced),
          line.ratio.isFinite ? .number(line.ratio, decimals: 2) : .empty)
      }
      blocks.append(.table(ReportTable(table, top: top)))
    }
    return blocks
  }

  private static let chartDays = 92
  private static let chartModels = 5

  /// The dearest models apart, the others as one.
  private func daily() -> DailyChart? {
    if ledger.total.cost == 0 { return nil }
    let dearest = ledger.models.filter { $0.row.cost > 0 }
    let hasRest = dearest.count > Self.chartModels + 1
    let names = dearest.prefix(hasRest ? Self.chartModels : Self.chartModels + 1).map(\.name)
    let place = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    let seriesOfModel = analysis.log.models.map { place[$0.display] ?? names.count }
    let days = ledger.days.suffix(Self.chartDays)
    let dayPlace = Dictionary(uniqueKeysWithValues: days.enumerated().map { ($0.element.name, $0.offset) })
    var sums = [[Int128]](repeating: Array(repeating: 0, count: names.count + 1), count: days.count)
    var (current, row) = (Int.min, Int?.none)
    analysis.log.requests.forEach { request in
      let day = Timestamp.dayNumber(request.time)
      if day != current { (current, row) = (day, dayPlace[Timestamp.dayText(day)]) }
      if let row { sums[row][seriesOfModel[Int(request.model)]] += Int128(request.cost) }
    }
    let series = names.map { $0.isEmpty ? "(no name)" : $0 } + (hasRest ? ["others"] : [])
    return DailyChart(
      series: series,
      days: zip(days, sums).map { .init(day: $0.name, usd: $1.prefix(series.count).map { Amount($0) }) },
      omitted: ledger.days.count - days.count)
  }
}
