import Foundation

/// The embedders of this installation, by name.
package enum EmbedderCatalog {
  /// Models that `analyze setup embeddings` installs, quickest first.
  package static let installable = ["wordllama", "minilm"]

  /// What a run uses where the log carries no vectors.
  package static func embedder(
    _ options: AnalysisOptions.Embedding, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> any Embedder {
    switch options.model {
    case "auto":
      if let folder = InstalledEmbeddings.find("wordllama", environment: environment) {
        return try StaticEmbedder(directory: folder)
      }
      return HashedNgramEmbedder()
    case "endpoint": return try endpoint(options.endpoint, environment)
    default: return try named(options.model, environment: environment)
    }
  }

  /// `hashed`, an installed model, or the folder of one.
  package static func named(
    _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> any Embedder {
    if name == "hashed" { return HashedNgramEmbedder() }
    if installable.contains(name) {
      guard let folder = InstalledEmbeddings.find(name, environment: environment) else {
        throw AnalyzerError(
          .config, "the embedding model \(name) is not installed", hint: "analyze setup embeddings installs it")
      }
      return try ModelFolder.open(folder)
    }
    guard FileManager.default.fileExists(atPath: name + "/tokenizer.json") else {
      throw AnalyzerError(
        .config, "no embedder '\(name)'",
        hint:
          "name hashed, \(installable.joined(separator: ", ")), or a folder with model.safetensors and tokenizer.json")
    }
    return try ModelFolder.open(name)
  }

  /// All that are there, quickest first.
  package static func available(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> [any Embedder] {
    let installed = installable.compactMap { InstalledEmbeddings.find($0, environment: environment) }
    return [HashedNgramEmbedder()] + (try installed.map { try ModelFolder.open($0) })
  }

  private static func endpoint(
    _ options: AnalysisOptions.Embedding.Endpoint, _ environment: [String: String]
  ) throws -> EndpointEmbedder {
    guard let url = options.url, let model = options.model else {
      throw AnalyzerError(
        .config, "embedding.model is endpoint, but embedding.endpoint.url or embedding.endpoint.model is missing",
        hint: "analyze config shows every option")
    }
    var endpoint = EndpointOptions(url: url, model: model)
    endpoint.keyVariable = options.keyVariable
    endpoint.batch = options.batch
    endpoint.timeout = options.timeoutSeconds
    endpoint.retries = options.retries
    endpoint.dimensions = options.dimensions
    return try EndpointEmbedder(endpoint, environment: environment)
  }
}
