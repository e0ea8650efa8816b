/// How long an entry may serve: a fixed time from its insertion, which a hit does not extend.
struct FixedLifetime: Sendable {
  /// Microseconds; nil where entries never expire.
  let ttl: Int64?

  init(ttl: Int64?) {
    precondition(ttl.map { $0 >= 0 } ?? true, "a TTL is negative")
    self.ttl = ttl
  }

  /// Whether `expires ≤ now`. An expiry beyond the end of `Int64` never comes.
  func isOver(insertedAt inserted: Int64, now: Int64) -> Bool {
    guard let ttl else { return false }
    let (expires, isBeyondTime) = inserted.addingReportingOverflow(ttl)
    return !isBeyondTime && expires <= now
  }
}
