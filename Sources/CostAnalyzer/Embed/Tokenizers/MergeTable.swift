/// The merge rules of a byte pair encoding, and merging by them.
///
/// A rule joins two adjacent symbols into one and has a rank. Always the rule of lowest rank is applied next, and of
/// equal ranks the leftmost, until none applies (Sennrich et al. 2016, arXiv 1508.07909).
struct MergeTable: Sendable {
  struct Rule: Sendable {
    let left: Int32
    let right: Int32
    let merged: Int32
  }
  private struct Slot {
    var pair = UInt64.max
    var rank = UInt32.max
    var merged: Int32 = 0
  }
  private static let noRule = UInt32.max
  private var slots: [Slot]

  /// Of two rules for one pair, the last one counts.
  /// - Parameter ranks: of each rule, where their order is not it; rules with the same result may share one.
  init(_ rules: [Rule], ranks: [UInt32]? = nil) {
    var capacity = 16
    while capacity < rules.count * 2 { capacity *= 2 }
    slots = [Slot](repeating: Slot(), count: capacity)
    for (index, rule) in rules.enumerated() {
      let pair = Self.pair(rule.left, rule.right)
      let place = Self.place(of: pair, in: slots)
      slots[place] = Slot(pair: pair, rank: ranks?[index] ?? UInt32(index), merged: rule.merged)
    }
  }

  @inline(__always)
  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The slot that holds the pair, or the empty one where it would go.
  @inline(__always)
  private static func place(of pair: UInt64, in slots: [Slot]) -> Int {
    slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var place = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
      while slots[place].pair != pair && slots[place].rank != noRule { place = (place + 1) & mask }
      return place
    }
  }

  @inline(__always)
  private func slot(_ left: Int32, _ right: Int32) -> Slot { slots[Self.place(of: Self.pair(left, right), in: slots)] }

  /// Applies the rules to `symbols` and appends what remains to `ids`.
  func merge(_ symbols: UnsafeMutableBufferPointer<Int32>, into ids: inout [Int32]) {
    if symbols.count <= 32 {
      withUnsafeTemporaryAllocation(of: Slot.self, capacity: 32) { mergeByScanning(symbols, $0, into: &ids) }
    } else {
      mergeByHeap(symbols, into: &ids)
    }
  }

  /// For short words: looks through all pairs for each merge. `rules[i]` is that of the symbols i and i + 1.
  private func mergeByScanning(
    _ symbols: UnsafeMutableBufferPointer<Int32>, _ rules: UnsafeMutableBufferPointer<Slot>, into ids: inout [Int32]
  ) {
    var count = symbols.count
    for index in 0..<max(0, count - 1) {
      rules.initializeElement(at: index, to: slot(symbols[index], symbols[index + 1]))
    }
    while count > 1 {
      var best = 0
      for index in 1..<count - 1 where rules[index].rank < rules[best].rank { best = index }
      if rules[best].rank == Self.noRule { break }
      symbols[best] = rules[best].merged
      count -= 1
      for index in best + 1..<max(best + 1, count) { symbols[index] = symbols[index + 1] }
      for index in best..<max(best, count - 1) { rules[index] = rules[index + 1] }
      if best > 0 { rules[best - 1] = slot(symbols[best - 1], symbols[best]) }
      if best < count - 1 { rules[best] = slot(symbols[best], symbols[best + 1]) }
    }
    ids.append(contentsOf: symbols[..<count])
  }

  /// For long words: candidates wait in a heap by (rank, position); one that no longer fits its place is dropped when it
  /// comes up. A rank names one result, so comparing ranks is enough to see that.
  private func mergeByHeap(_ symbols: UnsafeMutableBufferPointer<Int32>, into ids: inout [Int32]) {
    let gone: Int32 = -1
    var previous = (0..<symbols.count).map { $0 - 1 }
    var next = (0..<symbols.count).map { $0 + 1 }
    var heap = MergeHeap()
    func push(_ position: Int) {
      guard position >= 0, next[position] < symbols.count else { return }
      let rule = slot(symbols[position], symbols[next[position]])
      if rule.rank != Self.noRule { heap.push(rank: rule.rank, position: position) }
    }
    for position in 0..<symbols.count { push(position) }
    while let (rank, position) = heap.pop() {
      let right = next[position]
      guard symbols[position] != gone, right < symbols.count else { continue }
      let rule = slot(symbols[position], symbols[right])
      guard rule.rank == rank else { continue }
      symbols[position] = rule.merged
      symbols[right] = gone
      next[position] = next[right]
      if next[right] < symbols.count { previous[next[right]] = position }
      push(previous[position])
      push(position)
    }
    for symbol in symbols where symbol != gone { ids.append(symbol) }
  }
}

/// A binary heap of (rank, position), smallest first.
private struct MergeHeap {
  private var keys: [UInt64] = []

  mutating func push(rank: UInt32, position: Int) {
    keys.append(UInt64(rank) << 32 | UInt64(position))
    var child = keys.count - 1
    while child > 0, keys[child] < keys[(child - 1) / 2] {
      keys.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (rank: UInt32, position: Int)? {
    guard let top = keys.first else { return nil }
    let last = keys.removeLast()
    if !keys.isEmpty {
      keys[0] = last
      var parent = 0
      while true {
        var child = 2 * parent + 1
        if child + 1 < keys.count && keys[child + 1] < keys[child] { child += 1 }
        guard child < keys.count, keys[child] < keys[parent] else { break }
        keys.swapAt(parent, child)
        parent = child
      }
    }
    return (UInt32(top >> 32), Int(top & 0xFFFF_FFFF))
  }
}
