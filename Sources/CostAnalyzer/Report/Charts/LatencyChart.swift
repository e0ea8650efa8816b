/// How much waiting caches would have saved: the exact one, and semantic ones by threshold.
package struct LatencyChart: ChartDrawing {
  static let title = "Waiting saved by cache"

  package struct Bar: Codable, Sendable {
    var name: String
    var seconds: Double
    var isDeployed: Bool
  }

  var ttl: String
  var bars: [Bar]

  private static let width = 720.0
  private static let row = 20.0
  private static let plot = (left: 110.0, right: 610.0, top: 34.0)

  var summary: String {
    let deployed = bars.filter(\.isDeployed).map { "\($0.name) \(seconds($0.seconds))" }
    return """
      At TTL \(ttl), \(bars.first.map { "the \($0.name) saves \(seconds($0.seconds)) of waiting" } ?? "nothing is saved"); as \
      configured: \(deployed.joined(separator: ", ")).
      """
  }

  private func seconds(_ value: Double) -> String {
    (abs(value) < 10 ? NumberText.fixed(value, 1) : NumberText.grouped(Int(value.rounded()))) + " s"
  }

  func draw() -> SVG {
    let bottom = Self.plot.top + Self.row * Double(bars.count)
    var svg = SVG(width: Self.width, height: bottom + 30)
    let x = Axis(bars.map(\.seconds), from: Self.plot.left, to: Self.plot.right)
    svg.text(Self.plot.left, 16, "seconds of waiting saved in this log, TTL \(ttl)", .start, "muted")
    svg.text(Self.width - 10, 16, "* as configured", .end, "muted")
    for tick in x.ticks {
      svg.line(x(tick), Self.plot.top, x(tick), bottom, "grid")
      svg.text(x(tick), bottom + 18, x.number(tick), .middle, "muted")
    }
    for (index, bar) in bars.enumerated() {
      let y = Self.plot.top + Self.row * Double(index)
      svg.text(Self.plot.left - 10, y + 14, bar.name, .end)
      svg.rectangle(x(0), y + 3, max(1, x(bar.seconds) - x(0)), Self.row - 6, bar.isDeployed ? "chosen" : "mark")
      svg.text(Self.width - 10, y + 14, seconds(bar.seconds) + (bar.isDeployed ? " *" : ""), .end)
    }
    return svg
  }
}
