/// What trimming takes out of one distinct prompt, in tokens of the encoding that counts for its model.
package struct PromptTrim: Sendable, Equatable {
  package struct Use: Sendable, Equatable {
    /// Number in `PromptRules.names`.
    package var rule: UInt8
    package var applied: UInt32
    /// Refused, since a number, a negation or a limit would have gone with it.
    package var refused: UInt32
  }

  package var encoding: TokenEncoding
  /// The model's tokens per token of the encoding; nil where the encoding is its own.
  package var ratio: Double?
  /// Tokens of the last user message.
  package var message: UInt32 = 0
  /// Taken out of it up to each level, and out of the users' earlier messages.
  package var saved: [UInt32]
  package var earlier: [UInt32]
  /// Nothing follows the last user message.
  package var isLast: Bool
  /// Left alone: the task is about texts.
  package var isTextTask = false
  /// Messages in which a level was taken back as a whole.
  package var reverted: UInt32 = 0
  /// By rule, over all user messages.
  package var uses: [Use] = []

  package init(
    encoding: TokenEncoding, ratio: Double? = nil, message: UInt32 = 0, saved: [UInt32], earlier: [UInt32], isLast: Bool
  ) {
    self.encoding = encoding
    self.ratio = ratio
    self.message = message
    self.saved = saved
    self.earlier = earlier
    self.isLast = isLast
  }
}

/// Measures what trimming takes out of prompts while they are read: afterwards their texts are gone.
package struct TrimMeasure: Sendable {
  package let trimmer: PromptTrimmer
  package let level: TrimLevel
  package let tokens: TokenCounter

  package init(_ trimmer: PromptTrimmer, upTo level: TrimLevel, _ tokens: TokenCounter) {
    self.trimmer = trimmer
    self.level = level
    self.tokens = tokens
  }

  /// Whether a system prompt says that users' messages are texts to work on.
  func isTextSystem(_ prompt: Prompt) -> Bool {
    prompt.messages.contains { $0.role == .system && trimmer.isTextTask(Array($0.text), isSystem: true) }
  }

  /// Each message is trimmed for itself, so that a conversation sent again has the same trimmed beginning, and what a
  /// provider has cached of it stays good. From a message on that asks about texts, everything is left as it is.
  ///
  /// - Parameter isTextSystem: what `isTextSystem` says of the prompt.
  /// - Returns: nil when there is nothing to say.
  func measure(_ prompt: Prompt, _ method: TokenCounter.Method, isTextSystem: Bool) -> PromptTrim? {
    let none = [UInt32](repeating: 0, count: level.index + 1)
    var result = PromptTrim(
      encoding: method.encoding, ratio: method.ratio, saved: none, earlier: none,
      isLast: prompt.turnParts.isEmpty || prompt.lastUserTurn == prompt.turnParts.count - 1)
    var uses: [Int: PromptTrim.Use] = [:]
    result.isTextTask = isTextSystem
    let last = prompt.messages.lastIndex { $0.role == .user }
    for (index, message) in prompt.messages.enumerated() where message.role == .user && !isTextSystem {
      let text = Array(message.text)
      if trimmer.isTextTask(text) {
        result.isTextTask = true
        break
      }
      guard let trimmed = trimmer.trim(text, upTo: level, count: { tokens.count($0, method.encoding) }) else {
        continue
      }
      let saved = trimmed.tokens.dropFirst().map { UInt32(clamping: trimmed.tokens[0] - $0) }
      if index == last {
        result.saved = saved
        result.message = UInt32(clamping: trimmed.tokens[0])
      } else {
        for level in saved.indices { result.earlier[level] += saved[level] }
      }
      if !trimmed.reverted.isEmpty { result.reverted += 1 }
      for (rule, applied, refused) in trimmed.uses {
        var use = uses[rule] ?? PromptTrim.Use(rule: UInt8(rule), applied: 0, refused: 0)
        use.applied += UInt32(applied)
        use.refused += UInt32(refused)
        uses[rule] = use
      }
    }
    result.uses = uses.values.sorted { $0.rule < $1.rule }
    let saysNothing =
      result.saved == none && result.earlier == none && !result.isTextTask && result.uses.isEmpty
      && result.reverted == 0
    return saysNothing ? nil : result
  }
}
