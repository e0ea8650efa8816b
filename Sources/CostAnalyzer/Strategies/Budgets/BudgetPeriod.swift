/// How often a budget starts anew, in LiteLLM's notation (`budget_duration`): `30s`, `30m`, `24h`, `7d`, `2w`, `1mo`, or
/// `hourly`, `daily`, `weekly`, `monthly`.
///
/// Resets follow LiteLLM 1.109 (`litellm_core_utils/duration_parser.py`), with its surprises: `1d` ends at midnight, `7d` on
/// Monday, `30d` and `1mo` with the month, any other number of days so many days after today's midnight; hours, minutes and
/// seconds end at multiples of themselves within the hour of the day, the minute or the second, and begin anew after midnight.
package struct BudgetPeriod: Sendable, Hashable, Codable, CustomStringConvertible {
  private enum Unit: String {
    case second = "s"
    case minute = "m"
    case hour = "h"
    case day = "d"
    case week = "w"
    case month = "mo"
  }

  private let count: Int64
  private let unit: Unit

  private static let words = ["hourly": "1h", "daily": "24h", "weekly": "7d", "monthly": "30d"]

  /// Nil for anything else; also for several months, which LiteLLM does not reset either.
  package init?(_ text: String) {
    let text = Self.words[text] ?? text
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), (1...100_000).contains(count),
      let unit = Unit(rawValue: String(text[digits.endIndex...])),
      unit != .month || count == 1
    else { return nil }
    self.count = count
    self.unit = unit
  }

  package static let day = BudgetPeriod("1d")!
  package static let week = BudgetPeriod("7d")!
  package static let month = BudgetPeriod("1mo")!

  package var description: String { "\(count)\(unit.rawValue)" }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = BudgetPeriod(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is no budget period: write 30s, 30m, 24h, 7d, 30d or 1mo")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The first reset behind `now`.
  ///
  /// - Parameters:
  ///   - now: UTC microseconds.
  ///   - timeOfDay: microseconds after midnight at which days, weeks and months end.
  package func nextReset(after now: Int64, in clock: ZoneClock, at timeOfDay: Int64 = 0) -> Int64 {
    clock.time(nextReset(after: clock.wall(now), at: timeOfDay))
  }

  private func nextReset(after now: WallTime, at timeOfDay: Int64) -> WallTime {
    let day = Timestamp.dayNumber(now.micros)
    let midnight = Int64(day) * Timestamp.day
    let seconds = (now.micros - midnight) / Timestamp.second
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    func multiple(after value: Int64) -> Int64 { (value / count + 1) * count }
    switch unit {
    case .hour: return clockTime(midnight, multiple(after: hour) * 3600, now)
    case .minute: return clockTime(midnight, hour * 3600 + multiple(after: minute) * 60, now)
    case .second: return clockTime(midnight, hour * 3600 + minute * 60 + multiple(after: second), now)
    case .week: return days(count * 7, day, timeOfDay, now)
    case .day: return days(count, day, timeOfDay, now)
    case .month: return month(day, timeOfDay, now)
    }
  }

  /// So many seconds behind midnight; what passes the next midnight lands on its time of day tomorrow, however much it is.
  private func clockTime(_ midnight: Int64, _ seconds: Int64, _ now: WallTime) -> WallTime {
    if seconds < 86_400 { return WallTime(midnight + seconds * Timestamp.second, isRepeat: now.isRepeat) }
    return WallTime(midnight + Timestamp.day + seconds % 86_400 * Timestamp.second)
  }

  private func days(_ count: Int64, _ day: Int, _ timeOfDay: Int64, _ now: WallTime) -> WallTime {
    func at(_ day: Int) -> Int64 { Int64(day) * Timestamp.day + timeOfDay }
    switch count {
    case 1:
      return at(day) > now.micros ? WallTime(at(day), isRepeat: now.isRepeat) : WallTime(at(day + 1))
    case 7:
      // Day 0, the first of 1970, was a Thursday.
      let monday = day + (11 - (day % 7 + 7) % 7) % 7
      return WallTime(at(monday) > now.micros ? at(monday) : at(monday + 7))
    case 30: return month(day, timeOfDay, now)
    default: return WallTime(at(day + Int(count)))
    }
  }

  private func month(_ day: Int, _ timeOfDay: Int64, _ now: WallTime) -> WallTime {
    let date = Timestamp.date(ofDay: day)
    func first(_ month: Int) -> Int64 {
      let day = Timestamp.days(year: date.year + (month - 1) / 12, month: (month - 1) % 12 + 1, day: 1)
      return Int64(day) * Timestamp.day + timeOfDay
    }
    let this = first(date.month)
    return WallTime(this > now.micros ? this : first(date.month + 1), isRepeat: now.isRepeat)
  }

  /// Where the window began that ends at `reset` (LiteLLM's `get_budget_window_start`). UTC microseconds.
  package func start(ofWindowEndingAt reset: Int64, in clock: ZoneClock) -> Int64 {
    let end = clock.wall(reset)
    let size: Int64 =
      switch unit {
      case .second: Timestamp.second
      case .minute: 60 * Timestamp.second
      case .hour: Timestamp.hour
      case .day: Timestamp.day
      case .week: 7 * Timestamp.day
      case .month: 0
      }
    if unit == .month || unit == .day && count == 30 { return clock.time(monthBefore(end)) }
    return clock.time(WallTime(end.micros - count * size))
  }

  private func monthBefore(_ wall: WallTime) -> WallTime {
    let day = Timestamp.dayNumber(wall.micros)
    let date = Timestamp.date(ofDay: day)
    let first = Timestamp.days(year: date.year, month: date.month, day: 1)
    let before = Timestamp.date(ofDay: first - 1)
    let start = Timestamp.days(year: before.year, month: before.month, day: min(date.day, before.day))
    return WallTime(wall.micros - Int64(day - start) * Timestamp.day, isRepeat: wall.isRepeat)
  }
}
