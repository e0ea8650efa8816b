import Foundation

/// Posts what a night says to an address of the user's: JSON with the line that cron mails as `text`, which is what Slack shows, and
/// the summary. Names of users, tenants and tags stay at home.
package struct Webhook: Sendable {
  private let url: String
  /// Without path and query, which may hold a key.
  private let shown: String
  /// Seconds until the server must have answered.
  private let timeout: Double

  package init(_ url: String, timeout: Double = 10) throws(AnalyzerError) {
    guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme), let host = parts.host,
      !host.isEmpty
    else {
      throw AnalyzerError(.usage, "the address of --notify is none of the web", hint: "for example https://host/path")
    }
    self.url = url
    self.timeout = timeout
    shown = "\(parts.scheme!)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
  }

  /// Why the notice did not arrive; nil when it did. One try: the next night has its own.
  package func post(_ night: Nightly, report: String) -> String? {
    var options = EndpointOptions(url: url, model: "")
    options.timeout = timeout
    options.retries = 0
    do {
      let body = try Self.body(night, report: report)
      _ = try EndpointClient(url: url, key: nil, options: options, accepted: 200...299).post(body)
      return nil
    } catch {
      let reason = (error as? AnalyzerError)?.message ?? "\(error)"
      return reason.replacing(url, with: shown)
    }
  }

  private struct Body: Encodable {
    var schema = "nightly-notice/1"
    var text: String
    var summary: Nightly.Summary
  }

  static func body(_ night: Nightly, report: String) throws -> Data {
    var summary = night.summary(report: report)
    summary.changes.removeAll { $0.dimension != "total" && $0.dimension != "model" }
    summary.alerts.removeAll { !$0.leavesHome }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try encoder.encode(Body(text: night.line + night.missedText, summary: summary))
  }
}
