/// What every day cost, by model.
package struct DailyChart: ChartDrawing {
  static let title = "Cost per day by model"

  package struct Day: Codable, Sendable {
    var day: String
    /// One for each series.
    var usd: [Amount]
  }

  /// Names of models from the log, dearest first; the last one may be all others.
  var series: [String]
  var days: [Day]
  /// Earlier days that are not shown.
  var omitted: Int

  private static let width = 720.0
  private static let plot = (left: 70.0, right: 706.0, height: 220.0)

  var summary: String {
    let totals = days.map { day in (day: day.day, usd: day.usd.reduce(0) { $0 + $1.pico }) }
    guard let most = totals.max(by: { $0.usd < $1.usd }) else { return "No day." }
    return """
      \(omitted > 0 ? "The last " : "")\(days.count) day\(days.count == 1 ? "" : "s") from \(days[0].day) to \(days.last!.day); the dearest is \(most.day) with \
      \(MoneyText.readable(most.usd)). Models, dearest first: \(series.joined(separator: ", ")).
      """
  }

  func draw() -> SVG {
    // The legend: two names a line.
    let top = 16 + 18 * Double((series.count + 1) / 2) + 8
    let bottom = top + Self.plot.height
    var svg = SVG(width: Self.width, height: bottom + 32)
    for (index, name) in series.enumerated() {
      let (x, y) = (Self.plot.left + 318 * Double(index % 2), 8 + 18 * Double(index / 2))
      svg.rectangle(x, y, 11, 11, "series\(index)")
      svg.text(x + 17, y + 10, SVG.name(name))
    }
    let y = Axis(days.map { Double($0.usd.reduce(0) { $0 + $1.pico }) }, from: bottom, to: top)
    svg.amounts(y, from: Self.plot.left, to: Self.plot.right)
    let step = (Self.plot.right - Self.plot.left) / Double(max(1, days.count))
    let bar = min(56, step * 0.72)
    let labelled = max(1, (days.count + 7) / 8)
    for (index, day) in days.enumerated() {
      let middle = Self.plot.left + step * (Double(index) + 0.5)
      var reached: Int128 = 0
      for (number, amount) in day.usd.enumerated() where amount.pico > 0 {
        let upper = y(Double(reached + amount.pico))
        svg.rectangle(
          middle - bar / 2, upper, bar, y(Double(reached)) - upper, "series\(number)",
          tip: "\(day.day), \(SVG.name(series[number])): \(MoneyText.readable(amount.pico))")
        reached += amount.pico
      }
      if index % labelled == 0 { svg.text(middle, bottom + 18, String(day.day.suffix(5)), .middle, "muted") }
    }
    return svg
  }
}
