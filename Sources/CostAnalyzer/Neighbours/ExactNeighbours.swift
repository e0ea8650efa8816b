import CKernels
import Synchronization

/// Finds every pair of keys of one group whose cosine is at least a threshold: blocked brute force, recall 1.0.
///
/// A tile of dot products in the CPU's widest arithmetic filters; what comes within `filterMargin` of the threshold is
/// computed again in fixed order, so the pairs and their cosines are the same bits on every machine.
package struct ExactNeighbours: Sendable {
  /// More than float summation can be off for two unit vectors of up to 4,096 dimensions.
  private static let filterMargin: Float = 1e-3
  private static let tile = 128

  package struct Pair: Sendable, Equatable {
    /// Key numbers, `a < b`.
    package var a: UInt32
    package var b: UInt32
    package var cosine: Float
  }

  /// - Parameters:
  ///   - groups: the keys of each group in ascending order.
  ///   - rows: row of each key in `matrix`.
  ///   - limit: most pairs to return.
  /// - Returns: pairs ordered by group, tile and position; the order does not depend on `threads`. Nil when there are more
  ///   than `limit`: a part of them would be a wrong answer, all of them may not fit into memory.
  package static func pairs(
    matrix: VectorMatrix, groups: [[UInt32]], rows: [UInt32], threshold: Float, limit: Int = .max, threads: Int
  ) -> [Pair]? {
    var jobs: [(group: Int, tile: Int)] = []
    for (group, keys) in groups.enumerated() where keys.count > 1 {
      for tile in 0..<(keys.count + Self.tile - 1) / Self.tile { jobs.append((group, tile)) }
    }
    let work = jobs
    let total = Atomic<Int>(0)
    let found = parallelMap(work.count, threads: threads) { index -> [Pair] in
      if total.load(ordering: .relaxed) > limit { return [] }
      let pairs = Self.pairs(ofTile: work[index].tile, keys: groups[work[index].group], rows: rows, matrix, threshold)
      total.wrappingAdd(pairs.count, ordering: .relaxed)
      return pairs
    }
    return total.load(ordering: .relaxed) > limit ? nil : found.flatMap { $0 }
  }

  /// All pairs of one tile of keys with itself and with the keys behind it.
  private static func pairs(
    ofTile tile: Int, keys: [UInt32], rows: [UInt32], _ matrix: VectorMatrix, _ threshold: Float
  ) -> [Pair] {
    let width = matrix.dimensions
    let own = tile * Self.tile..<min(keys.count, (tile + 1) * Self.tile)
    let left = gather(own, keys, rows, matrix)
    var products = [Float](repeating: 0, count: Self.tile * Self.tile)
    var found: [Pair] = []
    var start = own.lowerBound
    while start < keys.count {
      let other = start..<min(keys.count, start + Self.tile)
      let right = start == own.lowerBound ? left : gather(other, keys, rows, matrix)
      ca_dot_tile(left, own.count, right, other.count, width, &products)
      for i in 0..<own.count {
        let firstJ = start == own.lowerBound ? i + 1 : 0
        for j in firstJ..<max(firstJ, other.count) where products[i * other.count + j] >= threshold - filterMargin {
          let a = keys[own.lowerBound + i]
          let b = keys[start + j]
          let cosine = matrix.cosine(Int(rows[Int(a)]), Int(rows[Int(b)]))
          if cosine >= threshold { found.append(Pair(a: a, b: b, cosine: cosine)) }
        }
      }
      start += Self.tile
    }
    return found
  }

  /// The rows of a tile, next to each other.
  private static func gather(
    _ range: Range<Int>, _ keys: [UInt32], _ rows: [UInt32], _ matrix: VectorMatrix
  ) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(range.count * matrix.dimensions)
    for index in range { result.append(contentsOf: matrix.row(Int(rows[Int(keys[index])]))) }
    return result
  }
}
