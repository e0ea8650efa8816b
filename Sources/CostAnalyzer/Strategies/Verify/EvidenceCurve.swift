import Foundation

/// How much more often a score occurs among wrong pairs than among right ones: one ratio for each bin of scores, falling as
/// the score rises. The bins are the blocks of an isotonic fit (pool adjacent violators).
package struct EvidenceCurve: Sendable {
  /// Share of right and of wrong pairs in neighbouring bins.
  package struct Block: Sendable, Equatable {
    package var right: Double
    package var wrong: Double
    package var bins = 1

    package init(right: Double, wrong: Double) { (self.right, self.wrong) = (right, wrong) }
  }

  private struct Sample: Sendable {
    var key: UInt32
    var bin: Int
  }

  /// The rivals of a question hold a few that mean the same after all. What stands among them at or above the median of
  /// right pairs is taken for such, up to this share.
  private static let maximumContamination = 0.05

  /// Upper ends of all bins but the last, rising; a score equal to an end is below it.
  private var edges: [Double] = []
  private var right: [Sample]
  private var wrong: [Sample]
  private var medianBin: Int

  package var bins: Int { edges.count + 1 }

  /// - Parameters: scores with the keys they come from; neither may be empty.
  package init(right: [(key: UInt32, score: Double)], wrong: [(key: UInt32, score: Double)]) {
    let rights = right.map(\.score).sorted()
    var ends: [Double] = []
    for score in (rights + wrong.map(\.score)).sorted() where ends.last != score { ends.append(score) }
    func bin(_ scores: [(key: UInt32, score: Double)]) -> [Sample] {
      scores.map { Sample(key: $0.key, bin: Self.bin($0.score, ends)) }
    }
    // First a bin for every score, then one for every block.
    (edges, self.right, self.wrong) = (Array(ends.dropLast()), bin(right), bin(wrong))
    medianBin = Self.bin(rights[rights.count / 2], ends)
    let shares = shares()
    ends = []
    var last = -1
    for block in Self.pooled(zip(shares.right, shares.wrong).map { Block(right: $0, wrong: $1) }) {
      last += block.bins
      ends.append(last < edges.count ? edges[last] : .infinity)
    }
    (edges, self.right, self.wrong) = (Array(ends.dropLast()), bin(right), bin(wrong))
    medianBin = Self.bin(rights[rights.count / 2], ends)
  }

  package func bin(_ score: Double) -> Int { Self.bin(score, edges) }

  private static func bin(_ score: Double, _ edges: [Double]) -> Int {
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] < score { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Shares of right and of wrong pairs by bin, without the right ones among the wrong (which may leave less than none).
  ///
  /// - Parameter weight: of a key, in a bootstrap replicate.
  package func shares(weight: (UInt32) -> Double = { _ in 1 }) -> (right: [Double], wrong: [Double]) {
    let (rights, mixed) = (histogram(right, weight), histogram(wrong, weight))
    let same = contamination(rights, mixed)
    return (rights, zip(mixed, rights).map { ($0 - same * $1) / (1 - same) })
  }

  /// Share of right pairs among the wrong ones.
  var contamination: Double { contamination(histogram(right) { _ in 1 }, histogram(wrong) { _ in 1 }) }

  private func contamination(_ rights: [Double], _ mixed: [Double]) -> Double {
    let above = (rights[medianBin...].reduce(0, +), mixed[medianBin...].reduce(0, +))
    return min(above.1 / max(above.0, 1e-9), Self.maximumContamination)
  }

  private func histogram(_ pairs: [Sample], _ weight: (UInt32) -> Double) -> [Double] {
    var counts = [Double](repeating: 0, count: bins)
    for pair in pairs { counts[pair.bin] += weight(pair.key) }
    let sum = counts.reduce(0, +)
    return sum > 0 ? counts.map { $0 / sum } : counts
  }

  /// Natural logarithm of wrong over right by bin, smoothed by half a pair.
  package func logRatios(weight: (UInt32) -> Double = { _ in 1 }) -> [Double] {
    let shares = shares(weight: weight)
    let blocks = Self.pooled(zip(shares.right, shares.wrong).map { Block(right: $0, wrong: $1) })
    let (least, most) = (0.5 / Double(right.count), 0.5 / Double(wrong.count))
    func ratio(_ block: Block) -> Double { (max(0, block.wrong) + most) / (block.right + least) }
    // A block of few pairs is smoothed more than its neighbours, which may turn the order round.
    let smooth = Self.pooled(blocks) { ratio($0) <= ratio($1) }
    return smooth.flatMap { [Double](repeating: log(ratio($0)), count: $0.bins) }
  }

  /// Pools neighbours until the part of right pairs rises from block to block.
  package static func pooled(
    _ blocks: [Block],
    isViolated: (Block, Block) -> Bool = { $0.right * $1.wrong >= $1.right * $0.wrong }
  ) -> [Block] {
    var pooled: [Block] = []
    for var block in blocks {
      while let last = pooled.last, isViolated(last, block) {
        block.right += last.right
        block.wrong += last.wrong
        block.bins += last.bins
        pooled.removeLast()
      }
      pooled.append(block)
    }
    return pooled
  }

  /// By bin, how far a pair counts as less alike than 95 % of right ones.
  package func disagreement() -> [Double] {
    var left = 0.05
    return shares().right.map { share in
      let part = share > 0 ? min(1, max(0, left) / share) : left > 0 ? 1 : 0
      left -= share
      return part
    }
  }

  /// Probability that right and wrong pairs share: 0 where scores decide, 1 where they say nothing.
  package var overlap: Double {
    let (rights, wrongs) = shares()
    return zip(rights, wrongs).reduce(0) { $0 + min($1.0, max(0, $1.1)) }
  }
}
