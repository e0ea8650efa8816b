/// Which questions a listed question answers: itself, and neighbours at or above the threshold that no guard refuses.
///
/// The only place of the candidates that reads the neighbour graph.
package struct ListReach: Sendable {
  private let graph: NeighbourGraph
  private let threshold: Float
  private let guards: UInt8

  package init(_ graph: NeighbourGraph, threshold: Float, guards: UInt8) {
    self.graph = graph
    self.threshold = threshold
    self.guards = guards
  }

  /// Calls `body` for every neighbour of `key` that its list in the graph names.
  @inline(__always)
  func forEachListed(_ key: Int, _ body: (Int) -> Void) {
    guard threshold < 1 else { return }
    for pair in graph.offsets[key]..<graph.offsets[key + 1] {
      guard graph.cosines[pair] >= threshold else { break }
      if graph.refusals[pair] & guards == 0 { body(Int(graph.neighbours[pair])) }
    }
  }

  /// The group of a dense key; nil for other keys, and where no neighbour can be missing from the key's list.
  func denseGroup(_ key: Int) -> UInt32? {
    guard threshold < 1, let dense = graph.dense, dense.groups[key] != .max, dense.restBelow[key] >= threshold else {
      return nil
    }
    return dense.groups[key]
  }

  /// The group of a dense key, whether or not its list is whole.
  func group(ofDense key: Int) -> UInt32? {
    guard let group = graph.dense?.groups[key], group != .max else { return nil }
    return group
  }

  /// Whether a dense key answers another, computed anew.
  func answersDense(_ a: Int, _ b: Int) -> Bool {
    guard a != b, let dense = graph.dense else { return a == b }
    let cosine = dense.cosine(a, b)
    return cosine >= threshold && !dense.refuses(a, b, cosine: cosine, guards: guards)
  }

  /// Whether a listed `key` answers `other`.
  func answers(_ key: Int, _ other: Int) -> Bool {
    if key == other { return true }
    var found = false
    forEachListed(key) { found = found || $0 == other }
    if found { return true }
    guard let group = denseGroup(key), group == self.group(ofDense: other) else { return false }
    return answersDense(key, other)
  }
}
