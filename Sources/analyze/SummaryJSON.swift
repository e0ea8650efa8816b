import CostAnalyzer
import Foundation

/// A stage as the JSON summaries of the commands show it.
struct TimingSummary: Encodable {
  var stage: String
  var wallS: Double
  var cpuS: Double
  var rows: Int

  init(_ timing: StageTiming) {
    stage = timing.stage
    wallS = timing.wall
    cpuS = timing.cpu
    rows = timing.rows
  }
}

extension Encodable {
  /// One object on one line, keys in snake case and in order, with nothing in it that a terminal would obey.
  func summaryJSON() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return HostileText.json(String(decoding: try encoder.encode(self), as: UTF8.self))
  }
}
