/// How a budget was used up: what was spent in one window of a limit, beside an even pace.
package struct BurnChart: ChartDrawing {
  static let title = "Budget burn"

  package struct Point: Codable, Sendable {
    /// UTC microseconds.
    var time: Int64
    /// Spent up to then as logged, with what the limit would have refused.
    var spent: Amount
  }

  /// Whose budget, in our words and a name from the log.
  var name: String
  /// `1d`, `1mo`, or `never` where it does not start anew.
  var period: String
  var start: Int64
  var end: Int64
  var allowed: Amount
  var points: [Point]
  /// When the limit was reached.
  var exhausted: Int64?

  private static let width = 720.0
  private static let height = 320.0
  private static let plot = (left: 80.0, right: 690.0, top: 40.0, bottom: 270.0)

  var summary: String {
    let spent = points.last?.spent.pico ?? 0
    let fate = exhausted.map { "it was used up at \(Timestamp.minutes($0)) UTC" } ?? "it was not used up"
    return """
      Budget of \(name) for \(period): \(MoneyText.readable(spent)) of \(MoneyText.readable(allowed.pico)) spent between \
      \(Timestamp.minutes(start)) and \(Timestamp.minutes(points.last?.time ?? end)) UTC; \(fate).
      """
  }

  func draw() -> SVG {
    var svg = SVG(width: Self.width, height: Self.height)
    let y = Axis(
      points.map { Double($0.spent.pico) } + [Double(allowed.pico)], from: Self.plot.bottom, to: Self.plot.top)
    func x(_ time: Int64) -> Double {
      let share = Double(time - start) / Double(max(1, end - start))
      return Self.plot.left + (Self.plot.right - Self.plot.left) * min(1, max(0, share))
    }
    svg.amounts(y, from: Self.plot.left, to: Self.plot.right)
    for step in 0...3 {
      let time = start + (end - start) / 3 * Int64(step)
      svg.text(
        x(time), Self.plot.bottom + 18, Timestamp.minutes(time), step == 0 ? .start : step == 3 ? .end : .middle,
        "muted")
    }
    let limitY = y(Double(allowed.pico))
    svg.line(Self.plot.left, y(0), Self.plot.right, limitY, "reference")
    svg.line(Self.plot.left, limitY, Self.plot.right, limitY, "limit")
    svg.text(Self.plot.right, limitY - 6, "limit \(MoneyText.readable(allowed.pico))", .end, "muted")
    svg.path([(x(start), y(0))] + points.map { (x($0.time), y(Double($0.spent.pico))) }, "curve")
    if let exhausted {
      svg.circle(x(exhausted), limitY, 5, "alarm", tip: "used up at \(Timestamp.minutes(exhausted)) UTC")
    }
    svg.text(Self.plot.left, 18, "\(SVG.name(name)), for \(period)")
    svg.text(Self.plot.right, 18, "dashed: an even pace", .end, "muted")
    svg.text((Self.plot.left + Self.plot.right) / 2, Self.height - 14, "time (UTC)", .middle, "muted")
    return svg
  }
}
