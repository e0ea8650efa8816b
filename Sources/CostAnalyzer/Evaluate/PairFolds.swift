/// Splits pairs for cross-validation so that no text is on both sides: pairs that share a text, directly or over other
/// pairs, go into one fold.
package enum PairFolds {
  /// - Parameter pairs: text numbers of each pair.
  /// - Returns: fold of each pair; groups go, largest first, to the fold with the fewest pairs. Equal input, equal folds.
  package static func assign(_ pairs: [(Int, Int)], folds: Int) -> (fold: [Int], groups: Int, largest: Int) {
    var parent = Array(0...(pairs.map { max($0.0, $0.1) }.max() ?? 0))
    func root(_ text: Int) -> Int {
      var text = text
      while parent[text] != text {
        parent[text] = parent[parent[text]]
        text = parent[text]
      }
      return text
    }
    for (a, b) in pairs {
      let (x, y) = (root(a), root(b))
      parent[max(x, y)] = min(x, y)
    }
    var members: [Int: [Int]] = [:]
    for (index, pair) in pairs.enumerated() { members[root(pair.0), default: []].append(index) }
    let groups = members.values.sorted { $0.count != $1.count ? $0.count > $1.count : $0[0] < $1[0] }
    var sizes = [Int](repeating: 0, count: folds)
    var fold = [Int](repeating: 0, count: pairs.count)
    for group in groups {
      let smallest = sizes.indices.min { sizes[$0] < sizes[$1] }!
      for index in group { fold[index] = smallest }
      sizes[smallest] += group.count
    }
    return (fold, groups.count, groups.first?.count ?? 0)
  }
}
