import CostAnalyzer
import Foundation
import Testing

@Suite struct TransformerEmbedderTests {
  /// Word `w7` is the token 4 + 7.
  private static let words = (0..<36).map { "w\($0)" }
  private static let tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + words

  /// Writes a model with random weights: positions for 24 tokens, sequences cut at 20.
  private func folder(_ bert: NaiveBert, tokens: [String] = tokens, activation: String = "gelu") throws -> TestFolder {
    let folder = try TestFolder()
    let tensors = bert.tensors.sorted { $0.key < $1.key }.map { TinyModel.f32($0.key, $0.value.shape, $0.value.values) }
    try folder.write(TinyModel.safetensors(tensors), as: "model.safetensors")
    try folder.write(Array(TinyModel.wordPiece(tokens: tokens).utf8), as: "tokenizer.json")
    let config = """
      {"model_type":"bert","hidden_act":"\(activation)","hidden_size":\(bert.hidden),"intermediate_size":\(bert.inner),
      "num_hidden_layers":\(bert.layers),"num_attention_heads":\(bert.heads),"vocab_size":\(bert.vocabulary),
      "layer_norm_eps":\(bert.epsilon),"max_position_embeddings":\(bert.positions)}
      """
    try folder.write(Array(config.utf8), as: "config.json")
    try folder.write(Array(#"{"max_seq_length":20,"do_lower_case":false}"#.utf8), as: "sentence_bert_config.json")
    return folder
  }

  private func text(_ words: some Sequence<Int>) -> [UInt8] {
    Array(words.map { "w\($0)" }.joined(separator: " ").utf8)
  }

  private func randomTexts(_ count: Int, seed: UInt64) -> [[Int]] {
    var rng = SeededGenerator(seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 0...30, using: &rng)).map { _ in Int.random(in: 0..<36, using: &rng) }
    }
  }

