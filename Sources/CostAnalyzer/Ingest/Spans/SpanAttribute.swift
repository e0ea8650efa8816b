/// What a span may say about a call of a model, under the names of OpenTelemetry's GenAI conventions (those of today, those
/// of earlier versions and OpenLLMetry's) and of OpenInference.
enum SpanAttribute: Int, CaseIterable {
  case operation, openInferenceKind, requestType, eventName
  case model, responseModel, responseID, seller
  case input, output, total, cacheRead, cacheWrite, reasoning, cost
  case messages, system, answer, inputValue, outputValue, tools
  case invocation, temperature, maxTokens, topP, topK, seed, frequencyPenalty, presencePenalty, stop, choices, tier
  case user, tenant, metadata, tags, service, environment
  case error, evaluationName, evaluationScore

  /// The first name that says something counts.
  var names: [String] {
    switch self {
    case .operation: ["gen_ai.operation.name"]
    case .openInferenceKind: ["openinference.span.kind"]
    case .requestType: ["llm.request.type"]
    case .eventName: ["event.name"]
    case .model: ["gen_ai.request.model"]
    case .responseModel: ["gen_ai.response.model", "llm.model_name", "embedding.model_name"]
    case .responseID: ["gen_ai.response.id"]
    case .seller: ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"]
    case .input:
      ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "llm.usage.prompt_tokens"]
    case .output:
      [
        "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
        "llm.usage.completion_tokens",
      ]
    case .total: ["gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total"]
    case .cacheRead:
      [
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
        "llm.token_count.prompt_details.cache_read", "llm.usage.cache_read_input_tokens",
      ]
    case .cacheWrite:
      [
        "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens",
        "llm.token_count.prompt_details.cache_write", "llm.usage.cache_creation_input_tokens",
      ]
    case .reasoning:
      [
        "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
      ]
    case .cost: ["gen_ai.usage.cost", "llm.cost.total"]
    case .messages: ["gen_ai.input.messages", "gen_ai.prompt"]
    case .system: ["gen_ai.system_instructions"]
    case .answer: ["gen_ai.output.messages", "gen_ai.completion"]
    case .inputValue: ["input.value"]
    case .outputValue: ["output.value"]
    case .tools: ["gen_ai.tool.definitions"]
    case .invocation: ["llm.invocation_parameters"]
    case .temperature: ["gen_ai.request.temperature"]
    case .maxTokens: ["gen_ai.request.max_tokens"]
    case .topP: ["gen_ai.request.top_p"]
    case .topK: ["gen_ai.request.top_k"]
    case .seed: ["gen_ai.request.seed"]
    case .frequencyPenalty: ["gen_ai.request.frequency_penalty"]
    case .presencePenalty: ["gen_ai.request.presence_penalty"]
    case .stop: ["gen_ai.request.stop_sequences"]
    case .choices: ["gen_ai.request.choice.count"]
    case .tier:
      [
        "openai.response.service_tier", "gen_ai.openai.response.service_tier", "openai.request.service_tier",
        "gen_ai.openai.request.service_tier",
      ]
    case .user: ["user.id", "enduser.id", "langfuse.user.id", "traceloop.association.properties.user_id"]
    case .tenant: ["tenant.id", "traceloop.association.properties.tenant_id"]
    case .metadata: ["metadata"]
    case .tags: ["tag.tags"]
    case .service: ["service.name"]
    case .environment: ["deployment.environment.name", "deployment.environment"]
    case .error: ["error.type"]
    case .evaluationName: ["gen_ai.evaluation.name"]
    case .evaluationScore: ["gen_ai.evaluation.score.value"]
    }
  }
}
