/// Pico-dollars: 1e-12 USD. One request fits (± 9.2 million USD); sums are `Int128`.
package typealias PicoDollars = Int64

/// Money as text. Rounding for display happens here and nowhere else.
package enum MoneyText {
  /// Dollars with a fixed number of decimals, rounded half-even: `$1234.50`, `-$0.05`, or `$1,234.50` when `grouped`.
  /// An amount that rounds to zero has no sign.
  /// - Parameter decimals: 0 … 12; twelve shows every pico-dollar.
  package static func usd(_ pico: Int128, decimals: Int = 2, grouped: Bool = false) -> String {
    precondition((0...12).contains(decimals), "decimals must be 0 … 12")
    let step = UInt128(DecimalText.powerOfTen(12 - decimals))
    let rounded = DecimalText.divideHalfEven(pico.magnitude, by: step)
    let unit = UInt128(DecimalText.powerOfTen(decimals))
    var text = pico < 0 && rounded > 0 ? "-$" : "$"
    text += grouped ? groupedDigits(String(rounded / unit)) : String(rounded / unit)
    if decimals > 0 {
      text += "." + padded(String(rounded % unit), to: decimals)
    }
    return text
  }

  /// The plain decimal of an amount in dollars, every digit of it, without trailing zeros: `0.054399`, `-1`, `0`.
  package static func exact(_ pico: Int128) -> String {
    let unit = UInt128(1_000_000_000_000)
    let whole = String(pico.magnitude / unit)
    var fraction = Substring(padded(String(pico.magnitude % unit), to: 12))
    while fraction.last == "0" { fraction.removeLast() }
    return (pico < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// Decimal dollars (`0.00022500000000000002`, `5.4e-2`, `-1`) in pico-dollars, rounded half-even from the exact
  /// decimal, never through a binary fraction.
  /// - Parameter decimals: of the unit in which it is written: 12 for dollars, 10 for cents.
  /// - Returns: nil when the bytes are not a decimal or the amount does not fit.
  package static func parse(decimal text: some Sequence<UInt8>, decimals: Int = 12) -> PicoDollars? {
    DecimalText.scaled(text, byTenToThe: decimals)?.value
  }

  private static func padded(_ digits: String, to width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func groupedDigits(_ digits: String) -> String {
    var grouped = ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0, (digits.utf8.count - offset).isMultiple(of: 3) { grouped.append(",") }
      grouped.append(digit)
    }
    return grouped
  }
}
