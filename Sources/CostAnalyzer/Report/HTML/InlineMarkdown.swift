/// The Markdown that reports use inside a line (bold, italic, code, escaped characters) as HTML. Anything else is text.
package enum InlineMarkdown {
  package static func html(_ markdown: String) -> String {
    let text = Array(markdown.unicodeScalars)
    var html = ""
    var open: [String] = []
    var index = 0
    while index < text.count {
      let scalar = text[index]
      let next = index + 1 < text.count ? text[index + 1] : nil
      switch scalar {
      case "\\" where next.map(isPunctuation) == true:
        html += escaped(next!)
        index += 2
      case "`":
        guard let end = text[(index + 1)...].firstIndex(of: "`") else {
          html += "`"
          index += 1
          continue
        }
        html += "<code>" + text[(index + 1)..<end].map(escaped).joined() + "</code>"
        index = end + 1
      case "*":
        let length = next == "*" ? 2 : 1
        html += emphasis(length == 2 ? "strong" : "em", text, index..<index + length, &open)
        index += length
      case "&":
        let entity = ["&lt;", "&gt;", "&amp;"].first { text[index...].starts(with: $0.unicodeScalars) }
        html += entity ?? "&amp;"
        index += entity?.unicodeScalars.count ?? 1
      default:
        html += escaped(scalar)
        index += 1
      }
    }
    return html + open.reversed().map { "</\($0)>" }.joined()
  }

  /// Stars close what they opened, open what is not open, and are stars where they can do neither.
  private static func emphasis(
    _ tag: String, _ text: [Unicode.Scalar], _ stars: Range<Int>, _ open: inout [String]
  ) -> String {
    let before = stars.lowerBound > 0 ? text[stars.lowerBound - 1] : " "
    let after = stars.upperBound < text.count ? text[stars.upperBound] : " "
    if open.last == tag && !before.properties.isWhitespace {
      open.removeLast()
      return "</\(tag)>"
    }
    if open.contains(tag) || after.properties.isWhitespace { return String(repeating: "*", count: stars.count) }
    open.append(tag)
    return "<\(tag)>"
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String { HostileText.html(String(scalar), limit: 1) }
}
