/// A provider's cache of prompt beginnings, replayed request by request.
///
/// What two prompts share is known in whole blocks of 512 bytes; how many tokens that are follows from the request's own
/// tokens and bytes. Beginnings are shared within a model and a tenant. Caches without a price for writing fill
/// themselves; where writing costs more, a beginning is written the second time it is seen within its life, and read from
/// then on, which needs no foresight.
package struct PrefixReplay: Sendable {
  package struct Hit: Sendable, Equatable {
    /// Tokens read from the cache, and written at a price.
    package var read: UInt32 = 0
    package var written: UInt32 = 0
    /// Blocks that some earlier prompt began with, however long ago.
    package var known: Int = 0
  }

  private struct Place: Hashable {
    var group: UInt64
    var node: UInt32
  }

  private struct Block {
    var seen: Int64
    /// When it was last written or read; nil when it is not in the cache.
    var cached: Int64?
  }

  private var blocks: [Place: Block] = [:]

  package init() {}

  /// - Parameters:
  ///   - group: requests that share a cache.
  ///   - path: nodes from the prompt's last block to its first.
  ///   - bytes: of the whole prompt.
  ///   - tokens: of the whole prompt.
  ///   - time: UTC microseconds, never falling.
  package mutating func ask(
    group: UInt64, path: [UInt32], bytes: Int, tokens: UInt64, time: Int64, rule: PrefixCacheRules.Rule
  ) -> Hit {
    var hit = Hit()
    let alive = time - Int64(rule.life) * 1_000_000
    func tokenCount(_ blocks: Int) -> UInt64 {
      let shared = min(blocks * PromptPrefix.blockBytes, bytes)
      return bytes == 0 ? 0 : tokens * UInt64(shared) / UInt64(bytes) / UInt64(rule.step) * UInt64(rule.step)
    }
    // Each use touches every block before it, so the first living one from the end is the longest living beginning.
    var live = 0
    var seen = 0
    for (index, node) in path.enumerated() {
      guard let block = blocks[Place(group: group, node: node)] else { continue }
      let length = path.count - index
      hit.known = max(hit.known, length)
      if block.seen >= alive { seen = max(seen, length) }
      if let cached = block.cached, cached >= alive {
        live = length
        break
      }
    }
    let isAutomatic = rule.write <= 1
    if tokenCount(live) >= UInt64(rule.minimum) { hit.read = UInt32(clamping: tokenCount(live)) }
    var cachedTo = hit.read > 0 ? live : 0
    if isAutomatic {
      cachedTo = path.count
    } else if seen > live, tokenCount(seen) >= UInt64(rule.minimum) {
      hit.written = UInt32(clamping: tokenCount(seen)) - hit.read
      cachedTo = seen
    }
    for (index, node) in path.enumerated() {
      let place = Place(group: group, node: node)
      var block = blocks[place] ?? Block(seen: time, cached: nil)
      block.seen = time
      if path.count - index <= cachedTo { block.cached = time }
      blocks[place] = block
    }
    return hit
  }
}
