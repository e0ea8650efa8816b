/// Groups of digits with single separators between them, as people write card and phone numbers.
struct DigitRun {
  private struct Group {
    var digits: ArraySlice<UInt8>
    /// What stands before the group: a blank, `-`, `.`, `/`, `(`, `)` or 0 at the start.
    var separator: UInt8
    /// `(` stands before the group.
    var opens = false
    var count: Int { digits.count }
  }

  private var groups: [Group] = []
  private var hasPlus = false

  /// Card or phone number, whichever comes first.
  static func finding(in text: UnsafeBufferPointer<UInt8>) -> Redactor.Finding? {
    var cursor = 0
    while let run = next(in: text, &cursor) {
      if run.hasCard { return .card }
      if run.isPhone { return .phone }
    }
    return nil
  }

  /// The next run that is not glued to a word or to another kind of number.
  private static func next(in text: UnsafeBufferPointer<UInt8>, _ cursor: inout Int) -> DigitRun? {
    while cursor < text.count {
      guard text[cursor].isDigit else {
        cursor += 1
        continue
      }
      var run = DigitRun()
      let start = cursor
      var before = start > 0 ? text[start - 1] : 0
      var opens = false
      if before == UInt8(ascii: "(") {
        opens = true
        before = start > 1 ? text[start - 2] : 0
      }
      // "5+1234" is a sum.
      run.hasPlus = before == UInt8(ascii: "+") && (start < 2 || !text[start - 2].isWordOrHigh)
      // A comma or a currency sign before makes it an amount; a word, an id.
      let isGlued = !run.hasPlus && (before.isWordOrHigh || glue.contains(before))
      var separator: UInt8 = 0
      while true {
        let first = cursor
        while cursor < text.count, text[cursor].isDigit { cursor += 1 }
        run.groups.append(Group(digits: Array(text[first..<cursor])[...], separator: separator, opens: opens))
        guard let found = nextGroup(text, cursor) else { break }
        (cursor, separator, opens) = found
      }
      let isTied = cursor < text.count && (text[cursor].isWordOrHigh || text[cursor] == UInt8(ascii: "_"))
      if !isGlued && !isTied { return run }
    }
    return nil
  }

  private static let glue: Set<UInt8> = Set("._-/,#$%+".utf8)

  /// Where the following group starts: behind one separator, or behind `) `, ` (`, `)-`, or `)`.
  private static func nextGroup(_ text: UnsafeBufferPointer<UInt8>, _ end: Int) -> (
    start: Int, separator: UInt8, opens: Bool
  )? {
    var position = end
    var separator: UInt8 = 0
    var opens = false
    while position < text.count, position - end < 3, separators.contains(text[position]) {
      if text[position] == UInt8(ascii: "(") { opens = true }
      let isBracket = text[position] == UInt8(ascii: "(") || text[position] == UInt8(ascii: ")")
      // One separator beside brackets: "1 - 2" is a sum, "1  2" a table.
      if !isBracket {
        if separator != 0 { return nil }
        separator = text[position]
      }
      position += 1
    }
    guard position > end, position < text.count, text[position].isDigit else { return nil }
    return (position, separator == 0 ? UInt8(ascii: ")") : separator, opens)
  }

  private static let separators: Set<UInt8> = Set(" -./()".utf8)

  // MARK: Cards

  /// 13 to 19 digits of a card scheme with Luhn's check digit, in one group or in groups as on the card.
  private var hasCard: Bool {
    if hasPlus { return false }
    // Not the fraction of a number.
    for first in groups.indices where [0, 32, 41].contains(groups[first].separator) {
      var digits: [UInt8] = []
      for last in first..<groups.count {
        if last > first, groups[last].separator != UInt8(ascii: " "), groups[last].separator != UInt8(ascii: "-") {
          break
        }
        digits += groups[last].digits
        if digits.count > 19 { break }
        let isPrinted =
          last == first || (groups[first].count == 4 && groups[first...last].allSatisfy { (3...6).contains($0.count) })
        if digits.count >= 13, isPrinted, Self.isCardNumber(digits) { return true }
      }
    }
    return false
  }

  /// ISO/IEC 7812: Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay, Maestro, Mir, and the check digit.
  private static func isCardNumber(_ digits: [UInt8]) -> Bool {
    let prefix = digits.prefix(4).reduce(0) { $0 * 10 + Int($1 - 48) }
    let length = digits.count
    let isScheme =
      switch prefix {
      case 4000...4999: length == 13 || length == 16 || length == 19
      case 5100...5599, 2200...2204, 2221...2720: length == 16
      case 3400...3499, 3700...3799: length == 15
      case 3000...3059, 3600...3699, 3800...3999: length == 14 || length == 16
      case 3528...3589, 6011, 6440...6599, 6200...6299: length >= 16
      case 5000...5099, 5600...5899, 6000...6999: length >= 13
      default: false
      }
    return isScheme && hasCardCheckDigit(digits)
  }

  /// Luhn's check digit.
  static func hasCardCheckDigit(_ digits: [UInt8]) -> Bool {
    var sum = 0
    for (position, digit) in digits.reversed().enumerated() {
      let value = Int(digit - 48)
      let doubled = position % 2 == 1 ? value * 2 : value
      sum += doubled > 9 ? doubled - 9 : doubled
    }
    return sum % 10 == 0
  }

  // MARK: Phones

  /// International (`+` or `00` and 8–15 digits), North American (3-3-4), or national with a leading 0 (10–13 digits in
  /// two to five groups). Dates, sums of thousands, part numbers and lists of numbers are none.
  private var isPhone: Bool {
    let total = groups.reduce(0) { $0 + $1.count }
    if hasPlus { return (groups.count > 1 ? 8...15 : 10...15).contains(total) && groups[0].digits.first != 48 }
    guard groups.count > 1, groups.count <= 6, !hasDate else { return false }
    let sizes = groups.map(\.count)
    if sizes == [3, 3, 4] || (sizes == [1, 3, 3, 4] && groups[0].digits.first == 49) {
      // Area codes and exchanges start with 2 … 9.
      let area = groups[groups.count - 3].digits.first!
      return area > 49
    }
    // "0101 1010 0011" is a bit pattern.
    guard groups.contains(where: { $0.digits.contains { $0 > 49 } }) else { return false }
    guard groups[0].digits.first == 48, sizes.dropFirst().allSatisfy({ $0 >= 2 }), sizes[0] >= 2 else { return false }
    if groups[0].digits.starts(with: [48, 48]) { return (10...16).contains(total) && sizes[0] > 2 }
    return (10...13).contains(total) && groups.count <= 5
  }

  /// Three groups that read as a date: year first or last, month and day in range.
  private var hasDate: Bool {
    func value(_ group: Group) -> Int { group.digits.prefix(4).reduce(0) { $0 * 10 + Int($1 - 48) } }
    for first in groups.indices.dropLast(2) {
      let (a, b, c) = (groups[first], groups[first + 1], groups[first + 2])
      let (x, y, z) = (value(a), value(b), value(c))
      if a.count == 4, (1900...2199).contains(x), b.count <= 2, c.count <= 2, (1...12).contains(y), (1...31).contains(z)
      {
        return true
      }
      if c.count == 4, (1900...2199).contains(z), a.count <= 2, b.count <= 2, (1...31).contains(x), (1...31).contains(y)
      {
        return true
      }
    }
    return false
  }
}
