/// `report.md`: one screen of findings, then each lever with its evidence, then method, rejects, checks and options.
struct MarkdownReport {
  private let analysis: Analysis
  private var bill: Int128 { analysis.ledger.total.cost }

  init(_ analysis: Analysis) { self.analysis = analysis }

  func text() throws -> String {
    var parts = [findings()]
    parts.append(ledger())
    for outcome in analysis.outcomes { parts += outcome.sections.map(render) }
    if let budgets = analysis.budgets { parts.append(render(budgets.section())) }
    if let candidates = analysis.candidates { parts.append(clusters(candidates)) }
    if !analysis.ledgerOnly { parts.append(HoldoutTable.markdown(analysis)) }
    parts.append(method())
    parts.append(inputs())
    parts.append(checks())
    parts.append(
      "## Options\n\nThe resolved options of this run; `analyze config` prints the defaults.\n\n```yaml\n\(try analysis.options.yaml())```\n"
    )
    return parts.joined(separator: "\n")
  }

  // MARK: One screen

  private func findings() -> String {
    let total = analysis.ledger.total
    var text = "# What would we have saved?\n\n"
    text += """
      **Bill: \(MoneyText.readable(bill))** (\(billEvidence(total))) for \(Self.count(total.requests, "request")) from \
      \(Timestamp.minutes(analysis.ledger.firstTime)) to \(Timestamp.minutes(analysis.ledger.lastTime)) UTC.
      """
    if total.unpriced > 0 {
      text += " \(Self.count(total.unpriced, "request")) without a price are in no amount below (see *Prices*)."
    }
    text += "\n\n"
    if let warning = analysis.damage { text += "> **Incomplete input.** \(warning)\n\n" }
    guard let totals = analysis.totals, let joint = analysis.joint else {
      return text + "Only the ledger was asked for (`--only ledger`).\n"
    }
    text += """
      | total | saving | of the bill | what it is |
      |---|---:|---:|---|
      | safe | \(MoneyText.readable(totals.safe)) | \(NumberText.percent(totals.safe, of: bill)) | billed or replayed only: repeats of a question, served from an exact cache; nothing that rests on estimated tokens |
      | defensible | \(MoneyText.readable(totals.defensible)) | \(NumberText.percent(totals.defensible, of: bill)) | \(defensible(joint)) |
      | potential | \(MoneyText.readable(totals.potential)) | \(NumberText.percent(totals.potential, of: bill)) | \(joint.saving < totals.potential ? "the best combination of levers (all together save less)" : "all levers together"), **\(totals.potentialEvidence.rawValue)**: not a figure to quote |

      """
    if let multiplier = analysis.monthMultiplier {
      text += """

        Per month of 30 days (the log times \(NumberText.fixed(multiplier, 2)), **assumed**: its days are typical): bill \
        \(MoneyText.readable(analysis.perMonth(bill))), safe saving \(MoneyText.readable(analysis.perMonth(totals.safe))).

        """
    }
    text += "\n## The biggest levers\n\n" + levers(joint) + "\n"
    text += "## What the field claims\n\n" + ClaimsTable(analysis, joint).markdown() + "\n"
    text += "## What to do next\n\n" + advice().map { "- \($0)\n" }.joined()
    return text
  }

  private func tierNote(_ total: LedgerRow) -> String {
    if total.tierPriceMissing == 0 { return "" }
    return
      " \(Self.count(total.tierPriceMissing, "request")) at a batch, flex or priority tier had no price for it and took the standard one."
  }

  private func defensible(_ joint: JointReplay) -> String {
    let titles = joint.levers.filter { joint.defensibleLevers.contains($0.id) }.map(\.title)
    if titles.isEmpty { return "no lever rests on replayed or verified figures alone" }
    if joint.interval == nil { return "too few users and days for an interval" }
    return
      "lower end of the 95 % interval of what rests neither on assumptions nor on unverified answers: \(titles.joined(separator: ", "))"
  }

