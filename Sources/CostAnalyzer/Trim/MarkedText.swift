/// A text with what protects each byte of it.
struct MarkedText {
  struct Edit {
    var range: Range<Int>
    var replacement: [UInt8] = []
    /// Number of the rule; -1 for what comes along with another edit.
    var rule: Int
  }

  var bytes: [UInt8]
  var marks: [UInt8]

  func isFree(_ range: Range<Int>, for level: UInt8) -> Bool { marks[range].allSatisfy { $0 < level } }

  /// - Parameter edits: in order, without overlaps.
  func applying(_ edits: [Edit]) -> MarkedText {
    var result = MarkedText(bytes: [], marks: [])
    result.bytes.reserveCapacity(bytes.count)
    result.marks.reserveCapacity(bytes.count)
    var start = 0
    for edit in edits {
      precondition(edit.range.lowerBound >= start, "edits overlap")
      result.bytes += bytes[start..<edit.range.lowerBound]
      result.marks += marks[start..<edit.range.lowerBound]
      result.bytes += edit.replacement
      result.marks += repeatElement(Protection.none, count: edit.replacement.count)
      start = edit.range.upperBound
    }
    result.bytes += bytes[start...]
    result.marks += marks[start...]
    return result
  }
}
