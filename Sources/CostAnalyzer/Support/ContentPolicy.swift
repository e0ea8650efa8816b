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

  /// How users are called.
  package enum UserNames: String, Codable, Sendable, CaseIterable { case named, hashed }

  package let mode: Mode
  private let users: UserNames
  package let redactor: Redactor
  private let key: [UInt8]

  /// - Parameters:
  ///   - options: validated.
  ///   - hashKey: what hashes are keyed with. Without it whoever guesses a text can check the guess.
  package init(_ options: AnalysisOptions.Privacy = .init(), hashKey: String = "") {
    mode = options.content
    users = options.users
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
  package func hash(_ text: String) -> String { "hash " + code(text) }

  /// What files call a user. The empty name is nobody's.
  package func user(_ name: String) -> String {
    users == .named || name.isEmpty ? name : "user " + code(name)
  }

  /// Options that name users as `user(_:)` does: what is asked of one still finds them.
  func renamingUsers(in options: AnalysisOptions) -> AnalysisOptions {
    var options = options
    options.batching.users = options.batching.users.map(user)
    for index in options.budgets.limits.indices where options.budgets.limits[index].scope == .user {
      options.budgets.limits[index].name = options.budgets.limits[index].name.map(user)
    }
    return options
  }

  private func code(_ text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key))
    return code.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension AnalysisOptions {
  package struct Privacy: Codable, Sendable, Equatable {
    /// What of questions and answers may stand in the files.
    package var content = ContentPolicy.Mode.redacted
    /// How users are called in the files.
    package var users = ContentPolicy.UserNames.named
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
