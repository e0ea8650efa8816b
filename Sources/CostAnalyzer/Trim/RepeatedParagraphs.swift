/// Paragraphs that stand in a message already, word for word: the later copies go, with the empty lines before them. A paragraph
/// of which anything is protected stays: code, quotes, examples and instructions may be repeated on purpose.
enum RepeatedParagraphs {
  /// - Parameters:
  ///   - minimum: tokens from which on a copy goes.
  ///   - count: tokens of a text.
  static func edits(_ text: MarkedText, minimum: Int, count: ([UInt8]) -> Int) -> [MarkedText.Edit] {
    var edits: [MarkedText.Edit] = []
    var seen: Set<ArraySlice<UInt8>> = []
    var previous = 0
    for paragraph in paragraphs(text.bytes) {
      defer { previous = paragraph.upperBound }
      // A token has a byte at least.
      guard paragraph.count >= minimum, text.isFree(paragraph, for: Protection.wording) else { continue }
      let content = text.bytes[paragraph]
      if !seen.insert(content).inserted, count(Array(content)) >= minimum {
        edits.append(
          MarkedText.Edit(range: previous..<paragraph.upperBound, rule: PromptRules.number(of: "repeated-paragraphs")))
      }
    }
    return edits
  }

  /// Runs of lines with something in them, without the last line end.
  private static func paragraphs(_ bytes: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var open: Range<Int>?
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
      if line.allSatisfy({ $0 == 32 || (9...13).contains($0) }) {
        if let open { found.append(open) }
        open = nil
      } else {
        open = (open?.lowerBound ?? line.startIndex)..<line.endIndex
      }
    }
    if let open { found.append(open) }
    return found
  }
}
