/// A provider's cache of prompt beginnings, replayed request by request.
///
/// What two prompts share is known in whole blocks of 512 bytes; how many tokens that are follows from the request's own
/// tokens and bytes. Caches without a price for writing fill themselves; where writing costs more, a beginning is written
/// the second time it is seen within its life, and read from then on, which needs no foresight.
package struct PrefixReplay: Sendable {
  package struct Hit: Sendable, Equatable {
    /// Tokens read from the cache, and written at a price.
    package var read: UInt32 = 0
    package var written: UInt32 = 0
    /// Blocks that some earlier prompt began with, however long ago.
    package var known: Int = 0
  }

  private static let never = Int64.min
  /// By node: when it was last asked for, and when last written or read.
  private var seen: [Int64]
  private var cached: [Int64]

  /// - Parameter nodes: how many `PrefixTree` has.
  package init(nodes: Int) {
    seen = [Int64](repeating: Self.never, count: nodes)
    cached = seen
  }

  /// - Parameters:
  ///   - path: nodes from the prompt's last block to its first.
  ///   - bytes: of the whole prompt.
  ///   - tokens: of the whole prompt.
  ///   - time: UTC microseconds, never falling.
  package mutating func ask(
    _ path: [UInt32], bytes: Int, tokens: UInt64, time: Int64, rule: PrefixCacheRules.Rule
  ) -> Hit {
    var hit = Hit()
    let alive = time - Int64(rule.life) * 1_000_000
    func tokenCount(_ blocks: Int) -> UInt64 {
      let shared = min(blocks * PromptPrefix.blockBytes, bytes)
      return bytes == 0 ? 0 : tokens * UInt64(shared) / UInt64(bytes) / UInt64(rule.step) * UInt64(rule.step)
    }
    // Each use touches every block before it, so the first living one from the end is the longest living beginning.
    func longest(_ holds: (Int) -> Bool) -> Int {
      path.firstIndex { holds(Int($0)) }.map { path.count - $0 } ?? 0
    }
    hit.known = longest { seen[$0] != Self.never }
    let recent = longest { seen[$0] >= alive }
    let live = longest { cached[$0] >= alive }
    let isAutomatic = rule.write <= 1
    if tokenCount(live) >= UInt64(rule.minimum) { hit.read = UInt32(clamping: tokenCount(live)) }
    var cachedTo = hit.read > 0 ? live : 0
    if isAutomatic {
      cachedTo = path.count
    } else if recent > live, tokenCount(recent) >= UInt64(rule.minimum) {
      hit.written = UInt32(clamping: tokenCount(recent)) - hit.read
      cachedTo = recent
    }
    for (index, node) in path.enumerated() {
      seen[Int(node)] = time
      if path.count - index <= cachedTo { cached[Int(node)] = time }
    }
    return hit
  }
}
