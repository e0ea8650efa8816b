import Crypto
import Foundation

/// `run.json`: what was read, with which options, and the SHA-256 of every file written. The only file of a report that
/// names its inputs.
package struct RunManifest: Codable, Sendable {
  package static let schema = "run/1"

  package struct Input: Codable, Sendable {
    package var path: String
    package var sha256: String
    package var bytes: Int
    package var decodedBytes: Int
    package var container: String
    package var end: String
  }

  package struct Problem: Codable, Sendable {
    package var path: String
    package var reason: String
    package var explanation: String
  }

  package struct Counts: Codable, Sendable {
    package var lines: Int
    /// Absent where every line holds one record, and none is skipped.
    package var records: Int?
    package var skipped: Int?
    package var requests: Int
    package var rejected: Int
    package var duplicates: Int
    package var blank: Int
    package var estimated: Int
    package var contradictory: Int
    package var unpriced: Int
    /// Requests with a user's verdict; absent without any.
    package var rated: Int?
  }

  package var schema = RunManifest.schema
  /// SHA-256 over version and the files of the analysis, but for what is rendered from others and the pre-cache manifest, which
  /// holds it: the same content has the same id, whatever the templates.
  package var runId: String
  package var version: String
  /// Seconds since 1970 from SOURCE_DATE_EPOCH; absent without it, so that a report does not depend on the clock.
  package var sourceDateEpoch: Int?
  package var inputs: [Input]
  package var problems: [Problem]
  package var counts: Counts
  package var costPicodollars: String
  package var costUsd: String
  package var prices: String
  package var embedder: String
  package var options: AnalysisOptions
  package var files: [String: String]

  package static func sha256(_ data: Data) -> String {
    SHA256.hash(data: data).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  static func runID(version: String, files: [String: String]) -> String {
    let data = files.keys.filter { !ReportRendering.isRendered($0) }.sorted()
    let text = ([version] + data.map { "\($0) \(files[$0]!)" }).joined(separator: "\n")
    return String(sha256(Data(text.utf8)).prefix(16))
  }

  /// The id in a manifest's JSON; empty where there is none.
  package static func runID(of manifest: Data) -> String {
    (try? JSONSerialization.jsonObject(with: manifest) as? [String: Any])?["run_id"] as? String ?? ""
  }

  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return Data((HostileText.json(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n").utf8)
  }
}
