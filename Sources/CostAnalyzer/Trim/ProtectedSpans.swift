/// What of a message may be changed, byte by byte.
enum Protection {
  static let none: UInt8 = 0
  /// White space may go, words stay: instructions, indented code, lines of roles.
  static let wording: UInt8 = 1
  /// Code, quotes, addresses, tags, formulas, JSON.
  static let everything: UInt8 = 2
  /// Between code fences.
  static let fenced: UInt8 = 3

  /// One mark a byte. Spans that are not closed protect nothing, but for code fences, which then reach to the end.
  static func marks(_ text: [UInt8], instructions: WordPhrases) -> [UInt8] {
    var marks = [UInt8](repeating: none, count: text.count)
    func protect(_ range: Range<Int>, _ mark: UInt8 = everything) {
      for index in range where marks[index] < mark { marks[index] = mark }
    }
    var fence: UInt8?
    for line in lines(text) {
      let body = trimmed(text, line)
      if let open = fence {
        protect(line, fenced)
        if isFence(text, body, of: open) { fence = nil }
        continue
      }
      if body.count >= 3, isFence(text, body, of: text[body.lowerBound]) {
        fence = text[body.lowerBound]
        protect(line, fenced)
        continue
      }
      if isJSON(text, body) {
        protect(line)
      } else {
        if isCode(text, line, body) || isRole(text, body) { protect(line, wording) }
        spans(text, line) { protect($0) }
      }
    }
    let words = TrimWords(text)
    for sentence in sentences(text, words) where instructions.occurs(in: words, sentence) {
      protect(words.ranges[sentence.lowerBound].lowerBound..<words.ranges[sentence.upperBound - 1].upperBound, wording)
    }
    return marks
  }

  /// With their line ends.
  private static func lines(_ text: [UInt8]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    for index in text.indices where text[index] == 10 {
      lines.append(start..<index + 1)
      start = index + 1
    }
    if start < text.count { lines.append(start..<text.count) }
    return lines
  }

