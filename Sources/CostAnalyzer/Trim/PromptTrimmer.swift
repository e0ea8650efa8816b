/// A message at every level up to the one asked for.
package struct TrimmedText: Sendable {
  /// Tokens of the message as it is, then after each level, never rising.
  package var tokens: [Int]
  /// The text after each level.
  package var texts: [[UInt8]]
  /// How often each rule was applied, and refused since a number, negation or limit would have gone with it.
  package var uses: [(rule: Int, applied: Int, refused: Int)] = []
  /// Levels that were taken back as a whole: critical tokens differed.
  package var reverted: [TrimLevel] = []
}

/// Takes fillers out of messages by `PromptRules`. Stateless: a message gives the same text wherever it stands.
package struct PromptTrimmer: Sendable {
  package let rules: PromptRules

  package init(_ rules: PromptRules) { self.rules = rules }

  /// Whether a message asks about texts, so that words in it and in those behind it may be its matter.
  package func isTextTask(_ text: [UInt8], isSystem: Bool = false) -> Bool {
    let words = TrimWords(text)
    return (isSystem ? rules.textSystems : rules.textTasks).occurs(in: words, 0..<words.count)
  }

  /// - Parameter count: tokens of a text.
  /// - Returns: nil when no level changes anything.
  package func trim(_ text: [UInt8], upTo last: TrimLevel, count: ([UInt8]) -> Int) -> TrimmedText? {
    var current = MarkedText(bytes: text, marks: Protection.marks(text, instructions: rules.instructions))
    var applied = [Int](repeating: 0, count: rules.names.count)
    var refused = applied
    var result = TrimmedText(tokens: [], texts: [])
    for level in TrimLevel.allCases where level <= last {
      var left = result.tokens.last
      for pass in Pass.of(level) {
        let edits = edits(pass, current, level: level, refused: &refused, count: count)
        if edits.isEmpty { continue }
        if result.tokens.isEmpty { result.tokens = [Int](repeating: count(text), count: level.index + 1) }
        let next = current.applying(edits)
        let tokens = count(next.bytes)
        if !pass.keepsAll, rules.critical.list(next.bytes) != rules.critical.list(current.bytes) {
          result.reverted.append(level)
        } else if tokens < left ?? result.tokens[0], TrimWords(next.bytes).count > 0 {  // "Thanks!" alone stays
          // A change that costs tokens is none.
          current = next
          for edit in edits where edit.rule >= 0 { applied[edit.rule] += 1 }
          left = tokens
        }
      }
      if let first = result.tokens.first { result.tokens.append(left ?? first) }
      result.texts.append(current.bytes)
    }
    for rule in applied.indices where applied[rule] + refused[rule] > 0 {
      result.uses.append((rule, applied[rule], refused[rule]))
    }
    if result.tokens.isEmpty && result.uses.isEmpty { return nil }
    if result.tokens.isEmpty { result.tokens = [Int](repeating: count(text), count: last.index + 2) }
    return result
  }

  private enum Pass {
    case blanks, json, repeats, words

    static func of(_ level: TrimLevel) -> [Pass] {
      switch level {
      case .whitespace: [.blanks, .json]
      case .wordy: [.repeats, .words]
      case .politeness, .unsafe: [.words]
      }
    }

    /// Nothing is lost whatever goes: the value of the JSON and one copy of the paragraph stay.
    var keepsAll: Bool { self == .json || self == .repeats }
  }

  private func edits(
    _ pass: Pass, _ text: MarkedText, level: TrimLevel, refused: inout [Int], count: ([UInt8]) -> Int
  ) -> [MarkedText.Edit] {
    switch pass {
    case .blanks: WhitespacePass.edits(text)
    case .json: JSONBlanks.edits(text)
    case .repeats: RepeatedParagraphs.edits(text, minimum: rules.repeatedTokens, count: count)
    case .words: WordPass(text, rules, level: level, refused: &refused).edits
    }
  }

  /// A text without what may go whatever it says: blanks in JSON, second copies of paragraphs. Numbers, negations and limits
  /// are compared in this form.
  package func plain(_ text: [UInt8], count: ([UInt8]) -> Int) -> [UInt8] {
    var current = MarkedText(bytes: text, marks: Protection.marks(text, instructions: rules.instructions))
    current = current.applying(JSONBlanks.edits(current))
    return current.applying(RepeatedParagraphs.edits(current, minimum: rules.repeatedTokens, count: count)).bytes
  }
}

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

/// One level's rules of words, in one pass over a text.
struct WordPass {
  private(set) var edits: [MarkedText.Edit] = []
  private let text: MarkedText
  private let rules: PromptRules
  private let words: TrimWords

  init(_ text: MarkedText, _ rules: PromptRules, level: TrimLevel, refused: inout [Int]) {
    self.text = text
    self.rules = rules
    words = TrimWords(text.bytes)
    let phrases = rules.phrases[level]!
    var index = 0
    // Whether everything before this word in its sentence went away, and whether that began with a capital.
    var isStart = true
    var lostCapital = false
    while index < words.count {
      if words.startsSentence(index) { (isStart, lostCapital) = (true, false) }
      guard let (edit, length) = edit(of: phrases.all(at: index, in: words), at: index, isStart: isStart) else {
        if isStart && lostCapital { restoreCapital(index) }
        isStart = false
        index += 1
        continue
      }
      let isKept =
        rules.critical.list(Array(text.bytes[edit.range])) == rules.critical.list(edit.replacement)
      if !isKept {
        refused[edit.rule] += 1
        isStart = false
        index += 1
        continue
      }
      if isStart && isUpper(words.ranges[index].lowerBound) && edit.replacement.isEmpty { lostCapital = true }
      if !edit.replacement.isEmpty { isStart = false }
      edits.append(edit)
      index += length
    }
  }

