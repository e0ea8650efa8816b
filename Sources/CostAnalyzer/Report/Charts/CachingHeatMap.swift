/// Net saving of every threshold and TTL, darker where it is more.
package struct CachingHeatMap: ChartDrawing {
  static let title = "Net saving by threshold and TTL"

  var thresholds: [Double]
  var ttls: [String]
  /// Row by row.
  var net: [[Amount]]
  /// Row and column of the cell with a frame.
  var marked: [Int]?

  /// Classes `heat0` to `heat6` of the style.
  private static let shades = 7
  private static let cell = (width: 96.0, height: 24.0)
  private static let origin = (left: 90.0, top: 44.0)

  var summary: String {
    let all = net.joined()
    guard let least = all.min(), let most = all.max() else { return "Nothing to show." }
    let frame = marked.map {
      "; framed: cosine ≥ \(NumberText.fixed(thresholds[$0[0]], 2)), TTL \(ttls[$0[1]]), \(MoneyText.readable(net[$0[0]][$0[1]].pico))"
    }
    return
      "\(thresholds.count) thresholds by \(ttls.count) TTLs, from \(MoneyText.readable(least.pico)) to \(MoneyText.readable(most.pico))\(frame ?? "")."
  }

  func draw() -> SVG {
    let (cell, origin) = (Self.cell, Self.origin)
    var svg = SVG(
      width: origin.left + cell.width * Double(ttls.count) + 10,
      height: origin.top + cell.height * Double(thresholds.count) + 10)
    let (least, most) = (net.joined().min()?.pico ?? 0, net.joined().max()?.pico ?? 0)
    svg.text(origin.left - 10, origin.top - 12, "cosine ≥", .end, "muted")
    for (column, ttl) in ttls.enumerated() {
      svg.text(origin.left + cell.width * (Double(column) + 0.5), origin.top - 12, "TTL " + ttl, .middle, "muted")
    }
    for (row, threshold) in thresholds.enumerated() {
      let y = origin.top + cell.height * Double(row)
      svg.text(origin.left - 10, y + 16, NumberText.fixed(threshold, 2), .end)
      for column in ttls.indices {
        let value = net[row][column].pico
        let share = most > least ? Double(value - least) / Double(most - least) : 0
        let shade = min(Self.shades - 1, Int(share * Double(Self.shades)))
        let x = origin.left + cell.width * Double(column)
        svg.rectangle(x + 1, y + 1, cell.width - 2, cell.height - 2, "heat\(shade)")
        svg.text(x + cell.width / 2, y + 16, MoneyText.readable(value), .middle, "small on\(shade)")
      }
    }
    if let marked {
      let (x, y) = (origin.left + cell.width * Double(marked[1]), origin.top + cell.height * Double(marked[0]))
      svg.rectangle(x + 1, y + 1, cell.width - 2, cell.height - 2, "frame")
    }
    return svg
  }
}
