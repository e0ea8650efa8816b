import CostAnalyzer
import Testing

@Suite("Generated logs of every format")
struct GeneratedFormatTests {
  /// What a format must give back of a request.
  private struct Row: Equatable {
    var time: Int64
    var user: String
    var tenant: String
    var model: String
    var usage: TokenUsage
    var cost: PicoDollars
    var flags: Request.Flags
    var tier: ServiceTier
  }

  private static func rows(_ format: GeneratedFormat, cost: Bool) throws -> [Row] {
    let folder = try TestFolder()
    var options = GeneratorOptions()
    (options.requests, options.seed, options.users, options.includeCost) = (300, 11, 40, cost)
    options.days = 1
    // Enough of what is rare.
    (options.errorShare, options.missingUsageShare, options.duplicatesShare, options.fragmentShare) = (
      0.1, 0.1, 0.1, 0.1
    )
    let path = folder.path + "/log.jsonl"
    let summary = try writeGeneratedLog(options: options, format: format, to: path)
    var needs = IngestNeeds()
    needs.text = false
    var log = Ingest.read(paths: [path], needs: needs)
    #expect(log.rejects.total == 0 && log.counts.lines == summary.lines && log.counts.accepted == 300, "\(format)")
    #expect(log.counts.byFormat.map(\.name) == [format.rawValue] && log.counts.contradictory == 0)
    PriceBook(models: log.models, tables: [.builtin()]).price(&log)
    return log.all.map { request in
      let model = log.models[Int(request.model)]
      // LiteLLM and Bedrock tell the caller's model in their own way.
      let name = model.requested.split(separator: "/").last.map(String.init) ?? ""
      var usage = request.usage
      if format == .bedrock { usage.reasoning = 0 }
      return Row(
        time: request.time, user: log.users[Int(request.user)], tenant: log.tenants[Int(request.tenant)], model: name,
        usage: usage, cost: request.cost,
        flags: request.flags.intersection([.error, .estimated, .unpriced, .billed]), tier: request.tier)
    }
  }

  private static let expected = Result { try rows(.traffic, cost: false) }
  private static let billed = Result { try rows(.traffic, cost: true) }

  @Test(
    "every format gives the requests, users, tokens and costs of the same traffic",
    arguments: GeneratedFormat.allCases.filter { $0 != .traffic })
  func roundTrip(format: GeneratedFormat) throws {
    let rows = try Self.rows(format, cost: false)
    for (row, plain) in zip(rows, try Self.expected.get()) { #expect(row == Self.seen(plain, by: format)) }
    // Bedrock logs no bill.
    if format == .bedrock { return }
    for (row, plain) in zip(try Self.rows(format, cost: true), try Self.billed.get()) {
      #expect(row == Self.seen(plain, by: format))
    }
  }

  /// What a format can tell of a request.
  private static func seen(_ row: Row, by format: GeneratedFormat) -> Row {
    var row = row
    if format == .bedrock { row.usage.reasoning = 0 }
    // The column is never null, so a failed call costs what it says, which is nothing.
    if format == .litellmSpendLogs && row.flags.contains(.error) {
      row.cost = 0
      row.flags = row.flags.union(.billed).subtracting(.unpriced)
    }
    return row
  }

  @Test("the traffic has what the formats could get wrong")
  func traffic() throws {
    let (plain, billed) = (try Self.expected.get(), try Self.billed.get())
    #expect(plain.contains { $0.usage.cacheRead > 0 } && plain.contains { $0.usage.cacheWrite5m > 0 })
    #expect(plain.contains { $0.usage.reasoning > 0 } && plain.contains { $0.flags.contains(.estimated) })
    #expect(plain.contains { $0.flags.contains(.error) && $0.cost > 0 } && plain.contains { $0.tier == .batch })
    #expect(plain.contains { $0.flags.contains(.unpriced) })
    #expect(billed.contains { $0.flags.contains(.billed) } && billed.contains { !$0.flags.contains(.billed) })
  }
}
