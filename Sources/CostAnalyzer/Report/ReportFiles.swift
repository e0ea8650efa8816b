import Foundation

/// Turns an analysis into the files of a report directory.
package struct ReportFiles {
  /// Every file but the manifest, in the order written.
  package private(set) var files: [(name: String, content: Data)] = []

  package init(_ analysis: Analysis, night: ReportDocument.Section? = nil, _ templates: ReportTemplates) throws {
    let sections = analysis.outcomes.flatMap(\.sections) + [analysis.budgets?.section()].compactMap { $0 }
    let document = try ReportDocument(analysis, night: night, chapters: sections)
    files = ReportRendering.files(document, templates)
    files.append((ReportDocument.fileName, try document.json()))
    add(table: Self.summary(analysis))
    if !analysis.ledgerOnly {
      add(table: Self.strategies(analysis))
      add(table: HoldoutTable.table(analysis))
    }
    for table in sections.flatMap(\.files) { add(table: table) }
    if let candidates = analysis.candidates {
      add(table: Self.clusters(candidates))
      add(table: PrecacheTables.walkForward(candidates.walkForward))
    }
    let ledger = analysis.ledger
    add(table: Self.ledgerTable("models", key: "model", ledger.models, analysis, latency: true))
    add(table: Self.prices(analysis))
    add(table: Self.ledgerTable("users", key: "user", ledger.users, analysis))
    add(table: Self.ledgerTable("tenants", key: "tenant", ledger.tenants, analysis))
    add(table: Self.ledgerTable("keys", key: "key", ledger.keys, analysis))
    add(table: Self.ledgerTable("tags", key: "tag", ledger.tags, analysis))
    add(table: Self.ledgerTable("daily", key: "day", ledger.days, analysis))
    add(table: Self.ledgerTable("hourly", key: "hour_of_day_utc", ledger.hours, analysis))
    add(table: Self.rejects(analysis))
    if let candidates = analysis.candidates { add(PrecacheList.fileName, try candidates.precache.jsonLines()) }
  }

  private mutating func add(_ name: String, _ text: String) { files.append((name, Data(text.utf8))) }
  private mutating func add(table: Table) { add(table.name + ".csv", table.csv) }

  private static func summary(_ analysis: Analysis) -> Table {
    var table = Table("summary", [.init("metric"), .init("value"), .init("unit"), .init("evidence")])
    func add(_ metric: String, _ cell: Table.Cell, _ unit: String, _ evidence: String = "") {
      table.add(.text(metric), cell, .text(unit), .text(evidence))
    }
    let total = analysis.ledger.total
    let counts = analysis.log.counts
    let evidence = total.evidence.rawValue
    add("bill", .usd(total.cost), "usd", evidence)
    add("requests", .int(total.requests), "requests")
    add("lines", .int(counts.lines), "lines")
    add("rejected_lines", .int(counts.rejected), "lines")
    add("duplicate_lines", .int(counts.duplicates), "lines")
    add("blank_lines", .int(counts.blank), "lines")
    add("error_requests", .int(total.errors), "requests")
    add("estimated_requests", .int(total.estimated), "requests")
    add("estimated_cost", .usd(analysis.ledger.estimatedCost), "usd", total.estimated > 0 ? "estimated" : "")
    add("unpriced_requests", .int(total.unpriced), "requests")
    add("billed_requests", .int(total.billed), "requests")
    add("contradictory_requests", .int(counts.contradictory), "requests")
    add("tier_price_missing_requests", .int(total.tierPriceMissing), "requests")
    add("tokens_input", .int(total.input), "tokens", total.estimated > 0 ? "estimated" : "")
    add("tokens_cache_read", .int(total.cacheRead), "tokens")
    add("tokens_cache_write_5m", .int(total.cacheWrite5m), "tokens")
    add("tokens_cache_write_1h", .int(total.cacheWrite1h), "tokens")
    add("tokens_output", .int(total.output), "tokens", total.estimated > 0 ? "estimated" : "")
    add("tokens_reasoning", .int(total.reasoning), "tokens")
    add("latency_p50", analysis.ledger.p50.map { .int(Int($0)) } ?? .empty, "ms")
    add("latency_p95", analysis.ledger.p95.map { .int(Int($0)) } ?? .empty, "ms")
    add("first_request", .text(Timestamp.text(analysis.ledger.firstTime)), "utc")
    add("last_request", .text(Timestamp.text(analysis.ledger.lastTime)), "utc")
    if let totals = analysis.totals {
      add("saving_safe", .usd(totals.safe), "usd", "replayed")
      add("saving_defensible", .usd(totals.defensible), "usd", "modelled")
      add("saving_potential", .usd(totals.potential), "usd", totals.potentialEvidence.rawValue)
      if let month = analysis.monthMultiplier {
        add("month_multiplier", .number(month, decimals: 4), "factor", "assumed")
      }
    }
    return table
  }

  private static func strategies(_ analysis: Analysis) -> Table {
    var table = Table(
      "strategies",
      [
        .init("id"), .init("title"), .init("status"), .init("evidence"), .init("requests_affected"), .init("gross_usd"),
        .init("charges_usd"), .init("alone_usd"), .init("waterfall_usd"), .init("shapley_usd"), .init("last_in_usd"),
        .init("share_of_bill"), .init("alone_lower_usd"), .init("alone_upper_usd"), .init("shapley_lower_usd"),
        .init("shapley_upper_usd"), .init("caveat"),
      ])
    func ends(_ interval: ClusterBootstrap.Interval?) -> [Table.Cell] {
      guard let interval else { return [.empty, .empty] }
      return [.usd(Int128(interval.lower.rounded())), .usd(Int128(interval.upper.rounded()))]
    }
    let bill = analysis.ledger.total.cost
    for outcome in analysis.outcomes {
      let lever = analysis.joint?.levers.first { $0.id == outcome.id }
      var cells: [Table.Cell] = [
        .text(outcome.id), .text(outcome.title), .text(outcome.notRun.map { "not run: \($0)" } ?? "ran"),
        .text(outcome.notRun == nil ? outcome.evidence.rawValue : ""), .int(outcome.requestsAffected),
        lever == nil ? .empty : .usd(outcome.gross),
        lever == nil ? .empty : .usd(outcome.charges + outcome.fixedCharges),
        lever.map { .usd($0.alone) } ?? .empty, lever.map { .usd($0.waterfall) } ?? .empty,
        lever.map { .usd($0.shapley) } ?? .empty, lever.map { .usd($0.lastIn) } ?? .empty,
        lever.map { .share(bill == 0 ? .nan : Double($0.alone) / Double(bill)) } ?? .empty,
      ]
      cells += ends(lever?.intervals?.alone) + ends(lever?.intervals?.shapley)
      table.add(cells + [.text(outcome.caveat)])
    }
    if let joint = analysis.joint {
      let saving = Table.Cell.usd(joint.saving)
      let cells: [Table.Cell] = [
        .text("joint"), .text("All levers together"), .text("ran"), .text(analysis.totals!.potentialEvidence.rawValue),
        .empty, .empty, .empty, saving, saving, saving, .empty,
        .share(bill == 0 ? .nan : Double(joint.saving) / Double(bill)),
      ]
      table.add(
        cells + ends(joint.interval) + ends(joint.interval) + [.text("replayed together, nothing counted twice")])
    }
    return table
  }

  static func ledgerTable(
    _ name: String, key: String, _ entries: [LedgerEntry], _ analysis: Analysis, latency: Bool = false
  ) -> Table {
    var table = Table(
      name,
      [
        .init(key, key.replacing("_", with: " ")), .init("requests", "requests"), .init("errors", "errors"),
        .init("estimated"),
        .init("unpriced", "unpriced"), .init("tokens_input", "input tokens"), .init("tokens_cache_read", "cache reads"),
        .init("tokens_cache_write_5m"), .init("tokens_cache_write_1h"), .init("tokens_output", "output tokens"),
        .init("tokens_reasoning"), .init("cost_usd", "cost"), .init("share_of_bill", "of the bill"),
      ] + (latency ? [.init("latency_p50_ms", "p50 ms"), .init("latency_p95_ms", "p95 ms")] : []))
    let bill = analysis.ledger.total.cost
    for entry in entries {
      let row = entry.row
      table.add(
        [
          .text(entry.name), .int(row.requests), .int(row.errors), .int(row.estimated), .int(row.unpriced),
          .int(row.input), .int(row.cacheRead), .int(row.cacheWrite5m),
          .int(row.cacheWrite1h), .int(row.output), .int(row.reasoning),
          cost(row), row.isUnpriced ? .empty : .share(bill == 0 ? .nan : Double(row.cost) / Double(bill)),
        ] + (latency ? [entry.p50.map { .int(Int($0)) } ?? .empty, entry.p95.map { .int(Int($0)) } ?? .empty] : []))
    }
    return table
  }

  /// A group without any price has no cost we know of; 0 would say that it is free.
  private static func cost(_ row: LedgerRow) -> Table.Cell { row.isUnpriced ? .empty : .usd(row.cost) }

  static func prices(_ analysis: Analysis) -> Table {
    var table = Table(
      "prices",
      [
        .init("model", "model in the log"), .init("response_model", "answered by"), .init("price_row", "priced as"),
        .init("rules", "by rule"), .init("table"), .init("requests", "requests"), .init("cost_usd", "cost"),
      ])
    var rows = [LedgerRow](repeating: LedgerRow(), count: analysis.log.models.count)
    analysis.log.requests.forEach { rows[Int($0.model)].add($0) }
    let used = analysis.prices.entries.indices.filter { rows[$0].requests > 0 }
    for index in used.sorted(by: { (rows[$0].cost, $1) > (rows[$1].cost, $0) }) {
      let entry = analysis.prices.entries[index]
      let (row, rules): (String, String)
      switch entry.resolution {
      case .priced(let price, let applied):
        (row, rules) = (price.name, applied.isEmpty ? "exact name" : applied.joined(separator: "; "))
      case .unpriced(_, let conflicting):
        (row, rules) = (
          "",
          conflicting.isEmpty ? "unpriced" : "unpriced: rows of different price: \(conflicting.joined(separator: "; "))"
        )
      }
      table.add(
        .text(entry.name.requested), .text(entry.name.responded), .text(row), .text(rules), .text(entry.table),
        .int(rows[index].requests), cost(rows[index]))
    }
    return table
  }

  static func clusters(_ candidates: CachingCandidates) -> Table {
    var table = Table(
      "clusters",
      [
        .init("rank"), .init("question", "question"), .init("model", "model"), .init("group"),
        .init("requests", "requests"), .init("variants", "wordings"),
        .init("users", "users"), .init("cost_usd", "cost"), .init("saved_usd", "saved if cached"),
        .init("answer_agreement", "answers agree"), .init("first_seen"), .init("last_seen"),
      ])
    // Only a state knows clusters by their ids.
    let hasIDs = candidates.shown.contains { $0.id != nil }
    if hasIDs { table.columns.append(.init("cluster")) }
    for (index, shown) in candidates.shown.enumerated() {
      let cluster = shown.cluster
      let row: [Table.Cell] = [
        .int(index + 1), .text(shown.question), .text(shown.model), .text(shown.group.hex), .int(cluster.requests),
        .int(cluster.variants.count), .int(cluster.users), .usd(cluster.cost), .usd(cluster.saved),
        cluster.agreement.map { .number($0, decimals: 2) } ?? .empty,
        .text(Timestamp.dayText(Timestamp.dayNumber(cluster.firstSeen))),
        .text(Timestamp.dayText(Timestamp.dayNumber(cluster.lastSeen))),
      ]
      table.add(hasIDs ? row + [shown.id.map { .int(Int($0)) } ?? .empty] : row)
    }
    return table
  }

  static func rejects(_ analysis: Analysis) -> Table {
    var table = Table("rejects", [.init("reason"), .init("lines"), .init("explanation"), .init("first_places")])
    for (reason, count, places) in analysis.log.rejects.entries {
      let text = places.map { "\(analysis.log.inputs[$0.file].path):\($0.line)" }.joined(separator: " ")
      table.add(.text(reason.rawValue), .int(count), .text(reason.explanation), .text(text))
    }
    return table
  }
}

extension LedgerRow {
  /// No request of the group has a price.
  fileprivate var isUnpriced: Bool { requests > 0 && unpriced == requests }
}
