/// Where spending goes if it goes on as it did: for the day, week and month in which the log ends.
package struct SpendAhead: Sendable {
  package struct Row: Sendable, Equatable {
    package var period: BudgetPeriod
    /// UTC microseconds; later than the start of the period where the log begins in it.
    package var start: Int64
    package var end: Int64
    package var spent: Int128
    /// Spend at the end, linear; nil where less than a twentieth of the period is logged.
    package var projected: Int128?
  }

  package private(set) var rows: [Row] = []

  package init(_ log: RequestLog, first: Int64, last: Int64, _ options: AnalysisOptions.Budgets) throws {
    let clock = try options.clock()
    let timeOfDay = try options.resetTimeOfDay()
    for period in [BudgetPeriod.day, .week, .month] {
      let end = period.nextReset(after: last, in: clock, at: timeOfDay)
      let begin = period.start(ofWindowEndingAt: end, in: clock)
      var row = Row(period: period, start: max(first, begin), end: end, spent: 0)
      log.requests.forEach { if $0.time >= row.start { row.spent += Int128($0.cost) } }
      let elapsed = last - row.start
      if elapsed >= (end - begin) / 20 {
        row.projected = row.spent + Int128((Double(row.spent) * Double(end - last) / Double(elapsed)).rounded())
      }
      rows.append(row)
    }
  }
}
