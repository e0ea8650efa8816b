/// Fills `{x}` placeholders in one pass; values are not looked at again, so they may hold anything.
func fillTemplate(_ template: String, _ value: (UInt8) -> String) -> String {
  var template = template
  return template.withUTF8 { bytes in
    var result = ""
    var start = 0
    var cursor = 0
    while cursor + 2 < bytes.count {
      if bytes[cursor] == 0x7b, bytes[cursor + 2] == 0x7d {
        result += String(decoding: bytes[start..<cursor], as: UTF8.self)
        result += value(bytes[cursor + 1])
        cursor += 3
        start = cursor
      } else {
        cursor += 1
      }
    }
    result += String(decoding: bytes[start...], as: UTF8.self)
    return result
  }
}

/// The letters of the placeholders.
enum Placeholder {
  static let object = UInt8(ascii: "o")
  static let verb = UInt8(ascii: "v")
  static let number = UInt8(ascii: "n")
  static let menu = UInt8(ascii: "m")
  static let team = UInt8(ascii: "t")
  static let topic = UInt8(ascii: "c")
  static let product = UInt8(ascii: "p")
  static let feature = UInt8(ascii: "f")
  static let role = UInt8(ascii: "r")
}
