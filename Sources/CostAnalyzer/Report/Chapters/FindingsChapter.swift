/// What a run found, before the details: bill, three totals, the biggest levers, the field's claims, next steps.
struct FindingsChapter {
  private let analysis: Analysis
  private var bill: Int128 { analysis.ledger.total.cost }

  init(_ analysis: Analysis) { self.analysis = analysis }

  func opening() -> [ReportBlock] {
    let total = analysis.ledger.total
    var text = """
      **Bill: \(MoneyText.readable(bill))** (\(ReportWords.billEvidence(total))) for \
      \(ReportWords.count(total.requests, "request")) from \(Timestamp.minutes(analysis.ledger.firstTime)) to \
      \(Timestamp.minutes(analysis.ledger.lastTime)) UTC.
      """
    if total.unpriced > 0 {
      text += " \(ReportWords.count(total.unpriced, "request")) without a price are in no amount below (see *Prices*)."
    }
    var blocks: [ReportBlock] = [.paragraph(text)]
    if let warning = analysis.damage { blocks.append(.quote("**Incomplete input.** \(warning)")) }
    guard let totals = analysis.totals, let joint = analysis.joint else {
      return blocks + [.paragraph("Only the ledger was asked for (`--only ledger`).")]
    }
    blocks.append(.table(ReportTable(table(of: totals, joint))))
    if let multiplier = analysis.monthMultiplier {
      blocks.append(
        .paragraph(
          """
          Per month of 30 days (the log times \(NumberText.fixed(multiplier, 2)), **assumed**: its days are typical): bill \
          \(MoneyText.readable(analysis.perMonth(bill))), safe saving \(MoneyText.readable(analysis.perMonth(totals.safe))).
          """))
    }
    return blocks
  }

  private func table(of totals: Analysis.Totals, _ joint: JointReplay) -> Table {
    var table = Table(
      "totals",
      [
        .init("total", "total"), .init("saving", "saving"), .init("of_bill", "of the bill"),
        .init("meaning", "what it is"),
      ])
    func add(_ name: String, _ pico: Int128, _ meaning: String) {
      table.add(.text(name), .usd(pico), .share(share(pico)), .markdown(meaning))
    }
    add(
      "safe", totals.safe,
      "billed or replayed only: repeats of a question, served from an exact cache; nothing that rests on estimated tokens"
    )
    add("defensible", totals.defensible, defensible(joint))
    let all =
      joint.saving < totals.potential
      ? "the best combination of levers (all together save less)" : "all levers together"
    add("potential", totals.potential, "\(all), **\(totals.potentialEvidence.rawValue)**: not a figure to quote")
    return table
  }

  private func share(_ pico: Int128) -> Double { bill == 0 ? .nan : Double(pico) / Double(bill) }

  private func defensible(_ joint: JointReplay) -> String {
    let titles = joint.levers.filter { joint.defensibleLevers.contains($0.id) }.map(\.title)
    if titles.isEmpty { return "no lever rests on replayed or verified figures alone" }
    if joint.interval == nil { return "too few users and days for an interval" }
    return
      "lower end of the 95 % interval of what rests neither on assumptions nor on unverified answers: \(titles.joined(separator: ", "))"
  }

  func sections() -> [ReportDocument.Section] {
    guard let joint = analysis.joint else { return [] }
    return [
      ReportDocument.Section("The biggest levers", levers(joint)),
      ReportDocument.Section("What the field claims", ClaimsTable(analysis, joint).blocks()),
      ReportDocument.Section("What to do next", [.list(advice())], isOnFirstScreen: true),
    ]
  }

  private func levers(_ joint: JointReplay) -> [ReportBlock] {
    var table = Table(
      "levers",
      [
        .init("lever", "lever"), .init("alone", "alone"), .init("lower", "95 % from"), .init("upper", "to"),
        .init("of_bill", "of the bill"), .init("waterfall", "in order"), .init("shapley", "fair share"),
        .init("evidence", "evidence"),
      ])
    for lever in joint.levers.sorted(by: { $0.alone != $1.alone ? $0.alone > $1.alone : $0.id < $1.id }).prefix(3) {
      let figures: [Table.Cell] = [
        .share(share(lever.alone)), .usd(lever.waterfall), .usd(lever.shapley), .text(lever.evidence.rawValue),
      ]
      table.add([.text(lever.title), .usd(lever.alone)] + ends(lever.intervals?.alone) + figures)
    }
    let sum = joint.levers.reduce(0) { $0 + $1.alone }
    let interval = joint.interval.map { ", 95 % interval " + $0.text(within: bill) } ?? ""
    var blocks: [ReportBlock] = [
      .table(ReportTable(table)),
      .paragraph(
        """
        Together \(MoneyText.readable(joint.saving)) (\(NumberText.percent(joint.saving, of: bill)))\(interval): the levers \
        replayed on one stream, not the sum of the column *alone* (\(MoneyText.readable(sum))). *In order*: what each adds \
        behind those before it. *Fair share*: Shapley values, which add up to the joint saving. *Intervals*: users and days \
        drawn anew, the wider of both.
        """),
    ]
    if let chart = waterfall(joint) { blocks.append(.chart(.waterfall(chart))) }
    for outcome in analysis.outcomes {
      if let reason = outcome.notRun { blocks.append(.paragraph("**\(outcome.title)** not run, because \(reason).")) }
    }
    for outcome in analysis.outcomes where outcome.notRun == nil {
      blocks.append(.paragraph("*\(outcome.title)*: \(outcome.caveat)."))
    }
    return blocks
  }

