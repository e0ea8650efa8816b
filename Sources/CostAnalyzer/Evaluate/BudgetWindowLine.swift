import Foundation

/// One question and answer of `analyze evaluate budget-windows`: when a budget starts anew.
package struct BudgetWindowLine: Sendable {
  private struct Question: Decodable {
    var duration: String
    var timeZone: String?
    var resetTime: String?
    var time: String
  }

  /// The window that ends next, UTC microseconds.
  package let start: Int64
  package let reset: Int64

  /// - Parameter json: `{"duration": "7d", "timeZone": "Europe/Berlin", "resetTime": "06:30", "time": "2026-01-05T08:00:00Z"}`;
  ///   zone and time of day may be left out.
  package init(json: String) throws {
    let question: Question
    do { question = try JSONDecoder().decode(Question.self, from: Data(json.utf8)) } catch {
      throw AnalyzerError(.input, "a line must be a JSON object with the texts duration and time")
    }
    guard let period = BudgetPeriod(question.duration) else {
      throw AnalyzerError(.input, "'\(question.duration)' is no budget period")
    }
    var time = question.time
    guard let now = time.withUTF8({ Timestamp.parse(iso: UnsafeRawBufferPointer($0)) }) else {
      throw AnalyzerError(.input, "'\(question.time)' is no ISO 8601 time")
    }
    var options = AnalysisOptions.Budgets()
    options.timeZone = question.timeZone ?? options.timeZone
    options.resetTime = question.resetTime ?? options.resetTime
    let clock = try options.clock()
    reset = period.nextReset(after: now, in: clock, at: try options.resetTimeOfDay())
    start = period.start(ofWindowEndingAt: reset, in: clock)
  }
}
