import Foundation
import Yams

/// Counts tokens the way a model's provider does, as far as that can be known offline.
package struct TokenCounter: Sendable {
  /// How the tokens of one model are counted.
  package struct Method: Sendable, Equatable {
    package var encoding: TokenEncoding
    /// The model's tokens per token of the encoding; nil where the encoding is the model's own.
    package var ratio: Double?

    package init(encoding: TokenEncoding, ratio: Double? = nil) {
      self.encoding = encoding
      self.ratio = ratio
    }
  }

  private let tokenizers: [TokenEncoding: RankTokenizer]
  private let table: EncodingTable
  private let estimates: [TokenEncoding: TokenWeights]

  /// - Parameter tokenizers: for an encoding without one, counts are estimates (`Data/encodings.yaml` says how good).
  package init(_ tokenizers: [RankTokenizer] = []) throws {
    self.tokenizers = Dictionary(tokenizers.map { ($0.encoding, $0) }, uniquingKeysWith: { $1 })
    table = try EncodingTable.builtin()
    estimates = try table.weights()
  }

  /// With what is installed.
  package static func installed(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> TokenCounter {
    try TokenCounter(TokenEncoding.allCases.compactMap { try InstalledTokenizers.load($0, environment: environment) })
  }

  package func method(for model: String) -> Method { table.method(for: model) }

  /// Whether counts are those of the encoding and not estimates.
  package func isExact(_ encoding: TokenEncoding) -> Bool { tokenizers[encoding] != nil }

  /// Tokens of a UTF-8 text in the encoding: of the method's ratio nothing is in it.
  package func count(_ text: UnsafeRawBufferPointer, _ encoding: TokenEncoding) -> Int {
    tokenizers[encoding]?.count(text) ?? estimates[encoding]!.estimate(text)
  }

  package func count(_ text: [UInt8], _ encoding: TokenEncoding) -> Int { text.withUnsafeBytes { count($0, encoding) } }

  /// What reports say of the counts: the encodings that are exact, and whether any is not.
  package var summary: String {
    TokenEncoding.allCases.map { "\($0.rawValue)\(isExact($0) ? "" : " (estimated)")" }.joined(separator: ", ")
  }
}

/// `Data/encodings.yaml`.
struct EncodingTable: Decodable, Sendable {
  struct Entry: Decodable, Sendable {
    var names: [String]
    var encoding: String
    var ratio: Double?
    var source: String
  }

  var version: String
  var models: [Entry]
  var estimate: [String: TokenWeights]

  /// Read once a process.
  static func builtin() throws -> EncodingTable { try shared.get() }

  private static let shared = Result {
    try YAMLDecoder().decode(EncodingTable.self, from: String(decoding: PackageResources.encodings_yaml, as: UTF8.self))
  }

  /// The first entry with a name that begins the model's, or a part of it behind "/", "." or ":".
  func method(for model: String) -> TokenCounter.Method {
    let entry = models.first { NamePrefix.matches(model, $0.names) }
    guard let entry, let encoding = TokenEncoding(rawValue: entry.encoding) else {
      preconditionFailure("encodings.yaml has no entry for every name")
    }
    return TokenCounter.Method(encoding: encoding, ratio: entry.ratio)
  }

  func weights() throws -> [TokenEncoding: TokenWeights] {
    var weights: [TokenEncoding: TokenWeights] = [:]
    for encoding in TokenEncoding.allCases { weights[encoding] = estimate[encoding.rawValue] }
    precondition(weights.count == TokenEncoding.allCases.count, "encodings.yaml lacks an estimate")
    return weights
  }
}