  private func ends(_ interval: ClusterBootstrap.Interval?) -> [Table.Cell] {
    guard let interval else { return [.empty, .empty] }
    return [.usd(Int128(interval.lower.rounded())), .usd(min(bill, Int128(interval.upper.rounded())))]
  }

  private func levers(_ joint: JointReplay) -> String {
    var table = Table(
      "levers",
      [
        .init("lever", "lever"), .init("alone", "alone"), .init("lower", "95 % from"), .init("upper", "to"),
        .init("of_bill", "of the bill"), .init("waterfall", "in order"), .init("shapley", "fair share"),
        .init("evidence", "evidence"),
      ])
    for lever in joint.levers.sorted(by: { $0.alone != $1.alone ? $0.alone > $1.alone : $0.id < $1.id }).prefix(3) {
      let figures: [Table.Cell] = [
        .share(bill == 0 ? .nan : Double(lever.alone) / Double(bill)), .usd(lever.waterfall), .usd(lever.shapley),
        .text(lever.evidence.rawValue),
      ]
      table.add([.text(lever.title), .usd(lever.alone)] + ends(lever.intervals?.alone) + figures)
    }
    let sum = joint.levers.reduce(0) { $0 + $1.alone }
    var text = table.markdown()
    text +=
      "\nTogether \(MoneyText.readable(joint.saving)) (\(NumberText.percent(joint.saving, of: bill)))\(joint.interval.map { ", 95 % interval " + $0.text(within: bill) } ?? ""): the levers replayed on one stream, "
    text +=
      "not the sum of the column *alone* (\(MoneyText.readable(sum))). *In order*: what each adds behind those before it. "
    text += "*Fair share*: Shapley values, which add up to the joint saving. "
    text += "*Intervals*: users and days drawn anew, the wider of both.\n"
    for outcome in analysis.outcomes {
      if let reason = outcome.notRun { text += "\n**\(outcome.title)** not run, because \(reason).\n" }
    }
    for outcome in analysis.outcomes where outcome.notRun == nil {
      text += "\n*\(outcome.title)*: \(outcome.caveat).\n"
    }
    return text
  }

