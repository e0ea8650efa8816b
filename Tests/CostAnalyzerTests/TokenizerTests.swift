import CostAnalyzer
import Foundation
import Testing

@Suite("Tokenizers")
struct TokenizerTests {
  private func ids(_ names: String..., in tokens: [String] = TinyModel.wordPieceTokens) -> [Int32] {
    names.map { Int32(tokens.firstIndex(of: $0)!) }
  }

  @Test("WordPiece takes the longest piece from the left, and gives up a word it cannot spell to its end")
  func wordPiece() throws {
    let tokenizer = try TestFolder().tokenizer(TinyModel.wordPiece())
    #expect(tokenizer.encode("") == [] && tokenizer.encode(" \t\r\n") == [])
    #expect(tokenizer.encode("Unaffable") == ids("un", "##aff", "##able"))
    #expect(tokenizer.encode("wanted,running!") == ids("want", "##ed", ",", "run", "##ning", "!"))
    #expect(tokenizer.encode("unaffabl want") == ids("[UNK]", "want"))
    #expect(
      tokenizer.encode(String(repeating: "a", count: 100)) == ids("a") + [Int32](repeating: ids("##a")[0], count: 99))
    #expect(tokenizer.encode(String(repeating: "a", count: 101)) == ids("[UNK]"))
    #expect(tokenizer.unknown == ids("[UNK]")[0] && tokenizer.id(of: "[CLS]") == ids("[CLS]")[0])
    #expect(tokenizer.id(of: "nothing") == nil)
  }

  @Test("BERT's normaliser lowercases, strips accents, isolates ideographs and drops what cannot be seen")
  func bertNormalizer() throws {
    let folder = try TestFolder()
    let tokenizer = try folder.tokenizer(TinyModel.wordPiece())
    #expect(tokenizer.encode("É E\u{301} e\u{323}\u{302}") == ids("e", "e", "e"))
    #expect(tokenizer.encode("中國a中") == ids("中", "國", "a", "中"))
    #expect(tokenizer.encode("w\u{0}a\u{200D}n\u{AD}t\u{FEFF}e\u{E000}d\u{FFFD}") == ids("want", "##ed"))
    #expect(tokenizer.encode("want\u{A0}want\u{3000}want\u{2028}want") == ids("want", "want", "want", "want"))
    #expect(tokenizer.encode("line\u{B}a") == ids("[UNK]"), "a vertical tab is a control character, not a space")
    #expect(tokenizer.encode("STRASSE Straße") == ids("[UNK]", "straße"))
    // Capital sigma becomes σ also at the end of a word: each character for itself.
    #expect(tokenizer.encode("ΣΣ σς") == ids("σ", "##σ", "σ", "##ς"))
    let cased = try folder.tokenizer(
      TinyModel.wordPiece(
        normalizer: #"{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"lowercase":false}"#))
    #expect(cased.encode("é E 中國 want\u{200D}") == ids("é", "[UNK]", "[UNK]", "[UNK]"))
  }

  @Test("Special tokens typed into a text are found before anything else")
  func addedTokens() throws {
    let tokenizer = try TestFolder().tokenizer(TinyModel.wordPiece())
    #expect(tokenizer.encode("a[SEP]want [CLS]") == ids("a", "[SEP]", "want", "[CLS]"))
    #expect(tokenizer.encode("[sep]").count == 3)
    let tokens = ["<unk>", "<s>", "</s>", "▁", "a", "▁a"]
    let llama = try TestFolder().tokenizer(
      TinyModel.bytePair(tokens: tokens, merges: [("▁", "a")], added: ["<s>", "</s>"]))
    #expect(
      llama.encode("a</s>a") == ids("▁a", "</s>", "▁a", in: tokens), "each stretch between them is a text of its own")
  }

  @Test("Tokens that differ only in how an accent is composed stay two tokens")
  func canonicalEquivalents() throws {
    let tokens = ["<unk>", "\u{3AC}", "\u{1F71}", "▁"]
    let tokenizer = try TestFolder().tokenizer(TinyModel.bytePair(tokens: tokens, merges: [], prepends: false))
    #expect(tokenizer.encode("\u{3AC}\u{1F71}") == [1, 2])
  }

  @Test("BPE spells unknown characters by their bytes, and what is left is unknown")
  func byteFallback() throws {
    let tokens = ["<unk>", "▁", "a", "▁a", "<0xC3>", "<0xA9>"]
    let tokenizer = try TestFolder().tokenizer(
      TinyModel.bytePair(tokens: tokens, merges: [("▁", "a")], byteFallback: true))
    #expect(tokenizer.encode("aé") == [3, 4, 5])
    #expect(tokenizer.encode("azza a") == [3, 0, 2, 3], "adjacent unknown characters are one unknown token")
    #expect(tokenizer.encode("") == [] && tokenizer.encode(" ") == [1, 1])
    let apart = try TestFolder().tokenizer(TinyModel.bytePair(tokens: tokens, merges: [("▁", "a")], fuse: false))
    #expect(apart.encode("azz") == [3, 0, 0])
    let silent = try TestFolder().tokenizer(TinyModel.bytePair(tokens: tokens, merges: [("▁", "a")], unknown: nil))
    #expect(silent.encode("azz") == [3])
  }

  @Test("BPE gives what rescanning the whole text for each merge gives, with any rules", arguments: 0..<40)
  func naiveTwin(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    let alphabet = Array(
      ["▁", "a", "b", "c", "é", "<", "中"].shuffled(using: &random).prefix(Int.random(in: 3...7, using: &random)))
    var tokens = ["<unk>"] + alphabet
    var merges: [(String, String)] = []
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      let (left, right) = (tokens.randomElement(using: &random)!, tokens.randomElement(using: &random)!)
      if left == "<unk>" || right == "<unk>" || (left + right).count > 9
        || merges.contains(where: { $0 == (left, right) })
      {
        continue
      }
      merges.append((left, right))
      if !tokens.contains(left + right) { tokens.append(left + right) }
    }
    let tokenizer = try TestFolder().tokenizer(TinyModel.bytePair(tokens: tokens, merges: merges))
    for _ in 0..<60 {
      // Beyond 32 characters the tokenizer merges with a heap.
      let length = [1, 5, 20, 33, 90].randomElement(using: &random)!
      let text = (0..<length).map { _ in (alphabet + [" ", "z"]).randomElement(using: &random)! }.joined()
      #expect(tokenizer.encode(text) == NaiveBytePairs(tokens: tokens, merges: merges).encode(text), "\(text)")
    }
  }

  @Test("What is not implemented is an error that says what it is, never skipped")
  func unsupported() throws {
    let folder = try TestFolder()
    let llama = TinyModel.bytePair(tokens: ["<unk>"], merges: [], added: ["<unk>"])
    for (what, json) in [
      ("normalizer none", TinyModel.wordPiece(normalizer: "null")),
      ("normalizer NFKC", TinyModel.wordPiece(normalizer: #"{"type":"NFKC"}"#)),
      ("pre-tokenizer Whitespace", TinyModel.wordPiece(preTokenizer: #"{"type":"Whitespace"}"#)),
      ("pre-tokenizer none", TinyModel.wordPiece(preTokenizer: "null")),
      ("pre-tokenizer ByteLevel", llama.replacing("tokenizer\":null", with: "tokenizer\":{\"type\":\"ByteLevel\"}")),
      ("normalizer Lowercase", llama.replacing("\"Prepend\"", with: "\"Lowercase\"")),
      ("a Replace normalizer with a regular", llama.replacing("{\"String\":\" \"}", with: "{\"Regex\":\" \"}")),
      ("BPE with dropout", llama.replacing("\"dropout\":null", with: "\"dropout\":0.1")),
      ("BPE with ignore_merges", llama.replacing("\"dropout\"", with: "\"ignore_merges\":true,\"dropout\"")),
      ("BPE with end_of_word_suffix", llama.replacing("\"dropout\"", with: "\"end_of_word_suffix\":\"/\",\"dropout\"")),
      ("the added token '<unk>' with 'lstrip'", llama.replacing("\"lstrip\":false", with: "\"lstrip\":true")),
      ("model Unigram", #"{"model":{"type":"Unigram","vocab":[]}}"#), ("model without a type", "{}"),
    ] {
      let error = analyzerError { try folder.tokenizer(json) }
      #expect(
        error?.kind == .input && error?.message.contains("does not implement: \(what)") == true && error?.hint != nil)
    }
  }

  @Test("A damaged file is an error that names it and says what is wrong")
  func damaged() throws {
    let folder = try TestFolder()
    func bytePair(_ rest: String) -> String { "{\"model\":{\"type\":\"BPE\",\(rest)}}" }
    for (what, json) in [
      ("byte 0", ""), ("byte 1", "{"), ("byte 6", "{\"a\":1]"), ("byte 64", String(repeating: "[", count: 100_000)),
      ("byte 8", #"{"a":"\u12"#), ("byte 3", "{} x"), ("no vocabulary", bytePair("\"vocab\":{}")),
      ("the id of the token 'a'", bytePair(#""vocab":{"a":"b"},"merges":[]"#)),
      ("no merges", bytePair(#""vocab":{"a":0}"#)),
      ("not a pair", bytePair(#""vocab":{"a":0},"merges":["a"]"#)),
      ("merge 'a a'", bytePair(#""vocab":{"a":0},"merges":["a a"]"#)),
      ("unknown token", bytePair(#""unk_token":"u","vocab":{"a":0},"merges":[]"#)),
      ("unknown token", TinyModel.wordPiece(unknown: "nowhere")),
    ] {
      let message = analyzerError { try folder.tokenizer(json) }?.message ?? ""
      #expect(
        message.hasPrefix("\(folder.path)/tokenizer.json is not a tokenizer file") && message.contains(what),
        "\(message)")
    }
  }

  @Test("Bytes that are no UTF-8 are taken one by one and harm nothing", arguments: 0..<4)
  func invalidUTF8(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    let folder = try TestFolder()
    let bert = try folder.tokenizer(TinyModel.wordPiece())
    let llama = try folder.tokenizer(
      TinyModel.bytePair(
        tokens: ["<unk>", "▁"] + (0..<256).map { String(format: "<0x%02X>", $0) }, merges: [], byteFallback: true))
    for _ in 0..<200 {
      // None of them can be part of a "▁", which is a token of its own.
      let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        [0xE2, 0x81, 0xF0, 0xC3, 0xED, 0xA0, 0x80, 0xFF, 0x61].randomElement(using: &random)! as UInt8
      }
      _ = bert.encode(bytes)
      #expect(llama.encode(bytes).filter { $0 >= 2 }.map { UInt8($0 - 2) } == bytes)
    }
  }
}

/// The merge loop as the paper has it, on strings: find the best pair, merge its leftmost place, look again.
private struct NaiveBytePairs {
  let tokens: [String]
  let merges: [(String, String)]

  func encode(_ text: String) -> [Int32] {
    if text.isEmpty { return [] }
    var symbols: [String] = []
    for scalar in ("▁" + text.replacing(" ", with: "▁")).unicodeScalars {
      let known = tokens.contains(String(scalar))
      if !known && symbols.last == "<unk>" { continue }
      symbols.append(known ? String(scalar) : "<unk>")
    }
    while true {
      var best: (rank: Int, place: Int)?
      for place in symbols.indices.dropLast() {
        if let rank = merges.firstIndex(where: { $0 == (symbols[place], symbols[place + 1]) }),
          rank < best?.rank ?? .max
        {
          best = (rank, place)
        }
      }
      guard let best else { break }
      symbols.replaceSubrange(best.place...best.place + 1, with: [symbols[best.place] + symbols[best.place + 1]])
    }
    return symbols.map { Int32(tokens.firstIndex(of: $0)!) }
  }
}
