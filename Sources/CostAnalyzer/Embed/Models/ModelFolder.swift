/// An embedder whose model is a folder of files.
package protocol ModelEmbedder: Embedder {
  /// Values of a vector, without the padding that `VectorMatrix` adds.
  var dimensions: Int { get }
}

extension StaticEmbedder: ModelEmbedder {}
extension TransformerEmbedder: ModelEmbedder {}

package enum ModelFolder {
  /// Opens the kind of model that the names of the tensors tell. Only a transformer has a precision to choose.
  package static func open(
    _ directory: String, precision: EncoderPrecision = .float32
  ) throws(AnalyzerError) -> any ModelEmbedder {
    let names = try SafetensorsFile(path: directory + "/model.safetensors").tensors.keys
    let isTransformer = names.contains { $0.hasPrefix("encoder.layer.") }
    if isTransformer { return try TransformerEmbedder(directory: directory, precision: precision) }
    guard precision == .float32 else {
      throw AnalyzerError(
        .usage, "\(directory) is a table of token vectors and multiplies nothing in \(precision.rawValue)",
        hint: "leave the precision out")
    }
    return try StaticEmbedder(directory: directory)
  }
}
