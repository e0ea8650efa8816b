/// Pairs of dense keys, which the neighbour graph lists only in part; the rest is computed when a replay asks for it.
package struct DenseSearch: Sendable {
  /// Comparisons one replay may spend on what is not listed. Beyond it such hits are missed, and counted.
  package static let budget = 5_000_000

  /// Unlisted neighbours of a key have at most this cosine; −1 where all are listed.
  package var restBelow: [Float]
  /// Group of each dense key; `UInt32.max` for others.
  package var groups: [UInt32]
  /// The same, with keys that the number guard always refuses to each other in different groups.
  package var numberGroups: [UInt32]
  package var matrix: VectorMatrix
  /// Row of each key in the matrix.
  package var rows: [UInt32]
  package var guards: GuardSet
  package var signatures: [GuardSet.Signature]

  func cosine(_ a: Int, _ b: Int) -> Float { matrix.cosine(Int(rows[min(a, b)]), Int(rows[max(a, b)])) }
  func refuses(_ a: Int, _ b: Int, cosine: Float, guards mask: UInt8) -> Bool {
    guards.refuses(signatures[a], signatures[b], cosine: cosine, guards: mask)
  }
}

/// The dense keys with a live entry, by group, while one replay runs.
struct LiveDense {
  private let search: DenseSearch
  private let guards: UInt8
  private let groups: [UInt32]
  private var budget: Int
  private var members: [UInt32: [UInt32]] = [:]
  /// Where each dense key stands among the members of its group.
  private var place: [UInt32]
  /// Requests whose search would have gone over the budget.
  private(set) var skipped = 0

  init(_ search: DenseSearch, guards: UInt8, budget: Int) {
    self.search = search
    self.guards = guards
    self.budget = budget
    groups = guards & GuardSet.numbersBit == 0 ? search.groups : search.numberGroups
    place = [UInt32](repeating: .max, count: search.groups.count)
  }

  mutating func insert(_ key: Int) {
    let group = groups[key]
    if group == .max { return }
    place[key] = UInt32(members[group, default: []].count)
    members[group, default: []].append(UInt32(key))
  }

  /// The key's entry has left the cache.
  mutating func remove(_ key: Int) {
    guard groups[key] != .max else { return }
    let hole = Int(place[key])
    let last = members[groups[key]]!.removeLast()
    place[key] = .max
    if Int(last) == key { return }
    members[groups[key]]![hole] = last
    place[Int(last)] = UInt32(hole)
  }

  /// The nearest dense neighbour of `key` with a live entry that is at least as near as `best` and that no guard refuses;
  /// of equals the one inserted first. Nil when there is none, when none can be unlisted, or beyond the budget.
  mutating func nearest(
    to key: Int, atLeast best: Float, inserter: (Int) -> Int
  ) -> (inserter: Int, key: Int, cosine: Float)? {
    guard search.restBelow[key] >= best, let live = members[groups[key]] else { return nil }
    if live.count > budget {
      skipped += 1
      return nil
    }
    budget -= live.count
    var found: (inserter: Int, key: Int, cosine: Float)?
    for other in live where Int(other) != key {
      let cosine = search.cosine(key, Int(other))
      guard cosine >= found?.cosine ?? best, !search.refuses(key, Int(other), cosine: cosine, guards: guards)
      else { continue }
      let inserted = inserter(Int(other))
      if let found, found.cosine == cosine, found.inserter < inserted { continue }
      found = (inserted, Int(other), cosine)
    }
    return found
  }
}
