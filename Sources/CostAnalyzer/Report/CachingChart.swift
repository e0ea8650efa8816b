/// One point of the caching chapter's chart: a setting with what it saves and how often it would have been wrong.
struct CachingPoint: Sendable {
  var label: String
  /// Net saving in pico-dollars.
  var net: Int128
  /// Share of the semantic hits that would have been wrong, and its 95 % interval.
  var wrong: Double
  var lower: Double
  var upper: Double
  var isRecommended = false
}

/// Net saving against the share of wrong answers, one point a threshold with its interval; plain SVG, no script.
struct CachingChart {
  private static let width = 720.0
  private static let height = 420.0
  private static let plot = (left: 80.0, right: 690.0, top: 30.0, bottom: 360.0)

  var points: [CachingPoint]
  /// Net saving of the exact cache: the floor.
  var floor: Int128
  /// The greatest share of wrong answers that the options allow.
  var limit: Double

  func svg() -> String {
    let most = max(points.map { Double($0.net) }.max() ?? 0, Double(floor), 1) * 1.08
    let least = min(0, points.map { Double($0.net) }.min() ?? 0)
    let widest = max(min(1, (points.map(\.upper).max() ?? 0) * 1.08), limit * 1.5, 0.01)
    func x(_ share: Double) -> Double {
      Self.plot.left + (Self.plot.right - Self.plot.left) * min(share, widest) / widest
    }
    func y(_ pico: Double) -> Double {
      Self.plot.bottom - (Self.plot.bottom - Self.plot.top) * (pico - least) / (most - least)
    }
    var svg = SVG(width: Self.width, height: Self.height)
    svg.title("Net saving against the share of semantic answers that would have been wrong")
    for step in 0...4 {
      let share = widest * Double(step) / 4
      let pico = least + (most - least) * Double(step) / 4
      svg.line(x(share), Self.plot.top, x(share), Self.plot.bottom, "#e4e4e4")
      svg.line(Self.plot.left, y(pico), Self.plot.right, y(pico), "#e4e4e4")
      svg.text(x(share), Self.plot.bottom + 18, NumberText.fixed(100 * share, 1) + " %", anchor: "middle")
      svg.text(Self.plot.left - 8, y(pico) + 4, MoneyText.readable(Int128(pico)), anchor: "end")
    }
    svg.line(Self.plot.left, y(Double(floor)), Self.plot.right, y(Double(floor)), "#777777", dashed: true)
    svg.text(Self.plot.right, y(Double(floor)) - 6, "exact cache alone", anchor: "end")
    svg.line(x(limit), Self.plot.top, x(limit), Self.plot.bottom, "#b3261e", dashed: true)
    svg.text(x(limit) + 4, Self.plot.top + 10, "limit", anchor: "start")
    for point in points {
      let color = point.isRecommended ? "#1b7f3b" : "#2f5d9b"
      svg.line(x(point.lower), y(Double(point.net)), x(point.upper), y(Double(point.net)), color)
      svg.circle(x(point.wrong), y(Double(point.net)), point.isRecommended ? 6 : 3.5, color)
      svg.text(
        x(point.upper) + 6, y(Double(point.net)) + 4, point.label + (point.isRecommended ? " (recommended)" : ""),
        anchor: "start", small: true)
    }
    svg.text(
      (Self.plot.left + Self.plot.right) / 2, Self.height - 14,
      "semantic answers that would have been wrong (95 % interval)", anchor: "middle")
    svg.text(Self.plot.left, Self.plot.top - 12, "net saving in this log", anchor: "start")
    return svg.finish()
  }
}

/// Net saving of every threshold and TTL, darker where it is more.
struct CachingHeatMap {
  var rows: [String]
  var columns: [String]
  /// Pico-dollars, row by row.
  var net: [[Int128]]
  /// Row and column of the cell with a frame.
  var marked: (row: Int, column: Int)?

  func svg() -> String {
    let cell = (width: 96.0, height: 24.0)
    let (left, top) = (90.0, 40.0)
    var svg = SVG(
      width: left + cell.width * Double(columns.count) + 10, height: top + cell.height * Double(rows.count) + 10)
    svg.title("Net saving by threshold and TTL")
    let all = net.flatMap { $0 }.map(Double.init)
    let (least, most) = (all.min() ?? 0, all.max() ?? 0)
    svg.text(left - 10, top - 10, "cosine ≥", anchor: "end")
    for (column, name) in columns.enumerated() {
      svg.text(left + cell.width * (Double(column) + 0.5), top - 10, "TTL " + name, anchor: "middle")
    }
    for (row, name) in rows.enumerated() {
      let y = top + cell.height * Double(row)
      svg.text(left - 10, y + 16, name, anchor: "end")
      for column in columns.indices {
        let value = Double(net[row][column])
        let share = most > least ? (value - least) / (most - least) : 0
        // White to a dark blue.
        let color = SVG.color(255 - 208 * share, 255 - 162 * share, 255 - 100 * share)
        let x = left + cell.width * Double(column)
        let isMarked = marked.map { $0 == (row, column) } ?? false
        svg.rectangle(x + 1, y + 1, cell.width - 2, cell.height - 2, color, frame: isMarked ? "#1b7f3b" : nil)
        svg.text(
          x + cell.width / 2, y + 16, MoneyText.readable(net[row][column]), anchor: "middle", small: true,
          color: share > 0.6 ? "#ffffff" : "#222222")
      }
    }
    return svg.finish()
  }
}
