/// A quick embedder in front of a slow one: the slow one embeds only texts that have a neighbour for the quick one.
///
/// A text without such a neighbour is never near anything, whatever the slow one would have said of it.
package struct Cascade: Sendable {
  package var first: any Embedder
  package var floor: Float

  package init(first: any Embedder, floor: Float) {
    self.first = first
    self.floor = floor
  }

  /// Which texts have a neighbour at or above the floor in one of the groups. `rows[key]` is the text of a key.
  func needed(
    _ texts: [[UInt8]], groups: [[UInt32]], rows: [UInt32], store: StateStore?, threads: Int
  ) throws -> [Bool] {
    let stored = try StoredVectors(texts, embedder: first, store: store, threads: threads)
    let join = ExactNeighbours(
      matrix: stored.matrix, groups: groups, rows: rows, threshold: floor, threads: threads)
    var needed = [Bool](repeating: false, count: texts.count)
    for key in join.dense.keys { needed[Int(rows[Int(key)])] = true }
    _ = join.forEach { pairs in
      for pair in pairs {
        needed[Int(rows[Int(pair.a)])] = true
        needed[Int(rows[Int(pair.b)])] = true
      }
      return true
    }
    return needed
  }
}
