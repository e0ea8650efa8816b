/// How many cacheable requests a day will have, from the days before it.
package struct VolumeForecast: Sendable {
  private var days: [(day: Int, requests: Int)] = []

  package init() {}

  package mutating func add(day: Int, requests: Int) { days.append((day, requests)) }

  /// The same weekday a week before, times the growth since then; without one, the last days of its kind (working day or
  /// weekend), or any.
  package func requests(on day: Int) -> Double {
    if let weekBefore = days.last(where: { $0.day == day - 7 }) { return Double(weekBefore.requests) * growth(to: day) }
    let kind = days.filter { Self.isWeekend($0.day) == Self.isWeekend(day) }
    var (sum, weights, weight) = (0.0, 0.0, 1.0)
    for entry in (kind.isEmpty ? days : kind).reversed() {
      sum += weight * Double(entry.requests)
      weights += weight
      weight /= 2
    }
    return weights == 0 ? 0 : sum / weights
  }

  /// Whether no day of its kind was seen: then the forecast is a guess.
  package func isGuess(on day: Int) -> Bool { !days.contains { Self.isWeekend($0.day) == Self.isWeekend(day) } }

  /// Requests of the last days by those of the same days a week before.
  private func growth(to day: Int) -> Double {
    var (now, before) = (0, 0)
    for entry in days where entry.day >= day - 7 {
      guard let earlier = days.last(where: { $0.day == entry.day - 7 }) else { continue }
      now += entry.requests
      before += earlier.requests
    }
    return now == 0 || before == 0 ? 1 : Double(now) / Double(before)
  }

  /// Day 0 was a Thursday.
  private static func isWeekend(_ day: Int) -> Bool { ((day + 3) % 7 + 7) % 7 >= 5 }
}
