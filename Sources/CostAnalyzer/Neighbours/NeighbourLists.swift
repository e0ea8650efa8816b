/// Gathers neighbours in any order and sorts them into a graph.
struct NeighbourLists {
  private struct Entry: Sendable {
    var key: UInt32
    var neighbour: UInt32
    var cosine: Float
    var refusals: UInt8
    /// The neighbour lists the key as well.
    var isMutual: Bool
  }

  private let keyCount: Int
  private var entries = ChunkedArray<Entry>()

  init(keyCount: Int) { self.keyCount = keyCount }

  /// Both directions of a pair.
  mutating func add(_ pair: ExactNeighbours.Pair, refusals: UInt8) {
    entries.append(
      Entry(key: pair.a, neighbour: pair.b, cosine: pair.cosine, refusals: refusals, isMutual: true))
  }

  mutating func add(from key: UInt32, to neighbour: UInt32, cosine: Float, refusals: UInt8) {
    entries.append(Entry(key: key, neighbour: neighbour, cosine: cosine, refusals: refusals, isMutual: false))
  }

  /// Each key's list falls by cosine; equals stand in key order.
  consuming func graph() -> NeighbourGraph {
    var offsets = [Int](repeating: 0, count: keyCount + 1)
    entries.forEach { entry in
      offsets[Int(entry.key) + 1] += 1
      if entry.isMutual { offsets[Int(entry.neighbour) + 1] += 1 }
    }
    for key in 0..<keyCount { offsets[key + 1] += offsets[key] }
    var next = offsets
    var neighbours = [UInt32](repeating: 0, count: offsets[keyCount])
    var cosines = [Float](repeating: 0, count: neighbours.count)
    var masks = [UInt8](repeating: 0, count: neighbours.count)
    entries.forEach { entry in
      func place(_ neighbour: UInt32, under key: UInt32) {
        let place = next[Int(key)]
        next[Int(key)] += 1
        neighbours[place] = neighbour
        cosines[place] = entry.cosine
        masks[place] = entry.refusals
      }
      place(entry.neighbour, under: entry.key)
      if entry.isMutual { place(entry.key, under: entry.neighbour) }
    }
    // One integer an entry sorts several times as fast as a comparison of its parts.
    var list: [UInt128] = []
    for key in 0..<keyCount where offsets[key + 1] - offsets[key] > 1 {
      let range = offsets[key]..<offsets[key + 1]
      list.removeAll(keepingCapacity: true)
      for place in range {
        let bits = cosines[place].bitPattern
        let rising = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
        list.append(UInt128(~rising) << 40 | UInt128(neighbours[place]) << 8 | UInt128(masks[place]))
      }
      list.sort()
      for (place, entry) in zip(range, list) {
        let rising = ~UInt32(truncatingIfNeeded: entry >> 40)
        cosines[place] = Float(bitPattern: rising >> 31 == 1 ? rising & ~(1 << 31) : ~rising)
        neighbours[place] = UInt32(truncatingIfNeeded: entry >> 8)
        masks[place] = UInt8(truncatingIfNeeded: entry)
      }
    }
    return NeighbourGraph(offsets: offsets, neighbours: neighbours, cosines: cosines, refusals: masks)
  }
}
