import Crypto
import Foundation

/// Decides what of the log's questions and answers may stand in a file. Every writer asks here.
package struct ContentPolicy: Sendable {
  package enum Mode: String, Codable, Sendable, CaseIterable {
    /// No text at all.
    case none
    /// A keyed hash in the place of every text.
    case hashed
    /// Texts without private data.
    case redacted
    /// Every text.
    case full
  }

  package let mode: Mode
  package let redactor: Redactor
  private let key: [UInt8]

  /// - Parameters:
  ///   - options: validated.
  ///   - hashKey: what hashes are keyed with. Without it whoever guesses a text can check the guess.
  package init(_ options: AnalysisOptions.Privacy = .init(), hashKey: String = "") {
    mode = options.content
    redactor = Redactor(patterns: options.patterns)
    key = Array(hashKey.utf8)
  }

  /// The text, its hash, or nil where it may not be shown.
  package func shown(_ text: String) -> String? {
    switch mode {
    case .none: nil
    case .hashed: hash(text)
    case .redacted: redactor.finding(in: text) == nil ? text : nil
    case .full: text
    }
  }

  /// What stands in the place of a text that may not be shown.
  package var placeholder: String {
    mode == .none ? "(not shown: --content none)" : "\(CachingCandidates.withheld)private data)"
  }

  /// HMAC-SHA256 of the text, its first 16 hexadecimal digits.
  package func hash(_ text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key))
    return "hash " + code.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension AnalysisOptions {
  package struct Privacy: Codable, Sendable, Equatable {
    /// What of questions and answers may stand in the files.
    package var content = ContentPolicy.Mode.redacted
    /// Regular expressions of further private data.
    package var patterns: [String] = []

    package init() {}

    func validate(_ require: (Bool, String) throws -> Void) throws {
      for pattern in patterns {
        try require(
          !pattern.isEmpty && (try? NSRegularExpression(pattern: pattern)) != nil,
          "privacy.patterns: '\(pattern)' is no regular expression")
      }
    }
  }
}
