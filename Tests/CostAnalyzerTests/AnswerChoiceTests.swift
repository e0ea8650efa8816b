import CostAnalyzer
import Testing

@Suite("Choice of an answer and its lifetime")
struct AnswerChoiceTests {
  @Test("The largest group is that of trying all groups, on random likenesses", arguments: 0..<6)
  func largestGroup(_ seed: UInt64) {
    var rng = SeededGenerator(seed)
    for _ in 0..<60 {
      let count = Int.random(in: 0...9, using: &rng)
      let density = Double.random(in: 0...1, using: &rng)
      let pairs = (0..<count).map { _ in (0..<count).map { _ in Double.random(in: 0..<1, using: &rng) < density } }
      func agrees(_ a: Int, _ b: Int) -> Bool { pairs[min(a, b)][max(a, b)] }
      var best: [Int] = []
      for mask in 0..<1 << count {
        let group = (0..<count).filter { mask >> $0 & 1 == 1 }
        let isWhole = group.allSatisfy { a in group.allSatisfy { a == $0 || agrees(a, $0) } }
        if isWhole && (group.count > best.count || group.count == best.count && group.lexicographicallyPrecedes(best)) {
          best = group
        }
      }
      #expect(AgreeingGroup.largest(of: count, agrees: agrees) == best)
    }
  }

  @Test("Twenty-four answers are searched, whether all agree, none, or each all but one")
  func hardestGroups() {
    let count = AgreeingGroup.largestCount
    #expect(AgreeingGroup.largest(of: count) { _, _ in true } == Array(0..<count))
    #expect(AgreeingGroup.largest(of: count) { _, _ in false } == [0])
    #expect(AgreeingGroup.largest(of: count) { $0 / 3 != $1 / 3 } == (0..<8).map { $0 * 3 })
    #expect(AgreeingGroup.largest(of: 0) { _, _ in true }.isEmpty)
  }

  /// Answers of a question every `step` minutes; two say the same when they come from the same `period` of hours.
  private func lifetime(step: Int64, count: Int, period: Int64?, others: Int64?) -> Lifetime? {
    var aging = AnswerAging([.hours(24), .hours(1), .hours(6), .days(7), .unlimited])
    let answers = (0..<count).map { (time: Int64($0) * step * 60_000_000, request: $0) }
    func same(_ period: Int64?) -> SameAnswer {
      SameAnswer { a, b in
        guard let period else { return 1 }
        return Int64(a) * step / (60 * period) == Int64(b) * step / (60 * period) ? 1 : 0
      }
    }
    for _ in 0..<20 { aging.add(aging.curve(answers, same(others))) }
    let own = aging.curve(answers, same(period))
    aging.add(own)
    return aging.lifetime(own)
  }

  @Test("An answer lives as long as answers of that age still say the same, and no longer than the log shows")
  func lifetimes() {
    // 14 days of answers every two hours.
    #expect(lifetime(step: 120, count: 168, period: nil, others: nil) == .days(7))
    #expect(lifetime(step: 120, count: 168, period: 48, others: nil) == .hours(6))
    // Every ten minutes for ten days.
    #expect(lifetime(step: 10, count: 1440, period: 6, others: nil) == .hours(1))
    #expect(lifetime(step: 10, count: 12, period: nil, others: nil) == .hours(6), "two hours are all that is known")
  }

  @Test("A question with few answers follows the others, one with many goes its own way")
  func shrinks() {
    #expect(lifetime(step: 1440, count: 2, period: nil, others: 1) == nil)
    #expect(lifetime(step: 120, count: 168, period: nil, others: 24) == .days(7))
  }
}
