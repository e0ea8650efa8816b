/// The text of a question as it may leave the log.
package struct Wording: Sendable, Equatable {
  package var text: String
  /// Longer than what is kept of it.
  package var isCut: Bool
  /// One user message of text and nothing else but system prompts.
  package var isPlain: Bool

  /// The wording of a key that most requests have among those that enough users typed, letter for letter; the normalised
  /// text, which enough users share, where no spelling has that many.
  ///
  /// - Parameter positions: trace positions to look at; those of other keys are passed over.
  init(of key: UInt32, _ positions: ArraySlice<UInt32>, _ context: StrategyContext) {
    var askedBy: [UInt32: (requests: Int, users: Set<UInt32>)] = [:]
    for position in positions where context.cache.trace.keys[Int(position)] == key {
      let request = context.log.requests[Int(context.cache.requests[Int(position)])]
      askedBy[request.prompt, default: (0, [])].requests += 1
      if !context.log.users[Int(request.user)].isEmpty { askedBy[request.prompt]!.users.insert(request.user) }
    }
    let prompts = context.log.prompts
    let first = prompts.prompts[Int(askedBy.keys.min()!)]
    isPlain = first.isPlain
    let shared = askedBy.filter { $0.value.users.count >= context.options.precache.minUsers }
      .min { ($1.value.requests, $0.key) < ($0.value.requests, $1.key) }
    if let shared {
      let prompt = prompts.prompts[Int(shared.key)]
      text = String(decoding: prompt.text, as: UTF8.self)
      isCut = prompt.textIsCut
    } else {
      text = String(decoding: prompts.texts[Int(prompts.keys[Int(context.cache.keys[Int(key)])].text)], as: UTF8.self)
      isCut = first.textIsCut
    }
  }
}
