/// A user's verdict on an answer in one byte: −1 (bad) … 1 (good) in steps of 1/127.
package struct Feedback: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int8
  package init(rawValue: Int8) { self.rawValue = rawValue }

  /// Nobody said anything.
  package static let none = Feedback(rawValue: .min)

  /// Nil outside −1 … 1.
  package init?(_ verdict: Double) {
    guard (-1...1).contains(verdict) else { return nil }
    rawValue = Int8((verdict * 127).rounded())
  }

  package var verdict: Double? { self == .none ? nil : Double(rawValue) / 127 }

  /// Of two verdicts on one request the harsher counts, whichever is read first.
  func joined(_ other: Feedback) -> Feedback {
    if self == .none { return other }
    return other == .none || rawValue <= other.rawValue ? self : other
  }
}

/// Verdicts logged apart from the requests they are about.
struct FeedbackJoin {
  private var verdicts: [(value: Feedback, target: VerdictTarget)] = []
  private var traced: [(trace: UInt64, request: Int)] = []

  mutating func add(_ value: Feedback, on target: VerdictTarget) { verdicts.append((value, target)) }

  /// A request that a verdict on its trace would reach.
  mutating func add(trace: UInt64, request: Int) { traced.append((trace, request)) }

  /// Gives each request its verdict.
  ///
  /// - Parameters:
  ///   - owner: the request with an id hash.
  ///   - spans: requests by span hash.
  /// - Returns: verdicts whose record is not in the log.
  func resolve(
    _ requests: inout ChunkedArray<Request>, owner: (UInt64) -> Int?, spans: () -> [UInt64: Int]
  ) -> Int {
    if verdicts.isEmpty { return 0 }
    let requestOfSpan = spans()
    var unmatched = 0
    var onTraces: [UInt64: Feedback] = [:]
    let known = Set(traced.map(\.trace))
    for (value, target) in verdicts {
      if let request = owner(target.request) ?? requestOfSpan[target.span] {
        requests[request].feedback = requests[request].feedback.joined(value)
      } else if target.request == 0 && target.span == 0 && known.contains(target.trace) {
        onTraces[target.trace] = (onTraces[target.trace] ?? .none).joined(value)
      } else {
        unmatched += 1
      }
    }
    let undecided = traced.filter { requests[$0.request].feedback == .none }
    for (trace, request) in undecided { requests[request].feedback = onTraces[trace] ?? .none }
    return unmatched
  }
}
