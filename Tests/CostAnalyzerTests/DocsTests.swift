import CostAnalyzer
import Foundation
import Testing

/// Documents that fall behind the program fail here.
@Suite("Documents")
struct DocsTests {
  /// `name` in backticks, each one.
  private static func codes(_ text: some StringProtocol) -> [String] {
    String(text).matches(of: /`([^`]+)`/).map { String($0.output.1) }
  }

  /// The sections below `### ` headings: files named in the heading, and the codes in the first column of the table.
  private static func documentedFiles(_ text: String) -> [(files: [String], columns: [String])] {
    text.components(separatedBy: "\n### ").dropFirst().map { section in
      let lines = section.components(separatedBy: "\n## ")[0].split(separator: "\n")
      let columns = lines.dropFirst().filter { $0.hasPrefix("| `") }.flatMap {
        codes($0.dropFirst(2).prefix { $0 != "|" })
      }
      return (codes(lines[0]), columns)
    }
  }

  private static let built: [String: Data] = {
    let scratch = try! Scratch()
    var options = GeneratorOptions()
    options.requests = 300
    options.users = 20
    _ = try! writeGeneratedLog(options: options, format: .traffic, to: scratch.path("log.jsonl"))
    let more = try! scratch.write(TrafficLine.log(TrafficLine.plain()), to: "more.jsonl")
    // Levers that run only when asked have files too.
    let all = try! AnalysisOptions(
      yaml: """
        selfHosted: {models: [gpt-4o], gpuHourUSD: 2, gpus: 1, throughput: 1000}
        distillation: {student: gpt-4o-mini}
        """)
    return try! report(of: [scratch.path("log.jsonl"), more], options: all).files
  }()

  @Test("Every file of a report and every column is documented, and nothing else is")
  func reportFiles() throws {
    let text = try #require(document("docs/reports.md"))
    let sections = Self.documentedFiles(text)
    // Not every log has something to show in every chart.
    let charts = Chart.Kind.allCases.map { "charts/\($0.rawValue).svg" }
    let expected = Set(Self.built.keys).union(charts)
    #expect(Set(sections.flatMap(\.files)) == expected)
    #expect(sections.flatMap(\.files).count == expected.count, "no file twice")
    for (files, columns) in sections {
      let tables = files.filter { $0.hasSuffix(".csv") }
      if tables.isEmpty { continue }
      let written = tables.flatMap { parseCSV(Self.built[$0] ?? Data()).first ?? [] }
      #expect(Set(columns) == Set(written), "\(files): \(Set(columns).symmetricDifference(written).sorted())")
      #expect(Set(columns).count == columns.count, "\(files): a column twice")
    }
  }

