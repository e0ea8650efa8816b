import Foundation

/// White space outside of the strings of JSON: of an object or array that begins and ends a line, outside of code fences.
/// Only what parses is touched, so names, strings and numbers stay to the byte.
enum JSONBlanks {
  static func edits(_ text: MarkedText) -> [MarkedText.Edit] {
    let bytes = text.bytes
    var edits: [MarkedText.Edit] = []
    // Brackets that are never closed must not make a text take longer than its length allows.
    var budget = 8 * bytes.count
    var index = 0
    while index < bytes.count, budget > 0 {
      let start = bytes[index...].firstIndex { $0 != 32 && $0 != 9 } ?? bytes.count
      if start < bytes.count, bytes[start] == 123 || bytes[start] == 91, text.marks[start] < Protection.fenced,
        let end = close(bytes, start, &budget), endsLine(bytes, end), parses(bytes[start..<end])
      {
        edits += blanks(bytes, start..<end)
        index = end
      }
      index = (bytes[index...].firstIndex(of: 10) ?? bytes.count) + 1
    }
    return edits
  }

  /// Behind the bracket that closes the one at `start`. A line end inside a string is no JSON; neither is a comma before a
  /// bracket, which Foundation lets pass.
  private static func close(_ bytes: [UInt8], _ start: Int, _ budget: inout Int) -> Int? {
    var depth = 0
    var isString = false
    var isBehindComma = false
    var index = start
    while index < bytes.count, budget > 0 {
      budget -= 1
      let byte = bytes[index]
      defer { if byte != 32 && !(9...13).contains(byte) { isBehindComma = byte == 44 && !isString } }
      if isString {
        if byte < 32 { return nil }
        if byte == 92 { index += 1 } else if byte == 34 { isString = false }
      } else if byte == 34 {
        isString = true
      } else if byte == 123 || byte == 91 {
        depth += 1
      } else if byte == 125 || byte == 93 {
        depth -= 1
        if isBehindComma { return nil }
        if depth == 0 { return index + 1 }
      }
      index += 1
    }
    return nil
  }

  private static func endsLine(_ bytes: [UInt8], _ index: Int) -> Bool {
    bytes[index...].first { $0 != 32 && $0 != 9 && $0 != 13 } ?? 10 == 10
  }

  private static func parses(_ bytes: ArraySlice<UInt8>) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil
  }

  /// The first edit of a block counts for all of them.
  private static func blanks(_ bytes: [UInt8], _ block: Range<Int>) -> [MarkedText.Edit] {
    var edits: [MarkedText.Edit] = []
    var isString = false
    var index = block.lowerBound
    while index < block.upperBound {
      let byte = bytes[index]
      if isString {
        if byte == 92 { index += 1 } else if byte == 34 { isString = false }
      } else if byte == 34 {
        isString = true
      } else if byte == 32 || (9...13).contains(byte) {
        let end = bytes[index..<block.upperBound].firstIndex { $0 != 32 && !(9...13).contains($0) } ?? block.upperBound
        edits.append(
          MarkedText.Edit(range: index..<end, rule: edits.isEmpty ? PromptRules.number(of: "json-blanks") : -1))
        index = end
        continue
      }
      index += 1
    }
    return edits
  }
}
