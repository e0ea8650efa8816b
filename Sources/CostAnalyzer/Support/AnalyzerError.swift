/// An error that stops a command: what went wrong, where, and what to do next.
package struct AnalyzerError: Error, CustomStringConvertible, Equatable {
  package enum Kind: Sendable { case usage, input, output, state, prices, config, conservation }
  package let kind: Kind
  package let message: String
  /// What the reader can do about it.
  package let hint: String?

  package init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  package var description: String { hint.map { "\(message)\n  \($0)" } ?? message }
}
