/// A length of time as options and reports write it: `90s`, `15m`, `1h`, `7d`, or `inf` for no limit.
package struct Lifetime: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Microseconds; nil is without limit.
  package let micros: Int64?

  package init(micros: Int64?) { self.micros = micros }

  package static let unlimited = Lifetime(micros: nil)
  package static func hours(_ count: Int64) -> Lifetime { Lifetime(micros: count * Timestamp.hour) }
  package static func days(_ count: Int64) -> Lifetime { Lifetime(micros: count * Timestamp.day) }

  package init?(_ text: String) {
    if text == "inf" {
      micros = nil
      return
    }
    let units: [Character: Int64] = [
      "s": Timestamp.second, "m": 60 * Timestamp.second, "h": Timestamp.hour, "d": Timestamp.day,
    ]
    guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()), count > 0,
      !count.multipliedReportingOverflow(by: unit).overflow
    else { return nil }
    micros = count * unit
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Lifetime(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is no duration: write 90s, 15m, 6h, 7d or inf")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  package var description: String {
    guard let micros else { return "inf" }
    for (unit, size) in [("d", Timestamp.day), ("h", Timestamp.hour), ("m", 60 * Timestamp.second)]
    where micros % size == 0 {
      // 24h is how people write it
      if unit == "d" && micros == Timestamp.day { continue }
      return "\(micros / size)\(unit)"
    }
    return "\(micros / Timestamp.second)s"
  }
}

/// A number of cache entries, or `inf`.
package struct EntryLimit: Sendable, Hashable, Codable, CustomStringConvertible {
  package let count: Int?

  package init(_ count: Int?) { self.count = count }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self), number > 0 {
      count = number
    } else if (try? container.decode(String.self)) == "inf" || (try? container.decode(Double.self)) == .infinity {
      count = nil
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a capacity is a number of entries above 0, or inf")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let count { try container.encode(count) } else { try container.encode("inf") }
  }

  package var description: String { count.map(String.init) ?? "inf" }
}
