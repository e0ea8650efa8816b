/// Spend of the last day that is out of line with what is usual for its weekday.
package struct SpendChange: Sendable, Equatable {
  package enum Kind: String, Sendable { case higher, lower, new }
  package enum Dimension: String, Sendable { case total, model, user, tenant, tag, cluster }

  package var dimension: Dimension
  /// Of a cluster its id.
  package var name: String
  package var kind: Kind
  package var cost: Int128
  /// Median of the days it is held against; nil for a new name.
  package var usual: Int128?
  /// Days it is held against.
  package var days: Int
  /// The night that first told it, days since 1970; nil where this one does.
  package var since: Int?

  /// Days needed to call anything usual.
  static let fewestDays = 3
  /// Same weekdays looked back at.
  private static let weeks = 8
  /// Standard deviations of a normal distribution that a median absolute deviation is worth, times three.
  private static let width = 3 * 1.4826
  /// A change smaller than this share of what is usual is none, however steady the days were.
  private static let leastShare = 0.2
  /// A name smaller than this share of the day is not worth a line.
  private static let leastOfDay = 0.01

  /// - Parameters:
  ///   - totals: of all days and one dimension.
  ///   - day: the day looked at.
  ///   - spent: in all that day.
  package static func find(
    _ dimension: Dimension, _ totals: [DailyTotal], day: Int, firstDay: Int, spent: Int128
  ) -> [SpendChange] {
    var costs: [String: [Int: Int128]] = [:]
    for total in totals where total.day <= day { costs[total.name, default: [:]][total.day] = total.row.cost }
    let past = compared(with: day, from: firstDay)
    var changes: [SpendChange] = []
    for (name, byDay) in costs {
      let cost = byDay[day] ?? 0
      let least = Int128((Double(spent) * leastOfDay).rounded())
      if byDay.keys.min() == day {
        // On the first days of a state everything is new.
        if past.count >= fewestDays && cost > least && dimension != .total {
          changes.append(.init(dimension: dimension, name: name, kind: .new, cost: cost, usual: nil, days: past.count))
        }
        continue
      }
      // A day without the name cost nothing for it.
      guard let change = outOfLine(cost, past: past.map { byDay[$0] ?? 0 }, least: least) else { continue }
      changes.append(
        .init(
          dimension: dimension, name: name, kind: change.kind, cost: cost, usual: change.usual, days: past.count))
    }
    func size(_ change: SpendChange) -> UInt128 { (change.cost - (change.usual ?? 0)).magnitude }
    return changes.sorted { size($0) != size($1) ? size($0) > size($1) : $0.name < $1.name }
  }

  /// Nil where a value is as usual, and where fewer than three others say what is usual.
  ///
  /// - Parameter least: a smaller difference is none.
  static func outOfLine(_ value: Int128, past: [Int128], least: Int128) -> (kind: Kind, usual: Int128)? {
    if past.count < fewestDays { return nil }
    let usual = median(past)
    let spread = Double(median(past.map { $0 > usual ? $0 - usual : usual - $0 }))
    let difference = value - usual
    let bound = max(width * spread, leastShare * Double(usual), Double(least))
    return Double(difference.magnitude) <= bound ? nil : (difference > 0 ? .higher : .lower, usual)
  }

  /// The same weekday of earlier weeks where there are three that are known, else the known ones of the days before.
  static func compared(with day: Int, where isKnown: (Int) -> Bool) -> [Int] {
    let weekdays = (1...weeks).map { day - 7 * $0 }.filter(isKnown)
    if weekdays.count >= fewestDays { return weekdays }
    return (1...7).map { day - $0 }.filter(isKnown)
  }

  private static func compared(with day: Int, from first: Int) -> [Int] { compared(with: day) { $0 >= first } }

  /// Median of the days that one day is held against; nil with fewer than three.
  static func usual(_ totals: [DailyTotal], day: Int) -> Int128? {
    guard let first = totals.first?.day else { return nil }
    let past = compared(with: day, from: first)
    if past.count < fewestDays { return nil }
    let costs = Dictionary(uniqueKeysWithValues: totals.map { ($0.day, $0.row.cost) })
    return median(past.map { costs[$0] ?? 0 })
  }

  static func median(_ values: [Int128]) -> Int128 {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
