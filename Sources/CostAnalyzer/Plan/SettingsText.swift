/// YAML that is written by hand, for its comments. Strings are always quoted, and comments are always one line.
package struct SettingsText {
  package private(set) var text = ""

  package init() {}

  package mutating func line(_ yaml: String, indent: Int = 0) {
    text += String(repeating: "  ", count: indent) + yaml + "\n"
  }

  package mutating func comment(_ words: String, indent: Int = 0) {
    line("# " + HostileText.visible(words, limit: 2000), indent: indent)
  }

  package mutating func blank() { text += "\n" }

  /// A double-quoted scalar, which means the same in YAML 1.1, YAML 1.2 and JSON.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.isASCII && scalar.value >= 32 && scalar.value != 127: result.unicodeScalars.append(scalar)
      default:
        let hex = String(scalar.value, radix: 16)
        result += "\\U" + String(repeating: "0", count: 8 - hex.utf8.count) + hex
      }
    }
    return result + "\""
  }

  /// Whether a model's name means nothing but itself in LiteLLM's settings, where `os.environ/X` is the value of an environment
  /// variable, `*` any model, and `auto_router/…` a router.
  package static func isPlainModel(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.contains("os.environ") && !name.hasPrefix("auto_router/")
      && name.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-._:/@".unicodeScalars.contains($0))
      }
  }
}
