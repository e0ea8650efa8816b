import CKernels
import Foundation

/// For every key with answers its *rivals*: the nearest questions that are too far away to mean the same. Answers to them
/// are wrong answers to it, and the most alike of those.
package struct RivalQuestions: Sendable {
  package static let count = 4
  /// Questions that are looked through for one key: as far as possible of its own group.
  private static let pool = 1_500

  private static let block = 256
  /// Rivals that the prior of a question's share counts for.
  private static let priorRivals = 2.0

  private var nearest: [SIMD4<UInt32>]

  /// - Parameter below: cosine under which two questions do not mean the same.
  package init(
    _ comparison: AnswerComparison, _ cache: CacheTrace, _ similarity: Similarity, below: Float, threads: Int
  ) {
    let none = SIMD4<UInt32>(repeating: .max)
    nearest = [SIMD4<UInt32>](repeating: none, count: cache.keys.count)
    guard similarity.rows.count == cache.keys.count else { return }
    let keys = (0..<UInt32(cache.keys.count)).filter { comparison.answerCount(Int($0)) > 0 }
    let groups = cache.groups
    let sorted = keys.sorted { (groups[Int($0)], $0) < (groups[Int($1)], $1) }
    var bounds: [Int] = []
    for (place, key) in sorted.enumerated() where place == 0 || groups[Int(key)] != groups[Int(sorted[place - 1])] {
      bounds.append(place)
    }
    bounds.append(sorted.count)
    let everywhere = Self.spread(keys[...], Self.pool)
    let anywhere = Rows(everywhere, similarity)
    let blocks = zip(bounds, bounds.dropFirst()).flatMap { start, end in
      stride(from: start, to: end, by: Self.block).map { (group: start..<end, asking: $0..<min($0 + Self.block, end)) }
    }
    let found = parallelMap(blocks.count, threads: threads) { index in
      let near = Self.spread(sorted[blocks[index].group], Self.pool)
      let asking = Rows(Array(sorted[blocks[index].asking]), similarity)
      var best = Nearest(asking, below: below)
      best.search(Rows(near, similarity), count: near.count)
      best.search(anywhere, count: min(everywhere.count, Self.pool - near.count))
      return best.keys
    }
    for (key, rivals) in zip(sorted, found.joined()) { nearest[Int(key)] = rivals }
  }

  private static func spread(_ keys: ArraySlice<UInt32>, _ count: Int) -> [UInt32] {
    if keys.count <= count { return Array(keys) }
    return (0..<count).map { keys[keys.startIndex + keys.count * $0 / count] }
  }

  /// Without the rivals that mean the same after all.
  ///
  /// - Parameters:
  ///   - usually: share of rivals that mean the same, over all questions.
  ///   - logRatio: ln P(answers | wrong) / P(answers | right); nil where nothing is known.
  func without(
    usually: Double, threads: Int, _ logRatio: @Sendable (_ key: Int, _ rival: Int) -> Double?
  ) -> RivalQuestions {
    var fewer = self
    fewer.nearest = parallelMap(nearest.count, threads: threads) { key in
      let rivals = of(key)
      let known = rivals.map { logRatio(key, Int($0)) }
      var same = Self.sameShares(known.compactMap(\.self), usually: usually).makeIterator()
      var kept = SIMD4<UInt32>(repeating: .max)
      var count = 0
      for (rival, ratio) in zip(rivals, known) where ratio == nil || same.next()! <= 0.5 {
        kept[count] = rival
        count += 1
      }
      return kept
    }
    return fewer
  }

  /// How probably each rival of one question means the same. A question with many wordings has several such rivals, so each
  /// that looks the same makes the others more suspect: the share of them is the likeliest under a Beta prior of mean
  /// `usually` that counts for two rivals.
  package static func sameShares(_ logRatios: [Double], usually: Double) -> [Double] {
    let ratios = logRatios.map { exp($0) }
    func same(_ share: Double) -> [Double] { ratios.map { share / (share + (1 - share) * $0) } }
    var share = usually
    for _ in 0..<1_000 {
      let before = share
      share = (usually * priorRivals + same(share).reduce(0, +)) / (priorRivals + Double(ratios.count))
      if abs(share - before) < 1e-7 { break }
    }
    return same(share)
  }

  /// Every key with each of its rivals.
  var pairs: [(asked: Int, server: Int)] {
    nearest.indices.flatMap { key in of(key).map { (key, Int($0)) } }
  }

  /// Nearest first.
  package func of(_ key: Int) -> [UInt32] { (0..<Self.count).map { nearest[key][$0] }.filter { $0 != .max } }
}

/// Vectors of some keys, one after the other.
private struct Rows: Sendable {
  let keys: [UInt32]
  let width: Int
  let values: [Float]

  init(_ keys: [UInt32], _ similarity: Similarity) {
    self.keys = keys
    width = similarity.vectors.dimensions
    values = keys.flatMap { similarity.vectors.row(Int(similarity.rows[Int($0)])) }
  }
}

/// The keys with the highest cosines below a bound, for each of some rows.
private struct Nearest {
  private(set) var keys: [SIMD4<UInt32>]
  private var cosines: [SIMD4<Float>]
  private let asking: Rows
  private let below: Float
  /// More than what rounding can make of a filtered cosine.
  private static let slack: Float = 1e-3

  init(_ asking: Rows, below: Float) {
    (self.asking, self.below) = (asking, below)
    keys = [SIMD4<UInt32>](repeating: SIMD4(repeating: .max), count: asking.keys.count)
    cosines = [SIMD4<Float>](repeating: SIMD4(repeating: -2), count: asking.keys.count)
  }

  mutating func search(_ pool: Rows, count: Int) {
    if count == 0 { return }
    let width = asking.width
    let step = 16
    var tile = [Float](repeating: 0, count: step * count)
    asking.values.withUnsafeBufferPointer { rows in
      pool.values.withUnsafeBufferPointer { columns in
        for start in stride(from: 0, to: asking.keys.count, by: step) {
          let taken = min(step, asking.keys.count - start)
          ca_dot_tile(rows.baseAddress! + start * width, taken, columns.baseAddress!, count, width, &tile)
          for row in start..<start + taken {
            for column in 0..<count {
              let rough = tile[(row - start) * count + column]
              if rough >= below + Self.slack || rough < cosines[row][RivalQuestions.count - 1] - Self.slack { continue }
              let cosine = ca_dot(rows.baseAddress! + row * width, columns.baseAddress! + column * width, width)
              if cosine < below { insert(pool.keys[column], cosine, row) }
            }
          }
        }
      }
    }
  }

  private mutating func insert(_ key: UInt32, _ cosine: Float, _ row: Int) {
    let last = RivalQuestions.count - 1
    if cosine <= cosines[row][last] || key == asking.keys[row] { return }
    for place in 0..<last where keys[row][place] == key { return }
    var place = last
    while place > 0 && cosines[row][place - 1] < cosine {
      (keys[row][place], cosines[row][place]) = (keys[row][place - 1], cosines[row][place - 1])
      place -= 1
    }
    (keys[row][place], cosines[row][place]) = (key, cosine)
  }
}
