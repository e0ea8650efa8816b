/// Puts sequences of different lengths into batches of a fixed number of tokens, with hardly a row left empty.
///
/// The longest sequence that still fits comes next, so the gap behind long ones is filled with short ones. The result
/// depends on the lengths alone.
package struct TokenBatches {
  /// Indices of sequences.
  package private(set) var batches: [[Int]] = []

  /// - Parameters:
  ///   - lengths: Tokens of each sequence, at most `budget`; 0 for one to leave out.
  ///   - budget: Tokens a batch has room for.
  package init(lengths: [Int], budget: Int) {
    var waiting = [[Int]](repeating: [], count: budget + 1)
    for (index, length) in lengths.enumerated().reversed() where length > 0 { waiting[length].append(index) }
    var longest = budget
    while true {
      while longest > 0 && waiting[longest].isEmpty { longest -= 1 }
      if longest == 0 { return }
      var batch: [Int] = []
      var free = budget
      var length = longest
      while length > 0 {
        if length <= free, let index = waiting[length].popLast() {
          batch.append(index)
          free -= length
        } else {
          length = min(length - 1, free)
        }
      }
      batches.append(batch)
    }
  }
}
