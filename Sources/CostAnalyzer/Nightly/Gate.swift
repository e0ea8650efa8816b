/// A condition that fails a night: `cache.wrongHits>2%`.
package struct Gate: Sendable, Equatable, CustomStringConvertible {
  package enum Measure: String, Sendable, CaseIterable {
    /// Dollars of the last day.
    case spendDay = "spend.day"
    /// The last day by what is usual for its weekday: 130 % is a third dearer.
    case spendChange = "spend.change"
    /// Largest used share of a daily, weekly or monthly limit in windows that hold the last request.
    case budgetDaily = "budget.daily"
    case budgetWeekly = "budget.weekly"
    case budgetMonthly = "budget.monthly"
    /// Upper end of the interval at the deployed threshold.
    case wrongHits = "cache.wrongHits"
    /// Share of the new lines.
    case rejected = "input.rejected"
    /// Share of the last day's requests.
    case unpriced = "prices.unpriced"
  }

  package enum Verdict: Sendable, Equatable {
    case passed(Double)
    case failed(Double)
    /// Nothing is known about the measure: neither passed nor failed.
    case unknown
  }

  package var measure: Measure
  package var isAbove: Bool
  package var bound: Double
  package let description: String

  package init(_ text: String) throws(AnalyzerError) {
    func refuse(_ why: String) -> AnalyzerError {
      AnalyzerError(
        .usage, "--fail-if \(text): \(why)",
        hint: "for example cache.wrongHits>2%; measures: \(Measure.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let place = text.firstIndex(where: { $0 == ">" || $0 == "<" }) else { throw refuse("no > or < in it") }
    let name = text[..<place].filter { $0 != " " }
    guard let measure = Measure(rawValue: name) else { throw refuse("there is no measure \(name)") }
    var number = text[text.index(after: place)...].filter { $0 != " " && $0 != "$" }
    let isPercent = number.hasSuffix("%")
    if isPercent { number.removeLast() }
    guard let value = Double(number), value.isFinite else { throw refuse("\(number) is no number") }
    (self.measure, isAbove, description) = (measure, text[place] == ">", text)
    bound = isPercent ? value / 100 : value
  }

  package func judge(_ value: Double?) -> Verdict {
    guard let value, value.isFinite else { return .unknown }
    return (isAbove ? value > bound : value < bound) ? .failed(value) : .passed(value)
  }
}
