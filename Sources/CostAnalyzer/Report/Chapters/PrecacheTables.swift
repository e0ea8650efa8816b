/// Tables and words about clusters and pre-cache lists.
enum PrecacheTables {
  static func walkForward(_ walk: WalkForward) -> Table {
    var table = Table(
      "precache_walkforward",
      [
        .init("day"), .init("size"), .init("listed"), .init("requests"), .init("forecast_requests"),
        .init("predicted_hits"), .init("predicted_hits_low"), .init("predicted_hits_high"), .init("realised_hits"),
        .init("predicted_usd"), .init("realised_usd"), .init("oracle_hits"), .init("oracle_usd"),
      ])
    for row in walk.rows {
      table.add(
        .text(Timestamp.dayText(row.day)), .int(row.size), .int(row.listed), .int(row.requests),
        .number(row.forecastRequests, decimals: 1), .number(row.predictedHits, decimals: 1),
        .number(row.predictedRange.lowerBound, decimals: 1), .number(row.predictedRange.upperBound, decimals: 1),
        .int(row.realisedHits), .usd(Int128(row.predictedCost.rounded())), .usd(row.realisedCost),
        .int(row.oracleHits), .usd(row.oracleCost))
    }
    return table
  }

  static func walkForwardBlocks(_ walk: WalkForward) -> [ReportBlock] {
    guard !walk.rows.isEmpty else {
      return [
        .paragraph("The log covers one day only, so what such a list would have saved on a later day is not known.")
      ]
    }
    let days = Set(walk.rows.map(\.day)).count
    let requests = walk.rows.filter { $0.size == WalkForward.sizes[0] }.reduce(0) { $0 + $1.requests }
    let opening = """
      Had a list been made on every evening from the days before, the lists would have served, of the next days' \
      \(NumberText.grouped(requests)) cacheable requests (\(days) day\(days == 1 ? "" : "s"); by day in \
      `precache_walkforward.csv`):
      """
    var table = Table(
      "precache_walkforward",
      [
        .init("size", "list size"), .init("listed", "entries on the last day"), .init("predicted_hits", "predicted"),
        .init("realised_hits", "requests served"), .init("error", "error by day"), .init("realised_usd", "saved"),
        .init("oracle_hits", "no list serves more than"), .init("oracle_usd", "nor saves more than"),
      ])
    for size in WalkForward.sizes {
      let rows = walk.rows.filter { $0.size == size }
      let realised = rows.reduce(0) { $0 + $1.realisedHits }
      let error = rows.reduce(0) { $0 + abs($1.predictedHits - Double($1.realisedHits)) }
      table.add(
        .int(size), .int(rows.last!.listed), .int(Int(rows.reduce(0) { $0 + $1.predictedHits }.rounded())),
        .int(realised), .share(realised == 0 ? .nan : error / Double(realised)),
        .usd(rows.reduce(0) { $0 + $1.realisedCost }), .int(rows.reduce(0) { $0 + $1.oracleHits }),
        .usd(rows.reduce(0) { $0 + $1.oracleCost }))
    }
    let reading = """
      *Predicted* comes from earlier days only (**modelled**); *error by day* is the mean distance between the two. The bound \
      knows the day, and has the same candidates to choose from.
      """
    let unsearched =
      "\(NumberText.grouped(walk.unsearched)) requests of dense clusters were not compared with every listed question: the hits are a lower bound."
    return [.paragraph(opening), .table(ReportTable(table)), .paragraph(reading)]
      + (walk.unsearched > 0 ? [.paragraph(unsearched)] : [])
  }

  /// No two rows read the same: long questions are cut where they differ, equal ones are told apart by model or scope.
  static func biggest(_ shown: [CachingCandidates.Shown]) -> Table {
    var table = Table(
      "clusters",
      [
        .init("question", "question"), .init("model", "model"), .init("requests", "requests"),
        .init("variants", "wordings"), .init("users", "users"), .init("cost_usd", "cost"),
        .init("saved_usd", "saved if cached"), .init("answer_agreement", "answers agree"),
      ])
    // Only a state knows clusters by their ids.
    let hasIDs = shown.contains { $0.id != nil }
    if hasIDs { table.columns.append(.init("cluster", "cluster")) }
    let questions = DistinctExcerpts.of(shown.map(\.question), limit: 88)
    var seen: [String: Int] = [:]
    for (question, shown) in zip(questions, shown) { seen["\(question)\u{0}\(shown.model)", default: 0] += 1 }
    for (question, shown) in zip(questions, shown) {
      let isTwin = seen["\(question)\u{0}\(shown.model)"]! > 1
      let cluster = shown.cluster
      let row: [Table.Cell] = [
        .text(question), .text(isTwin ? "\(shown.model), scope \(shown.group.hex.prefix(8))" : shown.model),
        .int(cluster.requests), .int(cluster.variants.count), .int(cluster.users), .usd(cluster.cost),
        .usd(cluster.saved), cluster.agreement.map { .number($0, decimals: 2) } ?? .empty,
      ]
      table.add(hasIDs ? row + [shown.id.map { .int(Int($0)) } ?? .empty] : row)
    }
    return table
  }
}
