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

  private enum EventField: Int, CaseIterable { case type, response, delta }

  private static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  private static let itemPlan = FieldPlan(ItemField.allCases.map(\.pointer))
  private static let eventPlan = FieldPlan(["/type", "/response", "/delta"])

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
    try FieldReader.setReasoning(&draft, fields[.reasoning], total: fields[.total])
    try FieldReader.setMedia(
      &draft, audioInput: fields[.audioInput], imageInput: fields[.imageInput], audioOutput: fields[.audioOutput],
      imageOutput: fields[.imageOutput])
  }

  /// The texts of all messages among the output items, and whether others call tools.
  static func readOutput(_ slice: ca_slice, _ scanner: JSONScanner) -> (text: UnsafeRawBufferPointer, callsTools: Bool)
  {
    var texts: [UnsafeRawBufferPointer] = []
    var callsTools = false
    guard slice.is(CA_ARRAY), let items = scanner.elements(slice) else {
      return (PromptReader.join([], scanner), false)
    }
    for item in items where item.is(CA_OBJECT) {
      let (_, fields) = scanner.releasing { scanner.walk(itemPlan, item.bytes, as: ItemField.self) }
      let (type, content) = (fields[.type], fields[.content])
      if type.bytes.reversed().starts(with: "_call".utf8.reversed()) { callsTools = true }
      guard type.equals("message") else { continue }
      let text = PromptReader.text(content, scanner)
      if text.count > 0 { texts.append(text) }
    }
    return (PromptReader.join(texts, scanner), callsTools)
  }

  /// Reads a recorded stream: its last event carries the whole response (`response.completed`, `.failed`, `.incomplete`). One
  /// that was cut before has the text so far and no counts.
  static func readEvents(
    _ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) -> ResponseBody.Times {
    guard let events = scanner.elements(slice) else { throw .badJSON }
    let joined = scanner.scratch.take(Int(slice.length))
    var length = 0
    var last = (type: ca_slice(), response: ca_slice())
    for event in events where event.is(CA_OBJECT) {
      let isSound = scanner.releasing {
        let (status, fields) = scanner.walk(eventPlan, event.bytes, as: EventField.self)
        if fields[.response].is(CA_OBJECT) { last = (fields[.type], fields[.response]) }
        if fields[.type].equals("error") { draft.isError = true }
        if fields[.type].equals("response.output_text.delta") {
          let text = scanner.text(fields[.delta])
          UnsafeMutableRawBufferPointer(rebasing: joined[length...]).copyMemory(from: text)
          length += text.count
        }
        return status == CA_OK
      }
      guard isSound else { throw .badJSON }
    }
    let failed = draft.isError
    let times = try ResponseBody.read(last.response, into: &draft, scanner)
    let isWhole = ["response.completed", "response.failed", "response.incomplete"].contains(
      String(decoding: last.type.bytes, as: UTF8.self))
    if !isWhole {
      (draft.isError, draft.inputKnown, draft.outputKnown) = (failed, false, false)
      draft.answer = .joined(UnsafeRawBufferPointer(rebasing: joined[..<length]))
    }
    return times
  }
}
