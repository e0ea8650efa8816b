import Foundation

/// Embedding models on this machine, one folder each.
package enum InstalledEmbeddings {
  /// `$ANALYZE_EMBEDDINGS`, else `embeddings` in the data folder.
  package static func directory(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    DataFolder.value("ANALYZE_EMBEDDINGS", environment) ?? DataFolder.path(environment: environment) + "/embeddings"
  }

  /// The folder of an installed model, such as "wordllama" or "minilm"; nil when it is not there.
  package static func find(
    _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    let path = directory(environment: environment) + "/" + name
    let isThere = ["model.safetensors", "tokenizer.json"].allSatisfy {
      FileManager.default.fileExists(atPath: path + "/" + $0)
    }
    return isThere ? path : nil
  }
}
