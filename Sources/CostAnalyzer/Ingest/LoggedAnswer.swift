import CTextScan

/// An answer as its record holds it; read only where a run looks at texts.
enum LoggedAnswer {
  /// A string, an array of text parts, or absent.
  case text(ca_slice)
  /// Content blocks of Anthropic's Messages API.
  case blocks(ca_slice)
  /// Output items of OpenAI's Responses API.
  case items(ca_slice)
  /// A text, or messages of parts as spans and observations hold them, also as JSON in a text.
  case messages(ca_slice)
  /// Put together from the chunks of a stream.
  case joined(UnsafeRawBufferPointer)

  /// The answer as one text, and whether it calls tools beside what the record says elsewhere. Bytes live as long as the line.
  func read(_ scanner: JSONScanner) -> (text: UnsafeRawBufferPointer, callsTools: Bool) {
    switch self {
    case .text(let slice): (PromptReader.text(slice, scanner), false)
    case .blocks(let slice): (PromptReader.text(slice, scanner), AnthropicMessages.usesTools(slice, scanner))
    case .items(let slice): OpenAIResponses.readOutput(slice, scanner)
    case .messages(let slice): PartMessages.answer(slice, scanner)
    case .joined(let text): (text, false)
    }
  }
}
