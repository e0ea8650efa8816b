import CostAnalyzer
import Foundation
import Testing

/// Small models that tests write themselves.
enum TinyModel {
  struct Tensor {
    var name: String
    var dtype: String
    var shape: [Int]
    var bytes: [UInt8]
  }

  static func f32(_ name: String, _ shape: [Int], _ values: [Float]) -> Tensor {
    Tensor(name: name, dtype: "F32", shape: shape, bytes: values.flatMap { littleEndian($0.bitPattern) })
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// A safetensors file; `header` replaces the header that the tensors would have.
  static func safetensors(_ tensors: [Tensor], header: String? = nil) -> [UInt8] {
    var entries = ["\"__metadata__\":{\"format\":\"pt\"}"]
    var start = 0
    for tensor in tensors {
      let end = start + tensor.bytes.count
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.dtype)\",\"shape\":\(tensor.shape),\"data_offsets\":[\(start),\(end)]}"
      )
      start = end
    }
    let json = Array((header ?? "{" + entries.joined(separator: ",") + "}").utf8)
    return littleEndian(UInt64(json.count)) + json + tensors.flatMap(\.bytes)
  }

  /// A JSON string literal with everything beyond ASCII escaped.
  static func quoted(_ text: String) -> String {
    "\""
      + text.utf16.map { unit in
        let hex = String(unit, radix: 16)
        return (32..<127).contains(unit) && unit != 34 && unit != 92
          ? String(UnicodeScalar(UInt8(unit))) : "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      }.joined() + "\""
  }

  static func vocabulary(_ tokens: [String]) -> String {
    "{" + tokens.enumerated().map { "\(quoted($0.element)):\($0.offset)" }.joined(separator: ",") + "}"
  }

  static func addedTokens(_ names: [String], in tokens: [String]) -> String {
    "["
      + names.map { name in
        """
        {"id":\(tokens.firstIndex(of: name)!),"content":\(quoted(name)),"single_word":false,"lstrip":false,"rstrip":false,\
        "normalized":false,"special":true}
        """
      }.joined(separator: ",") + "]"
  }

  static let wordPieceTokens = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "want", "##ed", "wa", "run", "##ning", ",", "!", "é",
    "e",
    "中", "國", "##n", "a", "##a", "straße", "σ", "##ς", "##σ",
  ]

  static func wordPiece(
    normalizer: String =
      #"{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}"#,
    preTokenizer: String = #"{"type":"BertPreTokenizer"}"#, tokens: [String] = wordPieceTokens,
    unknown: String = "[UNK]"
  ) -> String {
    """
    {"version":"1.0","added_tokens":\(addedTokens(["[CLS]", "[SEP]"], in: tokens)),"normalizer":\(normalizer),
    "pre_tokenizer":\(preTokenizer),"model":{"type":"WordPiece","unk_token":"\(unknown)","continuing_subword_prefix":"##",
    "max_input_chars_per_word":100,"vocab":\(vocabulary(tokens))}}
    """
  }

  static func bytePair(
    tokens: [String], merges: [(String, String)], byteFallback: Bool = false, fuse: Bool = true,
    unknown: String? = "<unk>",
    added: [String] = [], prepends: Bool = true
  ) -> String {
    let prepend = prepends ? "{\"type\":\"Prepend\",\"prepend\":\"▁\"}," : ""
    return """
      {"added_tokens":\(addedTokens(added, in: tokens)),"normalizer":{"type":"Sequence","normalizers":[\(prepend)
      {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"pre_tokenizer":null,"model":{"type":"BPE",
      "dropout":null,"unk_token":\(unknown.map(quoted) ?? "null"),"fuse_unk":\(fuse),"byte_fallback":\(byteFallback),
      "vocab":\(vocabulary(tokens)),
      "merges":[\(merges.map { "[\(quoted($0.0)),\(quoted($0.1))]" }.joined(separator: ","))]}}
      """
  }
}

extension TestFolder {
  func tokenizer(_ json: String) throws -> any Tokenizer {
    try TokenizerFile.load(path: write(Array(json.utf8), as: "tokenizer.json"))
  }
}

extension Tokenizer {
  func encode(_ text: String) -> [Int32] { encode(Array(text.utf8)) }
}

/// The error that `body` throws, if it throws an `AnalyzerError`.
func analyzerError(_ body: () throws -> some Any) -> AnalyzerError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? AnalyzerError
  }
}
