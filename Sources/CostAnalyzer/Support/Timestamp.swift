/// UTC time in microseconds since 1970, and the calendar arithmetic the reports need. No time zones, no locale.
package enum Timestamp {
  package static let second: Int64 = 1_000_000
  package static let hour: Int64 = 3600 * second
  package static let day: Int64 = 24 * hour

  /// Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date algorithms").
  package static func days(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  package static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }

  /// The UTC day number of a time; floor division, so that times before 1970 work.
  package static func dayNumber(_ time: Int64) -> Int { Int((time - (time % day + day) % day) / day) }

  package static func hourOfDay(_ time: Int64) -> Int { Int(((time % day + day) % day) / hour) }

  package static func dayText(_ dayNumber: Int) -> String {
    let (year, month, day) = date(ofDay: dayNumber)
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
  }

  /// `2026-01-05T08:00:00.123456Z`; the fraction is left out when it is zero.
  package static func text(_ time: Int64) -> String {
    let number = dayNumber(time)
    let rest = time - Int64(number) * day
    let seconds = Int(rest / second)
    let fraction = Int(rest % second)
    let clock = "\(pad(seconds / 3600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))"
    return "\(dayText(number))T\(clock)\(fraction == 0 ? "" : "." + pad(fraction, 6))Z"
  }

  /// The same without the fraction, which nobody reads in a table.
  package static func seconds(_ time: Int64) -> String { text(time - ((time % second) + second) % second) }

  /// `2026-01-05 08:00`
  package static func minutes(_ time: Int64) -> String { String(seconds(time).prefix(16)).replacing("T", with: " ") }

  private static func pad(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  /// ISO 8601 (`T` or a blank between, optional fraction, `Z`, an offset or nothing = UTC). Nil for anything else.
  package static func parse(iso bytes: UnsafeRawBufferPointer) -> Int64? {
    var text = DigitCursor(bytes)
    guard let year = text.number(4), text.skip("-"), let month = text.number(2), text.skip("-"),
      let dayOfMonth = text.number(2), (1...12).contains(month), (1...31).contains(dayOfMonth)
    else { return nil }
    let dayNumber = days(year: year, month: month, day: dayOfMonth)
    guard date(ofDay: dayNumber) == (year, month, dayOfMonth) else { return nil }  // 30 February
    var micros = Int64(dayNumber) * day
    if text.atEnd { return micros }
    guard text.skip("T") || text.skip(" ") || text.skip("t"), let hours = text.number(2), text.skip(":"),
      let minutes = text.number(2), hours < 24, minutes < 60
    else { return nil }
    micros += Int64(hours) * hour + Int64(minutes) * 60 * second
    if text.skip(":") {
      guard let seconds = text.number(2), seconds <= 60 else { return nil }
      micros += Int64(seconds) * second
      if text.skip(".") || text.skip(",") {
        guard let fraction = text.fraction(digits: 6) else { return nil }
        micros += Int64(fraction)
      }
    }
    if text.atEnd || ((text.skip("Z") || text.skip("z")) && text.atEnd) { return micros }
    if text.skip(" "), text.skip("U"), text.skip("T"), text.skip("C"), text.atEnd { return micros }
    let sign: Int64 = text.skip("+") ? -1 : (text.skip("-") ? 1 : 0)
    guard sign != 0, let offsetHours = text.number(2), offsetHours <= 14 else { return nil }
    _ = text.skip(":")
    guard let offsetMinutes = text.atEnd ? 0 : text.number(2), offsetMinutes < 60, text.atEnd else {
      return nil
    }
    return micros + sign * (Int64(offsetHours) * hour + Int64(offsetMinutes) * 60 * second)
  }

  /// Nil before 1990 or from 2100 on: a typing error (an eleven-digit `created` exists in the wild), not a request.
  package static func plausible(_ time: Int64) -> Int64? {
    (631_152_000 * second..<4_102_444_800 * second).contains(time) ? time : nil
  }

  /// Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size (seconds up to year 5138).
  package static func fromEpoch(_ value: Double) -> Int64? {
    guard value.isFinite, value > 0, value < 1e19 else { return nil }
    let micros: Double
    if value < 1e11 {
      micros = value * 1e6
    } else if value < 1e14 {
      micros = value * 1e3
    } else if value < 1e17 {
      micros = value
    } else {
      micros = value / 1e3
    }
    return plausible(Int64(micros.rounded()))
  }
}

/// Reads fixed-width digits off a text.
private struct DigitCursor {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  var atEnd: Bool { position == bytes.count }

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func number(_ digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for index in position..<position + digits {
      let digit = bytes[index] &- 48
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    position += digits
    return value
  }

  /// The first `digits` decimals of a fraction as an integer; further ones are cut. Nil without any.
  mutating func fraction(digits: Int) -> Int? {
    var value = 0
    var taken = 0
    while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
      if taken < digits { value = value * 10 + Int(digit) }
      taken += 1
      position += 1
    }
    if taken == 0 { return nil }
    while taken < digits {
      value *= 10
      taken += 1
    }
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(truncatingIfNeeded: character.value) else { return false }
    position += 1
    return true
  }
}
