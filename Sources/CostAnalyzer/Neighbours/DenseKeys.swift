/// When a key counts as dense: it has `hits` neighbours among a sample of one in `stride` keys of its group. It has some
/// `hits × stride` neighbours in all then.
package struct DenseRule: Sendable {
  package var stride = 64
  package var hits = 8
  /// Groups below this have too few pairs to be a trouble.
  package var smallestGroup = 8192

  package init() {}

  /// One key of every `stride`, at a place that is mixed from its number: traffic comes in rhythms.
  package func sample(_ keys: [UInt32]) -> [UInt32] {
    Swift.stride(from: 0, to: keys.count, by: stride).map { start in
      var mixed = UInt64(start) &* 0x9E37_79B9_7F4A_7C15
      mixed = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
      return keys[start + Int((mixed ^ mixed >> 32) % UInt64(min(stride, keys.count - start)))]
    }
  }
}

/// Keys with so many neighbours that their pairs among each other would be too many: fillings of one template.
package struct DenseKeys: Sendable {
  /// In ascending order inside each group.
  package private(set) var keys: [UInt32] = []
  /// The sampled neighbours that made each key dense, the key first.
  private var links: [[UInt32]] = []

  init() {}

  /// Looks through one group: every key against the sample, until it has enough hits.
  init(
    _ keys: [UInt32], rows: [UInt32], matrix: VectorMatrix, filter: NeighbourFilter, threshold: Float, rule: DenseRule,
    threads: Int
  ) {
    if keys.count < rule.smallestGroup { return }
    let sampled = rule.sample(keys)
    let columns = filter.bound.columns(filter.codes, sampled.map { rows[Int($0)] }[...])
    let tile = ExactNeighbours.tileRows
    let parts = parallelMap((keys.count + tile - 1) / tile, threads: threads) { index in
      let own = keys[index * tile..<min(keys.count, (index + 1) * tile)]
      let side = filter.bound.rows(filter.codes, own.map { rows[Int($0)] }[...], threshold: threshold)
      var hits = own.map { [$0] }
      var buffer: [UInt32] = []
      for block in 0..<columns.terms.count / CosineBound.blockColumns {
        let count = filter.bound.survivors(side, columns, blocks: block..<block + 1, into: &buffer)
        // The first hits in sample order count, so the verdict does not depend on the filter.
        for position in buffer[..<count] {
          let (row, column) = (Int(position >> 16), block * CosineBound.blockColumns + Int(position & 0xFFFF))
          let (key, other) = (hits[row][0], sampled[column])
          if hits[row].count > rule.hits || key == other { continue }
          if matrix.cosine(Int(rows[Int(key)]), Int(rows[Int(other)])) >= threshold { hits[row].append(other) }
        }
        if hits.allSatisfy({ $0.count > rule.hits }) { break }
      }
      return hits.filter { $0.count > rule.hits }
    }
    links = parts.flatMap { $0 }
    self.keys = links.map { $0[0] }
  }

  mutating func append(_ other: DenseKeys) {
    keys += other.keys
    links += other.links
  }

  /// Dense keys that hang together through shared neighbours, largest cluster first, each in ascending order.
  package func clusters() -> [[UInt32]] {
    var parent: [UInt32: UInt32] = [:]
    func root(_ key: UInt32) -> UInt32 {
      var key = key
      while let next = parent[key], next != key {
        parent[key] = parent[next] ?? next
        key = next
      }
      return key
    }
    for link in links {
      for other in link.dropFirst() {
        let (a, b) = (root(link[0]), root(other))
        if a != b { parent[max(a, b)] = min(a, b) }
      }
    }
    let members = Dictionary(grouping: keys, by: root)
    return members.keys.sorted().map { members[$0]!.sorted() }
      .sorted { $0.count != $1.count ? $0.count > $1.count : $0[0] < $1[0] }
  }
}
