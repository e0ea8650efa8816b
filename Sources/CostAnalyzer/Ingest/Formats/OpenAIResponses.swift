import CTextScan

/// Bodies of OpenAI's Responses API, shared by every format that wraps them.
/// `input_tokens` *includes* cached tokens (OpenAI API reference, "usage").
enum OpenAIResponses {
  private enum UsageField: Int, CaseIterable {
    case input, output, cached, written, reasoning, total
    case audioInput, imageInput, audioOutput, imageOutput

    var pointer: String {
      switch self {
      case .input: "/input_tokens"
      case .output: "/output_tokens"
      case .cached: "/input_tokens_details/cached_tokens"
      case .written: "/input_tokens_details/cache_write_tokens"
      case .reasoning: "/output_tokens_details/reasoning_tokens"
      case .total: "/total_tokens"
      case .audioInput: "/input_tokens_details/audio_tokens"
      case .imageInput: "/input_tokens_details/image_tokens"
      case .audioOutput: "/output_tokens_details/audio_tokens"
      case .imageOutput: "/output_tokens_details/image_tokens"
      }
    }
  }

  private enum ItemField: Int, CaseIterable {
    case type, content

    var pointer: String {
      switch self {
      case .type: "/type"
      case .content: "/content"
      }
    }
  }

  private enum EventField: Int, CaseIterable { case response }

  private static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  private static let itemPlan = FieldPlan(ItemField.allCases.map(\.pointer))
  private static let eventPlan = FieldPlan(["/response"])

  /// A response cut at its output limit is one; one that failed, was cancelled or still waits is none (a later line of
  /// the same id may be).
  static func isAnswered(_ status: ca_slice) -> Bool {
    !status.isFilledString || status.equals("completed") || status.equals("incomplete")
  }

  static func readUsage(_ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) throws(RejectReason)
  {
    guard let slice = try FieldReader.object(slice) else { return }
    let (status, fields) = scanner.walk(usagePlan, slice.bytes, as: UsageField.self)
    guard status == CA_OK else { throw .badJSON }
    let output = try FieldReader.count(fields[.output])
    FieldReader.setInclusive(
      &draft, input: try FieldReader.count(fields[.input]), read: try FieldReader.count(fields[.cached]),
      write5m: try FieldReader.count(fields[.written]), write1h: nil, output: output,
      total: try FieldReader.count(fields[.total]))
    if let output {
      draft.usage.output = output
      draft.outputKnown = true
    }
    draft.usage.reasoning = min(try FieldReader.count(fields[.reasoning]) ?? 0, draft.usage.output)
    try FieldReader.setMedia(
      &draft, audioInput: fields[.audioInput], imageInput: fields[.imageInput], audioOutput: fields[.audioOutput],
      imageOutput: fields[.imageOutput])
  }

  /// The texts of all messages of the output, and whether it calls tools.
  static func readOutput(_ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) {
    guard slice.is(CA_ARRAY), let items = scanner.elements(slice) else { return }
    var texts: [UnsafeRawBufferPointer] = []
    for item in items where item.is(CA_OBJECT) {
      let (_, fields) = scanner.releasing { scanner.walk(itemPlan, item.bytes, as: ItemField.self) }
      let (type, content) = (fields[.type], fields[.content])
      if type.bytes.reversed().starts(with: "_call".utf8.reversed()) { draft.hasToolCalls = true }
      guard type.equals("message") else { continue }
      let text = PromptReader.text(content, scanner)
      if text.count > 0 { texts.append(text) }
    }
    draft.joinedAnswer = PromptReader.join(texts, scanner)
  }

  /// The response that the last event of a recorded stream carries (`response.completed`, `.failed`, `.incomplete`).
  static func finalResponse(ofEvents slice: ca_slice, _ scanner: JSONScanner) throws(RejectReason) -> ca_slice {
    guard let events = scanner.elements(slice) else { throw .badJSON }
    for event in events.reversed() where event.is(CA_OBJECT) {
      let (status, response) = scanner.releasing {
        let (status, fields) = scanner.walk(eventPlan, event.bytes, as: EventField.self)
        return (status, fields[.response])
      }
      guard status == CA_OK else { throw .badJSON }
      if response.is(CA_OBJECT) { return response }
    }
    return ca_slice()
  }
}
