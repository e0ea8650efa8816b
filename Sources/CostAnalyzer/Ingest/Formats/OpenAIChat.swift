import CTextScan

/// Usage and streams of the chat-completions API, shared by every format that wraps its bodies.
/// `prompt_tokens` *includes* cached tokens (OpenAI API reference, "usage"; DeepSeek's too).
enum OpenAIChat {
  enum UsageField: Int, CaseIterable {
    case prompt, completion, cached, written, reasoning, read, creation, detailCreation, write5m, write1h, total
    case top5m, top1h
    case audioInput, imageInput, audioOutput, imageOutput, hit, input, inputDetails, searches

    var pointer: String {
      switch self {
      case .prompt: "/prompt_tokens"
      case .completion: "/completion_tokens"
      case .cached: "/prompt_tokens_details/cached_tokens"
      case .written: "/prompt_tokens_details/cache_write_tokens"
      case .reasoning: "/completion_tokens_details/reasoning_tokens"
      case .read: "/cache_read_input_tokens"
      case .creation: "/cache_creation_input_tokens"
      case .detailCreation: "/prompt_tokens_details/cache_creation_tokens"
      case .write5m: "/prompt_tokens_details/cache_creation_token_details/ephemeral_5m_input_tokens"
      case .write1h: "/prompt_tokens_details/cache_creation_token_details/ephemeral_1h_input_tokens"
      case .total: "/total_tokens"
      case .audioInput: "/prompt_tokens_details/audio_tokens"
      case .imageInput: "/prompt_tokens_details/image_tokens"
      case .audioOutput: "/completion_tokens_details/audio_tokens"
      case .imageOutput: "/completion_tokens_details/image_tokens"
      case .hit: "/prompt_cache_hit_tokens"
      case .top5m: "/cache_creation/ephemeral_5m_input_tokens"
      case .top1h: "/cache_creation/ephemeral_1h_input_tokens"
      case .input: "/input_tokens"
      case .inputDetails: "/input_tokens_details"
      case .searches: "/num_search_queries"
      }
    }
  }

  enum ChunkField: Int, CaseIterable {
    case id, model, created, delta, toolCalls, usage, tier

    var pointer: String {
      switch self {
      case .id: "/id"
      case .model: "/model"
      case .created: "/created"
      case .delta: "/choices/0/delta/content"
      case .toolCalls: "/choices/0/delta/tool_calls"
      case .usage: "/usage"
      case .tier: "/service_tier"
      }
    }
  }

  static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  static let chunkPlan = FieldPlan(ChunkField.allCases.map(\.pointer))

  /// Gateways log usage objects as the provider sent them: one with `input_tokens` is of another API and read as such.
  static func readUsage(_ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) throws(RejectReason)
  {
    guard let slice = try FieldReader.object(slice) else { return }
    let (status, fields) = scanner.walk(usagePlan, slice.bytes, as: UsageField.self)
    guard status == CA_OK else { throw .badJSON }
    if fields[.input].isPresent && !fields[.prompt].isPresent {
      return fields[.inputDetails].is(CA_OBJECT)
        ? try OpenAIResponses.readUsage(slice, into: &draft, scanner)
        : try AnthropicMessages.readUsage(slice, into: &draft, scanner)
    }
    // Compatible servers write one of these, and 0 for the others.
    let read = try FieldReader.largestCount(fields[.cached], fields[.read], fields[.hit])
    let write1h = try FieldReader.largestCount(fields[.write1h], fields[.top1h]) ?? 0
    let written = try FieldReader.firstCount(fields[.creation], fields[.detailCreation], fields[.written])
    let explicit5m = try FieldReader.largestCount(fields[.write5m], fields[.top5m])
    let write5m = explicit5m ?? written.map { $0 >= write1h ? $0 - write1h : 0 }
    let output = try FieldReader.count(fields[.completion])
    FieldReader.setInclusive(
      &draft, input: try FieldReader.count(fields[.prompt]), read: read, write5m: write5m, write1h: write1h,
      output: output, total: try FieldReader.count(fields[.total]))
    if let output {
      draft.usage.output = output
      draft.outputKnown = true
    }
    try FieldReader.setReasoning(&draft, fields[.reasoning], total: fields[.total])
    if fields[.searches].double ?? 0 > 0 { draft.hasOtherFees = true }
    try FieldReader.setMedia(
      &draft, audioInput: fields[.audioInput], imageInput: fields[.imageInput], audioOutput: fields[.audioOutput],
      imageOutput: fields[.imageOutput])
  }

  /// Reads a recorded stream: the deltas joined, the last usage that any chunk carries (usage is cumulative).
  static func readChunks(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) -> ca_slice {
    guard let chunks = scanner.elements(slice) else { throw .badJSON }
    let joined = scanner.scratch.take(Int(slice.length))
    var length = 0
    var created = ca_slice()
    var usage = ca_slice()
    for chunk in chunks where chunk.is(CA_OBJECT) {
      let ok = scanner.releasing {
        let (status, fields) = scanner.walk(chunkPlan, chunk.bytes, as: ChunkField.self)
        if fields[.id].isFilledString && !draft.answerID.isFilledString { draft.answerID = fields[.id] }
        if fields[.model].isFilledString { draft.responseModel = fields[.model] }
        if fields[.created].isPresent && !created.isPresent { created = fields[.created] }
        if fields[.usage].is(CA_OBJECT) { usage = fields[.usage] }
        if fields[.toolCalls].is(CA_ARRAY) { draft.hasToolCalls = true }
        // The tier that was served, not the one that was asked for, is billed.
        if fields[.tier].isFilledString { draft.tier = FieldReader.tier(fields[.tier]) }
        let text = scanner.text(fields[.delta])
        UnsafeMutableRawBufferPointer(rebasing: joined[length...]).copyMemory(from: text)
        length += text.count
        return status == CA_OK
      }
      guard ok else { throw .badJSON }
    }
    draft.answer = .joined(UnsafeRawBufferPointer(rebasing: joined[..<length]))
    try readUsage(usage, into: &draft, scanner)
    return created
  }
}
