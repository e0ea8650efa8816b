import Foundation

/// `precache.manifest.json`: what a deploy job checks before it loads `precache.jsonl`. The list and this file may travel
/// without the rest of the report.
package struct PrecacheManifest: Codable, Sendable {
  package static let schema = "precache-manifest/1"
  package static let fileName = "precache.manifest.json"

  package var schema = PrecacheManifest.schema
  /// As in `run.json`.
  package var runId: String
  package var file = PrecacheList.fileName
  package var fileSchema: String
  package var sha256: String
  package var entries: Int
  /// The vectors and the least cosine that the variants and the forecast rest on.
  package var embedder: String
  package var threshold: Double
  package var minUsers: Int

  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return Data((HostileText.json(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n").utf8)
  }
}
