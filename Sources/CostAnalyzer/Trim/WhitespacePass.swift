/// White space that carries nothing: carriage returns, blanks at line ends, more than one empty line, runs of blanks inside
/// a line. Indentation stays.
enum WhitespacePass {
  static func edits(_ text: MarkedText) -> [MarkedText.Edit] {
    var edits: [MarkedText.Edit] = []
    let bytes = text.bytes
    var index = 0
    var isLineStart = true
    while index < bytes.count {
      guard isSpace(bytes[index]), text.marks[index] < Protection.everything else {
        isLineStart = bytes[index] == 10
        index += 1
        continue
      }
      var end = index
      while end < bytes.count && isSpace(bytes[end]) && text.marks[end] < Protection.everything { end += 1 }
      if let edit = edit(bytes, index..<end, isLineStart: isLineStart) { edits.append(edit) }
      isLineStart = bytes[end - 1] == 10
      index = end
    }
    return edits
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

  /// What becomes of one run of white space. At the end of the text it stays: it may be meant to be gone on from.
  private static func edit(_ bytes: [UInt8], _ run: Range<Int>, isLineStart: Bool) -> MarkedText.Edit? {
    if run.upperBound == bytes.count { return nil }
    let newlines = bytes[run].reduce(0) { $0 + ($1 == 10 ? 1 : 0) }
    var kept: [UInt8]
    if let last = bytes[run].lastIndex(of: 10) {
      // Behind protected text that ends in a line end, one more makes the empty line.
      let limit = isLineStart && run.lowerBound > 0 ? 1 : 2
      kept = [UInt8](repeating: 10, count: min(newlines, limit)) + bytes[(last + 1)..<run.upperBound].drop { $0 == 13 }
    } else if isLineStart {
      return nil
    } else {
      kept = bytes[run].allSatisfy { $0 == 32 } ? [32] : Array(bytes[run])
    }
    if kept.elementsEqual(bytes[run]) { return nil }
    let rule =
      newlines > 2
      ? "blank-lines" : newlines == 0 ? "inner-blanks" : bytes[run].contains(13) ? "line-ends" : "trailing-blanks"
    return MarkedText.Edit(
      range: run, replacement: kept, rule: PromptRules.number(of: rule))
  }
}
