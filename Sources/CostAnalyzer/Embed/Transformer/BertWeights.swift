/// Reads the tensors of a BERT encoder by their Hugging Face names, and checks their shapes.
struct BertWeights {
  let file: SafetensorsFile
  /// Of the products.
  let precision: EncoderPrecision

  func values(_ name: String, _ shape: [Int]) throws(AnalyzerError) -> [Float] {
    let found = try file.tensor(name).shape
    guard found == shape else {
      throw AnalyzerError(
        .input, "\(file.path): tensor '\(name)' has the shape \(found); config.json says \(shape)",
        hint: "weights and config.json must come from the same model")
    }
    return try file.floats(name)
  }

  func norm(_ name: String, _ width: Int) throws(AnalyzerError) -> BertModel.LayerNorm {
    BertModel.LayerNorm(gain: try values(name + ".weight", [width]), bias: try values(name + ".bias", [width]))
  }

  /// Linear layers that read the same input, as one product: their outputs stand side by side.
  func product(
    _ names: [String], outputs: Int, inputs: Int, rows: Int
  ) throws(AnalyzerError) -> MatrixProduct {
    var weights: [Float] = []
    var bias: [Float] = []
    for name in names {
      weights += try values(name + ".weight", [outputs, inputs])
      bias += try values(name + ".bias", [outputs])
    }
    return try MatrixProduct(weights: weights, bias: bias, inputs: inputs, rows: rows, precision: precision)
  }

  /// The vectors of the positions up to the longest sequence, plus the vector of the only segment.
  func positions(_ configuration: BertConfiguration) throws(AnalyzerError) -> [Float] {
    let name = "embeddings.position_embeddings.weight"
    let known = try file.tensor(name).shape.first ?? 0
    let all = try values(name, [max(known, configuration.longest), configuration.hidden])
    let segments = try file.floats("embeddings.token_type_embeddings.weight")
    guard segments.count >= configuration.hidden else {
      throw AnalyzerError(.input, "\(file.path): the segment table is too short", hint: "fetch the model again")
    }
    return (0..<configuration.longest * configuration.hidden).map { all[$0] + segments[$0 % configuration.hidden] }
  }
}
