import CKernels

/// The nearest dense neighbours of one dense key.
struct NearestDense: Sendable {
  var key: UInt32
  /// By falling cosine, then rising key.
  var neighbours: [(key: UInt32, cosine: Float)]
  /// Dense neighbours that are not listed have at most this cosine; nil when all are listed.
  var restBelow: Float?
}

extension ExactNeighbours {
  /// For every dense key its nearest dense neighbours, at most `limit`, of the same group, at or above the threshold.
  ///
  /// Each row's threshold rises to the cosine of its `limit`-th nearest so far, so that most of a cluster is filtered.
  func nearestDense(limit: Int) -> [NearestDense] {
    let jobs = groups.enumerated().flatMap { index, group in
      stride(from: group.sparse, to: group.keys.count, by: Self.tileRows).map { (group: index, start: $0) }
    }
    return parallelMap(jobs.count, threads: threads) { nearest(groups[jobs[$0].group], jobs[$0].start, limit) }
      .flatMap { $0 }
  }

  private func nearest(_ group: Group, _ start: Int, _ limit: Int) -> [NearestDense] {
    let own = start..<min(group.keys.count, start + Self.tileRows)
    var side = filter.bound.rows(filter.codes, group.rows[own], threshold: threshold)
    var best = own.map { _ in NearestList(limit: limit, threshold: threshold) }
    let blocks = (group.keys.count + CosineBound.blockColumns - 1) / CosineBound.blockColumns
    var buffer: [UInt32] = []
    for chunk in stride(from: group.sparse / CosineBound.blockColumns, to: blocks, by: Self.chunkBlocks) {
      let firstColumn = chunk * CosineBound.blockColumns
      let count = filter.bound.survivors(
        side, group.columns, blocks: chunk..<min(blocks, chunk + Self.chunkBlocks), into: &buffer)
      for position in buffer[..<count] {
        let (row, column) = (Int(position >> 16), firstColumn + Int(position & 0xFFFF))
        if column < group.sparse || column == start + row { continue }
        let cosine = matrix.cosine(Int(group.rows[start + row]), Int(group.rows[column]))
        best[row].add(group.keys[column], cosine)
      }
      for row in best.indices where best[row].threshold > best[row].applied {
        filter.bound.raise(&side, row: row, from: best[row].applied, to: best[row].threshold)
        best[row].applied = best[row].threshold
      }
    }
    return best.indices.map { row in
      let nearest = best[row].finish()
      return NearestDense(
        key: group.keys[start + row], neighbours: nearest, restBelow: best[row].isFull ? best[row].threshold : nil)
    }
  }
}

/// The nearest neighbours so far: everything above a threshold that rises as better ones come.
private struct NearestList {
  let limit: Int
  /// The least cosine that is still kept, and how much of its rise the filter knows of.
  private(set) var threshold: Float
  var applied: Float
  private(set) var isFull = false
  private var members: [(key: UInt32, cosine: Float)] = []

  init(limit: Int, threshold: Float) {
    self.limit = limit
    self.threshold = threshold
    applied = threshold
  }

  mutating func add(_ key: UInt32, _ cosine: Float) {
    guard cosine >= threshold, !isFull || cosine > threshold else { return }
    members.append((key, cosine))
    if members.count == 2 * limit { shrink() }
  }

  /// Keeps the nearest; what has the same cosine as the first one left out goes too, for order must not decide.
  private mutating func shrink() {
    members.sort { $0.cosine != $1.cosine ? $0.cosine > $1.cosine : $0.key < $1.key }
    threshold = members[limit].cosine
    isFull = true
    members.removeAll { $0.cosine <= threshold }
  }

  /// The nearest, by falling cosine, then rising key.
  mutating func finish() -> [(key: UInt32, cosine: Float)] {
    if members.count > limit { shrink() }
    return members.sorted { $0.cosine != $1.cosine ? $0.cosine > $1.cosine : $0.key < $1.key }
  }
}
