/// The chapter on budgets: what limits would have refused, where spending goes, and what its spikes were.
package struct BudgetChapter: Sendable {
  package let replay: BudgetReplay
  package let ahead: SpendAhead
  package let spikes: SpendSpikes
  private let context: StrategyContext
  private let templates: TemplateNumbers
  private var options: AnalysisOptions.Budgets { context.options.budgets }

  package init(_ context: StrategyContext) throws {
    self.context = context
    let options = context.options.budgets
    templates = TemplateNumbers(context.log.prompts)
    replay = try BudgetReplay(context.log, options)
    ahead = try SpendAhead(
      context.log, first: context.ledger.firstTime, last: context.ledger.lastTime, options)
    spikes = try SpendSpikes(context.log, bill: context.ledger.total.cost, templates: templates, options)
  }

  package func section() -> ReportSection {
    let top = context.options.report.topRows
    var blocks: [ReportSection.Block] = [.paragraph(summary())]
    if !options.limits.isEmpty {
      blocks += [
        .table(limits(), top: .max), .paragraph("Alerts, by time:"), .table(alerts(isShown: true), top: top),
      ]
    }
    let open = openWindows()
    if !open.rows.isEmpty {
      blocks += [
        .paragraph("Open when the log ends, and used up before they end if it goes on like that (**assumed**):")
      ]
      blocks.append(.table(open, top: top))
    }
    if !replay.trips.isEmpty { blocks += [.paragraph("The breaker tripped:"), .table(trips(), top: top)] }
    blocks += [
      .paragraph(
        """
        Where spending goes, linear from what is logged of the day, week and month in which the log ends (zone \
        \(HostileText.markdown(options.timeZone))): **assumed**.
        """),
      .table(projections(), top: .max), .paragraph(spikeText()),
    ]
    if !spikes.spikes.isEmpty { blocks.append(.table(spikeTable(), top: top)) }
    if let chart = BurnChart(context, replay) { blocks.insert(.chart(.burn(chart)), at: 2) }
    var section = ReportSection(
      "Budgets and spikes", blocks: blocks, files: [windows(), alerts(isShown: false), spikeTable()])
    section.notDrawn = [.burn: "no budget in dollars is set (`budgets.limits`), or none binds a request"]
    return section
  }

  private func summary() -> String {
    if options.limits.isEmpty && options.breaker.multiple == nil {
      return "No budget is configured (`budgets.limits`, `budgets.breaker`): nothing would have been refused."
    }
    let unpriced = context.ledger.total.unpriced
    return """
      Replayed request by request, all limits at once: \(NumberText.grouped(replay.refusedRequests)) of \
      \(NumberText.grouped(context.ledger.total.requests)) requests would have been refused, with \
      \(MoneyText.readable(replay.refused)) of \(MoneyText.readable(context.ledger.total.cost)). That is spend avoided by not \
      answering, no saving, and in no total of this report. The request that crosses a limit is still served \
      (*overshoot*).\(unpriced > 0 ? " \(NumberText.grouped(unpriced)) requests without a price count as free." : "")
      """
  }

  private static func value(_ value: Int128, _ measure: BudgetLimit.Measure) -> Table.Cell {
    measure == .usd ? .usd(value) : .int(Int(clamping: value))
  }

  private func limits() -> Table {
    var table = Table(
      "limits",
      [
        .init("scope", "limit on"), .init("name", "name"), .init("measure", "in"), .init("allowed", "allowed"),
        .init("period", "for each"), .init("windows", "windows"), .init("exhausted", "used up"),
        .init("first", "first"), .init("refused", "refused"), .init("refused_usd", "worth"),
        .init("users", "users refused"), .init("overshoot", "largest overshoot"),
      ])
    for (number, limit) in options.limits.enumerated() {
      let windows = replay.windows.filter { $0.limit == number }
      let exhausted = windows.compactMap(\.exhausted)
      table.add(
        .text(limit.scope.rawValue), .text(limit.name ?? (limit.scope == .global ? "" : "each")),
        .text(limit.measure.rawValue), Self.value(limit.allowed, limit.measure),
        .text(limit.every?.description ?? "never"),
        .int(windows.count), .int(exhausted.count), exhausted.min().map { .text(Timestamp.minutes($0)) } ?? .empty,
        .int(windows.reduce(0) { $0 + $1.refused }), .usd(windows.reduce(0) { $0 + $1.refusedCost }),
        .int(replay.refusedUsers[number].count),
        Self.value(windows.map { $0.overshoot(limit) }.max() ?? 0, limit.measure))
    }
    return table
  }

  private func openWindows() -> Table {
    var table = Table(
      "open_windows",
      [
        .init("scope", "limit on"), .init("name", "name"), .init("used", "used"), .init("allowed", "of"),
        .init("date", "used up about"), .init("end", "window ends"),
      ])
    let open = replay.windows.compactMap { window in
      window.projectedExhaustion(options.limits[window.limit], now: context.ledger.lastTime).map { ($0, window) }
    }
    for (date, window) in open.enumerated().sorted(by: { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }).map(
      \.element)
    {
      let limit = options.limits[window.limit]
      table.add(
        .text(limit.scope.rawValue), .text(window.name), Self.value(window.used, limit.measure),
        Self.value(limit.allowed, limit.measure), .text(Timestamp.minutes(date)),
        .text(window.end.map(Timestamp.minutes) ?? "never"))
    }
    return table
  }

  /// `budgets.csv`: every window of a limit on dollars, and those of other limits that refused something.
  private func windows() -> Table {
    var table = Table(
      "budgets",
      [
        .init("limit"), .init("scope"), .init("name"), .init("measure"), .init("allowed"), .init("period"),
        .init("window_start"), .init("window_end"), .init("requests"), .init("used"), .init("used_share"),
        .init("overshoot"), .init("exhausted_at"), .init("refused"), .init("refused_usd"), .init("refused_users"),
        .init("projected_exhaustion"),
      ])
    for window in replay.windows {
      let limit = options.limits[window.limit]
      if limit.measure != .usd && window.refused == 0 { continue }
      table.add(
        .int(window.limit + 1), .text(limit.scope.rawValue), .text(window.name), .text(limit.measure.rawValue),
        Self.value(limit.allowed, limit.measure), .text(limit.every?.description ?? "never"),
        .text(Timestamp.text(window.start)), window.end.map { .text(Timestamp.text($0)) } ?? .empty,
        .int(window.requests), Self.value(window.used, limit.measure),
        .share(limit.allowed == 0 ? .nan : Double(window.used) / Double(limit.allowed)),
        Self.value(window.overshoot(limit), limit.measure),
        window.exhausted.map { .text(Timestamp.text($0)) } ?? .empty, .int(window.refused), .usd(window.refusedCost),
        .int(window.refusedUsers.count),
        window.projectedExhaustion(limit, now: context.ledger.lastTime).map { .text(Timestamp.seconds($0)) } ?? .empty)
    }
    return table
  }

  /// `budget_alerts.csv`; the report shows them without the breaker, which has a table of its own.
  private func alerts(isShown: Bool) -> Table {
    var table = Table(
      "budget_alerts",
      [
        .init("time", "time"), .init("kind"), .init("limit"), .init("scope", "limit on"), .init("name", "name"),
        .init("window_start", "window"), .init("threshold", "at"), .init("used", "used"), .init("allowed", "of"),
        .init("refused"), .init("refused_usd"),
      ])
    var rows = replay.alerts.map { (time: $0.time, cells: cells(of: $0, isShown: isShown)) }
    if !isShown { rows += replay.trips.map { (time: $0.time, cells: cells(of: $0)) } }
    // Stable: alerts of one moment stay as they went off.
    for row in rows.enumerated().sorted(by: { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }) {
      table.add(row.element.cells)
    }
    return table
  }

  private func cells(of alert: BudgetReplay.Alert, isShown: Bool) -> [Table.Cell] {
    let window = replay.windows[alert.window]
    let limit = options.limits[window.limit]
    func time(_ time: Int64) -> Table.Cell { .text(isShown ? Timestamp.minutes(time) : Timestamp.text(time)) }
    return [
      time(alert.time), .text("budget"), .int(window.limit + 1), .text(limit.scope.rawValue), .text(window.name),
      time(window.start), .share(alert.threshold), .usd(alert.used), .usd(limit.allowed), .empty, .empty,
    ]
  }

  private func cells(of trip: CircuitBreaker.Trip) -> [Table.Cell] {
    let multiple = options.breaker.multiple!
    let start = trip.time - options.breaker.window.micros!
    return [
      .text(Timestamp.text(trip.time)), .text("breaker"), .empty, .empty, .empty, .text(Timestamp.text(start)),
      .share(multiple), .usd(trip.spent), .usd(Int128((Double(trip.usual) * multiple).rounded())), .int(trip.refused),
      .usd(trip.refusedCost),
    ]
  }

  private func trips() -> Table {
    var table = Table(
      "trips",
      [
        .init("time", "time"), .init("spent", "spent in \(options.breaker.window)"), .init("usual", "usual"),
        .init("refused", "refused"), .init("refused_usd", "worth"), .init("users", "users refused"),
      ])
    for trip in replay.trips {
      table.add(
        .text(Timestamp.minutes(trip.time)), .usd(trip.spent), .usd(trip.usual), .int(trip.refused),
        .usd(trip.refusedCost), .int(trip.refusedUsers.count))
    }
    return table
  }

  private func projections() -> Table {
    var table = Table(
      "ahead",
      [
        .init("period", "period"), .init("start", "logged from"), .init("end", "ends"), .init("spent", "spent"),
        .init("projected", "at its end"),
      ])
    for (name, row) in zip(["day", "week", "month"], ahead.rows) {
      table.add(
        .text(name), .text(Timestamp.minutes(row.start)), .text(Timestamp.minutes(row.end)), .usd(row.spent),
        row.projected.map { .usd($0) } ?? .empty)
    }
    return table
  }

  private func spikeText() -> String {
    let (multiple, share) = (options.spikes.multiple, options.spikes.minShare)
    let rule = """
      An hour is a spike when it costs \(NumberText.fixed(multiple, 1)) times the usual and exceeds it by \
      \(NumberText.percent(share, of: 1)) of the bill
      """
    if spikes.spikes.isEmpty { return "No spikes. \(rule)." }
    return """
      Spikes. \(rule). *Of the excess* is how much of it the user (question, template) with the largest excess makes up; \
      the machine signs are that user's during the spike.
      """
  }

  private func spikeTable() -> Table {
    var table = Table(
      "spikes",
      [
        .init("start", "start"), .init("end"), .init("hours", "hours"), .init("cost_usd", "cost"),
        .init("expected_usd", "usual"), .init("requests", "requests"), .init("volume_ratio"), .init("price_ratio"),
        .init("cause", "looks like"), .init("user", "user"), .init("user_share", "of the excess"), .init("question"),
        .init("question_share", "top question"), .init("question_users"), .init("template"),
        .init("template_share", "top template"), .init("machine_signs", "machine signs"),
      ])
    for spike in spikes.spikes {
      table.add(
        .text(Timestamp.seconds(spike.start)), .text(Timestamp.seconds(spike.end)),
        .int(Int((spike.end - spike.start) / Timestamp.hour)), .usd(spike.cost), .usd(spike.expected),
        .int(spike.requests), .number(spike.volumeRatio, decimals: 2), .number(spike.priceRatio, decimals: 2),
        .text(spike.cause), .text(context.log.users[Int(spike.user.number)]), .share(spike.user.share),
        .text(question(of: spike)), .share(spike.question?.share ?? .nan), .int(spike.questionUsers),
        spike.template.map { .text(template(of: spike, $0)) } ?? .empty, .share(spike.template?.share ?? .nan),
        .text(spike.machine?.evidence ?? ""))
    }
    return table
  }

  /// A question is shown only as the rest of the report would: asked by enough users, and as far as its text may be.
  private func question(of spike: SpendSpikes.Spike) -> String {
    guard let question = spike.question else { return "" }
    if spike.questionUsers < context.options.precache.minUsers { return "\(CachingCandidates.withheld)few users)" }
    let text = String(decoding: context.log.prompts.texts[Int(question.number)], as: UTF8.self)
    return context.content.shown(text) ?? context.content.placeholder
  }

  private func template(of spike: SpendSpikes.Spike, _ part: SpendSpikes.Part) -> String {
    let users = Set(
      (0..<context.log.requests.count).lazy.map { context.log.requests[$0] }.filter {
        $0.prompt != Request.noText && templates.byPrompt[Int($0.prompt)] == part.number
      }.map(\.user))
    return templates.name(
      part.number, users: users.count, minUsers: context.options.precache.minUsers, context.content)
  }
}
