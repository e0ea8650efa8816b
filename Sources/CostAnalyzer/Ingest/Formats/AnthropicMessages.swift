import CTextScan

/// Bodies and streams of Anthropic's Messages API, shared by every format that wraps them.
/// `input_tokens` *excludes* cached tokens: the prompt is the sum of three counts (API reference, "usage").
enum AnthropicMessages {
  private enum UsageField: Int, CaseIterable {
    case input, output, read, written, write5m, write1h, thinking, tier, searches, region

    var pointer: String {
      switch self {
      case .input: "/input_tokens"
      case .output: "/output_tokens"
      case .read: "/cache_read_input_tokens"
      case .written: "/cache_creation_input_tokens"
      case .write5m: "/cache_creation/ephemeral_5m_input_tokens"
      case .write1h: "/cache_creation/ephemeral_1h_input_tokens"
      case .thinking: "/output_tokens_details/thinking_tokens"
      case .tier: "/service_tier"
      case .searches: "/server_tool_use/web_search_requests"
      case .region: "/inference_geo"
      }
    }
  }

  private enum EventField: Int, CaseIterable {
    case type, id, model, usage, index, blockType, deltaType, text, deltaUsage

    var pointer: String {
      switch self {
      case .type: "/type"
      case .id: "/message/id"
      case .model: "/message/model"
      case .usage: "/message/usage"
      case .index: "/index"
      case .blockType: "/content_block/type"
      case .deltaType: "/delta/type"
      case .text: "/delta/text"
      case .deltaUsage: "/usage"
      }
    }
  }

  private enum BlockField: Int, CaseIterable { case type }

  private static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  private static let eventPlan = FieldPlan(EventField.allCases.map(\.pointer))
  private static let blockPlan = FieldPlan(["/type"])

  static func readUsage(_ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) throws(RejectReason)
  {
    guard let slice = try FieldReader.object(slice) else { return }
    let (status, fields) = scanner.walk(usagePlan, slice.bytes, as: UsageField.self)
    guard status == CA_OK else { throw .badJSON }
    if fields[.tier].isFilledString { draft.tier = FieldReader.tier(fields[.tier]) }
    // Searches are sold by the thousand, inference in the US alone at a tenth more.
    if fields[.searches].double ?? 0 > 0 || fields[.region].equals("us") { draft.hasOtherFees = true }
    let written = try FieldReader.count(fields[.written])
    let write1h = try FieldReader.count(fields[.write1h])
    let write5m = try FieldReader.count(fields[.write5m]) ?? written.map { $0 - min($0, write1h ?? 0) }
    // The split and the total beside it are two counts of the same tokens.
    if let written, UInt64(written) != UInt64(write5m ?? 0) + UInt64(write1h ?? 0) { draft.contradictory = true }
    FieldReader.setExclusive(
      &draft, input: try FieldReader.count(fields[.input]), read: try FieldReader.count(fields[.read]),
      write5m: write5m, write1h: write1h)
    if let output = try FieldReader.count(fields[.output]) {
      draft.usage.output = output
      draft.outputKnown = true
    }
    draft.usage.reasoning = min(try FieldReader.count(fields[.thinking]) ?? 0, draft.usage.output)
  }

  /// Whether an answer's content holds a call of a tool that the caller runs.
  static func usesTools(_ content: ca_slice, _ scanner: JSONScanner) -> Bool {
    guard content.is(CA_ARRAY), let blocks = scanner.elements(content) else { return false }
    return blocks.contains { block in
      guard block.is(CA_OBJECT) else { return false }
      return scanner.releasing { scanner.walk(blockPlan, block.bytes, as: BlockField.self).fields[.type] }
        .equals("tool_use")
    }
  }

  /// Reads a recorded stream. `message_start` has the input counts, `message_delta` all counts so far: the last one counts,
  /// never the sum. A stream cut before it has no output count.
  static func readEvents(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) {
    guard let events = scanner.elements(slice) else { throw .badJSON }
    let joined = scanner.scratch.take(Int(slice.length))
    var length = 0
    var lastTextBlock = -1.0
    var (started, ended) = (ca_slice(), ca_slice())
    for event in events where event.is(CA_OBJECT) {
      let isSound = scanner.releasing {
        let (status, fields) = scanner.walk(eventPlan, event.bytes, as: EventField.self)
        let type = fields[.type]
        if type.equals("message_start") {
          draft.answerID = fields[.id]
          draft.responseModel = fields[.model]
          started = fields[.usage]
        } else if type.equals("content_block_start"), fields[.blockType].equals("tool_use") {
          draft.hasToolCalls = true
        } else if type.equals("content_block_delta"), fields[.deltaType].equals("text_delta") {
          let text = scanner.text(fields[.text])
          let block = fields[.index].double ?? 0
          // Between blocks a newline, as between the blocks of a finished message.
          if block != lastTextBlock, length > 0 {
            joined[length] = 10
            length += 1
          }
          lastTextBlock = block
          UnsafeMutableRawBufferPointer(rebasing: joined[length...]).copyMemory(from: text)
          length += text.count
        } else if type.equals("message_delta"), fields[.deltaUsage].is(CA_OBJECT) {
          ended = fields[.deltaUsage]
        } else if type.equals("error") {
          draft.isError = true
        }
        return status == CA_OK
      }
      guard isSound else { throw .badJSON }
    }
    draft.answer = .joined(UnsafeRawBufferPointer(rebasing: joined[..<length]))
    try readUsage(started, into: &draft, scanner)
    try readFinal(ended, into: &draft, scanner)
  }

  /// The counts of the last `message_delta`. It repeats the input counts, leaves them out, or has more: tools that the server
  /// runs add to the prompt.
  private static func readFinal(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) {
    draft.outputKnown = false
    guard slice.is(CA_OBJECT) else { return }
    var final = RequestDraft()
    try readUsage(slice, into: &final, scanner)
    draft.inputKnown = draft.inputKnown || final.inputKnown
    draft.hasOtherFees = draft.hasOtherFees || final.hasOtherFees
    draft.usage.input = max(draft.usage.input, final.usage.input)
    draft.usage.cacheRead = max(draft.usage.cacheRead, final.usage.cacheRead)
    if final.usage.cacheWrites > draft.usage.cacheWrites {
      (draft.usage.cacheWrite5m, draft.usage.cacheWrite1h) = (final.usage.cacheWrite5m, final.usage.cacheWrite1h)
    }
    draft.usage.output = final.usage.output
    draft.usage.reasoning = final.usage.reasoning
    draft.outputKnown = final.outputKnown
  }
}
