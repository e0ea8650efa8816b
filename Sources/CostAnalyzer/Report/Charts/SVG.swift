/// Lines, shapes and words as an SVG text. Coordinates are pixels, written with one decimal so that they are the same bytes
/// everywhere; colours are classes of `charts.css`, so that a chart is at home on light and on dark paper.
struct SVG {
  enum Anchor: String { case start, middle, end }

  /// Scalars of a text that are shown; names from the log are cut shorter.
  private static let longestText = 120
  private static let longestName = 40

  /// A name from the log, short enough to stand beside others.
  static func name(_ text: String) -> String { HostileText.visible(text, limit: longestName) }

  private let width: Double
  private let height: Double
  private var body = ""

  init(width: Double, height: Double) { (self.width, self.height) = (width, height) }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    body += "<line class=\"\(style)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\""
    body += " x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"/>\n"
  }

  /// - Parameter tip: shown when the pointer rests on the shape.
  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String, tip: String? = nil) {
    shape("circle", "cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\"", style, tip)
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, tip: String? = nil
  ) {
    let size = "width=\"\(Self.number(max(0, width)))\" height=\"\(Self.number(max(0, height)))\""
    shape("rect", "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" \(size)", style, tip)
  }

  mutating func path(_ points: [(x: Double, y: Double)], _ style: String) {
    let text = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    body += "<polyline class=\"\(style)\" points=\"\(text)\"/>\n"
  }

  mutating func text(_ x: Double, _ y: Double, _ text: String, _ anchor: Anchor = .start, _ style: String = "ink") {
    body +=
      "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\">"
    body += Self.escaped(text) + "</text>\n"
  }

  /// Lines across the plot at the ticks of an upright axis of amounts, which stand on their left.
  mutating func amounts(_ axis: Axis, from left: Double, to right: Double) {
    for tick in axis.ticks {
      line(left, axis(tick), right, axis(tick), "grid")
      text(left - 8, axis(tick) + 4, axis.money(tick), .end, "muted")
    }
  }

  private mutating func shape(_ name: String, _ place: String, _ style: String, _ tip: String?) {
    body += "<\(name) class=\"\(style)\" \(place)"
    body += tip.map { "><title>\(Self.escaped($0))</title></\(name)>\n" } ?? "/>\n"
  }

  /// - Parameters:
  ///   - summary: what it shows, for who cannot see it.
  ///   - style: CSS, for a file of its own; a page brings its own.
  consuming func document(id: String, title: String, summary: String, style: String?) -> String {
    let size = "\(Self.number(width)) \(Self.number(height))"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="\(id)-title \(id)-summary" \
      width="\(Self.number(width))" height="\(Self.number(height))" viewBox="0 0 \(size)">
      <title id="\(id)-title">\(Self.escaped(title))</title>
      <desc id="\(id)-summary">\(Self.escaped(summary, limit: 1_000))</desc>
      \(style.map { "<style>\n\($0)</style>\n" } ?? "")<rect class="paper" width="100%" height="100%"/>

      """ + body + "</svg>\n"
  }

  private static func number(_ value: Double) -> String { NumberText.fixed(value, 1) }

  private static func escaped(_ text: String, limit: Int = longestText) -> String {
    HostileText.html(text, limit: limit)
  }
}