  /// The first of the phrases found at a word, longest first, whose rule applies there.
  private func edit(
    of found: [(id: Int, length: Int)], at index: Int, isStart: Bool
  ) -> (edit: MarkedText.Edit, length: Int)? {
    for (id, length) in found {
      if let edit = edit(id, index..<index + length, isStart: isStart) { return (edit, length) }
    }
    return nil
  }

  private func isUpper(_ place: Int) -> Bool { (65...90).contains(text.bytes[place]) }

  /// A sentence goes on with a capital where it lost the one it had.
  private mutating func restoreCapital(_ index: Int) {
    let place = words.ranges[index].lowerBound
    guard (97...122).contains(text.bytes[place]), text.marks[place] == Protection.none else { return }
    edits.append(MarkedText.Edit(range: place..<place + 1, replacement: [text.bytes[place] & ~32], rule: -1))
  }

  /// The edit of a rule at a phrase, or nil where the rule does not apply.
  private func edit(_ number: Int, _ phrase: Range<Int>, isStart: Bool) -> MarkedText.Edit? {
    let rule = rules.rules[number]
    let found = words.ranges[phrase.lowerBound].lowerBound..<words.ranges[phrase.upperBound - 1].upperBound
    guard text.isFree(found, for: Protection.wording), fits(rule, phrase, found, isStart: isStart) else { return nil }
    let range = rule.replacement.isEmpty ? removal(rule, found, isStart: isStart) : found
    // What an edit takes along (a comma, a blank) must be free, and not part of the edit before.
    guard text.isFree(range, for: Protection.wording), range.lowerBound >= edits.last?.range.upperBound ?? 0 else {
      return nil
    }
    var replacement = rule.replacement
    if let first = replacement.first, isUpper(found.lowerBound), (97...122).contains(first) {
      replacement[0] = first & ~32
    }
    return MarkedText.Edit(range: range, replacement: replacement, rule: PromptRules.passes.count + number)
  }

  /// Whether a phrase stands where its rule wants it, beside none of the words that forbid it.
  private func fits(_ rule: PromptRules.Rule, _ phrase: Range<Int>, _ range: Range<Int>, isStart: Bool) -> Bool {
    let (first, next) = (phrase.lowerBound, phrase.upperBound)
    if first > 0, words.isOneBlank(before: first), rule.notAfter.contains(Array(words[first - 1])) { return false }
    let hasNext = next < words.count && words.isOneBlank(before: next)
    if hasNext, rule.notBefore.contains(Array(words[next])) { return false }
    switch rule.place {
    case .anywhere: return true
    case .start: return isStart
    case .request: return isStart && hasNext && rules.verbs.contains(Array(words[next]))
    case .greeting: return isStart && (byte(at: range.upperBound).map { [44, 33, 46, 10].contains($0) } ?? true)
    case .thanks:
      return (words.startsSentence(first) || byte(before: range.lowerBound) == 44) && endsSentence(range.upperBound)
    }
  }

  /// What goes when a phrase goes: the punctuation that was its own, and one of two blanks.
  private func removal(_ rule: PromptRules.Rule, _ range: Range<Int>, isStart: Bool) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    let isAfterComma = byte(before: start) == 44
    if rule.place == .greeting || rule.place == .thanks && !isAfterComma {
      while byte(at: end) == 33 || byte(at: end) == 46 { end += 1 }
      // Nor does an empty line stay.
      if (start == 0 || text.bytes[start - 1] == 10) && byte(at: end) == 10 { end += 1 }
    }
    if byte(at: end) == 44 && (isStart || isAfterComma) { end += 1 }
    let isLast = byte(at: end).map { [46, 33, 63, 10].contains($0) } ?? true
    if !isStart && isLast && isAfterComma { start = place(before: start) }
    if byte(at: end) == 32 && (start == 0 || isBlank(text.bytes[start - 1])) {
      end += 1
    } else if start > 0 && text.bytes[start - 1] == 32 && (isLast || isBlank(text.bytes[end])) {
      start -= 1
    }
    return start..<end
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 10 || byte == 9 }

  /// The place of the last byte before `index` that is no blank.
  private func place(before index: Int) -> Int {
    var place = index - 1
    while place > 0 && text.bytes[place] == 32 { place -= 1 }
    return max(0, place)
  }

  private func byte(at index: Int) -> UInt8? { index < text.bytes.count ? text.bytes[index] : nil }

  private func byte(before index: Int) -> UInt8? { index == 0 ? nil : text.bytes[place(before: index)] }

  /// `[.!]*` and then the end of the line or text, or a blank behind at least one of them.
  private func endsSentence(_ index: Int) -> Bool {
    var end = index
    while end < text.bytes.count && [33, 46].contains(text.bytes[end]) { end += 1 }
    if end == text.bytes.count || text.bytes[end] == 10 { return true }
    return end > index && text.bytes[end] == 32
  }
}
