/// An embedder whose model is a folder of files.
package protocol ModelEmbedder: Embedder {
  /// Values of a vector, without the padding that `VectorMatrix` adds.
  var dimensions: Int { get }
}

extension StaticEmbedder: ModelEmbedder {}
extension TransformerEmbedder: ModelEmbedder {}

package enum ModelFolder {
  /// Opens the kind of model that the names of the tensors tell.
  package static func open(_ directory: String) throws(AnalyzerError) -> any ModelEmbedder {
    let names = try SafetensorsFile(path: directory + "/model.safetensors").tensors.keys
    let isTransformer = names.contains { $0.hasPrefix("encoder.layer.") }
    return isTransformer ? try TransformerEmbedder(directory: directory) : try StaticEmbedder(directory: directory)
  }
}
