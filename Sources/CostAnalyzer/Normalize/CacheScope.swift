import CTextScan

/// Which parts of a request two requests must share before one may be answered from the other's cache entry (SPEC §3).
/// Turns before the last user message are always shared: a key over the last message alone serves follow-ups wrongly.
package struct CacheScope: Sendable, Equatable, Codable {
  package var tenant = true
  package var model = true
  package var system = true
  package var tools = true
  package var responseFormat = true
  /// Temperature, max_tokens and every other sampling parameter the log carries (n, stop, seed, top_p, …).
  package var parameters = true

  package init() {}

  /// Identity of scope and context: entries are shared, and neighbours looked for, only inside one group.
  func group(of draft: RequestDraft, prompt: Prompt, _ scanner: JSONScanner) -> Hash128 {
    let none = Hash128(low: 0, high: 0)
    func raw(_ slice: ca_slice) -> Hash128 { slice.isPresent ? Hash128(slice.bytes) : none }
    return Hash128.combine(
      [
        tenant ? Hash128(scanner.text(draft.tenant)) : none,
        model ? Hash128(scanner.text(draft.model)) : none,
        system ? prompt.system : none,
        tools ? raw(draft.tools) : none,
        responseFormat ? raw(draft.responseFormat) : none,
        parameters ? raw(draft.temperature) : none,
        parameters ? raw(draft.maxTokens) : none,
        parameters ? SamplingParameters.hash(draft.parameters, scanner) : none,
        prompt.context,
      ], tag: 9)
  }
}
