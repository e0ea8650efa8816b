import Foundation

/// Where an OpenAI-compatible embedding service is and how to talk to it.
package struct EndpointOptions: Sendable {
  /// `https://host/v1` or the whole address up to `/embeddings`.
  package var url: String
  package var model: String
  /// Name of the environment variable that holds the key; nil when the service wants none.
  package var keyVariable: String?
  /// Texts a request.
  package var batch = 128
  /// Seconds for one request.
  package var timeout = 30.0
  /// Further tries after a refusal for load (429), an error of the server (5xx), or no answer.
  package var retries = 4
  /// Seconds before the first further try; doubles with each, unless the server names a time.
  package var firstDelay = 0.5
  /// Length that vectors must have; also asked for. Nil takes what the model gives.
  package var dimensions: Int?

  package init(url: String, model: String) {
    self.url = url
    self.model = model
  }

  /// The address to post to. Throws a config error when it is none.
  func address() throws(AnalyzerError) -> (url: String, host: String) {
    guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
      ["http", "https"].contains(parts.scheme?.lowercased())
    else {
      throw AnalyzerError(
        .config, "'\(url)' is no address of an embedding endpoint", hint: "give one such as https://api.openai.com/v1")
    }
    guard parts.user == nil, parts.password == nil else {
      throw AnalyzerError(
        .config, "the address of an embedding endpoint must not hold a password",
        hint: "name an environment variable that holds the key")
    }
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    return (parts.path.hasSuffix("/embeddings") ? url : base + "/embeddings", host)
  }

  /// The key, without ever naming it in an error.
  func key(_ environment: [String: String]) throws(AnalyzerError) -> String? {
    guard let keyVariable else { return nil }
    guard let key = environment[keyVariable], !key.isEmpty else {
      throw AnalyzerError(
        .config, "the environment variable \(keyVariable) for the embedding endpoint is not set",
        hint: "export \(keyVariable)=… and run again")
    }
    guard key.utf8.allSatisfy({ (33...126).contains($0) }) else {
      throw AnalyzerError(
        .config, "the key in \(keyVariable) holds spaces or other characters that no key has",
        hint: "set it again without quotes and line ends")
    }
    return key
  }

  func validate() throws(AnalyzerError) {
    guard batch > 0, timeout > 0, retries >= 0, firstDelay >= 0, dimensions ?? 1 > 0, !model.isEmpty else {
      throw AnalyzerError(
        .config,
        "an embedding endpoint needs a model, a batch of at least 1, a positive timeout and no negative retries")
    }
  }
}