  private func advice() -> [String] {
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

  // MARK: Chapters

  private func render(_ section: ReportSection) -> String {
    var text = "## \(section.title)\n"
    for block in section.blocks {
      switch block {
      case .paragraph(let paragraph): text += "\n\(paragraph)\n"
      case .table(let table, let top): text += "\n" + table.markdown(top: top)
      case .image(let image): text += "\n![\(image.caption)](\(image.name))\n"
      }
    }
    return text
  }

  private func ledger() -> String {
    let ledger = analysis.ledger
    let total = ledger.total
    let top = analysis.options.report.topRows
    func table(_ name: String, _ key: String, _ entries: [LedgerEntry], latency: Bool = false) -> String {
      ReportFiles.ledgerTable(name, key: key, entries, analysis, latency: latency).markdown(top: top)
    }
    var text = """
      ## The bill

      \(Self.count(total.requests, "request")), \(NumberText.grouped(total.errors)) of them errors. Tokens: \
      \(NumberText.grouped(total.input)) input, \(NumberText.grouped(total.cacheRead)) read from and \
      \(NumberText.grouped(total.cacheWrite5m + total.cacheWrite1h)) written to the provider's cache, \
      \(NumberText.grouped(total.output)) output. \(Self.count(total.billed, "cost")) billed by the log itself; \
      \(NumberText.grouped(total.estimated)) requests have no token counts.\(estimateNote)\(tierNote(total)) Dearest first, days by time; \
      the CSV files have more columns.

      ### Models


      """
    text += table("models", "model", ledger.models, latency: true)
    text +=
      "\n### Prices\n\nHow every logged name was priced (table: \(HostileText.markdown(analysis.prices.source))):\n\n"
    text += analysis.priceWarnings.map { "> **Old prices.** \(HostileText.markdown($0, limit: 500))\n\n" }.joined()
    text += ReportFiles.prices(analysis).markdown(top: 2 * top)
    if ledger.tenants.count > 1 { text += "\n### Tenants\n\n" + table("tenants", "tenant", ledger.tenants) }
    if ledger.keys.count > 1 { text += "\n### API keys\n\n" + table("keys", "key", ledger.keys) }
    text += "\n### Users\n\n" + table("users", "user", ledger.users)
    if !ledger.tags.isEmpty {
      text += "\n### Tags\n\nA request with two tags counts under both.\n\n" + table("tags", "tag", ledger.tags)
    }
    text += "\n### Days\n\n" + ReportFiles.ledgerTable("daily", key: "day", ledger.days, analysis).markdown(top: 31)
    return text
  }

  private func clusters(_ candidates: CachingCandidates) -> String {
    let minUsers = analysis.options.precache.minUsers
    var text = "## Questions worth caching\n\n"
    text +=
      "Questions that one cache entry would answer (no TTL, cosine ≥ \(NumberText.fixed(analysis.options.cache.threshold, 2)), guards on); the largest saving first. "
    text += "Questions asked by fewer than \(minUsers) users, or with private data in them, are not shown. "
    text += "*Answers agree* is the share of its newest answers that agree with each other.\n\n"
    let top = Array(candidates.shown.filter { !$0.isWithheld }.prefix(analysis.options.report.topRows))
    if !top.isEmpty { text += PrecacheTables.biggest(top).markdown() }
    let withheld = candidates.shown.count { $0.isWithheld }
    text +=
      "\n`clusters.csv` holds \(Self.count(candidates.shown.count, "cluster")), \(NumberText.grouped(withheld)) of them without their question. "
    let few = candidates.ofFewUsers
    text +=
      "\(Self.count(few.clusters, "cluster")) of fewer than \(minUsers) users (\(Self.count(few.requests, "request")), \(MoneyText.readable(few.cost))) are in no table.\n"
    let precache = candidates.precache
    text += "\n`precache.jsonl` holds \(Self.count(precache.candidates.count, "candidate")). "
    let leftOut = precache.leftOut.map { "\(NumberText.grouped($0.clusters)) (\($0.reason))" }
    text += leftOut.isEmpty ? "\n" : "Clusters left out: \(leftOut.joined(separator: ", ")).\n"
    return text + PrecacheTables.walkForwardText(candidates.walkForward)
  }

  private func method() -> String {
    guard !analysis.ledgerOnly else { return "" }
    return """
      ## Method

      - **Evidence**: *billed* is the log's own cost; *priced* is tokens times a dated price; *estimated* has token counts guessed from \
      text length; *replayed* is an exact replay of the logged requests; *modelled* is a replay that rests on a model of likeness; *assumed* rests on an option or on hand-set weights. The \
      weakest part names a sum.
      - **Cache key**: scope (\(scope())), the turns before the last user message, and its normalised text. A hit saves the whole cost of \
      the call; what is inserted depends on misses only. Lookups and embedding calls are charged at the options' prices (**assumed**).
      - **Neighbours** are exact: every pair above the lowest threshold is found, none is sampled.
      - **Together**: all subsets of the levers are replayed; each request is paid for once.
      - **Not modelled**: output length on another model, quality of cheaper models, answers that went stale.

      """
  }

  private func scope() -> String {
    let scope = analysis.options.cache.scope
    let parts = [
      (scope.tenant, "tenant"), (scope.model, "model"), (scope.system, "system prompt"), (scope.tools, "tools"),
      (scope.responseFormat, "response format"), (scope.parameters, "temperature and max tokens"),
    ]
    let on = parts.filter(\.0).map(\.1)
    return on.isEmpty ? "nothing" : on.joined(separator: ", ")
  }

  private func inputs() -> String {
    let counts = analysis.log.counts
    var text = "## Input\n\n"
    if !counts.hasOneRecordPerLine {
      text += "\(NumberText.grouped(counts.lines)) lines, \(NumberText.grouped(counts.blank)) of them blank, hold "
      text += "\(NumberText.grouped(counts.records)) records. Records"
    } else {
      text += "\(NumberText.grouped(counts.lines)) lines"
    }
    text += " = \(NumberText.grouped(counts.accepted)) requests + "
    text += "\(NumberText.grouped(counts.duplicates)) repeated ids (retries, stream fragments) + "
    text += "\(NumberText.grouped(counts.rejected)) rejected + "
    text +=
      counts.hasOneRecordPerLine
      ? "\(NumberText.grouped(counts.blank)) blank. " : "\(NumberText.grouped(counts.skipped)) skipped. "
    text +=
      "Formats: " + counts.byFormat.map { "\($0.name) \(NumberText.grouped($0.lines))" }.joined(separator: ", ") + ".\n"
    if counts.contradictory > 0 {
      text +=
        "\n\(NumberText.grouped(counts.contradictory)) requests count cached tokens otherwise than their format says, as their own sums show; they were read as the sums say.\n"
    }
    if counts.rated > 0 || counts.unmatchedFeedback > 0 {
      text += "\n\(NumberText.grouped(counts.rated)) requests have a user's verdict; "
      text += "\(NumberText.grouped(counts.unmatchedFeedback)) verdicts are on records that are not in the log.\n"
    }
    if !analysis.log.skips.isEmpty { text += "\n" + Self.skipTable(analysis).markdown() }
    if !analysis.log.rejects.entries.isEmpty {
      text += "\n" + Self.rejectTable(analysis).markdown() + "\nFirst places: `rejects.csv`.\n"
    }
    let problems = analysis.inputProblems
    if !problems.isEmpty {
      text += "\nInputs with problems:\n\n"
      for problem in problems {
        text +=
          "- `\(problem.reason)` \(HostileText.markdown(problem.path, limit: 500)): \(HostileText.markdown(problem.explanation, limit: 500))\n"
      }
    }
    return text
  }

  private static func skipTable(_ analysis: Analysis) -> Table {
    var table = Table(
      "skips", [.init("reason", "skipped because"), .init("records", "records"), .init("explanation", "meaning")])
    for (reason, count) in analysis.log.skips {
      table.add(.text(reason.rawValue), .int(count), .text(reason.explanation))
    }
    return table
  }

  private static func rejectTable(_ analysis: Analysis) -> Table {
    var table = Table(
      "rejects", [.init("reason", "rejected because"), .init("lines", "lines"), .init("explanation", "meaning")])
    for (reason, count, _) in analysis.log.rejects.entries {
      table.add(.text(reason.rawValue), .int(count), .text(reason.explanation))
    }
    return table
  }

  private func checks() -> String {
    var text =
      "## Books\n\nChecked in this run; a sum that fails stops it.\n\n| check | left | right |\n|---|---:|---:|\n"
    for check in analysis.conservation.checks {
      text += "| \(check.name) | \(NumberText.grouped(check.left)) | \(NumberText.grouped(check.right)) |\n"
    }
    return text + "\nMoney in pico-dollars (10⁻¹² USD).\n"
  }

  // MARK: Words

  /// `1 request`, `1,500 requests`.
  private static func count(_ number: Int, _ noun: String) -> String {
    "\(NumberText.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  private var estimateNote: String {
    if analysis.ledger.total.estimated == 0 { return "" }
    return
      " Theirs are counted in the texts with \(analysis.estimatedWith), other models by a ratio: \(MoneyText.readable(analysis.ledger.estimatedCost)) of the bill is **estimated**."
  }

  private func billEvidence(_ total: LedgerRow) -> String {
    if total.estimated == 0 { return total.evidence.rawValue }
    return "\(total.evidence.rawValue): \(Self.count(total.estimated, "request")) without token counts"
  }
}
