import CKernels

/// The encoder half of BERT (Devlin et al. 2018, arXiv 1810.04805) with mean pooling.
///
/// Runs on *batches*: the tokens of several sequences, one after the other without padding, in a matrix of a fixed number
/// of rows. Only attention looks at more than one row, and it stays inside a sequence, so a sequence's vector depends on
/// nothing else in the batch.
struct BertModel: Sendable {
  let configuration: BertConfiguration
  /// Tokens of one batch: 256, or as many as the longest sequence needs in steps of 64. 64 to 768 were equally fast.
  let rows: Int
  private let words: [Float]
  /// Position and segment vectors, added once.
  private let positions: [Float]
  private let embeddingNorm: LayerNorm
  private let layers: [Layer]
  private let isa: Int32

  struct LayerNorm: Sendable {
    let gain: [Float]
    let bias: [Float]
  }

  private struct Layer: Sendable {
    let queryKeyValue: MatrixProduct
    let attentionOutput: MatrixProduct
    let attentionNorm: LayerNorm
    let inner: MatrixProduct
    let output: MatrixProduct
    let outputNorm: LayerNorm
  }

  init(
    _ configuration: BertConfiguration, weights: SafetensorsFile, precision: EncoderPrecision
  ) throws(AnalyzerError) {
    let reader = BertWeights(file: weights, precision: precision)
    let rows = max(256, (configuration.longest + 63) / 64 * 64)
    let hidden = configuration.hidden
    words = try reader.values("embeddings.word_embeddings.weight", [configuration.vocabulary, hidden])
    positions = try reader.positions(configuration)
    embeddingNorm = try reader.norm("embeddings.LayerNorm", hidden)
    var layers: [Layer] = []
    for index in 0..<configuration.layers {
      let name = "encoder.layer.\(index)."
      let projections = ["query", "key", "value"].map { name + "attention.self." + $0 }
      layers.append(
        Layer(
          queryKeyValue: try reader.product(projections, outputs: hidden, inputs: hidden, rows: rows),
          attentionOutput: try reader.product(
            [name + "attention.output.dense"], outputs: hidden, inputs: hidden, rows: rows),
          attentionNorm: try reader.norm(name + "attention.output.LayerNorm", hidden),
          inner: try reader.product(
            [name + "intermediate.dense"], outputs: configuration.inner, inputs: hidden, rows: rows),
          output: try reader.product(
            [name + "output.dense"], outputs: hidden, inputs: configuration.inner, rows: rows),
          outputNorm: try reader.norm(name + "output.LayerNorm", hidden)))
    }
    self.layers = layers
    self.configuration = configuration
    self.rows = rows
    isa = ca_isa()
  }

  /// Memory for one batch at a time.
  func workspace() -> BertWorkspace {
    let products = layers.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.inner, $0.output] }
    return BertWorkspace(
      configuration, rows: rows, productScratch: products.map(\.scratchBytes).max()!,
      attentionScratch: ca_attention_scratch(configuration.longest, configuration.headWidth))
  }

  /// Mean of the last layer over each sequence's tokens, scaled to length 1: one row of `hidden` floats a sequence.
  ///
  /// - Parameter sequences: Token ids with [CLS] and [SEP], at most `longest` each and `rows` together.
  func encode(_ sequences: [ArraySlice<Int32>], in space: BertWorkspace, into vectors: UnsafeMutablePointer<Float>) {
    let hidden = configuration.hidden
    let tokens = lookUp(sequences, in: space)
    for layer in layers {
      layer.queryKeyValue.run(space.hidden, into: space.queryKeyValue, scratch: space.productScratch)
      var row = 0
      for sequence in sequences {
        ca_attention(
          isa, space.queryKeyValue + row * 3 * hidden, sequence.count, configuration.heads, configuration.headWidth,
          space.attentionScratch, space.context + row * hidden)
        row += sequence.count
      }
      layer.attentionOutput.run(space.context, into: space.projected, scratch: space.productScratch)
      add(space.projected, to: space.hidden, count: tokens, layer.attentionNorm)
      layer.inner.run(space.hidden, into: space.inner, scratch: space.productScratch)
      ca_gelu(isa, space.inner, tokens * configuration.inner)
      layer.output.run(space.inner, into: space.projected, scratch: space.productScratch)
      add(space.projected, to: space.hidden, count: tokens, layer.outputNorm)
    }
    var row = 0
    for (index, sequence) in sequences.enumerated() {
      let vector = UnsafeMutableBufferPointer(start: vectors + index * hidden, count: hidden)
      vector.update(repeating: 0)
      for token in row..<row + sequence.count {
        let values = space.hidden + token * hidden
        for place in 0..<hidden { vector[place] += values[place] }
      }
      // The mean and the sum have the same direction.
      VectorMatrix.normalize(vector)
      row += sequence.count
    }
  }

  /// Fills `space.hidden` with word, position and segment vectors and normalises them. Returns the number of tokens.
  private func lookUp(_ sequences: [ArraySlice<Int32>], in space: BertWorkspace) -> Int {
    let hidden = configuration.hidden
    var row = 0
    words.withUnsafeBufferPointer { words in
      for sequence in sequences {
        let start = space.hidden + row * hidden
        for (place, id) in sequence.enumerated() {
          (start + place * hidden).update(from: words.baseAddress! + Int(id) * hidden, count: hidden)
        }
        add(positions, to: start, count: sequence.count, embeddingNorm)
        row += sequence.count
      }
    }
    precondition(row <= rows, "more tokens than a batch has rows")
    (space.hidden + row * hidden).update(repeating: 0, count: (rows - row) * hidden)
    return row
  }

  private func add(
    _ added: UnsafePointer<Float>, to rows: UnsafeMutablePointer<Float>, count: Int, _ norm: LayerNorm
  ) {
    ca_add_layer_norm(
      isa, rows, added, count, configuration.hidden, norm.gain, norm.bias, configuration.epsilon)
  }
}
