/// From the bill, lever by lever in their order, to what is left to pay, with 95 % intervals.
package struct WaterfallChart: ChartDrawing {
  static let title = "From the bill to what is left, lever by lever"

  package struct Step: Codable, Sendable {
    var title: String
    var evidence: String
    var saving: Estimate
  }

  var bill: Amount
  var steps: [Step]
  /// All of it.
  var saving: Estimate

  private static let width = 720.0
  private static let row = 34.0
  private static let top = 12.0
  private static let plot = (left: 232.0, right: 610.0)

  var summary: String {
    let parts = steps.map { "\($0.title) \(MoneyText.readable($0.saving.usd.pico)) (\($0.evidence))" }
    return """
      Of a bill of \(MoneyText.readable(bill.pico)), \(MoneyText.readable(bill.pico - saving.usd.pico)) would be left. \
      Saved in order: \(parts.joined(separator: ", ")). The thin lines are 95 % intervals.
      """
  }

  func draw() -> SVG {
    let count = Double(steps.count + 2)
    var svg = SVG(width: Self.width, height: Self.top + Self.row * count + 28)
    var reached = [Double(bill.pico)]
    for step in steps { reached.append(reached.last! - Double(step.saving.usd.pico)) }
    let x = Axis(reached, from: Self.plot.left, to: Self.plot.right)
    let bottom = Self.top + Self.row * count
    for tick in x.ticks {
      svg.line(x(tick), Self.top, x(tick), bottom, "grid")
      svg.text(x(tick), bottom + 16, x.money(tick), .middle, "muted")
    }
    label(&svg, 0, "Bill", nil, MoneyText.readable(bill.pico))
    bar(&svg, x, 0, 0, Double(bill.pico), "total")
    for (index, step) in steps.enumerated() {
      let (before, after) = (reached[index], reached[index + 1])
      label(&svg, index + 1, step.title, step.evidence, Self.less(step.saving.usd.pico))
      svg.line(x(before), y(index) + 26, x(before), y(index + 1) + 8, "link")
      bar(&svg, x, index + 1, min(before, after), max(before, after), step.saving.usd.pico < 0 ? "loss" : "gain")
      whisker(&svg, x, index + 1, from: before, step.saving)
    }
    let rest = Double(bill.pico - saving.usd.pico)
    svg.line(x(rest), y(steps.count) + 26, x(rest), y(steps.count + 1) + 8, "link")
    label(
      &svg, steps.count + 1, "Left to pay", "95 % interval of all levers",
      MoneyText.readable(bill.pico - saving.usd.pico))
    bar(&svg, x, steps.count + 1, 0, rest, "total")
    whisker(&svg, x, steps.count + 1, from: Double(bill.pico), saving)
    return svg
  }

  private static func less(_ pico: Int128) -> String {
    pico == 0 ? MoneyText.readable(0) : (pico < 0 ? "+" : "−") + MoneyText.readable(abs(pico))
  }

  private func y(_ row: Int) -> Double { Self.top + Self.row * Double(row) }

  private func label(_ svg: inout SVG, _ row: Int, _ title: String, _ note: String?, _ amount: String) {
    svg.text(Self.plot.left - 12, y(row) + (note == nil ? 21 : 15), title, .end)
    if let note { svg.text(Self.plot.left - 12, y(row) + 28, note, .end, "muted small") }
    svg.text(Self.width - 10, y(row) + 21, amount, .end)
  }

  private func bar(_ svg: inout SVG, _ x: Axis, _ row: Int, _ low: Double, _ high: Double, _ style: String) {
    svg.rectangle(x(low), y(row) + 8, max(1, x(high) - x(low)), 18, style)
  }

  private func whisker(_ svg: inout SVG, _ x: Axis, _ row: Int, from start: Double, _ saving: Estimate) {
    guard let lower = saving.lower, let upper = saving.upper else { return }
    let (left, right) = (x(max(0, start - Double(upper.pico))), x(start - Double(lower.pico)))
    svg.line(left, y(row) + 17, right, y(row) + 17, "whisker")
    for end in [left, right] { svg.line(end, y(row) + 13, end, y(row) + 21, "whisker") }
  }
}