  private static func trimmed(_ text: [UInt8], _ line: Range<Int>) -> Range<Int> {
    var (start, end) = (line.lowerBound, line.upperBound)
    while start < end && isBlank(text[start]) { start += 1 }
    while end > start && isBlank(text[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  /// Three backticks or tildes at the beginning of a line.
  private static func isFence(_ text: [UInt8], _ body: Range<Int>, of mark: UInt8) -> Bool {
    (mark == 96 || mark == 126) && body.count >= 3 && text[body.prefix(3)].allSatisfy { $0 == mark }
  }

  /// A line that is an object, an array, or a member of one.
  private static func isJSON(_ text: [UInt8], _ body: Range<Int>) -> Bool {
    guard let first = body.first.map({ text[$0] }) else { return false }
    var last = text[body.upperBound - 1]
    if last == 44, body.count > 1 { last = text[body.upperBound - 2] }
    if first == 123 || first == 91 { return [123, 91, 125, 93].contains(last) }
    guard first == 34, let close = text[body.dropFirst()].firstIndex(of: 34) else { return false }
    return text[close..<body.upperBound].dropFirst().first { $0 != 32 } == 58
  }

  /// Indented, or ending like a line of a program.
  private static func isCode(_ text: [UInt8], _ line: Range<Int>, _ body: Range<Int>) -> Bool {
    if body.isEmpty { return false }
    return text[line.lowerBound] == 9 || body.lowerBound - line.lowerBound >= 4
      || [59, 123, 125].contains(text[body.upperBound - 1])
  }

  /// "User: …", "Q: …": a conversation that is quoted, or an example.
  private static func isRole(_ text: [UInt8], _ body: Range<Int>) -> Bool {
    guard let colon = text[body].prefix(12).firstIndex(of: 58) else { return false }
    let name = text[body.lowerBound..<colon].map { $0 | 32 }
    return roles.contains(name)
  }

  private static let roles = Set(
    ["user", "assistant", "system", "human", "ai", "bot", "q", "a", "question", "answer", "input", "output", "example"]
      .map { Array($0.utf8) })

  /// Inline code, quotes, addresses, tags and formulas of one line.
  private static func spans(_ text: [UInt8], _ line: Range<Int>, _ found: (Range<Int>) -> Void) {
    var scan = SpanScan(text: text, line: line)
    var index = line.lowerBound
    while index < line.upperBound {
      if let end = scan.span(at: index) {
        found(index..<end)
        index = end
      } else {
        index += 1
      }
    }
  }

  /// Looks for spans in one line. A closing mark that was looked for in vain is not looked for again, so that a line of
  /// opening marks takes no longer than another.
  private struct SpanScan {
    let text: [UInt8]
    let line: Range<Int>
    private var missing: Set<[UInt8]> = []

    init(text: [UInt8], line: Range<Int>) {
      self.text = text
      self.line = line
    }

    /// Where a span that starts at `index` ends.
    mutating func span(at index: Int) -> Int? {
      let rest = text[index..<line.upperBound]
      switch text[index] {
      case 96: return close("`", from: index + 1)
      case 34: return close("\"", from: index + 1)
      case 39 where index == line.lowerBound || !isLetter(text[index - 1]): return close("'", from: index + 1)
      case 36: return formula(text, index, line)
      case 60: return tag(text, index, line)
      case 92 where rest.starts(with: "\\(".utf8): return close("\\)", from: index + 2)
      case 92 where rest.starts(with: "\\[".utf8): return close("\\]", from: index + 2)
      case 0xE2 where rest.starts(with: "“".utf8): return close("”", from: index + 3)
      case 0xC2 where rest.starts(with: "«".utf8): return close("»", from: index + 2)
      case UInt8(ascii: "h"), UInt8(ascii: "w"):
        guard ["http://", "https://", "www."].contains(where: { rest.starts(with: $0.utf8) }) else { return nil }
        return rest.firstIndex(where: isBlank) ?? line.upperBound
      default: return nil
      }
    }

    /// Behind the next closing mark; an apostrophe inside a word closes nothing.
    private mutating func close(_ mark: String, from start: Int) -> Int? {
      let mark = Array(mark.utf8)
      if missing.contains(mark) { return nil }
      for place in start..<max(start, line.upperBound) where text[place] == mark[0] {
        let end = place + mark.count
        guard text[place..<line.upperBound].starts(with: mark) else { continue }
        if mark == [39] && end < line.upperBound && isLetter(text[end]) { continue }
        return end
      }
      missing.insert(mark)
      return nil
    }
  }

  /// `$…$` or `$$…$$`; two amounts of money on a line are none.
  private static func formula(_ text: [UInt8], _ index: Int, _ line: Range<Int>) -> Int? {
    guard index + 2 < line.upperBound else { return nil }
    let width = text[index + 1] == 36 ? 2 : 1
    let start = index + width
    guard start < line.upperBound, width == 2 || !isBlank(text[start]) else { return nil }
    for place in start + 1..<max(start + 1, line.upperBound) where text[place] == 36 {
      if width == 2 { return place + 1 < line.upperBound && text[place + 1] == 36 ? place + 2 : nil }
      let isAmount = place + 1 < line.upperBound && (48...57).contains(text[place + 1])
      return isBlank(text[place - 1]) || isAmount ? nil : place + 1
    }
    return nil
  }

  private static func tag(_ text: [UInt8], _ index: Int, _ line: Range<Int>) -> Int? {
    guard index + 1 < line.upperBound, isLetter(text[index + 1]) || text[index + 1] == 47 || text[index + 1] == 33
    else { return nil }
    for place in (index + 1)..<line.upperBound {
      if text[place] == 60 { return nil }
      if text[place] == 62 { return place + 1 }
    }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 32) || (48...57).contains(byte) || byte >= 0x80
  }

  /// Ranges of words between sentence ends.
  static func sentences(_ text: [UInt8], _ words: TrimWords) -> [Range<Int>] {
    var sentences: [Range<Int>] = []
    var start = 0
    for index in 0..<words.count where index > start && words.startsSentence(index) {
      sentences.append(start..<index)
      start = index
    }
    if start < words.count { sentences.append(start..<words.count) }
    return sentences
  }
}

extension TrimWords {
  /// Whether a sentence ends, or a line, between a word and the one before.
  func startsSentence(_ index: Int) -> Bool {
    if index == 0 { return true }
    let between = lower[ranges[index - 1].upperBound..<ranges[index].lowerBound]
    return between.contains(10) || between.contains { $0 == 46 || $0 == 33 || $0 == 63 } && between.contains(32)
  }
}
