import CTextScan

/// Pairs of the chat-completions API, recorded streams of chunks, and bare `chat.completion` responses.
/// `prompt_tokens` *includes* cached tokens.
struct OpenAIPairFormat: LogFormat {
  let name = "openai-chat"
  let plan = PairRecord.plan

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool { PairRecord(base).kind == .chat }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    try PairRecord(base).draft(line: line, scanner) {
      (stream, draft, scanner) throws(RejectReason) -> ResponseBody.Times in
      ResponseBody.Times(created: try OpenAIChat.readChunks(stream, into: &draft, scanner))
    }
  }
}
