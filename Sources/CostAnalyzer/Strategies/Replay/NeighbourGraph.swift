/// The neighbours of every key: all keys of the same group with a cosine of at least some minimum, none left out but those
/// of dense keys among each other, of which the nearest are listed and `dense` finds the rest.
///
/// The list of key k lies at `offsets[k] ..< offsets[k + 1]`, by falling cosine and then rising key. A cache may only
/// ask for thresholds at or above the minimum that the graph was built with.
package struct NeighbourGraph: Sendable {
  /// One more than there are keys.
  package var offsets: [Int]
  package var neighbours: [UInt32]
  package var cosines: [Float]
  /// The guards, as a bit mask, that refuse each pair; 0 where none does.
  package var refusals: [UInt8]
  /// Finds what the lists of dense keys leave out; nil when there are no dense keys.
  package var dense: DenseSearch?

  package init(offsets: [Int], neighbours: [UInt32], cosines: [Float], refusals: [UInt8]) {
    self.offsets = offsets
    self.neighbours = neighbours
    self.cosines = cosines
    self.refusals = refusals
  }
}

extension NeighbourGraph {
  /// Stops the run where a caller built a graph that a replay would silently read wrongly.
  func requireWellFormed(keyCount: Int) {
    let pairs = neighbours.count
    precondition(cosines.count == pairs && refusals.count == pairs, "a pair lacks its cosine or refusals")
    precondition(
      offsets.count == keyCount + 1 && offsets.first == 0 && offsets.last == pairs, "the offsets do not fit the keys")
    precondition(neighbours.allSatisfy { Int($0) < keyCount }, "a neighbour is no key")
    for key in 0..<keyCount {
      precondition(offsets[key] <= offsets[key + 1], "the offsets decrease")
      for pair in offsets[key]..<offsets[key + 1] {
        precondition(neighbours[pair] != key, "a key is its own neighbour")
        precondition(pair == offsets[key] || isOrdered(pair - 1, pair), "a list of neighbours is not sorted")
      }
    }
  }

  private func isOrdered(_ first: Int, _ second: Int) -> Bool {
    cosines[first] > cosines[second]
      || (cosines[first] == cosines[second] && neighbours[first] < neighbours[second])
  }
}

extension NeighbourGraph {
  /// The listed neighbours that may serve a key at the setting's threshold, guards asked.
  @inline(__always)
  func forEachAccepted(_ key: Int, _ setting: CacheSetting, _ body: (Int) -> Void) {
    for pair in offsets[key]..<offsets[key + 1] {
      if cosines[pair] < setting.threshold { return }
      if refusals[pair] & setting.guards == 0 { body(Int(neighbours[pair])) }
    }
  }
}
