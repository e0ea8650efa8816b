/// JSON text in bytes, written by hand: encoders are too slow for a log and promise no order of keys.
struct JSONLineBuffer {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(16_384) }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Text that is JSON already.
  mutating func raw(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func int(_ value: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      bytes.append(48 + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  mutating func bool(_ value: Bool) { value ? raw("true") : raw("false") }

  /// A number with one decimal, or none if it is whole.
  mutating func tenths(_ value: Double) {
    let scaled = Int((value * 10).rounded())
    int(scaled / 10)
    if scaled % 10 != 0 {
      raw(".")
      int(scaled % 10)
    }
  }

  /// Thousandths as a decimal number: milliseconds become seconds.
  mutating func thousandths(_ value: Int64) {
    int(Int(value / 1000))
    raw(".")
    padded(Int(value % 1000), 3)
  }

  /// Dollars, exact to the picodollar.
  mutating func dollars(_ picodollars: Int64) {
    int(Int(picodollars / 1_000_000_000_000))
    var fraction = Int(picodollars % 1_000_000_000_000)
    guard fraction > 0 else { return }
    var digits = 12
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    raw(".")
    padded(fraction, digits)
  }

  mutating func padded(_ value: Int, _ width: Int) {
    var divisor = 1
    for _ in 1..<max(width, 1) { divisor *= 10 }
    while divisor > 0 {
      bytes.append(48 + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  /// A JSON string; only what JSON demands is escaped, UTF-8 stays as it is.
  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { escape($0) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ source: UnsafeBufferPointer<UInt8>) {
    var start = 0
    for (index, byte) in source.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5c {
      bytes.append(contentsOf: source[start..<index])
      start = index + 1
      bytes.append(UInt8(ascii: "\\"))
      switch byte {
      case 0x22, 0x5c: bytes.append(byte)
      case 0x0a: bytes.append(UInt8(ascii: "n"))
      case 0x09: bytes.append(UInt8(ascii: "t"))
      case 0x0d: bytes.append(UInt8(ascii: "r"))
      default:
        raw("u00")
        let digits = StaticString("0123456789abcdef")
        bytes.append(digits.utf8Start[Int(byte >> 4)])
        bytes.append(digits.utf8Start[Int(byte & 15)])
      }
    }
    bytes.append(contentsOf: source[start...])
  }

  /// `"2026-01-05T08:00:00.123Z"`
  mutating func time(_ milliseconds: Int64) {
    let days = Int(milliseconds / 86_400_000)
    let clock = Int(milliseconds % 86_400_000)
    let (year, month, day) = Timestamp.date(ofDay: days)
    raw("\"")
    padded(year, 4)
    raw("-")
    padded(month, 2)
    raw("-")
    padded(day, 2)
    raw("T")
    padded(clock / 3_600_000, 2)
    raw(":")
    padded(clock / 60_000 % 60, 2)
    raw(":")
    padded(clock / 1000 % 60, 2)
    raw(".")
    padded(clock % 1000, 3)
    raw("Z\"")
  }

  mutating func strings(_ values: [String]) {
    raw("[")
    for (index, value) in values.enumerated() {
      if index > 0 { raw(",") }
      string(value)
    }
    raw("]")
  }

  mutating func messages(_ messages: [GeneratedMessage]) {
    raw("[")
    for (index, message) in messages.enumerated() {
      raw(index > 0 ? ",{\"role\":\"" : "{\"role\":\"")
      raw(message.role.rawValue)
      raw("\",\"content\":")
      string(message.content)
      raw("}")
    }
    raw("]")
  }
}
