import Foundation

/// A HuggingFace `tokenizer.json`. Whatever in it would change ids and is not implemented is an error, never skipped.
package struct TokenizerFile: Sendable {
  let path: String
  let root: ExactJSON

  /// The tokenizer that the file describes: WordPiece with BERT's normaliser, or BPE over whole texts.
  package static func load(path: String) throws(AnalyzerError) -> any Tokenizer {
    try load(TokenizerFile(path: path))
  }

  static func load(_ file: TokenizerFile) throws(AnalyzerError) -> any Tokenizer {
    let kind = file.root["model"]["type"].string
    switch kind {
    case "WordPiece": return try WordPieceTokenizer(file)
    case "BPE": return try BytePairTokenizer(file)
    default: throw file.unsupported("model \(kind ?? "without a type")")
    }
  }

  init(path: String) throws(AnalyzerError) {
    self.path = path
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw AnalyzerError(
        .input, "cannot read the tokenizer \(path): \(error.localizedDescription)",
        hint: "check the path, or fetch the model again with 'analyze setup embeddings'")
    }
    let parsed = data.withUnsafeBytes { bytes in Result { () throws(ExactJSON.Damage) in try ExactJSON(bytes) } }
    switch parsed {
    case .success(let root): self.root = root
    case .failure(let damage):
      self.root = .null
      throw damaged("it stops being JSON at byte \(damage.offset)")
    }
  }

  /// Token → id of `model.vocab`.
  func vocabulary() throws(AnalyzerError) -> [(token: [UInt8], id: Int32)] {
    guard let members = root["model"]["vocab"].members, !members.isEmpty else { throw damaged("it has no vocabulary") }
    var vocabulary: [(token: [UInt8], id: Int32)] = []
    vocabulary.reserveCapacity(members.count)
    for (token, value) in members {
      guard let id = value.integer.flatMap({ Int32(exactly: $0) }), id >= 0 else {
        throw damaged("the id of the token '\(String(decoding: token, as: UTF8.self))' is not a number")
      }
      vocabulary.append((token, id))
    }
    return vocabulary
  }

  /// The vocabulary and the added tokens that are not in it.
  private func allTokens() throws(AnalyzerError) -> [(token: [UInt8], id: Int32)] {
    let vocabulary = try vocabulary()
    let known = TokenTable(vocabulary)
    return try vocabulary
      + AddedTokens(self).tokens.filter { known.find($0.content) == nil }.map { ($0.content, $0.id) }
  }

  func highestID() throws(AnalyzerError) -> Int { Int(try allTokens().map(\.id).max() ?? -1) }

  /// In characters, rounded down.
  func medianTokenLength() throws(AnalyzerError) -> Int {
    let lengths = try allTokens().map { $0.token.count { $0 & 0xC0 != 0x80 } }.sorted()
    return (lengths[(lengths.count - 1) / 2] + lengths[lengths.count / 2]) / 2
  }

  func damaged(_ what: String) -> AnalyzerError {
    AnalyzerError(
      .input, "\(path) is not a tokenizer file: \(what)",
      hint: "fetch the model again with 'analyze setup embeddings', or copy the file anew")
  }

  func unsupported(_ what: String) -> AnalyzerError {
    AnalyzerError(
      .input, "\(path) asks for what this program does not implement: \(what)",
      hint: "use a model with a BERT (WordPiece) or Llama 2 (BPE) tokenizer, or an embedding endpoint")
  }
}
