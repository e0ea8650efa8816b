import CTextScan

/// One log format: the pointers it looks up and how their values become a request.
///
/// Detection is by content and must be exclusive: no record may be claimed by two formats, because which format is
/// tried first depends on the thread that reads the line.
protocol LogFormat: Sendable {
  /// Name in reports and docs.
  var name: String { get }
  var plan: FieldPlan { get }
  /// Whether these fields, walked with `plan`, are a record of this format.
  func claims(_ fields: UnsafePointer<ca_slice>) -> Bool
  func draft(
    _ fields: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft
}

/// Every format, one line each.
package enum FormatRegistry {
  static let all: [any LogFormat] = [
    TrafficFormat(),
    OpenAIPairFormat(),
    LiteLLMStandardLoggingFormat(),
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
        scanner.beginLine()
        let text = UnsafeRawBufferPointer(rebasing: bytes[..<line.count])
        let (status, fields) = scanner.walk(format.plan, text, as: FirstField.self)
        return status == CA_OK && format.claims(fields.base)
      }.map(\.name)
    }
  }

  private enum FirstField: Int { case first }
}
