import CostAnalyzer
import Foundation
import Testing

@Suite("Timestamp")
struct TimestampTests {
  private static func parse(_ text: String) -> Int64? {
    Array(text.utf8).withUnsafeBytes { Timestamp.parse(iso: $0) }
  }

  @Test("known instants")
  func known() {
    for (text, seconds) in [
      ("1970-01-01T00:00:00Z", 0), ("2000-02-29T00:00:00Z", 951_782_400), ("2001-09-09T01:46:40Z", 1_000_000_000),
      ("2026-01-05", 1_767_571_200), ("2026-01-05T08:00", 1_767_600_000), ("2026-01-05 08:00:00", 1_767_600_000),
      ("2026-01-05t08:00:00Z", 1_767_600_000), ("2026-01-05T08:00:00 UTC", 1_767_600_000),
      ("2026-01-05T09:30:00+01:30", 1_767_600_000), ("2026-01-05T09:30:00+0130", 1_767_600_000),
      ("2026-01-05T00:00:00-08", 1_767_600_000), ("2026-01-05 08:00:00 +00:00", 1_767_600_000),
      ("1969-12-31T23:59:59Z", -1),
    ] {
      #expect(Self.parse(text) == Int64(seconds) * Timestamp.second, "\(text)")
    }
    for (fraction, micros) in [
      (".5", 500_000), (".123456", 123_456), (".1234569", 123_456), (",25", 250_000), (".000001", 1),
    ] {
      #expect(Self.parse("1970-01-01T00:00:00\(fraction)Z") == Int64(micros), "\(fraction)")
    }
  }

  @Test("what is no time is nil")
  func refused() {
    for text in [
      "", "2026", "2026-1-5", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32", "2026-01-05T",
      "2026-01-05T24:00:00Z",
      "2026-01-05T08:60:00Z", "2026-01-05T08:00:61Z", "2026-01-05T08:00:00.Z", "2026-01-05T08:00:00+",
      "2026-01-05T08:00:00Zx",
      "05/01/2026", "2026-01-05T08:00:00+1", "２026-01-05", "2026-01-05X08:00",
    ] {
      #expect(Self.parse(text) == nil, "\(text)")
    }
  }

  @Test("days that their month does not have are no times")
  func impossibleDays() {
    for text in ["2026-02-29", "2026-02-30T00:00:00Z", "2026-04-31", "1900-02-29"] {
      #expect(Self.parse(text) == nil, "\(text)")
    }
    #expect(Self.parse("2024-02-29") != nil && Self.parse("2000-02-29") != nil)
  }

  @Test("what Foundation writes in any zone is read as the same instant")
  func foundation() {
    var random = TestRandom(17)
    let formatter = ISO8601DateFormatter()
    for offset in [0, 3600, -8 * 3600, 20_700, -12_600, 14 * 3600] {
      formatter.timeZone = TimeZone(secondsFromGMT: offset)
      for withFraction in [false, true] {
        formatter.formatOptions =
          withFraction ? [.withInternetDateTime, .withFractionalSeconds] : .withInternetDateTime
        for _ in 0..<100 {
          let milliseconds = Int64.random(in: 631_152_000_000..<4_102_444_800_000, using: &random)
          let time = withFraction ? milliseconds : milliseconds / 1000 * 1000
          let text = formatter.string(from: Date(timeIntervalSince1970: Double(time) / 1000))
          #expect(Self.parse(text) == time * 1000, "\(text)")
        }
      }
    }
  }

  @Test("days and their texts are Foundation's, from 1900 to 2199")
  func calendar() throws {
    var random = TestRandom(18)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for _ in 0..<500 {
      let day = Int.random(in: -25_567..<84_006, using: &random)
      let parts = calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
      let date = Timestamp.date(ofDay: day)
      #expect([date.year, date.month, date.day] == [parts.year, parts.month, parts.day])
      #expect(Timestamp.days(year: date.year, month: date.month, day: date.day) == day)
      #expect(Self.parse(Timestamp.dayText(day)) == Int64(day) * Timestamp.day)
    }
  }

  @Test("a time's text is read back as the same time, and its day and hour are those of the text")
  func roundTrip() {
    var random = TestRandom(19)
    for _ in 0..<1000 {
      let time = Int64.random(in: -2_208_988_800_000_000..<7_258_118_400_000_000, using: &random)
      let text = Timestamp.text(time)
      #expect(Self.parse(text) == time, "\(text)")
      #expect(text.hasPrefix(Timestamp.dayText(Timestamp.dayNumber(time))))
      #expect(Int(text.dropFirst(11).prefix(2)) == Timestamp.hourOfDay(time))
    }
    #expect(Timestamp.text(-1) == "1969-12-31T23:59:59.999999Z")
    #expect(Timestamp.text(0) == "1970-01-01T00:00:00Z")
  }

  @Test("epoch numbers are told apart by their size, and nonsense is refused")
  func epoch() {
    let time = 1_768_003_200_123_456
    #expect(Timestamp.fromEpoch(1_768_003_200) == Int64(time / 1_000_000 * 1_000_000))
    #expect(Timestamp.fromEpoch(1_768_003_200.123456) == Int64(time))
    #expect(Timestamp.fromEpoch(1_768_003_200_123) == Int64(time / 1000 * 1000))
    #expect(Timestamp.fromEpoch(1_768_003_200_123_456) == Int64(time))
    #expect(Timestamp.fromEpoch(1_768_003_200_123_456_000) == Int64(time))
    for nonsense in [0, -1, 17_026_661_857, 1, Double.nan, .infinity, 1e30, 4_102_444_800] {
      #expect(Timestamp.fromEpoch(nonsense) == nil, "\(nonsense)")
    }
    #expect(Timestamp.fromEpoch(4_102_444_799) != nil && Timestamp.fromEpoch(631_152_000) != nil)
  }
}
