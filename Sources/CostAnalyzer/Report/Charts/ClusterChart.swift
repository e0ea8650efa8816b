/// How few questions most of the saving comes from: clusters by what they save, added up.
package struct ClusterChart: ChartDrawing {
  static let title = "Saving of the first so many clusters of questions"

  package struct Point: Codable, Sendable {
    var clusters: Int
    /// Saved by these and those before them.
    var saved: Amount
  }

  /// Rising; the last one is all clusters that save anything.
  var points: [Point]

  private static let width = 720.0
  private static let height = 320.0
  private static let plot = (left: 70.0, right: 690.0, top: 34.0, bottom: 262.0)
  private static let share = 0.8

  private var most: Int128 { points.last?.saved.pico ?? 0 }

  /// The first point that reaches four fifths.
  private var knee: Point? { points.first { Double($0.saved.pico) >= Self.share * Double(most) } }

  var summary: String {
    guard let last = points.last, let knee else { return "Nothing is asked twice." }
    return """
      \(NumberText.grouped(last.clusters)) clusters save \(MoneyText.readable(most)) when each is answered once; the first \
      \(NumberText.grouped(knee.clusters)) of them save \(NumberText.percent(knee.saved.pico, of: most)) of it.
      """
  }

  func draw() -> SVG {
    var svg = SVG(width: Self.width, height: Self.height)
    let widest = logarithm(points.last?.clusters ?? 1)
    func x(_ clusters: Int) -> Double {
      Self.plot.left + (Self.plot.right - Self.plot.left) * (widest > 0 ? logarithm(clusters) / widest : 1)
    }
    let y = Axis([Double(most)], from: Self.plot.bottom, to: Self.plot.top)
    svg.amounts(y, from: Self.plot.left, to: Self.plot.right)
    var power = 1
    while power <= points.last?.clusters ?? 0 {
      svg.line(x(power), Self.plot.top, x(power), Self.plot.bottom, "grid")
      svg.text(x(power), Self.plot.bottom + 18, NumberText.grouped(power), .middle, "muted")
      power *= 10
    }
    svg.path(points.map { (x($0.clusters), y(Double($0.saved.pico))) }, "curve")
    if let knee {
      svg.circle(x(knee.clusters), y(Double(knee.saved.pico)), 5, "chosen")
      // Above the curve, which rises to the right; below it where there is no room.
      let isAbove = x(knee.clusters) > Self.plot.left + 200
      svg.text(
        x(knee.clusters) + (isAbove ? -10 : 10), y(Double(knee.saved.pico)) + (isAbove ? -6 : 18),
        "\(NumberText.percent(knee.saved.pico, of: most, decimals: 0)) from \(NumberText.grouped(knee.clusters)) clusters",
        isAbove ? .end : .start)
    }
    svg.text(
      (Self.plot.left + Self.plot.right) / 2, Self.height - 14, "clusters, the largest saving first (logarithmic)",
      .middle,
      "muted")
    svg.text(Self.plot.left, Self.plot.top - 14, "saved if each is answered once", .start, "muted")
    return svg
  }

  /// Base 10, of a number from 1; by hand, so that it is the same on every machine.
  private func logarithm(_ number: Int) -> Double {
    var (rest, whole) = (Double(max(1, number)), 0.0)
    while rest >= 10 { (rest, whole) = (rest / 10, whole + 1) }
    // Digit by digit: the square of the rest tells the next binary place.
    var (place, fraction) = (0.5, 0.0)
    for _ in 0..<30 {
      rest *= rest
      if rest >= 10 { (rest, fraction) = (rest / 10, fraction + place) }
      place /= 2
    }
    return whole + fraction
  }
}
