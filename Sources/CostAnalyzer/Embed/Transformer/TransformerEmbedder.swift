import Foundation

/// Sentence vectors of a BERT encoder such as all-MiniLM-L6-v2: the mean of its last layer, as sentence-transformers
/// computes it.
///
/// Vectors are the same bytes on one machine for every thread count and in whatever company a text is embedded; another
/// instruction set rounds differently (about 1e-6).
package struct TransformerEmbedder: Embedder {
  package let identity: String
  package var dimensions: Int { model.configuration.hidden }
  private let model: BertModel
  private let tokenizer: any Tokenizer
  private let start: Int32
  private let end: Int32
  /// Batches that one thread computes in the same memory.
  private static let batchesPerShard = 8
  private static let textsPerShard = 512

  /// - Parameter directory: A sentence-transformers model: config.json, sentence_bert_config.json, model.safetensors and
  ///   tokenizer.json.
  package init(directory: String, precision: EncoderPrecision = .float32) throws(AnalyzerError) {
    guard precision.isAvailable else {
      throw AnalyzerError(
        .usage, "this CPU has no instructions for \(precision.rawValue)", hint: "embed with float32, the default")
    }
    let folder = URL(fileURLWithPath: directory, isDirectory: true)
    let weightsPath = folder.appendingPathComponent("model.safetensors").path
    let tokenizerPath = folder.appendingPathComponent("tokenizer.json").path
    let configuration = try BertConfiguration(directory: folder)
    let description = try TokenizerFile(path: tokenizerPath)
    let tokens = try description.highestID() + 1
    guard tokens <= configuration.vocabulary else {
      throw AnalyzerError(
        .input, "\(weightsPath) has too few rows for the \(tokens) tokens of \(tokenizerPath)",
        hint: "take both files from the same model")
    }
    model = try BertModel(configuration, weights: SafetensorsFile(path: weightsPath), precision: precision)
    tokenizer = try TokenizerFile.load(description)
    guard let start = tokenizer.id(of: "[CLS]"), let end = tokenizer.id(of: "[SEP]") else {
      throw AnalyzerError(
        .input, "\(tokenizerPath) has no [CLS] and [SEP]", hint: "use the tokenizer.json that came with the weights")
    }
    self.start = start
    self.end = end
    // The configuration changes vectors, too: heads, and where long texts are cut.
    let files = [weightsPath, tokenizerPath] + BertConfiguration.files(folder)
    identity =
      "bert-\(configuration.hidden)-" + (try ModelFingerprint.short(paths: files))
      + (precision == .float32 ? "" : "-\(precision.rawValue)")
  }

  package func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
    embed(texts, only: [Bool](repeating: true, count: texts.count), threads: threads)
  }

  /// Embeds the texts that are asked for; the rows of the others are zero. For a cascade: a cheaper embedder tells which
  /// texts have a neighbour worth looking at.
  package func embed(_ texts: [[UInt8]], only needed: [Bool], threads: Int) -> VectorMatrix {
    precondition(needed.count == texts.count, "one answer a text")
    let sequences = tokenize(texts, only: needed, threads: threads)
    let batches = TokenBatches(lengths: sequences.map(\.count), budget: model.rows).batches
    let hidden = model.configuration.hidden
    let shards = (batches.count + Self.batchesPerShard - 1) / Self.batchesPerShard
    let parts = parallelMap(shards, threads: threads) { shard in
      let space = model.workspace()
      let range = shard * Self.batchesPerShard..<min(batches.count, (shard + 1) * Self.batchesPerShard)
      return batches[range].map { batch in
        [Float](unsafeUninitializedCapacity: batch.count * hidden) { vectors, count in
          model.encode(batch.map { sequences[$0][...] }, in: space, into: vectors.baseAddress!)
          count = vectors.count
        }
      }
    }
    var matrix = VectorMatrix(count: texts.count, dimensions: hidden)
    for (batch, vectors) in zip(batches, parts.joined()) {
      for (place, text) in batch.enumerated() {
        let row = text * matrix.dimensions
        matrix.values.replaceSubrange(row..<row + hidden, with: vectors[place * hidden..<(place + 1) * hidden])
      }
    }
    return matrix
  }

  /// Token ids with [CLS] and [SEP], cut to the longest sequence; empty for a text that is not asked for.
  private func tokenize(_ texts: [[UInt8]], only needed: [Bool], threads: Int) -> [[Int32]] {
    let shards = (texts.count + Self.textsPerShard - 1) / Self.textsPerShard
    return parallelMap(shards, threads: threads) { shard in
      (shard * Self.textsPerShard..<min(texts.count, (shard + 1) * Self.textsPerShard)).map { text in
        if !needed[text] { return [] }
        return [start] + tokenizer.encode(texts[text]).prefix(model.configuration.longest - 2) + [end]
      }
    }.flatMap { $0 }
  }
}
