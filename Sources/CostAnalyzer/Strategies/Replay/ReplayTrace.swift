/// The cacheable requests of a log in replay order (time, then file, then line).
package struct ReplayTrace: Sendable {
  /// Microseconds, never decreasing.
  package var times: [Int64]
  /// The dense cache key (scope × normalised key) of each request, in `0 ..< keyCount`.
  package var keys: [UInt32]
  /// Pico-dollars that a hit on this request saves, never negative.
  package var costs: [Int64]
  /// Milliseconds that a hit on this request saves, 0 where unknown; empty where none is known.
  package var latencies: [UInt32]
  /// Pico-dollars that embedding each request's text costs; empty where that is free.
  package var embeddingCosts: [Int64] = []
  package var keyCount: Int

  package init(times: [Int64], keys: [UInt32], costs: [Int64], latencies: [UInt32] = [], keyCount: Int) {
    self.times = times
    self.keys = keys
    self.costs = costs
    self.latencies = latencies
    self.keyCount = keyCount
  }

  package var count: Int { keys.count }

  /// The requests before a moment, with the keys of all. A cache does to them what it does in the whole trace.
  package func before(_ time: Int64) -> ReplayTrace {
    let count = times.firstIndex { $0 >= time } ?? count
    var first = self
    first.times = Array(times.prefix(count))
    first.keys = Array(keys.prefix(count))
    first.costs = Array(costs.prefix(count))
    first.latencies = Array(latencies.prefix(count))
    first.embeddingCosts = Array(embeddingCosts.prefix(count))
    return first
  }
}

extension ReplayTrace {
  /// Stops the run where a caller built a trace that no replay can give a meaning to.
  func requireWellFormed() {
    precondition(times.count == keys.count && costs.count == keys.count, "a trace needs one time and cost a key")
    precondition(latencies.isEmpty || latencies.count == keys.count, "a trace needs one latency a key, or none")
    precondition(
      embeddingCosts.isEmpty || embeddingCosts.count == keys.count, "a trace needs one embedding cost a key, or none")
    // Requests and keys are held as `UInt32`, whose last value stands for "none".
    precondition(keys.count < Int(UInt32.max) && keyCount < Int(UInt32.max), "a trace is too long for 32-bit indices")
    precondition(keys.allSatisfy { Int($0) < keyCount }, "a key lies outside 0 ..< keyCount")
    precondition(costs.allSatisfy { $0 >= 0 }, "a request has a negative cost")
    precondition(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "the times of a trace decrease")
  }
}
