/// Days in price tables: `2024-10-02`, or a month `2024-10` where the day is not known.
package enum PriceDate {
  /// Before all requests.
  package static let always = Int64.min

  /// The day, or the first one of the month, UTC microseconds. Of two months (`2023-10/11`) the first counts.
  package static func firstDay(_ text: String) -> Int64? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first else { return nil }
    return day(first.utf8.count == 7 ? first + "-01" : String(first))
  }

  /// The day, or the last one of the month.
  static func lastDay(_ text: String) -> Int64? {
    guard text.utf8.count == 7, let first = day(text + "-01") else { return day(text) }
    let date = Timestamp.date(ofDay: Timestamp.dayNumber(first))
    let next = date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
    return Int64(Timestamp.days(year: next.0, month: next.1, day: 1) - 1) * Timestamp.day
  }

  package static func text(_ time: Int64) -> String { Timestamp.dayText(Timestamp.dayNumber(time)) }

  private static func day(_ text: String) -> Int64? {
    guard text.utf8.count == 10 else { return nil }
    var text = text
    return text.withUTF8 { Timestamp.parse(iso: UnsafeRawBufferPointer($0)) }
  }
}
