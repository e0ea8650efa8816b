/// Tokens that are looked for in the raw text before anything else, such as "[SEP]" typed into a prompt.
///
/// The leftmost and, of those, the longest match counts, as in `tokenizers`.
struct AddedTokens: Sendable {
  let tokens: [(content: [UInt8], id: Int32)]
  private let isFirstByte: [Bool]

  init(_ file: TokenizerFile) throws(AnalyzerError) {
    var tokens: [(content: [UInt8], id: Int32)] = []
    for entry in file.root["added_tokens"].array ?? [] {
      guard let content = entry["content"].bytes, let id = entry["id"].integer.flatMap({ Int32(exactly: $0) }), id >= 0
      else {
        throw file.damaged("an added token has no content or no id")
      }
      let name = String(decoding: content, as: UTF8.self)
      for flag: StaticString in ["single_word", "lstrip", "rstrip", "normalized"] where entry[flag].bool == true {
        throw file.unsupported("the added token '\(name)' with '\(flag)'")
      }
      if !content.isEmpty { tokens.append((content, id)) }
    }
    self.tokens = tokens.sorted { $0.content.count > $1.content.count }
    var isFirstByte = [Bool](repeating: false, count: 256)
    for token in tokens { isFirstByte[Int(token.content[0])] = true }
    self.isFirstByte = isFirstByte
  }

  func id(of token: [UInt8]) -> Int32? { tokens.first { $0.content == token }?.id }

  /// Calls `segment` for each stretch of ordinary text, and puts the ids of added tokens between them.
  func split(
    _ text: UnsafeBufferPointer<UInt8>, into ids: inout [Int32],
    segment: (UnsafeBufferPointer<UInt8>, inout [Int32]) -> Void
  ) {
    var start = 0
    var index = 0
    while index < text.count {
      guard isFirstByte[Int(text[index])], let token = match(text, at: index) else {
        index += 1
        continue
      }
      if start < index { segment(UnsafeBufferPointer(rebasing: text[start..<index]), &ids) }
      ids.append(token.id)
      index += token.content.count
      start = index
    }
    if start < text.count { segment(UnsafeBufferPointer(rebasing: text[start...]), &ids) }
  }

  private func match(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> (content: [UInt8], id: Int32)? {
    tokens.first { text.count - index >= $0.content.count && text[index...].starts(with: $0.content) }
  }
}
