import CTextScan

/// Pairs of Anthropic's Messages API, recorded streams of its events, and bare `message` responses. The bodies have no
/// time: the wrapper must have one. `input_tokens` *excludes* cached tokens.
struct AnthropicFormat: LogFormat {
  let name = "anthropic"
  let plan = PairRecord.plan

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool { PairRecord(base).kind == .anthropic }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    try PairRecord(base).draft(line: line, scanner) {
      (stream, draft, scanner) throws(RejectReason) -> ResponseBody.Times in
      try AnthropicMessages.readEvents(stream, into: &draft, scanner)
      return ResponseBody.Times()
    }
  }
}
