import Foundation

/// Embedding models on this machine, one folder each.
package enum InstalledEmbeddings {
  /// `$ANALYZE_EMBEDDINGS`, else `embeddings` in the data folder: `$ANALYZE_DATA`, else `$XDG_DATA_HOME/llm-cost-analyzer`,
  /// else the same below `~/.local/share`.
  package static func directory(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let path = value("ANALYZE_EMBEDDINGS") { return path }
    if let data = value("ANALYZE_DATA") { return data + "/embeddings" }
    let base =
      value("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (value("HOME") ?? NSTemporaryDirectory()) + "/.local/share"
    return base + "/llm-cost-analyzer/embeddings"
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
