/// Lines, shapes and words as an SVG text. Coordinates are pixels, written with one decimal so that they are the same bytes
/// everywhere.
struct SVG {
  private var body = ""

  init(width: Double, height: Double) {
    body = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
      viewBox="0 0 \(Self.number(width)) \(Self.number(height))" font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="#ffffff"/>

      """
  }

  private static func number(_ value: Double) -> String { NumberText.fixed(value, 1) }

  static func color(_ red: Double, _ green: Double, _ blue: Double) -> String {
    "rgb(\(Int(red)),\(Int(green)),\(Int(blue)))"
  }

  mutating func title(_ text: String) { body += "<title>\(Self.escaped(text))</title>\n" }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, dashed: Bool = false) {
    body += """
      <line x1="\(Self.number(x1))" y1="\(Self.number(y1))" x2="\(Self.number(x2))" y2="\(Self.number(y2))" \
      stroke="\(color)"\(dashed ? " stroke-dasharray=\"5 4\"" : "")/>

      """
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ color: String) {
    body += """
      <circle cx="\(Self.number(x))" cy="\(Self.number(y))" r="\(Self.number(radius))" fill="\(color)"/>

      """
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: String, frame: String? = nil
  ) {
    let stroke = frame.map { " stroke=\"\($0)\" stroke-width=\"3\"" } ?? ""
    body += """
      <rect x="\(Self.number(x))" y="\(Self.number(y))" width="\(Self.number(width))" height="\(Self.number(height))" \
      fill="\(color)"\(stroke)/>

      """
  }

  mutating func text(
    _ x: Double, _ y: Double, _ text: String, anchor: String, small: Bool = false, color: String = "#222222"
  ) {
    body += """
      <text x="\(Self.number(x))" y="\(Self.number(y))" text-anchor="\(anchor)" fill="\(color)"\
      \(small ? " font-size=\"10\"" : "")>\(Self.escaped(text))</text>

      """
  }

  consuming func finish() -> String { body + "</svg>\n" }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
