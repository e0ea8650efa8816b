/// The date at the end of a model name: `-2024-08-06`, `-20240806` or `@20240806`.
struct DateSuffix: Equatable {
  /// The name without its date.
  let base: String
  let year: String
  let month: String
  let day: String

  init?(_ name: String) {
    let bytes = Array(name.utf8)
    for (separators, shape) in [("-@", "dddddddd"), ("-", "dddd-dd-dd")] {
      let start = bytes.count - shape.utf8.count
      guard start > 1, separators.utf8.contains(bytes[start - 1]), Self.matches(bytes[start...], shape) else {
        continue
      }
      let digits = bytes[start...].filter { $0 != UInt8(ascii: "-") }
      guard let year = Self.number(digits[0..<4], in: 2019...2099),
        let month = Self.number(digits[4..<6], in: 1...12),
        let day = Self.number(digits[6..<8], in: 1...31)
      else { continue }
      base = String(decoding: bytes[..<(start - 1)], as: UTF8.self)
      (self.year, self.month, self.day) = (year, month, day)
      return
    }
    return nil
  }

  /// The same name and date in the three spellings.
  var spellings: [String] {
    ["\(base)-\(year)-\(month)-\(day)", "\(base)-\(year)\(month)\(day)", "\(base)@\(year)\(month)\(day)"]
  }

  private static func matches(_ bytes: ArraySlice<UInt8>, _ shape: String) -> Bool {
    zip(bytes, shape.utf8).allSatisfy { byte, mark in
      mark == UInt8(ascii: "d") ? (48...57).contains(byte) : byte == mark
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>, in range: ClosedRange<Int>) -> String? {
    let text = String(decoding: digits, as: UTF8.self)
    return Int(text).flatMap { range.contains($0) ? text : nil }
  }
}
