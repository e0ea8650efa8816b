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
