/// How long an entry may serve: a fixed time from its insertion, or from its last use where the TTL is sliding.
struct Lifespan: Sendable {
  /// Microseconds; nil where entries never expire.
  let ttl: Int64?
  let isSliding: Bool

  init(ttl: Int64?, isSliding: Bool = false) {
    precondition(ttl.map { $0 >= 0 } ?? true, "a TTL is negative")
    self.ttl = ttl
    self.isSliding = isSliding
  }

  init(_ setting: CacheSetting) { self.init(ttl: setting.ttl, isSliding: setting.isSliding) }

  /// The moment of expiry; `Int64.max` where it never comes.
  func end(since start: Int64) -> Int64 {
    guard let ttl else { return .max }
    let (end, isBeyondTime) = start.addingReportingOverflow(ttl)
    return isBeyondTime ? .max : end
  }

  /// Whether `expires ≤ now`. An expiry beyond the end of `Int64` never comes.
  func isOver(since start: Int64, now: Int64) -> Bool {
    guard let ttl else { return false }
    let (expires, isBeyondTime) = start.addingReportingOverflow(ttl)
    return !isBeyondTime && expires <= now
  }
}
