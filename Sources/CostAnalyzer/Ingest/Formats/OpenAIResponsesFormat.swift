import CTextScan

/// Pairs of OpenAI's Responses API, recorded streams of its events, and bare `response` objects.
/// `input_tokens` *includes* cached tokens.
struct OpenAIResponsesFormat: LogFormat {
  let name = "openai-responses"
  let plan = PairRecord.plan

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool { PairRecord(base).kind == .responses }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    try PairRecord(base).draft(line: line, scanner) {
      (stream, draft, scanner) throws(RejectReason) -> ResponseBody.Times in
      try OpenAIResponses.readEvents(stream, into: &draft, scanner)
    }
  }
}
