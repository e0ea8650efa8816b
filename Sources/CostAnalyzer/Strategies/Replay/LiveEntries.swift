/// The entries that are in the cache: which request inserted each, and which of them expires next.
///
/// With one fixed TTL entries expire in the order of their insertion, so that a plain queue serves. An evicted entry
/// stays in the queue and is passed over when its turn comes.
struct LiveEntries {
  private static var none: UInt32 { .max }

  private let times: [Int64]
  private let keys: [UInt32]
  private let lifetime: FixedLifetime
  private var insertedBy: [UInt32]
  /// The inserting requests; left empty where entries never expire.
  private var queue: [UInt32] = []
  private var head = 0
  private(set) var count = 0

  init(_ trace: ReplayTrace, lifetime: FixedLifetime) {
    times = trace.times
    keys = trace.keys
    self.lifetime = lifetime
    insertedBy = [UInt32](repeating: Self.none, count: trace.keyCount)
  }

  func contains(_ key: Int) -> Bool { insertedBy[key] != Self.none }

  /// The request that inserted the key's entry. Later insertions have greater numbers.
  func inserter(of key: Int) -> Int? { contains(key) ? Int(insertedBy[key]) : nil }

  /// Adds the entry of a key that has none.
  mutating func insert(_ key: Int, by request: Int) {
    insertedBy[key] = UInt32(request)
    count += 1
    if lifetime.ttl != nil { queue.append(UInt32(request)) }
  }

  mutating func remove(_ key: Int) {
    precondition(contains(key), "only a live entry can leave")
    insertedBy[key] = Self.none
    count -= 1
  }

  /// Removes one entry with `expires ≤ now` and returns its key; nil where there is none left.
  mutating func popExpired(now: Int64) -> Int? {
    while head < queue.count, lifetime.isOver(insertedAt: times[Int(queue[head])], now: now) {
      let request = queue[head]
      let key = Int(keys[Int(request)])
      head += 1
      if insertedBy[key] == request {
        remove(key)
        return key
      }
    }
    return nil
  }
}
