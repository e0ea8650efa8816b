import Foundation

/// A word that is a number with a currency in front or a unit behind: `$1,200`, `10gb`, `5%`, `9:15`. Nil for words with
/// several dots (versions, addresses) and for codes (`p60`).
struct NumberParts {
  var value: Double
  var prefix: [UInt8] = []
  var suffix: [UInt8] = []
  /// Has a dot and nothing else: a decimal number or a version.
  var isDotted = false
  /// Minutes since midnight.
  var isClock = false

  init?(_ word: [UInt8]) {
    let digits = word.firstIndex(where: GuardWord.isDigit) ?? word.endIndex
    var start = digits
    if start > 0, word[start - 1] == 45 { start -= 1 }
    prefix = Array(word[..<start])
    // A currency sign, not a code such as "p60".
    if prefix.contains(where: { (97...122).contains($0 | 32) }) { return nil }
    var end = digits
    while end < word.count, GuardWord.isDigit(word[end]) || [44, 46, 58, 47].contains(word[end]) { end += 1 }
    let number = word[start..<end]
    suffix = Array(word[end...])
    if suffix.contains(where: GuardWord.isDigit) { return nil }
    let marks = number.filter { [46, 58, 47].contains($0) }
    if marks == [58] {
      let parts = number.split(separator: 58)
      guard parts.count == 2, let hour = Self.double(parts[0]), let minute = Self.double(parts[1]) else { return nil }
      let isAfternoon = suffix.first == UInt8(ascii: "p") && hour < 12
      if !suffix.isEmpty, suffix != Array("am".utf8), suffix != Array("pm".utf8) { return nil }
      value = (isAfternoon ? hour + 12 : hour) * 60 + minute
      isClock = true
      return
    }
    if !marks.allSatisfy({ $0 == 46 }) || marks.count > 1 { return nil }
    // "2,700" is a whole number; any other comma is a decimal one.
    let groups = number.split(separator: 44)
    let isGrouped = groups.dropFirst().allSatisfy { $0.prefix { $0 != 46 }.count == 3 }
    let plain = isGrouped ? groups.flatMap { $0 } : number.map { $0 == 44 ? 46 : $0 }
    isDotted = marks.count == 1 && prefix.isEmpty && suffix.isEmpty
    guard let parsed = Self.double(plain) else { return nil }
    value = parsed
  }

  private static func double(_ bytes: some Sequence<UInt8>) -> Double? {
    Double(String(decoding: Array(bytes), as: UTF8.self))
  }
}
