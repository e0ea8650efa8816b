/// Net saving against the share of wrong answers, one point a threshold with its 95 % interval.
package struct CachingChart: ChartDrawing {
  static let title = "Net saving against wrong semantic answers by threshold"

  package struct Point: Codable, Sendable {
    var threshold: Double
    var net: Amount
    /// Share of the semantic hits that would have been wrong, and its 95 % interval.
    var wrong: RunFigures.Share
    var isRecommended: Bool
  }

  var points: [Point]
  /// Net saving of the exact cache.
  var floor: Amount
  /// The greatest share of wrong answers that the options allow.
  var limit: Double

  private static let width = 720.0
  private static let height = 420.0
  private static let plot = (left: 80.0, right: 640.0, top: 40.0, bottom: 360.0)

  var summary: String {
    let ends = [points.first, points.last].compactMap { $0 }.map { point in
      "at cosine ≥ \(NumberText.fixed(point.threshold, 2)) \(MoneyText.readable(point.net.pico)) with \(percent(point.wrong.estimate)) wrong"
    }
    let chosen = points.first(where: \.isRecommended).map {
      "cosine ≥ \(NumberText.fixed($0.threshold, 2)) is recommended"
    }
    return """
      Net saving \(ends.joined(separator: ", ")); the exact cache alone saves \(MoneyText.readable(floor.pico)); \
      \(chosen ?? "no threshold is recommended") under the limit of \(percent(limit)).
      """
  }

  private func percent(_ share: Double) -> String { NumberText.fixed(100 * share, 1) + " %" }

  func draw() -> SVG {
    var svg = SVG(width: Self.width, height: Self.height)
    let widest = max(min(1, points.map(\.wrong.upper).max() ?? 0), limit * 1.5, 0.01)
    let x = Axis([widest], from: Self.plot.left, to: Self.plot.right, steps: 5)
    let y = Axis(points.map { Double($0.net.pico) } + [Double(floor.pico)], from: Self.plot.bottom, to: Self.plot.top)
    for share in x.ticks {
      svg.line(x(share), Self.plot.top, x(share), Self.plot.bottom, "grid")
      svg.text(x(share), Self.plot.bottom + 18, percent(share), .middle, "muted")
    }
    svg.amounts(y, from: Self.plot.left, to: Self.plot.right)
    let floorY = y(Double(floor.pico))
    svg.line(Self.plot.left, floorY, Self.plot.right, floorY, "reference")
    svg.text(Self.plot.right, floorY - 6, "exact cache alone", .end, "muted")
    svg.line(x(limit), Self.plot.top, x(limit), Self.plot.bottom, "limit")
    svg.text(x(limit) + 4, Self.plot.top + 10, "limit", .start, "muted")
    var labelled: [Double] = []
    for (index, point) in points.enumerated().sorted(by: {
      ($0.element.isRecommended ? 0 : 1, $0.offset) < ($1.element.isRecommended ? 0 : 1, $1.offset)
    }) {
      let height = y(Double(point.net.pico))
      let style = point.isRecommended ? "chosen" : "mark"
      let name = NumberText.fixed(point.threshold, 2)
      svg.line(x(point.wrong.lower), height, x(point.wrong.upper), height, "\(style)-line")
      svg.circle(
        x(point.wrong.estimate), height, point.isRecommended ? 6 : 3.5, style,
        tip:
          "cosine ≥ \(name): \(MoneyText.readable(point.net.pico)), \(percent(point.wrong.estimate)) wrong (\(percent(point.wrong.lower)) to \(percent(point.wrong.upper)))"
      )
      // Names that would lie on each other are left to the tips.
      let isEnd = index == 0 || index == points.count - 1
      if labelled.contains(where: { abs($0 - height) < (isEnd ? 9 : 12) }) { continue }
      labelled.append(height)
      svg.text(
        x(point.wrong.upper) + 6, height + 4, name + (point.isRecommended ? " (recommended)" : ""), .start, "ink small")
    }
    svg.text(
      (Self.plot.left + Self.plot.right) / 2, Self.height - 14,
      "semantic answers that would have been wrong (95 % interval)", .middle, "muted")
    svg.text(Self.plot.left, Self.plot.top - 16, "net saving in this log, by least cosine", .start, "muted")
    return svg
  }
}
