import CostAnalyzer
import Foundation
import Testing

@Suite("Tokens")
struct RankTokenizerTests {
  /// All bytes, then tokens made by joining two earlier ones, so that words of the alphabet below meet many rules.
  private static func vocabulary(_ random: inout TestRandom, merges: Int) -> [[UInt8]] {
    let seeds = "abcsStT'lLéß½Ω你好 \n\r/.!1"
    var tokens = (0...255).map { [UInt8($0)] }
    var known = Set(tokens)
    let alphabet = Array(Set(seeds.utf8)).sorted().map { [$0] }
    while tokens.count < 256 + merges {
      let pool = tokens.count > 256 && Bool.random(using: &random) ? Array(tokens[256...]) : alphabet
      let token = pool.randomElement(using: &random)! + alphabet.randomElement(using: &random)!
      if token.count <= 9, known.insert(token).inserted { tokens.append(token) }
    }
    return tokens
  }

  private static func file(_ tokens: [[UInt8]]) -> [UInt8] {
    Array(tokens.enumerated().map { "\(Data($0.element).base64EncodedString()) \($0.offset)\n" }.joined().utf8)
  }

  private static func ranks(_ tokens: [[UInt8]]) -> [[UInt8]: Int32] {
    Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($0.element, Int32($0.offset)) })
  }

  private static let alphabet = Array(
    "aabbcsStTlLmMdDvVreE''''ſéßÉΩ你好ʰǅ\u{301}½٣Ⅷ12 \u{a0}\u{2028}\u{85}\n\r\t/.!_-👩\u{200d}💻"
  ).map(String.init)

  private static func text(_ random: inout TestRandom, upTo length: Int) -> String {
    (0..<Int.random(in: 0...length, using: &random)).map { _ in alphabet.randomElement(using: &random)! }.joined()
  }

  @Test(
    "Ids are those of the published pattern and of merging by hand, on random texts", arguments: TokenEncoding.allCases)
  func twin(encoding: TokenEncoding) throws {
    var random = TestRandom(11)
    let tokens = Self.vocabulary(&random, merges: 400)
    let tokenizer = try RankTokenizer(encoding, rankFile: Self.file(tokens))
    let twin = try NaiveTokenizer(encoding.rawValue, ranks: Self.ranks(tokens))
    var merged = 0
    for _ in 0..<3000 {
      let text = Self.text(&random, upTo: 24)
      let expected = twin.encode(text)
      #expect(tokenizer.encode(Array(text.utf8)) == expected, "\(text.debugDescription) \(twin.pieces(text))")
      merged += text.utf8.count - expected.count
    }
    #expect(merged > 1500, "the rules must have been used")
    // Words beyond the size that is merged by scanning.
    for length in [31, 32, 33, 70, 200] {
      let text = (0..<length).map { _ in ["a", "b", "s", "l"].randomElement(using: &random)! }.joined()
      #expect(tokenizer.encode(Array(text.utf8)) == twin.encode(text))
    }
  }

  @Test("Concatenated tokens are the text again, also where it is not UTF-8")
  func lossless() throws {
    var random = TestRandom(12)
    let tokens = Self.vocabulary(&random, merges: 100)
    let tokenizer = try RankTokenizer(.o200k, rankFile: Self.file(tokens))
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(tokenizer.encode(bytes).flatMap { tokens[Int($0)] } == bytes)
      #expect(tokenizer.count(bytes) == tokenizer.encode(bytes).count)
    }
  }

  @Test("A damaged rank file is an error that names the line")
  func damaged() throws {
    var random = TestRandom(13)
    let good = Self.file(Self.vocabulary(&random, merges: 3))
    #expect(throws: Never.self) { try RankTokenizer(.o200k, rankFile: good) }
    for (bad, place) in [
      ("IQ== 0\nIg== 2\n", "line 2"), ("IQ==\n", "line 1"), ("I! 0\n", "line 1"), ("", "single byte"),
      ("IQ== 0\n", "single byte"),
    ] {
      let error = analyzerError { try RankTokenizer(.o200k, rankFile: Array(bad.utf8)) }
      #expect(error?.message.contains(place) == true, "\(bad)")
    }
  }

  private static func installed(_ encoding: TokenEncoding) -> Bool { InstalledTokenizers.path(encoding) != nil }
  private static let areInstalled = TokenEncoding.allCases.allSatisfy(installed)

  @Test(
    "The published encodings give tiktoken's ids",
    .enabled(if: areInstalled, "analyze setup tokenizers has not been run: the real encodings are not tested"))
  func golden() throws {
    // tiktoken 0.14.0, encode_ordinary.
    let golden: [TokenEncoding: [(String, [Int32])]] = [
      .o200k: [
        ("Hello, world!", [13225, 11, 2375, 0]),
        ("I'll don't WE'RE 'ſ", [67504, 4128, 26919, 6, 1099, 461, 70067]),
        ("naïve Straße 12345678 ½", [1503, 9954, 737, 71184, 220, 7633, 19354, 4388, 220, 27124]),
        ("  \n\n  x = {'a': 1}\r\n\t// done", [11691, 220, 1215, 314, 11881, 64, 2337, 220, 16, 3016, 197, 393, 4167]),
        ("你好,世界 한국어 Привет", [177519, 11, 28428, 52971, 5959, 14917, 131903]),
        (
          "<|endoftext|> 👩\u{200d}💻🇩🇪  ",
          [27, 91, 419, 1440, 919, 91, 29, 61138, 102, 2524, 31446, 119, 55506, 102, 55506, 103, 256]
        ),
      ],
      .cl100k: [
        ("Hello, world!", [9906, 11, 1917, 0]),
        ("I'll don't WE'RE 'ſ", [40, 3358, 1541, 956, 20255, 95253, 364, 129, 123]),
        ("naïve Straße 12345678 ½", [3458, 38672, 588, 27745, 24352, 220, 4513, 10961, 2495, 220, 27154]),
        ("  \n\n  x = {'a': 1}\r\n\t// done", [19124, 220, 865, 284, 5473, 64, 1232, 220, 16, 1809, 197, 322, 2884]),
        ("你好,世界 한국어 Привет", [57668, 53901, 11, 3574, 244, 98220, 62398, 89059, 255, 32179, 80584, 28089, 8341]),
        (
          "<|endoftext|> 👩\u{200d}💻🇩🇪  ",
          [27, 91, 8862, 728, 428, 91, 29, 62904, 102, 378, 235, 93273, 119, 9468, 229, 102, 9468, 229, 103, 256]
        ),
      ],
    ]
    for (encoding, texts) in golden {
      let tokenizer = try #require(try InstalledTokenizers.load(encoding))
      for (text, ids) in texts { #expect(tokenizer.encode(Array(text.utf8)) == ids, "\(text.debugDescription)") }
    }
  }

  @Test(
    "Arena's 500 prompts have the tokens that tiktoken counts",
    .enabled(if: areInstalled && TestData.hasShared, "needs analyze setup tokenizers and the shared data"))
  func arena() throws {
    let texts = try PromptFile.read(
      path: try #require(TestData.shared) + "/data/routing/arena_hard_v01_questions.jsonl")
    let counter = try TokenCounter.installed()
    #expect(texts.reduce(0) { $0 + counter.count($1, .o200k) } == 47_461)
    #expect(texts.reduce(0) { $0 + counter.count($1, .cl100k) } == 47644)
    // Without the files: an estimate, which is as good as the data file says.
    let estimate = try TokenCounter()
    #expect(!estimate.isExact(.o200k) && counter.isExact(.o200k))
    let errors = texts.map { text -> Double in
      abs(Double(estimate.count(text, .o200k)) / Double(counter.count(text, .o200k)) - 1)
    }.sorted()
    #expect(errors[errors.count / 2] < 0.08)
  }

  @Test("Models are counted by their encoding, others by a ratio")
  func models() throws {
    let counter = try TokenCounter()
    for name in [
      "gpt-4o", "GPT-4o-mini-2024-07-18", "azure/gpt-4.1", "ft:gpt-4o:org::id", "openai/o3-mini", "gpt-5-nano",
    ] {
      #expect(counter.method(for: name) == .init(encoding: .o200k), "\(name)")
    }
    for name in ["gpt-4", "gpt-4-turbo", "gpt-3.5-turbo-0125", "azure/gpt-35-turbo", "text-embedding-3-small"] {
      #expect(counter.method(for: name) == .init(encoding: .cl100k), "\(name)")
    }
    for name in ["claude-sonnet-4-5", "us.anthropic.claude-3-haiku", "vertex_ai/gemini-2.5-pro", "mistral-large", ""] {
      #expect(counter.method(for: name).ratio != nil, "\(name)")
    }
  }

  @Test("Estimates add up what the table says")
  func estimate() throws {
    let counter = try TokenCounter()
    // 2 words of 5 letters (0.49 + 5 × 0.14), a digit (0.6), a symbol (0.46), a line end (1.1): 4.54, rounded up.
    #expect(counter.count(Array("hello world 1.\n".utf8), .o200k) == 5)
    #expect(counter.count([], .o200k) == 0)
    #expect(counter.count(Array("你好".utf8), .o200k) == 2)  // 2 × 0.93
    #expect(counter.count(Array("你好".utf8), .cl100k) == 3)  // 2 × 1.28
  }

  @Test("Words and characters are counted as one by one")
  func scripts() throws {
    var random = TestRandom(3)
    let alphabet = Array("aZz09 \t\n\r.,_{é ж א क 中 あ 한 ㄱ 😀\u{7f}".unicodeScalars)
    for length in [0, 1, 2, 50, 50, 50, 50, 400, 140_000] {
      var text = ""
      let plain = length > 1_000
      for _ in 0..<length {
        text.unicodeScalars.append(plain ? "a" : alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
      }
      var bytes = Array(text.utf8)
      if length == 400 { for _ in 0..<20 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = 0xFF } }
      let counts = bytes.withUnsafeBytes(ScriptCounts.init)
      // What is no UTF-8 reads as the replacement character, as in `String`, but one for each byte.
      let scalars = length == 400 ? nil : Array(text.unicodeScalars)
      guard let scalars else {
        #expect(counts.scripts[7] >= 20)
        continue
      }
      func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCII && scalar.properties.isAlphabetic }
      let words = scalars.indices.count { isLetter(scalars[$0]) && ($0 == 0 || !isLetter(scalars[$0 - 1])) }
      #expect(counts.words == words && counts.letters == scalars.count(where: isLetter))
      #expect(counts.digits == scalars.count { ("0"..."9").contains($0) })
      #expect(counts.newlines == scalars.count { $0 == "\n" || $0 == "\r" })
      let blanks = scalars.count { $0 == " " || $0 == "\t" }
      #expect(
        counts.symbols
          == scalars.count(where: \.isASCII) - counts.letters - counts.digits - counts.newlines - blanks)
      let ranges: [ClosedRange<UInt32>] = [
        0x80...0x36F, 0x370...0x58F, 0x590...0x8FF, 0x900...0x10FF, 0x3400...0x9FFF, 0x3040...0x30FF,
      ]
      for (script, range) in ranges.enumerated() {
        #expect(counts.scripts[script] == scalars.count { range.contains($0.value) })
      }
      #expect(counts.scripts[6] == scalars.count { $0 == "한" || $0 == "ㄱ" })
      #expect(counts.scripts[7] == scalars.count { $0 == "😀" })
    }
  }
}
