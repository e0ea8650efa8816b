/// Token counts as the providers would report them, prompt caching included.
struct UsageModel: Sendable {
  private static let anthropicLifetime: Int64 = 5 * 60_000
  private static let openaiLifetime: Int64 = 10 * 60_000
  /// No provider caches shorter prompts.
  private static let leastCached = 1024

  /// When the prompt of an area was last sent to a model, in epoch milliseconds.
  private var lastUse: [Int64?]

  init() {
    lastUse = Array(repeating: nil, count: ProductArea.all.count * TrafficModel.all.count)
  }

  /// `tools` is the size of the tool definitions, which come first in the prompt.
  mutating func usage(
    area: Int, model: Int, messages: [GeneratedMessage], tools: Int, answer: String, toolCalls: Int, reasoning: Int,
    time: Int64, _ random: inout SeededRandom
  ) -> GeneratedUsage {
    let spec = TrafficModel.all[model]
    var bytes = tools
    var stable = tools
    for (position, message) in messages.enumerated() {
      // Role and separators cost a few tokens a message.
      bytes += message.content.utf8.count + 16
      if position < messages.count - 1 { stable = bytes }
    }
    var usage = GeneratedUsage()
    let total = spec.tokens(bytes: bytes)
    let prefix = min(total, spec.tokens(bytes: stable))
    let slot = area * TrafficModel.all.count + model
    let age = lastUse[slot].map { time - $0 }
    switch spec.family {
    case .openai where total >= Self.leastCached:
      // The provider routes most but not all requests to a machine that holds the prefix.
      if let age, age < Self.openaiLifetime, random.chance(0.9) {
        let cached = prefix / 128 * 128
        usage.cacheRead = cached >= Self.leastCached ? cached : 0
      }
    case .anthropic where prefix >= Self.leastCached && spec.name == "claude-sonnet-4-5":
      let system = min(prefix, spec.tokens(bytes: tools + messages[0].content.utf8.count))
      if system >= Self.leastCached {
        if let age, age < Self.anthropicLifetime { usage.cacheRead = system } else { usage.cacheWrite5m = system }
      }
    default: break
    }
    lastUse[slot] = time
    usage.input = total - usage.cacheRead - usage.cacheWrite5m
    usage.reasoning = reasoning
    usage.output = spec.tokens(bytes: answer.utf8.count) + toolCalls * 28 + reasoning
    return usage
  }

  /// The price in picodollars; nil where the model has none.
  static func cost(_ usage: GeneratedUsage, model: Int, batch: Bool) -> Int64? {
    guard let prices = TrafficModel.all[model].prices else { return nil }
    let counts = [usage.input, usage.cacheRead, usage.cacheWrite5m, usage.output]
    let total = zip(counts, prices).reduce(Int64(0)) { $0 + Int64($1.0) * $1.1 }
    return batch ? total / 2 : total
  }
}