  private func ends(_ interval: ClusterBootstrap.Interval?) -> [Table.Cell] {
    guard let interval else { return [.empty, .empty] }
    return [.usd(Int128(interval.lower.rounded())), .usd(min(bill, Int128(interval.upper.rounded())))]
  }

  private func waterfall(_ joint: JointReplay) -> WaterfallChart? {
    if bill == 0 || joint.levers.isEmpty { return nil }
    return WaterfallChart(
      bill: Amount(bill),
      steps: joint.levers.map { lever in
        WaterfallChart.Step(
          title: lever.title, evidence: lever.evidence.rawValue,
          saving: Estimate(lever.waterfall, lever.intervals?.waterfall, within: bill))
      }, saving: Estimate(joint.saving, joint.interval, within: bill))
  }

  /// Markdown, one sentence each.
  func advice() -> [String] {
    var advice: [String] = []
    let total = analysis.ledger.total
    let exact = analysis.joint?.levers.first { $0.id == ExactCacheStrategy.id }
    if let exact, exact.alone * 100 >= bill && bill > 0 {
      advice.append(
        "Turn on exact caching with TTL \(analysis.options.cache.ttl): \(MoneyText.readable(exact.alone)) in this log, replayed request by request."
      )
    } else if exact != nil {
      advice.append("Exact caching is worth less than 1 % of this bill: look at other levers first.")
    }
    if let precache = analysis.candidates?.precache, !precache.candidates.isEmpty {
      advice.append(
        "Review `precache.jsonl`: \(NumberText.grouped(precache.candidates.count)) questions asked by at least \(analysis.options.precache.minUsers) users each."
      )
    }
    if let semantic = analysis.joint?.levers.first(where: { $0.id == SemanticCacheStrategy.id }),
      semantic.waterfall * 100 >= bill
    {
      let caveat = analysis.outcomes.first { $0.id == SemanticCacheStrategy.id }?.caveat ?? ""
      advice.append(
        "Before semantic caching, read its chapter: it adds \(MoneyText.readable(semantic.waterfall)) to exact caching; \(caveat)."
      )
    }
    if let routing = analysis.joint?.levers.first(where: { $0.id == RoutingStrategy.id }),
      routing.waterfall * 50 >= bill
    {
      advice.append(
        "Try routing on a small share with feedback: its \(MoneyText.readable(routing.waterfall)) rest on a complexity score that was not measured on your traffic."
      )
    }
    if total.unpriced > 0 {
      advice.append("Give the unpriced models a price (`--prices`): see *Prices* for their names.")
    }
    let counts = analysis.log.counts
    if counts.rejected * 100 > counts.lines {
      advice.append(
        "\(NumberText.percent(Double(counts.rejected), of: Double(counts.lines))) of the lines were rejected: start with `rejects.csv`."
      )
    }
    if total.estimated > 0 {
      advice.append(
        "Log token usage for every request: \(NumberText.grouped(total.estimated)) had none and \(total.estimated == 1 ? "is" : "are") estimated from the text."
      )
    }
    return advice
  }
}

/// Phrases that several chapters use.
enum ReportWords {
  /// `1 request`, `1,500 requests`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(NumberText.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  static func problem(_ problem: InputProblem) -> String {
    "`\(problem.reason)` \(HostileText.markdown(problem.path, limit: 500)): \(HostileText.markdown(problem.explanation, limit: 500))"
  }

  static func billEvidence(_ total: LedgerRow) -> String {
    if total.estimated == 0 { return total.evidence.rawValue }
    return "\(total.evidence.rawValue): \(count(total.estimated, "request")) without token counts"
  }
}
