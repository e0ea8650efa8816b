import CKernels

/// Finds every pair of keys of one group whose cosine is at least a threshold: recall 1.0.
///
/// Short integer codes filter with a proven bound (`CosineBound`), tile by tile; what passes is computed again in full
/// and in fixed order, so the pairs and their cosines are the same bits on every machine and for any thread count.
///
/// Where tens of thousands of keys are neighbours of each other (fillings of one template), the pairs alone would be
/// quadratic. Such *dense* keys are found first, on a sample; pairs of two dense keys are not listed, all others are.
package struct ExactNeighbours: Sendable {
  package struct Pair: Sendable, Equatable {
    /// Key numbers, `a < b`.
    package var a: UInt32
    package var b: UInt32
    package var cosine: Float
  }

  /// Rows of a tile, and columns taken at a time: together they fit the first-level cache.
  static let tileRows = 256
  static let chunkBlocks = 4
  /// Tiles of a round: so many that waiting for the slowest thread does not count, so few that the pairs found fit.
  private static let roundJobs = 8...1024
  private static let roundPairs = 2_000_000

  let matrix: VectorMatrix
  let threshold: Float
  let threads: Int
  let filter: NeighbourFilter
  private(set) var groups: [Group] = []
  /// Keys with so many neighbours that pairs of two of them are not listed.
  package private(set) var dense = DenseKeys()

  struct Group: Sendable {
    /// Keys that are not dense come first.
    var keys: [UInt32]
    var sparse: Int
    /// Row of each key in the matrix.
    var rows: [UInt32]
    var columns: CosineBound.Side
  }

  /// Prepares a join.
  /// - Parameters:
  ///   - groups: the keys of each group in ascending order.
  ///   - rows: row of each key in `matrix`, whose rows are unit vectors or zero.
  ///   - denseRule: which keys are dense; nil lists every pair.
  package init(
    matrix: VectorMatrix, groups: [[UInt32]], rows: [UInt32], threshold: Float, denseRule: DenseRule? = DenseRule(),
    threads: Int
  ) {
    self.matrix = matrix
    self.threshold = threshold
    self.threads = threads
    let isZero = Self.zeroRows(matrix)
    // The cosine with a zero vector is 0; left in, each would pass the filter against every other.
    let groups = groups.map { $0.filter { !isZero[Int(rows[Int($0)])] } }
    let pairs = groups.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 }
    filter = NeighbourFilter(matrix, threshold: threshold, pairs: pairs, threads: threads)
    for keys in groups where keys.count > 1 {
      let found =
        denseRule.map {
          DenseKeys(keys, rows: rows, matrix: matrix, filter: filter, threshold: threshold, rule: $0, threads: threads)
        } ?? DenseKeys()
      let isDense = Set(found.keys)
      let ordered = keys.filter { !isDense.contains($0) } + found.keys
      let rowsOfKeys = ordered.map { rows[Int($0)] }
      self.groups.append(
        Group(
          keys: ordered, sparse: ordered.count - found.keys.count, rows: rowsOfKeys,
          columns: filter.bound.columns(filter.codes, rowsOfKeys[...])))
      dense.append(found)
    }
  }

  private static func zeroRows(_ matrix: VectorMatrix) -> [Bool] {
    matrix.values.withUnsafeBufferPointer { values in
      (0..<matrix.count).map { row in
        let start = values.baseAddress! + row * matrix.dimensions
        return ca_dot(start, start, matrix.dimensions) == 0
      }
    }
  }

  /// All pairs, in an order that does not depend on `threads`, or nil when there are more than `limit`: a part of them
  /// would be a wrong answer, all of them may not fit into memory. Pairs of two dense keys are among them.
  package static func pairs(
    matrix: VectorMatrix, groups: [[UInt32]], rows: [UInt32], threshold: Float, limit: Int = .max, threads: Int
  ) -> [Pair]? {
    let join = ExactNeighbours(
      matrix: matrix, groups: groups, rows: rows, threshold: threshold, denseRule: nil, threads: threads)
    var all: [Pair] = []
    let isWhole = join.forEach { pairs in
      all.append(contentsOf: pairs)
      return all.count <= limit
    }
    return isWhole ? all : nil
  }

  /// Hands over the pairs in portions, in an order that does not depend on the thread count, so that a caller need not hold
  /// them all.
  /// - Returns: false when the body returned false, which stops the join.
  package func forEach(_ body: ([Pair]) throws -> Bool) rethrows -> Bool {
    try forEach(mapping: { $0 }, body)
  }

  /// As above; portions are mapped on the threads that find them.
  package func forEach<Portion: Sendable>(
    mapping transform: @Sendable ([Pair]) -> Portion, _ body: (Portion) throws -> Bool
  ) rethrows -> Bool {
    var jobs: [(group: Int, start: Int)] = []
    for (index, group) in groups.enumerated() {
      for start in stride(from: 0, to: group.sparse, by: Self.tileRows) { jobs.append((index, start)) }
    }
    var next = 0
    var roundSize = 4 * Self.roundJobs.lowerBound
    while next < jobs.count {
      let first = next
      next = min(jobs.count, first + roundSize)
      let round = jobs[first..<next]
      let found = parallelMap(round.count, threads: threads) { index -> (count: Int, portion: Portion?) in
        let job = round[first + index]
        let pairs = tile(groups[job.group], job.start)
        return (pairs.count, pairs.isEmpty ? nil : transform(pairs))
      }
      let count = found.reduce(0) { $0 + $1.count }
      roundSize = count > Self.roundPairs ? roundSize / 2 : 2 * count < Self.roundPairs ? roundSize * 2 : roundSize
      roundSize = min(max(roundSize, Self.roundJobs.lowerBound), Self.roundJobs.upperBound)
      for case .some(let portion) in found.lazy.map(\.portion) { if try !body(portion) { return false } }
    }
    return true
  }

  /// All pairs of one tile of rows with the keys behind each of them.
  private func tile(_ group: Group, _ start: Int) -> [Pair] {
    let own = start..<min(group.sparse, start + Self.tileRows)
    let side = filter.bound.rows(filter.codes, group.rows[own], threshold: threshold)
    let blocks = (group.keys.count + CosineBound.blockColumns - 1) / CosineBound.blockColumns
    var buffer: [UInt32] = []
    var cosines: [Float] = []
    var found: [Pair] = []
    for chunk in stride(from: start / CosineBound.blockColumns, to: blocks, by: Self.chunkBlocks) {
      let firstColumn = chunk * CosineBound.blockColumns
      var count = filter.bound.survivors(
        side, group.columns, blocks: chunk..<min(blocks, chunk + Self.chunkBlocks), into: &buffer)
      if count == 0 { continue }
      if firstColumn < own.upperBound {
        var kept = 0
        for position in 0..<count
        where firstColumn + Int(buffer[position] & 0xFFFF) > start + Int(buffer[position] >> 16) {
          buffer[kept] = buffer[position]
          kept += 1
        }
        count = kept
      }
      if cosines.count < count { cosines = [Float](repeating: 0, count: count) }
      group.rows.withUnsafeBufferPointer { rows in
        ca_dots(
          matrix.values, matrix.dimensions, rows.baseAddress! + start, rows.baseAddress! + firstColumn, buffer, count,
          &cosines)
      }
      for position in 0..<count where cosines[position] >= threshold {
        let x = group.keys[start + Int(buffer[position] >> 16)]
        let y = group.keys[firstColumn + Int(buffer[position] & 0xFFFF)]
        found.append(Pair(a: min(x, y), b: max(x, y), cosine: cosines[position]))
      }
    }
    return found
  }
}
