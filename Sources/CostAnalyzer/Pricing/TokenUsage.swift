/// What one request used, in disjoint token classes, except that reasoning is a part of output, and so are audio and images
/// of output and input.
package struct TokenUsage: Sendable, Equatable {
  /// Prompt tokens that were neither read from nor written to a provider's prompt cache.
  package var input: UInt32
  /// Prompt tokens read from the provider's prompt cache.
  package var cacheRead: UInt32
  /// Prompt tokens written to a cache entry that lives five minutes.
  package var cacheWrite5m: UInt32
  /// Prompt tokens written to a cache entry that lives one hour.
  package var cacheWrite1h: UInt32
  /// Completion tokens, reasoning included.
  package var output: UInt32
  /// The part of `output` that was reasoning.
  package var reasoning: UInt32
  /// The parts of `input` and `output` that were sound or pictures.
  package var audioInput: UInt32
  package var imageInput: UInt32
  package var audioOutput: UInt32
  package var imageOutput: UInt32

  package init(
    input: UInt32 = 0, cacheRead: UInt32 = 0, cacheWrite5m: UInt32 = 0, cacheWrite1h: UInt32 = 0,
    output: UInt32 = 0, reasoning: UInt32 = 0, audioInput: UInt32 = 0, imageInput: UInt32 = 0, audioOutput: UInt32 = 0,
    imageOutput: UInt32 = 0
  ) {
    self.input = input
    self.cacheRead = cacheRead
    self.cacheWrite5m = cacheWrite5m
    self.cacheWrite1h = cacheWrite1h
    self.output = output
    self.reasoning = reasoning
    self.audioInput = audioInput
    self.imageInput = imageInput
    self.audioOutput = audioOutput
    self.imageOutput = imageOutput
  }

  var hasMedia: Bool { audioInput | imageInput | audioOutput | imageOutput != 0 }

  /// The whole prompt, cached or not: what long-context thresholds are compared with.
  package var promptTokens: UInt64 { UInt64(input) + UInt64(cacheRead) + cacheWrites }

  /// What of the prompt was read from the provider's cache or written to it.
  var cached: UInt64 { UInt64(cacheRead) + cacheWrites }

  /// Written to the provider's cache, for whatever time.
  var cacheWrites: UInt64 { UInt64(cacheWrite5m) + UInt64(cacheWrite1h) }
}

/// The service a request was bought at.
package enum ServiceTier: UInt8, Sendable, CaseIterable {
  case standard, batch, flex, priority
}

/// The kinds of token that can have a rate of their own.
package enum TokenClass: Int, Sendable, CaseIterable {
  case input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning
  case audioInput, imageInput, audioOutput, imageOutput

  /// Parts of the input or the output.
  static let parts: [TokenClass] = [.reasoning, .audioInput, .imageInput, .audioOutput, .imageOutput]

  /// Whose rate serves when this class has none. Nil for the two that cannot be derived.
  package var fallback: TokenClass? {
    switch self {
    case .input, .output: nil
    case .cacheRead, .cacheWrite5m: .input
    case .cacheWrite1h: .cacheWrite5m
    case .audioInput, .imageInput: .input
    case .reasoning, .audioOutput, .imageOutput: .output
    }
  }
}
