import CostAnalyzer
import Foundation
import Testing

@Suite("Static embedders")
struct StaticEmbedderTests {
  private static let tokens = ["<unk>", "▁", "a", "b", "▁a", "▁b"]
  private static let tokenizer = TinyModel.bytePair(tokens: tokens, merges: [("▁", "a"), ("▁", "b")])

  /// A model in a folder of its own. Two dimensions; token i points to (i, 1) unless told otherwise.
  private func model(
    _ tensors: [TinyModel.Tensor]? = nil, tokenizer: String = Self.tokenizer, config: String? = nil
  ) throws -> TestFolder {
    let folder = try TestFolder()
    let table = TinyModel.f32("embedding.weight", [6, 2], (0..<6).flatMap { [Float($0), 1] })
    try folder.write(TinyModel.safetensors(tensors ?? [table]), as: "model.safetensors")
    try folder.write(Array(tokenizer.utf8), as: "tokenizer.json")
    if let config { try folder.write(Array(config.utf8), as: "config.json") }
    return folder
  }

  private func embed(_ folder: TestFolder, _ texts: String..., threads: Int = 1) throws -> [[Float]] {
    let matrix = try StaticEmbedder(directory: folder.path).embed(texts.map { Array($0.utf8) }, threads: threads)
    #expect(
      matrix.dimensions == 16 && (0..<matrix.count).allSatisfy { matrix.row($0).dropFirst(2).allSatisfy { $0 == 0 } })
    return (0..<matrix.count).map { Array(matrix.row($0).prefix(2)) }
  }

  /// (x, y) scaled to length 1.
  private func unit(_ x: Float, _ y: Float) -> [Float] {
    let scale = Float(1 / (Double(x * x) + Double(y * y)).squareRoot())
    return [x * scale, y * scale]
  }

  @Test("A row is the mean of its tokens' vectors at length 1, and an empty text is zero")
  func mean() throws {
    // "a b" is ▁a ▁b, tokens 4 and 5.
    #expect(try embed(model(), "a", "a b", "", "ab") == [unit(4, 1), unit(9, 2), [0, 0], unit(7, 2)])
  }

  @Test("Model2Vec's weights and mapping are used, and unknown tokens count for nothing")
  func model2Vec() throws {
    let table = TinyModel.f32("embeddings", [2, 2], [1, 0, 0, 1])
    let weights = TinyModel.f32("weights", [6], [9, 1, 2, 3, 4, 5])
    let mapping = TinyModel.Tensor(
      name: "mapping", dtype: "I32", shape: [6],
      bytes: [Int32](arrayLiteral: 0, 0, 1, 1, 0, 1).flatMap { TinyModel.littleEndian($0) })
    let folder = try model([table, weights, mapping], config: #"{"normalize":false}"#)
    #expect(try embed(folder, "a", "a b", "azb", "z") == [unit(1, 0), unit(4, 5), unit(4, 3), unit(1, 0)])
    let plain = try model(
      [TinyModel.f32("embeddings", [6, 2], (0..<6).flatMap { [Float($0), 1] })], config: #"{"normalize":true}"#)
    #expect(try embed(plain, "azzb") == [unit(7, 2)])
  }

  @Test("Model2Vec looks at the first tokens only, as many as config.json says or 512")
  func model2VecLimit() throws {
    let table = TinyModel.f32("embeddings", [6, 2], (0..<6).flatMap { [Float($0), 1] })
    // Of "a b" the limit keeps ▁a; a text is cut to limit × median token length = 1 character first.
    #expect(try embed(model([table], config: #"{"max_length":1}"#), "a b") == [unit(4, 1)])
    let long = String(repeating: "a", count: 400) + String(repeating: "b", count: 400)
    // Median token length 1: 512 characters, then 512 tokens: ▁a, 399 a, 112 b.
    #expect(try embed(model([table], config: "{}"), long) == [unit(4 + 399 * 2 + 112 * 3, 512)])
    #expect(
      try embed(model([table], config: #"{"max_length":null}"#), long) == [unit(4 + 399 * 2 + 400 * 3, 800)])
  }

  @Test("The bytes of the vectors do not depend on the number of threads")
  func threads() throws {
    var random = TestRandom(5)
    let texts = (0..<700).map { _ in
      (0..<Int.random(in: 0...20, using: &random)).map { _ in "ab z".utf8.randomElement(using: &random)! }
    }
    let folder = try model()
    let embedder = try StaticEmbedder(directory: folder.path)
    let one = try embedder.embed(texts, threads: 1)
    for threads in [2, 3, 8] { #expect(try embedder.embed(texts, threads: threads).values == one.values) }
    #expect(one.count == 700 && one.values.allSatisfy(\.isFinite))
  }

  @Test("The identity names the model by its content: one changed weight or token is another embedder")
  func identity() throws {
    func identity(_ folder: TestFolder) throws -> String { try StaticEmbedder(directory: folder.path).identity }
    let first = try identity(model())
    #expect(try identity(model()) == first, "the folder does not matter")
    #expect(first.wholeMatch(of: /wordllama-2-[0-9a-f]{16}/) != nil)
    let other = TinyModel.f32("embedding.weight", [6, 2], (0..<6).flatMap { [Float($0), $0 == 3 ? 1.5 : 1] })
    #expect(try identity(model([other])) != first)
    #expect(try identity(model(tokenizer: Self.tokenizer + "\n")) != first)
    let table = TinyModel.f32("embeddings", [6, 2], [Float](repeating: 1, count: 12))
    let long = try identity(model([table], config: "{}"))
    #expect(long.hasPrefix("model2vec-2-"))
    #expect(try identity(model([table], config: #"{"max_length":9}"#)) != long)
  }

  @Test("Files that do not fit together are an error that names them")
  func mismatch() throws {
    let flat = TinyModel.f32("embedding.weight", [12], [Float](repeating: 1, count: 12))
    let short = TinyModel.f32("embedding.weight", [5, 2], [Float](repeating: 1, count: 10))
    let table = TinyModel.f32("embeddings", [6, 2], [Float](repeating: 1, count: 12))
    let beyond = TinyModel.Tensor(
      name: "mapping", dtype: "I64", shape: [6],
      bytes: [Int64](arrayLiteral: 0, 1, 2, 3, 4, 6).flatMap { TinyModel.littleEndian($0) })
    let few = TinyModel.f32("weights", [5], [1, 1, 1, 1, 1])
    for folder in [
      try model([flat]), try model([short]), try model([table, beyond], config: "{}"),
      try model([table, few], config: "{}"),
      try model([table]), try model([table], config: "{"), try model([TinyModel.f32("other", [1], [1])]),
      try TestFolder(),
    ] {
      let error = analyzerError { try StaticEmbedder(directory: folder.path) }
      #expect(error?.kind == .input && error?.message.contains(folder.path) == true)
    }
  }
}

/// Against what the Python packages give, where the models are installed.
@Suite("Installed embedding models")
struct InstalledEmbeddingTests {
  static let wordLlama = InstalledEmbeddings.find("wordllama")
  static let miniLM = InstalledEmbeddings.find("minilm")
  private static let texts = [
    "How do I reset my password?", "  two  spaces and\ta tab\n", "Straße, naïve café, Ångström", "Привет, как дела?",
    "你好，世界！「東京」", "مرحبا كيف حالك؟ السَّلامُ", "नमस्ते, क़ीमत क्या है।", "สวัสดีครับ น้ำ", "👩‍👩‍👧‍👦 👍🏽 ❤️",
    "a\u{323}\u{302} \u{212B} \u{1E69} 한국어", "nul\u{0} bel\u{7} nbsp\u{A0}zwsp\u{200B}end\u{2028}",
    "[SEP] <s>x</s> [MASK]", "def f(x):\n    return x >= 0  # comment",
  ]

  @Test(
    "WordLlama's token ids are those of the Python package",
    .enabled(if: wordLlama != nil, "needs `analyze setup embeddings --only wordllama`"))
  func wordLlamaTokens() throws {
    let tokenizer = try TokenizerFile.load(path: #require(Self.wordLlama) + "/tokenizer.json")
    let expected: [[Int32]] = [
      [1128, 437, 306, 10092, 590, 4800, 29973],
      [259, 1023, 29871, 8162, 322, 12, 29874, 4434, 13],
      [22667, 29892, 1055, 30085, 345, 274, 28059, 29892, 11260, 865, 25961],
      [7203, 7616, 29892, 5413, 24280, 29973],
      [29871, 30919, 31076, 30214, 30793, 30967, 30584, 30481, 30591, 30675, 30482],
      [
        29871, 30159, 30156, 30240, 30177, 30112, 29871, 30283, 30163, 30241, 29871, 30240, 19233, 30283, 219, 162,
        24508, 30198, 30323, 30857, 30138, 30112, 30159, 30711,
      ],
      [
        29871, 30424, 30485, 30489, 30296, 30475, 30569, 29892, 29871, 30444, 31821, 30580, 30485, 30475, 29871, 30444,
        30296, 30640, 30269, 29871, 30714, 31678, 31776,
      ],
      [29871, 30547, 30492, 30510, 30547, 30718, 30691, 30759, 30297, 30510, 30526, 29871, 30348, 30652, 30747],
      [
        29871, 243, 162, 148, 172, 30722, 243, 162, 148, 172, 30722, 243, 162, 148, 170, 30722, 243, 162, 148, 169,
        29871, 243, 162, 148, 144, 243, 162, 146, 192, 29871, 229, 160, 167, 30598,
      ],
      [263, 31214, 31500, 29871, 229, 135, 174, 29871, 228, 188, 172, 29871, 30877, 31293, 31129],
      [302, 352, 3, 1339, 10, 302, 29890, 1028, 30081, 7659, 1028, 30166, 355, 31353],
      [518, 1660, 29925, 29962, 29871, 1, 921, 2, 29871, 518, 1529, 16033, 29962],
      [822, 285, 29898, 29916, 1125, 13, 1678, 736, 921, 6736, 29871, 29900, 29871, 396, 3440],
    ]
    for (text, ids) in zip(Self.texts, expected) { #expect(tokenizer.encode(text) == ids, "\(text)") }
  }

  @Test(
    "WordLlama's vectors are those of the Python package",
    .enabled(if: wordLlama != nil, "needs `analyze setup embeddings --only wordllama`"))
  func wordLlamaVectors() throws {
    let embedder = try StaticEmbedder(directory: #require(Self.wordLlama))
    #expect(embedder.identity == "wordllama-256-72ca7d7a98cae207")
    let questions = [
      "How do I reset my password?", "I forgot my password, how can I change it?", "What is the capital of France?",
    ]
    let vectors = try embedder.embed((Self.texts + questions).map { Array($0.utf8) }, threads: 2)
    let firstValues: [[Float]] = [
      [0.2285068, 0.1353548, 0.1088704],
      [-0.0243799, -0.1511949, 0.0116677],
      [-0.1017801, 0.0801732, 0.0548597],
      [-0.0271811, 0.1495484, 0.0696682],
      [-0.0330597, 0.1717135, -0.0450205],
      [-0.0151338, -0.020383, -0.0182572],
      [-0.2256894, 0.0695164, 0.0914061],
      [-0.1082082, 0.0112105, -0.0208706],
      [0.0079198, -0.0651736, -0.0591292],
      [-0.0318668, 0.180102, -0.0798298],
      [-0.0418074, -0.0323566, 0.1282155],
      [0.0043357, 0.0974418, 0.0135542],
      [0.0339011, -0.0265222, -0.1933706],
    ]
    for (row, expected) in firstValues.enumerated() {
      for (a, b) in zip(vectors.row(row), expected) { #expect(abs(a - b) < 1e-6, "row \(row)") }
    }
    #expect(abs(vectors.cosine(13, 14) - 0.7451901) < 1e-6)
    #expect(abs(vectors.cosine(13, 15) - 0.0049383) < 1e-6)
  }

  @Test(
    "MiniLM's token ids are those of the Python package",
    .enabled(if: miniLM != nil, "needs `analyze setup embeddings --only minilm`"))
  func miniLMTokens() throws {
    let tokenizer = try TokenizerFile.load(path: #require(Self.miniLM) + "/tokenizer.json")
    let expected: [[Int32]] = [
      [2129, 2079, 1045, 25141, 2026, 20786, 1029],
      [2048, 7258, 1998, 1037, 21628],
      [2358, 27807, 1010, 15743, 7668, 1010, 17076, 15687],
      [1194, 16856, 10325, 25529, 15290, 22919, 1010, 1189, 10260, 23925, 1184, 15290, 29436, 10260, 1029],
      [100, 100, 1989, 1745, 100, 1986, 1641, 1879, 1755, 1642],
      [
        1295, 17149, 29820, 29816, 25573, 1293, 14498, 29833, 1276, 25573, 23673, 29835, 100, 1270, 23673, 29824, 23673,
        25573, 22192,
      ],
      [1327, 29867, 29874, 29859, 1010, 1315, 29878, 29867, 29859, 1315, 29868, 29876, 1339, 1344],
      [100, 100],
      [100, 100, 100],
      [1037, 1037, 1055, 1469, 30006, 30021, 29991, 30014, 30020, 29999, 30008],
      [16371, 2140, 19337, 1050, 5910, 2361, 1062, 9333, 11837, 2094],
      [102, 1026, 1055, 1028, 1060, 1026, 1013, 1055, 1028, 103],
      [13366, 1042, 1006, 1060, 1007, 1024, 2709, 1060, 1028, 1027, 1014, 1001, 7615],
    ]
    for (text, ids) in zip(Self.texts, expected) { #expect(tokenizer.encode(text) == ids, "\(text)") }
    #expect(["[CLS]", "[SEP]", "[UNK]", "[PAD]"].map { tokenizer.id(of: $0) } == [101, 102, 100, 0])
  }
}
