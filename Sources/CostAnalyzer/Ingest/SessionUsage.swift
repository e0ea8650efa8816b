/// What a session file has said so far: its model, and the tokens counted up to now.
struct SessionUsage {
  /// Number in `RequestLog.models`.
  var model: UInt32?
  /// When the session was forked from another one, UTC microseconds.
  var forkedAt: Int64?
  private var total: TokenUsage?
  /// What was copied is stamped with the time of the fork; no model answers that fast.
  private static let copying = 2 * Timestamp.second

  /// The tokens of one call, from counts that grow over the session.
  ///
  /// The first call of a file is what it says of itself: a resumed session carries the total of earlier files. After that
  /// the growth of the total counts, which is right also where an event is missing or written twice; where the total
  /// shrinks, a new count began.
  ///
  /// - Parameter time: of the event, UTC microseconds.
  /// - Returns: nil when nothing was used since the last event, or what was used is the other session's.
  mutating func call(_ counts: CumulativeUsage, at time: Int64) -> TokenUsage? {
    defer { total = counts.total ?? total }
    if let forkedAt, time - forkedAt < Self.copying { return nil }
    guard let now = counts.total else { return counts.last }
    guard let before = total else { return counts.last ?? now }
    if now == before { return nil }
    return now.growth(since: before) ?? counts.last ?? now
  }
}

extension TokenUsage {
  /// Nil where a class has shrunk.
  fileprivate func growth(since earlier: TokenUsage) -> TokenUsage? {
    guard input >= earlier.input, cacheRead >= earlier.cacheRead, cacheWrite5m >= earlier.cacheWrite5m,
      cacheWrite1h >= earlier.cacheWrite1h, output >= earlier.output, reasoning >= earlier.reasoning
    else { return nil }
    return TokenUsage(
      input: input - earlier.input, cacheRead: cacheRead - earlier.cacheRead,
      cacheWrite5m: cacheWrite5m - earlier.cacheWrite5m, cacheWrite1h: cacheWrite1h - earlier.cacheWrite1h,
      output: output - earlier.output, reasoning: reasoning - earlier.reasoning)
  }
}
