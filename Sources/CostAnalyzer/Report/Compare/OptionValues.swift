import Yams

/// Options of a run by path (`cache.ttl`), as text.
enum OptionValues {
  static func of(yaml: String) throws -> [String: String] {
    var flat: [String: String] = [:]
    func add(_ node: Node, _ path: [String]) {
      guard case .mapping(let mapping) = node else {
        flat[path.joined(separator: ".")] = text(node)
        return
      }
      for (key, value) in mapping { add(value, path + [text(key)]) }
    }
    if let node = try Yams.compose(yaml: yaml) { add(node, []) }
    return flat
  }

  /// On one line, as YAML's flow style has it.
  private static func text(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string
    case .sequence(let sequence): "[" + sequence.map(text).joined(separator: ", ") + "]"
    case .mapping(let mapping): "{" + mapping.map { "\(text($0.key)): \(text($0.value))" }.joined(separator: ", ") + "}"
    case .alias: ""
    }
  }
}
