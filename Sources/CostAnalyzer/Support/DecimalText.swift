/// Decimal text as a scaled integer, without passing through a binary fraction.
enum DecimalText {
  /// A scaled decimal, and whether every digit of the text is in it.
  struct Scaled: Equatable {
    var value: Int64
    var isExact: Bool
  }

  /// The number written in `text`, times ten to the `scale`, rounded half-even.
  ///
  /// Accepts an optional sign, digits with at most one point, and an optional exponent; any length.
  /// - Returns: nil when the text is anything else, or when the result does not fit 64 bits.
  static func scaled(_ text: some Sequence<UInt8>, byTenToThe scale: Int) -> Scaled? {
    guard var number = Scan(text) else { return nil }
    if number.mantissa == 0 { return Scaled(value: 0, isExact: true) }
    number.exponent += scale
    let magnitude: UInt128
    var isExact = !number.hasDroppedDigits
    if number.exponent >= 0 {
      // Kept digits end above the point, so digits dropped behind 36 kept ones mean a number far out of range.
      guard number.exponent < 19, !number.hasDroppedDigits else { return nil }
      let (product, overflow) = number.mantissa.multipliedReportingOverflow(by: powerOfTen(number.exponent))
      guard !overflow else { return nil }
      magnitude = product
    } else if number.exponent < -37 {
      return Scaled(value: 0, isExact: false)
    } else {
      let divisor = powerOfTen(-number.exponent)
      isExact = isExact && number.mantissa.isMultiple(of: divisor)
      magnitude = divideHalfEven(number.mantissa, by: divisor, hasMore: number.hasDroppedDigits)
    }
    if number.isNegative {
      guard magnitude <= UInt128(Int64.min.magnitude) else { return nil }
      return Scaled(value: Int64(truncatingIfNeeded: -Int128(magnitude)), isExact: isExact)
    }
    guard let value = Int64(exactly: magnitude) else { return nil }
    return Scaled(value: value, isExact: isExact)
  }

  /// `numerator / divisor`, rounded to the nearest integer, ties to even.
  /// - Parameter hasMore: the numerator is followed by further digits that are not all zero.
  static func divideHalfEven(_ numerator: UInt128, by divisor: UInt128, hasMore: Bool = false) -> UInt128 {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: divisor)
    let rest = divisor - remainder
    if remainder < rest { return quotient }
    if remainder > rest || hasMore { return quotient + 1 }
    return quotient.isMultiple(of: 2) ? quotient : quotient + 1
  }

  static func powerOfTen(_ exponent: Int) -> UInt128 {
    var power: UInt128 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
  }

  /// The parts of a decimal: `mantissa × 10^exponent`, with at most 36 digits kept.
  private struct Scan {
    var mantissa: UInt128 = 0
    var exponent = 0
    var isNegative = false
    var hasDroppedDigits = false

    init?(_ text: some Sequence<UInt8>) {
      var bytes = text.makeIterator()
      var next = bytes.next()
      if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") {
        isNegative = next == UInt8(ascii: "-")
        next = bytes.next()
      }
      var digits = 0
      var kept = 0
      var seenPoint = false
      while let byte = next {
        if byte == UInt8(ascii: "."), !seenPoint {
          seenPoint = true
        } else if let digit = Self.digit(byte) {
          digits += 1
          if kept < 36 {
            mantissa = mantissa * 10 + UInt128(digit)
            if mantissa > 0 { kept += 1 }
            if seenPoint { exponent -= 1 }
          } else {
            if digit > 0 { hasDroppedDigits = true }
            if !seenPoint { exponent += 1 }
          }
        } else {
          break
        }
        next = bytes.next()
      }
      guard digits > 0 else { return nil }
      guard let mark = next else { return }
      guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
      guard let written = Self.exponent(&bytes) else { return nil }
      exponent += written
    }

    /// The digits behind an `e`; beyond a million the size no longer matters.
    private static func exponent(_ bytes: inout some IteratorProtocol<UInt8>) -> Int? {
      var next = bytes.next()
      let isNegative = next == UInt8(ascii: "-")
      if isNegative || next == UInt8(ascii: "+") { next = bytes.next() }
      guard next != nil else { return nil }
      var value = 0
      while let byte = next {
        guard let digit = Self.digit(byte) else { return nil }
        value = min(value * 10 + digit, 1_000_000)
        next = bytes.next()
      }
      return isNegative ? -value : value
    }

    private static func digit(_ byte: UInt8) -> Int? {
      byte >= 48 && byte <= 57 ? Int(byte) - 48 : nil
    }
  }
}
