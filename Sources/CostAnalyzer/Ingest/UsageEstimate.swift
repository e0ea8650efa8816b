/// Tokens of requests whose log has no counts, from their texts by the tokenizer of their model (`docs/tokens.md`). Such
/// requests carry the evidence label `estimated`. One per thread.
struct UsageEstimate {
  private let source: LazyTokenCounter
  private var counter: TokenCounter?
  private var methods: [ModelName: TokenCounter.Method] = [:]

  init(_ source: LazyTokenCounter) { self.source = source }

  /// 0 where the counter cannot be made: the run ends with that error (`LazyTokenCounter.check`).
  mutating func tokens(_ texts: [UnsafeRawBufferPointer], of model: ModelName) -> UInt32 {
    if counter == nil { counter = try? source.get() }
    guard let counter else { return 0 }
    let method = methods[model] ?? counter.method(for: model.answering)
    methods[model] = method
    let tokens = texts.reduce(0) { $0 + counter.count($1, method.encoding) }
    return UInt32(clamping: Int((Double(tokens) * (method.ratio ?? 1)).rounded(.up)))
  }
}
