/// Makes text from a log harmless where it is printed.
///
/// Works on scalars and never on characters: a comma with a combining accent is still a comma to whoever reads the file.
package enum HostileText {
  /// One line without control characters: terminal escapes, bidi overrides and line breaks become visible.
  package static func visible(_ text: String, limit: Int = 200) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == limit { return result + "…" }
      count += 1
      switch scalar.value {
      case 10, 13, 9: result += " "
      case _ where isUnsafe(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Controls (C0, DEL, C1), and what has no width, turns the writing direction, or looks like nothing at all.
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<32, 127..<160, 0xAD, 0x61C, 0x115F, 0x1160, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
      0x3164,
      0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0x1D173...0x1D17A, 0xE0000...0xE007F:
      true
    default: false
    }
  }

  /// One CSV cell (RFC 4180) that no spreadsheet takes for a formula.
  package static func csv(_ text: String, limit: Int = 2000) -> String {
    var cell = String.UnicodeScalarView()
    var needsQuotes = false
    // At the start, behind leading blanks (some programs strip them before they look), and behind a semicolon, which
    // is the separator of spreadsheets in half of Europe.
    var startsCell = true
    for scalar in visible(text, limit: limit).unicodeScalars {
      if startsCell && formulaStarts.contains(scalar) {
        cell.append("'")
        needsQuotes = true
      }
      if scalar == ";" { startsCell = true } else if !scalar.properties.isWhitespace { startsCell = false }
      if scalar == "\"" { cell.append(scalar) }
      if scalar == "," || scalar == "\"" || scalar == "'" || scalar == ";" { needsQuotes = true }
      cell.append(scalar)
    }
    return needsQuotes ? "\"" + String(cell) + "\"" : String(cell)
  }

  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫",
  ]

  /// Text inside HTML or SVG, between tags or in an attribute.
  package static func html(_ text: String, limit: Int = 200) -> String {
    var result = ""
    for scalar in visible(text, limit: limit).unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Text inside Markdown (also inside a table cell) that is neither markup, nor HTML, nor a link.
  package static func markdown(_ text: String, limit: Int = 200) -> String {
    let scalars = Array(visible(text, limit: limit).unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case _ where isMarkup(scalars, index):
        result += "\\"
        result.unicodeScalars.append(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether the scalar could start or end markup where it stands. Parentheses, braces and `!` only mean something beside
  /// a bracket, which is always escaped.
  private static func isMarkup(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
    let next = index + 1 < text.count ? text[index + 1] : nil
    return switch text[index] {
    case "\\", "`", "*", "[", "]", "|", "~", "$", "@", "#": true
    case "_": index == 0 || !isWord(text[index - 1]) || !isWord(next)
    // Bare addresses (`http://`, `www.`) become links; `env:prod` and `1.5` do not.
    case ":": next == "/"
    case ".": index >= 3 && text[index - 3..<index].allSatisfy { $0 == "w" || $0 == "W" }
    case "-", "+", "=": index == 0
    default: false
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar, scalar.isASCII else { return false }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  /// JSON text with every unsafe scalar written as `\u....`: the same values, harmless in a terminal.
  package static func json(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar == "\n" || (32..<127).contains(scalar.value) {
        result.append(UInt8(scalar.value))
      } else if isUnsafe(scalar) {
        for unit in String(scalar).utf16 {
          let hex = String(unit, radix: 16)
          result += "\\u".utf8
          result += String(repeating: "0", count: 4 - hex.utf8.count).utf8
          result += hex.utf8
        }
      } else {
        result += String(scalar).utf8
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// Numbers as text without locale.
package enum NumberText {
  /// Fixed decimals, rounded half-even; `nan` and infinities as `–`.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    // A double holds no more than 15 digits, an Int64 no more than 18.
    guard value.isFinite, abs(value) < 1e12, abs(value) * scale < 9e18 else { return "–" }
    let scaled = Int64((abs(value) * scale).rounded(.toNearestOrEven))
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled != 0 ? "-" : ""
    return decimals == 0 ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  package static func percent(_ part: Double, of whole: Double, decimals: Int = 1) -> String {
    whole == 0 ? "–" : fixed(part / whole * 100, decimals) + " %"
  }

  package static func percent(_ part: Int128, of whole: Int128, decimals: Int = 1) -> String {
    percent(Double(part), of: Double(whole), decimals: decimals)
  }

  package static func grouped(_ value: some BinaryInteger) -> String {
    let digits = String(value.magnitude)
    var result = ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0 && (digits.count - offset) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }
}
