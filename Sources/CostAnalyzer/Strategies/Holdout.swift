/// Settings are chosen on the first 70 % of the log's time and reported on the rest (SPEC §9): what is best in the log it was
/// chosen on looks better than it is.
package struct Holdout: Sendable, Equatable {
  package static let share = 0.7

  /// First moment of the later part, in microseconds.
  package var start: Int64
  /// Pico-dollars of all requests of each part.
  package var firstBill: Int128 = 0
  package var laterBill: Int128 = 0

  package init(_ log: RequestLog) {
    var (first, last) = (Int64.max, Int64.min)
    log.requests.forEach { (first, last) = (min(first, $0.time), max(last, $0.time)) }
    start = log.requests.count == 0 ? 0 : first + Int64((Double(last - first) * Self.share).rounded())
    let start = start
    log.requests.forEach { request in
      if request.time < start { firstBill += Int128(request.cost) } else { laterBill += Int128(request.cost) }
    }
  }

  /// A setting with what it saves in each part, in pico-dollars.
  package struct Candidate: Sendable, Equatable {
    package var name: String
    package var first: Int128
    package var later: Int128

    package init(name: String, first: Int128, later: Int128) {
      (self.name, self.first, self.later) = (name, first, later)
    }
  }

  /// What one lever chose.
  package struct Choice: Sendable, Equatable {
    /// What was chosen, and of how many settings.
    package var chosen: Candidate
    package var candidates: Int
    /// What would have been best in the later part.
    package var hindsight: Candidate
    /// Which settings could be chosen.
    package var rule: String
  }

  /// The candidate that saves the most in the first part; of equals the first. Nil where none saves anything there.
  package static func choose(_ candidates: [Candidate], rule: String) -> Choice? {
    guard var chosen = candidates.first else { return nil }
    var hindsight = chosen
    for candidate in candidates {
      if candidate.first > chosen.first { chosen = candidate }
      if candidate.later > hindsight.later { hindsight = candidate }
    }
    return chosen.first > 0
      ? Choice(chosen: chosen, candidates: candidates.count, hindsight: hindsight, rule: rule) : nil
  }
}