  @Test("vectors are those of a plain forward pass in double precision, long texts cut at the limit")
  func naiveTwin() throws {
    let bert = NaiveBert(seed: 1)
    let folder = try folder(bert)
    let embedder = try TransformerEmbedder(directory: folder.path)
    let texts = randomTexts(25, seed: 2)
    let matrix = try embedder.embed(texts.map(text), threads: 1)
    #expect(matrix.dimensions == 32)
    for (index, words) in texts.enumerated() {
      let expected = bert.encode([2] + words.prefix(18).map { 4 + $0 } + [3])
      for (found, exact) in zip(matrix.row(index), expected) { #expect(abs(Double(found) - exact) < 2e-6) }
    }
  }

  @Test("threads and company change no bit of a vector")
  func determinism() throws {
    let folder = try folder(NaiveBert(seed: 3))
    let embedder = try TransformerEmbedder(directory: folder.path)
    // Enough for several shards of batches.
    let texts = randomTexts(2600, seed: 4).map(text)
    let matrix = try embedder.embed(texts, threads: 1)
    for threads in [2, 4] { #expect(try embedder.embed(texts, threads: threads).values == matrix.values) }
    for index in [0, 17, 2599] {
      #expect(try embedder.embed([texts[index]], threads: 1).row(0) == matrix.row(index))
    }
    let reversed = try embedder.embed(texts.reversed(), threads: 2)
    for index in texts.indices { #expect(reversed.row(2599 - index) == matrix.row(index)) }
  }

  @Test(
    "bfloat16 gives nearly the same vectors, the same on any thread, under another identity",
    .enabled(if: EncoderPrecision.bfloat16.isAvailable, "no bfloat16 instructions"))
  func bfloat16() throws {
    let folder = try folder(NaiveBert(seed: 10))
    let embedder = try TransformerEmbedder(directory: folder.path)
    let rough = try TransformerEmbedder(directory: folder.path, precision: .bfloat16)
    #expect(rough.identity == embedder.identity + "-bfloat16")
    let texts = randomTexts(1000, seed: 11).map(text)
    let exact = try embedder.embed(texts, threads: 2)
    let found = try rough.embed(texts, threads: 2)
    for index in texts.indices {
      let cosine = zip(exact.row(index), found.row(index)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(cosine > 0.999)
    }
    #expect(found.values != exact.values)
    #expect(try rough.embed(texts, threads: 1).values == found.values)
    #expect(try rough.embed([texts[5]], threads: 1).row(0) == found.row(5))
  }

  @Test("a cascade embeds the texts that are asked for, and leaves the others zero")
  func cascade() throws {
    let folder = try folder(NaiveBert(seed: 5))
    let embedder = try TransformerEmbedder(directory: folder.path)
    let texts = randomTexts(50, seed: 6).map(text)
    let needed = texts.indices.map { $0 % 3 == 1 }
    let all = try embedder.embed(texts, threads: 2)
    let some = embedder.embed(texts, only: needed, threads: 2)
    for index in texts.indices {
      #expect(needed[index] ? some.row(index) == all.row(index) : some.row(index).allSatisfy { $0 == 0 })
    }
    #expect(embedder.embed(texts, only: texts.map { _ in false }, threads: 2).values.allSatisfy { $0 == 0 })
    #expect(try embedder.embed([], threads: 2).count == 0)
  }

  @Test("the identity follows the weights and the tokenizer")
  func identity() throws {
    func identity(_ folder: TestFolder) throws -> String { try TransformerEmbedder(directory: folder.path).identity }
    let first = try identity(folder(NaiveBert(seed: 7)))
    #expect(first.wholeMatch(of: /bert-32-[0-9a-f]{16}/) != nil)
    #expect(try identity(folder(NaiveBert(seed: 7))) == first)
    #expect(try identity(folder(NaiveBert(seed: 8))) != first)
    #expect(try identity(folder(NaiveBert(seed: 7), tokens: Array(Self.tokens.dropLast()))) != first)
  }

  @Test("a model that does not fit together is refused with the file and the reason")
  func misfits() throws {
    let bert = NaiveBert(seed: 9)
    var wider = bert
    wider.inner = 96
    var larger = bert
    larger.vocabulary = 41
    for (model, tokens, activation, reason) in [
      (bert, Self.tokens, "relu", "config.json describes another network"),
      (wider, Self.tokens, "gelu", "tensor 'encoder.layer.0.intermediate.dense.weight' has the shape [64, 32]"),
      (larger, Self.tokens, "gelu", "tensor 'embeddings.word_embeddings.weight' has the shape [40, 32]"),
      (bert, Self.tokens + ["w36"], "gelu", "tokens"),
    ] {
      let folder = try folder(model, tokens: tokens, activation: activation)
      let error = try #require(analyzerError { try TransformerEmbedder(directory: folder.path) })
      #expect(error.message.contains(reason) && error.message.contains(folder.path), "\(error)")
    }
    let pooled = try folder(bert)
    try pooled.write(
      Array(#"{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}"#.utf8), as: "1_Pooling/config.json")
    let refusal = try #require(analyzerError { try TransformerEmbedder(directory: pooled.path) })
    #expect(refusal.message.contains("1_Pooling/config.json asks for another pooling"))
    let empty = try TestFolder()
    let error = try #require(analyzerError { try TransformerEmbedder(directory: empty.path) })
    #expect(error.message.contains("config.json"))
  }

  // MARK: - all-MiniLM-L6-v2

  private static let miniLM = InstalledEmbeddings.find("minilm")

  /// Texts, the first four values of their vectors, and their cosine with the first text: torch 2.15, float32.
  private static let reference: [(text: String, start: [Double], cosine: Double)] = [
    ("How do I reset my password?", [0.006903, -0.063023, -0.072044, -0.032496], 1),
    ("I forgot my password, how can I change it?", [-0.023783, -0.016202, -0.070469, -0.008919], 0.89386),
    ("Wie setze ich mein Passwort zurück?", [0.002894, 0.073553, -0.018869, 0.043068], 0.23097),
    ("什么是机器学习？", [0.043513, 0.109847, 0.030125, 0.014751], 0.037751),
    ("Как изменить пароль? 🔑", [-0.004395, 0.016116, 0.007057, -0.007596], 0.073877),
    ("", [-0.118838, 0.048299, -0.002548, -0.011011], 0.068578),
    (
      repeatElement("The quick brown fox jumps over the lazy dog.", count: 40).joined(separator: " "),
      [0.062278, -0.057863, 0.072326, -0.005959], -0.021614
    ),
  ]

  @Test("all-MiniLM-L6-v2 gives the vectors that torch gives", .enabled(if: miniLM != nil, "no minilm model installed"))
  func realModel() throws {
    let embedder = try TransformerEmbedder(directory: #require(Self.miniLM))
    let matrix = try embedder.embed(Self.reference.map { Array($0.text.utf8) }, threads: 2)
    for (index, reference) in Self.reference.enumerated() {
      for (found, expected) in zip(matrix.row(index), reference.start) { #expect(abs(Double(found) - expected) < 1e-5) }
      #expect(abs(Double(matrix.cosine(0, index)) - reference.cosine) < 1e-5)
    }
  }
}
