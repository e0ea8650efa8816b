import CostAnalyzer
import Foundation
import Testing

@Suite("Mapped formats")
struct MappingTests {
  /// The text of the code block that begins with ```` ```<language> mapping ````.
  private static func example(_ language: String) throws -> String {
    let text = try #require(document("docs/log-formats.md"))
    let block = try #require(text.components(separatedBy: "```\(language) mapping\n").dropFirst().first)
    return block.components(separatedBy: "\n```")[0]
  }

  private static func read(_ lines: [String], _ yaml: String) throws -> RequestLog {
    let folder = try TestFolder()
    let path = try folder.write(Array((lines.joined(separator: "\n") + "\n").utf8), as: "log.jsonl")
    var reader = LogReader(settings: Ingest.settings, threads: 1)
    reader.mapping = try LogMapping(yaml: yaml)
    let (files, _) = InputFiles.identify([path], threads: 1)
    return reader.read(files)
  }

  @Test("the example of the document reads the record of the document, and leaves others to the other formats")
  func documented() throws {
    let yaml = try Self.example("yaml")
    let record = try Self.example("json")
    let lines = [
      record, trafficLine(), record.replacing("completion", with: "ping"), record.replacing("c-1", with: "c-2"),
    ]
    let log = try Self.read(lines, yaml)
    let mapped = "08:00:00Z gpt-4o-mini 60+40+0+0>20(0) 2500000000 ana/acme #prod 1500ms billed"
    expect(rows: log.rows, are: [mapped, "08:00:00Z gpt-4o-mini 10+0+0+0>5(0) 4500000 /", mapped])
    #expect(log.rejectLines == ["unknown_format:3"] && log.talk == ["Hi | Hello"])
    #expect(
      log.counts.byFormat.map(\.name) == ["acme-gateway", "traffic"] && log.counts.byFormat.map(\.lines) == [2, 1])
  }

  private static let minimal = """
    name: mine
    match: {/kind: call}
    fields: {time: /t, model: /m, input: /i, output: /o
    """

  @Test("the mapping is asked first; units, escapes, texts that hold JSON, errors, exclusive counts")
  func values() throws {
    let yaml =
      Self.minimal
      + ", cacheRead: /a~1b/c~0d, messages: /q, answer: /r, error: /e, cost: /$, latency: /l, gatewayCache: /hit, feedback: /f, toolCalls: /n}\n"
      + "inputIncludesCached: false\ncostUnit: microdollars\nlatencyUnit: us\n"
    let base = #"{"kind":"call","t":"2026-01-05T08:00:00Z","m":"gpt-4o-mini","i":10,"o":2"#
    let log = try Self.read(
      [
        base
          + #","a/b":{"c~d":90},"q":"[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"Hi\"}]","r":"x"}"#,
        base + #","$":2.5,"l":1500000,"q":"plain","hit":"HIT","f":-1,"n":2}"#, base + #","e":"timeout"}"#,
        base + #","e":false}"#, base + #","e":null,"schema":"traffic/1","ts":0}"#,
      ], yaml)
    expect(
      rows: log.rows,
      are: [
        // 10 × 0.15 + 90 × 0.075 + 2 × 0.6
        "08:00:00Z gpt-4o-mini 10+90+0+0>2(0) 9450000 /",
        "08:00:00Z gpt-4o-mini 10+0+0+0>2(0) 2500000 / 1500ms billed tools hit verdict -1.0",
        "08:00:00Z gpt-4o-mini 10+0+0+0>2(0) 2700000 / error", "08:00:00Z gpt-4o-mini 10+0+0+0>2(0) 2700000 /",
        "08:00:00Z gpt-4o-mini 10+0+0+0>2(0) 2700000 /",
      ])
    #expect(log.talk == ["Hi | x", "plain | "] && log.counts.contradictory == 0)
  }

  @Test("pointers into a value that is read too: an object, an array and its elements")
  func nestedPointers() throws {
    let yaml = Self.minimal + ", messages: /c, answer: /c/1/content, user: /w/name, parameters: /w}"
    let log = try Self.read(
      [
        #"{"kind":"call","t":1767600000,"m":"gpt-4o-mini","i":1,"o":1,"w":{"name":"ana"},"c":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes"}]}"#,
        #"{"kind":"call","t":1767600000,"m":"gpt-4o-mini","i":1,"o":1,"w":"x","c":[]}"#,
      ], yaml)
    #expect(log.talk == ["Hi | Yes"] && log.all.map { log.users[Int($0.user)] } == ["ana", ""])
  }

  @Test(
    "a mapping that cannot be right says why",
    arguments: [
      ("- a", "must be a YAML mapping"), ("name: [", "not valid YAML"), ("nom: x", "unknown key 'nom'"),
      ("{match: {/a: b}, fields: {time: /t, model: /m}}", "name is missing"),
      ("{name: x, fields: {time: /t, model: /m}}", "match is missing"),
      ("{name: x, match: {}, fields: {time: /t, model: /m}}", "match is missing"),
      ("{name: x, match: {a: b}, fields: {time: /t, model: /m}}", "match: 'a' is no JSON pointer"),
      ("{name: x, match: {/a: [1]}, fields: {time: /t, model: /m}}", "match./a must be a text"),
      ("{name: x, match: {/a: b}}", "fields is missing"),
      ("{name: x, match: {/a: b}, fields: {model: /m}}", "fields.time is missing"),
      ("{name: x, match: {/a: b}, fields: {time: /t}}", "fields.model is missing"),
      ("{name: x, match: {/a: b}, fields: {time: /t, model: /m, usr: /u}}", "unknown field 'usr'"),
      ("{name: x, match: {/a: b}, fields: {time: t, model: /m}}", "fields.time: 't' is no JSON pointer"),
      ("{name: x, match: {/a: b}, fields: {time: [], model: /m}}", "fields.time has no pointer"),
      (
        "{name: x, match: {/a: b}, fields: {time: /t, model: /m, input: /i, cacheRead: /c}}",
        "inputIncludesCached is missing"
      ),
      (
        "{name: x, match: {/a: b}, fields: {time: /t, model: /m}, inputIncludesCached: maybe}",
        "inputIncludesCached must be true or false"
      ),
      (
        "{name: x, match: {/a: b}, fields: {time: /t, model: /m}, costUnit: euro}",
        "costUnit must be one of: usd, cents"
      ),
      ("{name: x, match: {/a: b}, fields: {time: /t, model: /m}, latencyUnit: h}", "latencyUnit must be one of: s, ms"),
    ])
  func wrong(yaml: String, message: String) throws {
    let error = try #require(throws: AnalyzerError.self) { try LogMapping(yaml: yaml) }
    #expect(error.message.hasPrefix(message), "\(error.message)")
    #expect(error.kind == .config && error.hint?.isEmpty == false || message.hasPrefix("not valid YAML"))
  }

  @Test("a mapping file that is not there, and one that is wrong, are named")
  func files() throws {
    let missing = try #require(throws: AnalyzerError.self) { try LogMapping(file: "/nowhere/map.yaml") }
    #expect(missing.message.contains("/nowhere/map.yaml"))
    let folder = try TestFolder()
    let path = try folder.write(Array("name: x".utf8), as: "map.yaml")
    let wrong = try #require(throws: AnalyzerError.self) { try LogMapping(file: path) }
    #expect(wrong.message == "\(path): match is missing")
  }

  @Test("input.mapping reaches a run")
  func run() throws {
    let folder = try TestFolder()
    let mapping = try folder.write(Array((try Self.example("yaml")).utf8), as: "map.yaml")
    let record = try Self.example("json")
    var request = Analysis.Request(inputs: [try folder.write(Array((record + "\n").utf8), as: "log.jsonl")])
    request.ledgerOnly = true
    request.options = try AnalysisOptions(yaml: "input: {mapping: \(mapping)}")
    #expect(try Analysis.run(request).ledger.total.cost == 2_500_000_000)
  }
}
