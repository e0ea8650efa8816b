/// AWS Bedrock model invocation logs of Converse calls: exclusive token counts, no bill. Model names are written as they
/// are, also those that Bedrock does not sell.
enum BedrockLine {
  static func write(_ request: GeneratedRequest, _ number: Int, into out: inout JSONLineBuffer) {
    let line = request.lines[number]
    out.raw("{\"schemaType\":\"ModelInvocationLog\",\"schemaVersion\":\"1.0\",\"timestamp\":")
    out.time(line.timeMilliseconds)
    out.raw(",\"accountId\":")
    out.string(request.tenant)
    out.raw(",\"identity\":{\"arn\":")
    out.string(request.user)
    out.raw("},\"region\":\"us-east-1\",\"requestId\":")
    out.string(request.id)
    out.raw(",\"operation\":\"Converse\",\"modelId\":")
    out.string(request.model)
    if line.isError { out.raw(",\"errorCode\":\"ThrottlingException\"") }
    out.raw(",\"input\":{\"inputContentType\":\"application/json\",\"inputBodyJson\":{")
    writeRequest(request, into: &out)
    out.raw("}")
    if let usage = line.usage {
      out.raw(",\"inputTokenCount\":")
      out.int(usage.input)
      out.raw(",\"cacheReadInputTokenCount\":")
      out.int(usage.cacheRead)
      out.raw(",\"cacheWriteInputTokenCount\":")
      out.int(usage.cacheWrite5m)
    }
    out.raw("},\"output\":{\"outputContentType\":\"application/json\"")
    if !line.isError { writeResponse(request, line, into: &out) }
    if let usage = line.usage {
      out.raw(",\"outputTokenCount\":")
      out.int(usage.output)
    }
    out.raw("}}")
  }

  private static func writeRequest(_ request: GeneratedRequest, into out: inout JSONLineBuffer) {
    if let system = request.systemPrompt {
      out.raw("\"system\":[{\"text\":")
      out.string(system)
      out.raw("}],")
    }
    out.raw("\"messages\":[")
    for (index, message) in request.turns.enumerated() {
      out.raw(index > 0 ? ",{\"role\":\"" : "{\"role\":\"")
      out.raw(message.role.rawValue)
      out.raw("\",\"content\":[{\"text\":")
      out.string(message.content)
      out.raw("}]}")
    }
    out.raw("],\"inferenceConfig\":{")
    if let temperature = request.temperature {
      out.raw("\"temperature\":")
      out.tenths(temperature)
    }
    if let maxTokens = request.maxTokens {
      out.raw(request.temperature == nil ? "\"maxTokens\":" : ",\"maxTokens\":")
      out.int(maxTokens)
    }
    out.raw("}")
    if let tools = request.tools {
      out.raw(",\"toolConfig\":{\"tools\":")
      out.raw(tools)
      out.raw("}")
    }
    if let tier = request.serviceTier {
      out.raw(",\"serviceTier\":{\"type\":")
      out.string(tier)
      out.raw("}")
    }
  }

  private static func writeResponse(
    _ request: GeneratedRequest, _ line: GeneratedLine, into out: inout JSONLineBuffer
  ) {
    out.raw(",\"outputBodyJson\":{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":")
    out.string(line.answer)
    out.raw("}")
    for call in 0..<request.toolCalls {
      out.raw(",{\"toolUse\":{\"name\":")
      out.string(request.toolName)
      out.raw(",\"input\":{\"query\":\"item ")
      out.int(call + 1)
      out.raw("\"}}}")
    }
    out.raw("]}},\"stopReason\":")
    request.toolCalls > 0 ? out.raw("\"tool_use\"") : out.raw("\"end_turn\"")
    out.raw(",\"metrics\":{\"latencyMs\":")
    out.int(line.latencyMilliseconds)
    out.raw("}}")
  }
}
