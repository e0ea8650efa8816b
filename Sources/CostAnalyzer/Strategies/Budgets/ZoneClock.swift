import Foundation

/// A time of day as people read it off a wall: microseconds since 1970 as if the zone were UTC.
package struct WallTime: Sendable, Equatable {
  package var micros: Int64
  /// The second of two equal readings, where clocks go back (Python's `fold`).
  package var isRepeat = false

  package init(_ micros: Int64, isRepeat: Bool = false) {
    self.micros = micros
    self.isRepeat = isRepeat
  }
}

/// UTC microseconds and wall time of one time zone, both ways, by the rules of Python's `zoneinfo` (PEP 495): a reading
/// that the clock skips counts as if the clock had not been put forward, one that it shows twice by `isRepeat`.
package struct ZoneClock: Sendable {
  private let zone: TimeZone

  /// - Parameter name: name in the IANA database (`Europe/Berlin`); nil for a name that it does not have.
  package init?(_ name: String) {
    guard let zone = TimeZone(identifier: name) else { return nil }
    self.zone = zone
  }

  package static let utc = ZoneClock("UTC")!

  package func wall(_ time: Int64) -> WallTime {
    let reading = time + offset(time)
    let first = reading - offset(reading - Timestamp.day)
    return WallTime(reading, isRepeat: first < time && first + offset(first) == reading)
  }

  package func time(_ wall: WallTime) -> Int64 {
    // Offsets a day to either side are those before and after a change, if there is one.
    let before = wall.micros - offset(wall.micros - Timestamp.day)
    let after = wall.micros - offset(wall.micros + Timestamp.day)
    if before == after { return before }
    let isBefore = before + offset(before) == wall.micros
    let isAfter = after + offset(after) == wall.micros
    if isBefore != isAfter { return isBefore ? before : after }
    return wall.isRepeat ? after : before
  }

  /// Microseconds that the clock is ahead of UTC.
  private func offset(_ time: Int64) -> Int64 {
    // Whole seconds, rounded down: the change itself belongs to the new offset.
    let second = time.quotientAndRemainder(dividingBy: Timestamp.second)
    let date = Date(timeIntervalSince1970: Double(second.remainder < 0 ? second.quotient - 1 : second.quotient))
    return Int64(zone.secondsFromGMT(for: date)) * Timestamp.second
  }
}