  @Test("Every key at the top of report.json and of its figures is documented")
  func reportKeys() throws {
    let section = try #require(document("docs/reports.md")).components(separatedBy: "### `report.json`")[1]
      .components(separatedBy: "\n### ")[0]
    let report = try JSONDecoder().decode(JSONValue.self, from: try #require(Self.built["report.json"]))
    let documented = Set(Self.codes(section))
    for object in [report, report["figures"] ?? .null, report["first_screen"] ?? .null] {
      let keys = Set(object.members.keys)
      #expect(keys.count > 2 && keys.isSubset(of: documented), "\(keys.subtracting(documented).sorted())")
    }
  }

  @Test("Every key of plan.json is documented")
  func planKeys() throws {
    let section = try #require(document("docs/plan.md")).components(separatedBy: "## `plan.json`")[1]
      .components(separatedBy: "\n## ")[0]
    let scratch = try Scratch()
    var options = GeneratorOptions()
    options.requests = 600
    _ = try writeGeneratedLog(options: options, format: .traffic, to: scratch.path("log.jsonl"))
    let plan = try SavingsPlan(try Analysis.run(Analysis.Request(inputs: [scratch.path("log.jsonl")])), threads: 2)
    let files = try PlanFiles.files(plan, environment: [:])
    let json = try #require(files.first { $0.name == "plan.json" }?.content)
    func keys(_ value: Any) -> Set<String> {
      if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(keys($1)) } }
      guard let object = value as? [String: Any] else { return [] }
      return object.reduce(into: []) { all, pair in
        all.insert(pair.key)
        if pair.key != "effort_scale" { all.formUnion(keys(pair.value)) }
      }
    }
    let written = keys(try JSONSerialization.jsonObject(with: json))
    let documented = Set(Self.codes(section))
    #expect(written.count > 25 && written.isSubset(of: documented), "\(written.subtracting(documented).sorted())")
    // What only a verified semantic cache has.
    let rest = documented.subtracting(written)
    #expect(rest.isSubset(of: ["wrong_hits", "share", "lower", "upper", "compared", "limit"]), "\(rest.sorted())")
  }

  @Test("Every key of the pre-cache list is documented")
  func precacheKeys() throws {
    let section = try #require(document("docs/reports.md")).components(separatedBy: "### `precache.jsonl`")[1]
      .components(separatedBy: "\n## ")[0]
    let line = try #require(Self.built["precache.jsonl"]).prefix { $0 != 10 }
    let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
    let documented = Set(Self.codes(section.components(separatedBy: "Keys: ")[1]))
    #expect(documented == Set(object.keys), "\(documented.symmetricDifference(object.keys).sorted())")
  }

  /// All keys, also those without a default, from the errors that list them.
  private static func allOptions() -> Set<String> {
    func known(_ path: [String]) -> [String] {
      let yaml = path.enumerated().map { String(repeating: "  ", count: $0.offset) + $0.element + ":\n" }.joined()
      do {
        _ = try AnalysisOptions(yaml: yaml + String(repeating: "  ", count: path.count) + "zzz: 1\n")
        return []
      } catch {
        let hint = (error as? AnalyzerError)?.hint ?? ""
        return hint.hasPrefix("known here: ") ? hint.dropFirst(12).components(separatedBy: ", ") : []
      }
    }
    func below(_ path: [String]) -> [String] {
      known(path).flatMap { key in
        let inner = below(path + [key])
        return inner.isEmpty ? [(path + [key]).joined(separator: ".")] : inner
      }
    }
    return Set(below([]))
  }

  @Test("Every option is documented with the default that analyze config prints, and nothing else is")
  func options() throws {
    let text = try #require(document("docs/configuration.md"))
    var documented: [String: String] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(documented.updateValue(cells[1], forKey: Self.codes(cells[0])[0]) == nil, "\(cells[0]) twice")
      #expect(cells.count == 4 && !cells[3].isEmpty)
    }
    let all = Self.allOptions()
    #expect(all.count > 25 && all.contains("cache.scope.tenant") && all.contains("routing.cheap"))
    #expect(Set(documented.keys) == all, "\(Set(documented.keys).symmetricDifference(all).sorted())")
    let defaults = flatten(yaml: try AnalysisOptions().yaml())
    #expect(Set(defaults.keys).isSubset(of: all))
    for (key, value) in documented { #expect(value == (defaults[key].map { "`\($0)`" } ?? "not set"), "\(key)") }
  }

  @Test("Every command and every long flag is in the README or in a document")
  func commands() throws {
    guard let readme = document("README.md") else { return }
    let folder = checkoutRoot.appendingPathComponent("docs")
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
    let text = readme + pages.compactMap { document("docs/\($0)") }.joined()
    let program = Program(scratch: try Scratch())
    var missing: [String] = []
    let commands = [
      "inspect", "run", "nightly", "state check", "state compact", "state forget", "plan", "replay", "judge",
      "export-training", "neighbours", "evaluate pairs", "evaluate cache",
      "evaluate prompts",
      "evaluate budget-windows", "evaluate router", "train pairs", "train router", "embed", "tokens",
      "setup embeddings", "setup tokenizers",
      "generate", "prices", "config", "history", "report", "compare", "templates", "deploy redis", "manual",
    ]
    for command in commands {
      if !text.contains("analyze \(command)") { missing.append("analyze \(command)") }
      let arguments = command.split(separator: " ").map(String.init) + ["--help"]
      let flags = Set(
        try program.run(Program.path, arguments).out.matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
      for flag in flags.subtracting(["--help", "--version"]) {
        if !text.contains("`\(flag)") { missing.append("analyze \(command) \(flag)") }
      }
    }
    #expect(missing.isEmpty)
  }

  @Test("Every log format has a section")
  func formats() throws {
    let headings = try #require(document("docs/log-formats.md")).split(separator: "\n").filter { $0.hasPrefix("## ") }
    // The registry names itself in the error for a log that no format reads.
    let scratch = try Scratch()
    var hint = ""
    do { _ = try report(of: [scratch.write("{}\n", to: "x.jsonl")]) } catch {
      hint = (error as? AnalyzerError)?.hint ?? ""
    }
    let formats = hint.components(separatedBy: "formats read: ").last?.components(separatedBy: ", ") ?? []
    #expect(formats.count >= 3 && formats.contains("traffic"))
    for format in formats { #expect(headings.contains { $0.contains("`\(format)`") }, "\(format)") }
  }

  @Test("Every guard has a section")
  func guards() throws {
    let headings = try #require(document("docs/guards.md")).split(separator: "\n").filter { $0.hasPrefix("## ") }
    for name in GuardSet.names { #expect(headings.contains { $0.contains("`\(name)`") }, "\(name)") }
  }

  @Test("Every strategy has a section")
  func strategies() {
    guard let text = document("docs/strategies.md") else { return }
    let headings = text.split(separator: "\n").filter { $0.hasPrefix("#") }
    for strategy in StrategyCatalog.all {
      #expect(headings.contains { $0.contains("`\(strategy.id)`") }, "\(strategy.id)")
    }
  }
}
