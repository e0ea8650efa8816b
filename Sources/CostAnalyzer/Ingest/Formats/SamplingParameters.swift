import CTextScan

/// Request parameters that change the answer, besides temperature and the output limit, which have fields of their own.
/// Two requests that differ in one of them must not share a cache entry.
enum SamplingParameters {
  private static let names = [
    "n", "stop", "seed", "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty", "repetition_penalty",
    "logit_bias", "logprobs", "top_logprobs", "tool_choice", "parallel_tool_calls", "reasoning_effort", "reasoning",
    "thinking", "verbosity", "modalities", "audio", "prediction", "web_search_options", "functions", "function_call",
    // Anthropic; what a Responses call continues, which its own text does not tell.
    "stop_sequences", "previous_response_id", "conversation", "prompt",
  ]
  private static let plan = FieldPlan(names.map { "/" + $0 })

  private struct Position: RawRepresentable { let rawValue: Int }

  /// Hash of what the object says about them; zero when it says nothing or is no object.
  static func hash(_ object: ca_slice, _ scanner: JSONScanner) -> Hash128 {
    let none = Hash128(low: 0, high: 0)
    guard object.is(CA_OBJECT) else { return none }
    return scanner.releasing {
      let (status, fields) = scanner.walk(plan, object.bytes, as: Position.self)
      guard status == CA_OK else { return none }
      let parts = names.indices.map { index -> Hash128 in
        let value = fields[Position(rawValue: index)]
        return value.isPresent ? Hash128(value.bytes) : none
      }
      return parts.allSatisfy { $0 == none } ? none : Hash128.combine(parts, tag: 8)
    }
  }
}
