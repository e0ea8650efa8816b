import Foundation

/// Where fetched files live from run to run.
package enum DataFolder {
  /// `$ANALYZE_DATA`, else `$XDG_DATA_HOME/llm-cost-analyzer`, else the same below `~/.local/share`.
  package static func path(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    if let data = value("ANALYZE_DATA", environment) { return data }
    let base =
      value("XDG_DATA_HOME", environment).flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (value("HOME", environment) ?? NSTemporaryDirectory()) + "/.local/share"
    return base + "/llm-cost-analyzer"
  }

  /// An environment variable that says something.
  static func value(_ name: String, _ environment: [String: String]) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
