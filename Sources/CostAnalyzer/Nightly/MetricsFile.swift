/// Metrics in Prometheus' text format, for the textfile collector of its node exporter.
package struct MetricsFile: Sendable {
  private var text = ""

  package init() {}

  package mutating func add(
    _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]
  ) {
    if samples.isEmpty { return }
    text += "# HELP llm_cost_\(name) \(help)\n# TYPE llm_cost_\(name) gauge\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
      text += "llm_cost_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
    }
  }

  package mutating func add(_ name: String, _ help: String, _ value: Double?) {
    if let value, value.isFinite { add(name, help, [([], value)]) }
  }

  /// Names come from the log: nothing in them may end a label or a line.
  private static func escaped(_ text: String) -> String {
    HostileText.visible(text, limit: 200).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("\n", with: "\\n")
  }

  package var content: String { text }

  /// Whole or not at all, for everybody to read.
  package func write(to path: String) throws {
    let file = try CompressedFileWriter(path: path, compresses: false)
    try file.write(Array(text.utf8))
    try file.finish()
  }
}
