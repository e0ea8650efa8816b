import CostAnalyzer
import Foundation
import Testing

/// `reports/sample/` is a whole report, committed: what the program writes, to look at and to notice every change of it.
@Suite("Sample report")
struct SampleReportTests {
  private static let folder = checkoutRoot.appendingPathComponent("reports/sample")

  private static func build() throws -> [String: Data] {
    let scratch = try Scratch()
    var generator = GeneratorOptions()
    generator.requests = 1500
    generator.seed = 7
    _ = try writeGeneratedLog(options: generator, format: .traffic, to: scratch.path("sample.jsonl.zst"))
    var request = Analysis.Request(inputs: [scratch.path("sample.jsonl.zst")])
    request.options.report.maxClusters = 200
    request.options.precache.maxEntries = 20
    request.threads = 2
    var analysis = try Analysis.run(request)
    // As if run in the folder of the log: no path of a machine in a committed file.
    analysis.log.inputs[0].path = "sample.jsonl.zst"
    let files = try analysis.reportFiles(environment: ["SOURCE_DATE_EPOCH": "1767225600"])
    return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.content) })
  }

  @Test("The committed sample report is what the program writes, byte for byte")
  func sampleIsCurrent() throws {
    let built = try Self.build()
    if ProcessInfo.processInfo.environment["RECORD_SAMPLE"] == "1" {
      try? FileManager.default.removeItem(at: Self.folder)
      for (name, data) in built {
        let file = Self.folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
      }
      Issue.record("recorded \(built.count) files: look at them, commit them, and run again without RECORD_SAMPLE")
      return
    }
    let committed = try FileManager.default.subpathsOfDirectory(atPath: Self.folder.path)
      .filter { !$0.hasPrefix(".") && $0 != "charts" }
    #expect(Set(committed) == Set(built.keys))
    for (name, data) in built.sorted(by: { $0.key < $1.key }) {
      let old = try? Data(contentsOf: Self.folder.appendingPathComponent(name))
      guard old != data else { continue }
      let pair = zip(
        String(decoding: old ?? Data(), as: UTF8.self).split(separator: "\n"),
        String(decoding: data, as: UTF8.self).split(separator: "\n"))
      let first = pair.first { $0 != $1 }
      Issue.record(
        "\(name) differs (RECORD_SAMPLE=1 records): committed \(first?.0.prefix(300) ?? "shorter"), now \(first?.1.prefix(300) ?? "longer")"
      )
    }
    #expect(built.values.reduce(0) { $0 + $1.count } < 600_000)
  }
}
