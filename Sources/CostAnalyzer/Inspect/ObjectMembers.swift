/// The members of a JSON object, or the elements of an array under their numbers, with the places of their values. The text
/// must be valid JSON.
struct ObjectMembers {
  struct Member {
    /// As it stands, escapes included.
    var key: String
    var value: Range<Int>

    /// The key as a part of a JSON pointer (RFC 6901).
    var pointerToken: String { key.replacing("~", with: "~0").replacing("/", with: "~1") }
  }

  static func of(_ text: UnsafeRawBufferPointer, in object: Range<Int>) -> [Member] {
    var members: [Member] = []
    let isArray = text[object.lowerBound] == UInt8(ascii: "[")
    var key = isArray ? "0" : nil
    var start: Int?
    var depth = 0
    var index = object.lowerBound
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
    func finish(at end: Int) {
      if let name = key, let from = start {
        var end = end
        while end > from, isBlank(text[end - 1]) { end -= 1 }
        members.append(Member(key: name, value: from..<end))
      }
      (key, start) = (isArray ? String(members.count) : nil, nil)
    }
    while index < object.upperBound {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""):
        let end = closingQuote(text, after: index, in: object)
        if depth == 1 {
          if key == nil {
            key = String(decoding: text[(index + 1)..<end], as: UTF8.self)
          } else if start == nil {
            start = index
          }
        }
        index = end
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 1, key != nil, start == nil { start = index }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 1 { finish(at: index) }
        depth -= 1
      case UInt8(ascii: ","):
        if depth == 1 { finish(at: index) }
      case UInt8(ascii: ":"): break
      default: if depth == 1, key != nil, start == nil, !isBlank(byte) { start = index }
      }
      index += 1
    }
    return members
  }

  private static func closingQuote(_ text: UnsafeRawBufferPointer, after open: Int, in range: Range<Int>) -> Int {
    var index = open + 1
    while index < range.upperBound - 1, text[index] != UInt8(ascii: "\"") {
      index += text[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index, range.upperBound - 1)
  }
}
