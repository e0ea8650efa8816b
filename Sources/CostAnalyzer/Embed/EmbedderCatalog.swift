/// The embedders that this installation can use on texts.
package enum EmbedderCatalog {
  package static func available() -> [any Embedder] { [HashedNgramEmbedder()] }

  /// The embedder whose identity is `name` or begins with it; all for nil.
  package static func named(_ name: String?) throws -> [any Embedder] {
    let all = available()
    guard let name else { return all }
    let exact = all.filter { $0.identity == name }
    let found = exact.isEmpty ? all.filter { $0.identity.hasPrefix(name) } : exact
    if found.isEmpty {
      let names = all.map(\.identity).joined(separator: ", ")
      throw AnalyzerError(.usage, "no embedder '\(name)'", hint: "available: \(names)")
    }
    return found
  }
}
