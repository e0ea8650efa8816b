/// The largest set of answers that agree with each other, every one with every other.
package enum AgreeingGroup {
  /// The search is exact, and exponential in the worst case: 24 answers have at most 3⁸ maximal groups.
  package static let largestCount = 24

  /// Members of the largest group among `0 ..< count`, rising; of groups of one size the first in lexical order.
  ///
  /// `agrees` is asked once for each pair a < b.
  package static func largest(of count: Int, agrees: (_ a: Int, _ b: Int) -> Bool) -> [Int] {
    precondition(count <= largestCount, "too many answers for an exact search")
    var friends = [UInt32](repeating: 0, count: count)
    for a in 0..<count {
      for b in a + 1..<max(a + 1, count) where agrees(a, b) {
        friends[a] |= 1 << UInt32(b)
        friends[b] |= 1 << UInt32(a)
      }
    }
    var best: UInt32 = 0
    search(group: 0, candidates: (1 << UInt32(count)) - 1, friends, &best)
    return (0..<count).filter { best >> UInt32($0) & 1 == 1 }
  }

  /// Takes or leaves the first candidate. What cannot grow beyond the best is not followed.
  private static func search(group: UInt32, candidates: UInt32, _ friends: [UInt32], _ best: inout UInt32) {
    var candidates = candidates
    if group.nonzeroBitCount > best.nonzeroBitCount { best = group }
    while candidates != 0, group.nonzeroBitCount + candidates.nonzeroBitCount > best.nonzeroBitCount {
      let member = candidates.trailingZeroBitCount
      candidates &= ~(1 << UInt32(member))
      search(group: group | 1 << UInt32(member), candidates: candidates & friends[member], friends, &best)
    }
  }
}
