import CTextScan

/// Which parts of a request two requests must share before one may be answered from the other's cache entry (SPEC §3).
/// How much of the conversation they must share is the key's `KeyContext`.
package struct CacheScope: Sendable, Equatable, Codable {
  package var tenant = true
  package var model = true
  package var system = true
  package var tools = true
  package var responseFormat = true
  /// Temperature, max_tokens and every other sampling parameter the log carries (n, stop, seed, top_p, …).
  package var parameters = true

  package init() {}

  func hashes(of draft: RequestDraft, prompt: Prompt, _ scanner: JSONScanner) -> ScopeHashes {
    let none = Hash128(low: 0, high: 0)
    func raw(_ slice: ca_slice) -> Hash128 { slice.isPresent ? Hash128(slice.bytes) : none }
    return ScopeHashes(
      tenant: tenant ? Hash128(scanner.text(draft.tenant)) : none,
      model: model ? Hash128(scanner.text(draft.model)) : none,
      system: system ? prompt.system : none,
      tools: tools ? raw(draft.tools) : none,
      responseFormat: responseFormat ? raw(draft.responseFormat) : none,
      temperature: parameters ? raw(draft.temperature) : none,
      maxTokens: parameters ? raw(draft.maxTokens) : none,
      parameters: parameters ? SamplingParameters.hash(draft.parameters, scanner) : none)
  }
}

/// The parts of a request's scope that the options keep; the others are zero.
struct ScopeHashes {
  var tenant: Hash128
  var model: Hash128
  var system: Hash128
  var tools: Hash128
  var responseFormat: Hash128
  var temperature: Hash128
  var maxTokens: Hash128
  var parameters: Hash128

  /// Identity of scope and context: entries are shared, and neighbours looked for, only inside one group.
  func group(_ context: Hash128) -> Hash128 {
    Hash128.combine(
      [tenant, model, system, tools, responseFormat, temperature, maxTokens, parameters, context], tag: 9)
  }

  func parts(_ prompt: Prompt, _ kept: KeyContext) -> ScopeParts {
    ScopeParts(
      tenant: tenant.low, model: model.low, system: system.low,
      rest: Hash128.combine([tools, responseFormat, temperature, maxTokens, parameters], tag: 13).low,
      context: prompt.context(kept).low, looser: KeyPolicy.contexts.map { prompt.context($0).low })
  }
}
