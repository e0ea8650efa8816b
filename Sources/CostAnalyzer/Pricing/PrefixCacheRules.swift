import Foundation
import Yams

/// What providers cache of the beginnings of prompts: `Data/prefixcaching.yaml`, or a file in its place.
package struct PrefixCacheRules: Sendable, Decodable {
  package struct Rule: Sendable, Decodable, Equatable {
    package var names: [String]
    /// Tokens below which nothing is cached.
    package var minimum: Int
    /// Hits come in multiples of this many tokens.
    package var step: Int
    /// Seconds an entry lives after its last use.
    package var life: Int
    /// Prices of a token that is written and read, in input prices.
    package var write: Double
    package var read: Double
    package var source: String
  }

  package var version: String
  package var models: [Rule]

  package init(yaml: String) throws {
    self = try YAMLDecoder().decode(PrefixCacheRules.self, from: yaml)
    guard models.allSatisfy({ $0.minimum >= 1 && $0.step >= 1 && $0.life >= 1 && $0.write >= 0 && $0.read >= 0 }) else {
      throw AnalyzerError(
        .config, "rules of prefix caches need minimum, step and life of at least 1, and no negative factors",
        hint: "Sources/CostAnalyzer/Data/prefixcaching.yaml shows the form")
    }
  }

  /// Read once a process.
  package static func builtin() throws -> PrefixCacheRules { try shared.get() }

  private static let shared = Result {
    try PrefixCacheRules(yaml: String(decoding: PackageResources.prefixcaching_yaml, as: UTF8.self))
  }

  /// The first rule with a name that begins the model's, or a part of it behind "/", "." or ":".
  package func rule(for model: String) -> Rule? { models.first { NamePrefix.matches(model, $0.names) } }
}

extension AnalysisOptions {
  /// The rules for prefix caches of these options.
  package func prefixCacheRules() throws -> PrefixCacheRules {
    guard let path = prefix.rules else { return try .builtin() }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw AnalyzerError(.config, "cannot read the rules for prefix caches \(path)", hint: "check prefix.rules")
    }
    do {
      return try PrefixCacheRules(yaml: text)
    } catch let error as DecodingError {
      throw AnalyzerError(.config, "\(path): \(error)", hint: "docs/strategies.md shows the form")
    }
  }
}

/// Beginnings of model names, whatever the providers put in front.
enum NamePrefix {
  static func matches(_ model: String, _ names: [String]) -> Bool {
    let model = Array(model.lowercased().utf8)
    let starts = [0] + model.indices.filter { model[$0] == 47 || model[$0] == 46 || model[$0] == 58 }.map { $0 + 1 }
    return names.contains { name in starts.contains { model[$0...].starts(with: name.utf8) } }
  }
}
