import CostAnalyzer
import Foundation
import Testing

@Suite struct DeterminismTests {
  private func files(_ inputs: [String], threads: Int) throws -> [String: Data] {
    var request = Analysis.Request(inputs: inputs)
    request.threads = threads
    // Every kind of replay, few of each.
    request.options.cache.thresholds = [0.8, 0.9, 0.95]
    request.options.cache.ttls = [.hours(24), .unlimited]
    request.options.cache.capacities = [100, nil].map(EntryLimit.init)
    let files = try Analysis.run(request).reportFiles(environment: [:])
    return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.content) })
  }

  @Test("one thread, two threads and four threads write the same bytes")
  func threads() throws {
    let path = try SampleLogs.generated(requests: 2_000, seed: 5)
    let one = try files([path], threads: 1)
    #expect(one.count > 15)
    for threads in [2, 4] { #expect(try files([path], threads: threads) == one) }
  }

  @Test("a log split into seven files gives the same report, but for the list of inputs")
  func splits() throws {
    let directory = SampleLogs.directory + "/split"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let whole = directory + "/whole.jsonl"
    var options = GeneratorOptions()
    options.requests = 1_500
    options.seed = 6
    _ = try writeGeneratedLog(options: options, format: .traffic, to: whole)
    let lines = try String(contentsOfFile: whole, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: true)
    let parts = try (0..<7).map { part in
      let slice = lines[lines.count * part / 7..<lines.count * (part + 1) / 7]
      let path = "\(directory)/part-\(part).jsonl"
      try (slice.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }
    var one = try files([whole], threads: 2)
    var seven = try files(parts, threads: 2)
    let (manifest, splitManifest) = (one.removeValue(forKey: "run.json"), seven.removeValue(forKey: "run.json"))
    #expect(one == seven)
    func runID(_ data: Data?) throws -> String? {
      (try JSONSerialization.jsonObject(with: try #require(data)) as? [String: Any])?["run_id"] as? String
    }
    #expect(try runID(manifest) != nil && runID(manifest) == runID(splitManifest))
  }

  @Test("the same file given twice counts once and is named as a problem")
  func fedTwice() throws {
    let path = try SampleLogs.generated(requests: 300, seed: 8)
    let copy = path + ".copy"
    try? FileManager.default.removeItem(atPath: copy)
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let once = try Analysis.run(Analysis.Request(inputs: [path]))
    let twice = try Analysis.run(Analysis.Request(inputs: [path, copy]))
    #expect(once.ledger.total == twice.ledger.total)
    #expect(twice.inputProblems.map(\.reason) == ["repeated_file"])
  }
}
