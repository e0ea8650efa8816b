import CTextScan

/// A log format: the pointers it looks up and what it makes of a line.
///
/// Detection is by content and must be exclusive: no line may be claimed by two formats, because which format is
/// tried first depends on the thread that reads the line.
protocol LineFormat: Sendable {
  /// Name in reports and docs.
  var name: String { get }
  var plan: FieldPlan { get }
  /// Whether these fields, walked with `plan`, are a line of this format.
  func claims(_ fields: UnsafePointer<ca_slice>) -> Bool
  /// Hands over every record of the line, in order; slices of a record need to live only until `take` returns. What is
  /// thrown counts as one more record.
  func records(
    _ fields: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason)
}

/// A format with one request a line.
protocol LogFormat: LineFormat {
  func draft(
    _ fields: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft
}

extension LogFormat {
  func records(
    _ fields: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason) {
    take(.request(try draft(fields, line: line, scanner)))
  }
}

/// Every format, one line each.
package enum FormatRegistry {
  static let all: [any LineFormat] = [
    TrafficFormat(),
    OpenAIPairFormat(),
    LiteLLMStandardLoggingFormat(),
    OTLPFormat(),
    SpanFormat(),
    LangfuseFormat(),
    ClaudeCodeFormat(),
    CodexFormat(),
    LiteLLMSpendLogsFormat(),
    AnthropicFormat(),
    OpenAIResponsesFormat(),
    OpenAIBatchFormat(),
    OpenAIStoredFormat(),
    BedrockFormat(),
    HeliconeFormat(),
    PortkeyFormat(),
    CloudflareFormat(),
    EnvoyFormat(),
    KongFormat(),
    SGLangFormat(),
  ]

  package static var names: [String] { all.map(\.name) }

  /// Names of the formats that claim a line: more than one is a bug, none is `unknown_format`.
  package static func claimants(of line: [UInt8]) -> [String] {
    let scanner = JSONScanner()
    let padded = line + [UInt8](repeating: 32, count: ca_padding())
    return padded.withUnsafeBytes { bytes in
      all.filter { format in
        scanner.beginWalk()
        let text = UnsafeRawBufferPointer(rebasing: bytes[..<line.count])
        let (status, fields) = scanner.walk(format.plan, text, as: FirstField.self)
        return status == CA_OK && format.claims(fields.base)
      }.map(\.name)
    }
  }

  private enum FirstField: Int { case first }
}

/// The formats of a run.
struct FormatList: Sendable {
  /// One format. A class: an existential in an array would be copied for every line.
  final class Entry: Sendable {
    let format: any LineFormat
    /// The same where every line is one request: nearly all lines are, and need no handing over of records.
    let single: (any LogFormat)?
    let plan: FieldPlan

    init(_ format: any LineFormat) {
      (self.format, single, plan) = (format, format as? any LogFormat, format.plan)
    }
  }

  let entries: [Entry]
  /// How many of the first are asked first, whatever the last line was: where another format would claim a record too, a
  /// user's own decides.
  let pinned: Int

  init(_ mapping: LogMapping? = nil) {
    entries = (mapping.map { [MappedFormat($0)] } ?? []).map { Entry($0) } + FormatRegistry.all.map { Entry($0) }
    pinned = mapping == nil ? 0 : 1
  }
}
