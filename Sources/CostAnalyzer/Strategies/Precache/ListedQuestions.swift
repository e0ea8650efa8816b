/// A list of questions, and which of them answer a given one.
struct ListedQuestions: Sendable {
  private let reach: ListReach
  private let keys: [Int]
  /// Place on the list of each key; −1 for keys that are not listed.
  private var entryOf: [Int32]
  /// Entries with dense keys, by group.
  private var dense: [UInt32: [Int]] = [:]

  /// - Parameter keys: dense keys in the order of the list, each once.
  init(_ keys: [Int], keyCount: Int, _ reach: ListReach) {
    self.reach = reach
    self.keys = keys
    entryOf = [Int32](repeating: -1, count: keyCount)
    for (entry, key) in keys.enumerated() {
      entryOf[key] = Int32(entry)
      if let group = reach.group(ofDense: key) { dense[group, default: []].append(entry) }
    }
  }

  /// Places of the entries that answer `key`, each once, in no order. Not whole where comparing a dense key with all dense
  /// entries of its group would go over the budget of comparisons.
  func entries(answering key: Int, _ budget: inout Int) -> (entries: [Int], isWhole: Bool) {
    var found: [Int] = []
    if entryOf[key] >= 0 { found.append(Int(entryOf[key])) }
    let group = reach.denseGroup(key)
    let others = group.flatMap { dense[$0] } ?? []
    let isWhole = others.count <= budget
    reach.forEachListed(key) { other in
      guard entryOf[other] >= 0 else { return }
      // Compared below.
      if isWhole, let group, reach.group(ofDense: other) == group { return }
      found.append(Int(entryOf[other]))
    }
    if isWhole {
      budget -= others.count
      for entry in others where keys[entry] != key && reach.answersDense(key, keys[entry]) { found.append(entry) }
    }
    return (found, isWhole)
  }
}
