import Foundation

/// A value with the text that Python gives it.
package indirect enum PythonValue: Sendable, CustomStringConvertible {
  case none
  case bool(Bool)
  /// As Python writes it.
  case number(String)
  case string(String)
  case list([PythonValue])
  case dictionary([(String, PythonValue)])

  /// A scalar or a list of strings in JSON; anything else is a string.
  package init(json: String) {
    let parsed = try? JSONSerialization.jsonObject(with: Data(json.utf8), options: [.fragmentsAllowed])
    self = Self.scalar(parsed, json) ?? .string(json)
  }

  private static func scalar(_ value: Any?, _ json: String) -> PythonValue? {
    switch json.trimmingCharacters(in: .whitespaces) {
    case "null": return PythonValue.none
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    switch value {
    case let text as String: return .string(text)
    case let list as [String]: return .list(list.map { .string($0) })
    case is NSNumber:
      if let whole = Int(json) { return .number(String(whole)) }
      // Swift's shortest digits are Python's, exponents too.
      return Double(json).map { .number("\($0)") }
    default: return nil
    }
  }

  /// Python's `repr`.
  package var description: String {
    switch self {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .number(let text): text
    case .string(let text): Self.quoted(text)
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .dictionary(let pairs): "{" + pairs.map { "\(Self.quoted($0)): \($1)" }.joined(separator: ", ") + "}"
    }
  }

  /// Python's `str`: a string as it is.
  package var text: String { if case .string(let text) = self { text } else { description } }

  private static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in scalars {
      switch scalar {
      case quote, "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
      default: result += escaped(scalar.value)
      }
    }
    return result + String(quote)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == " " { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  private static func escaped(_ value: UInt32) -> String {
    let (mark, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
    let hex = String(value, radix: 16)
    return "\\" + mark + String(repeating: "0", count: width - hex.count) + hex
  }
}
