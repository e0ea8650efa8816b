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
