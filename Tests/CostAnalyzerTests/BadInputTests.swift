import CostAnalyzer
import Testing

@Suite("Bad input")
struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var fixture: String
    var lines: Int
    var accepted: Int
    var blank = 0
    var duplicates = 0
    /// `reason:file:line` of the first five, then `reason=count`, by reason in declaration order.
    var rejects: [String] = []
    var end = "complete"
    var testDescription: String { fixture }
  }

  private static func places(_ reason: String, _ lines: [Int], of count: Int? = nil) -> [String] {
    lines.map { "\(reason):0:\($0)" } + ["\(reason)=\(count ?? lines.count)"]
  }

  static let cases: [Case] = [
    Case(fixture: "bad-json.jsonl", lines: 8, accepted: 2, rejects: places("bad_json", [2, 3, 5, 6, 7], of: 6)),
    Case(
      // The first line is an array of one record, which lacks all but its schema.
      fixture: "not-objects.jsonl", lines: 7, accepted: 1,
      rejects: places("not_an_object", [2, 3, 4, 5, 6]) + places("missing_time", [1])),
    Case(fixture: "wrong-types.jsonl", lines: 11, accepted: 3, rejects: places("bad_field", [1, 2, 3, 4, 5], of: 8)),
    Case(fixture: "counts.jsonl", lines: 14, accepted: 5, rejects: places("bad_count", [1, 2, 3, 4, 5], of: 9)),
    Case(fixture: "costs.jsonl", lines: 12, accepted: 5, rejects: places("bad_cost", [1, 2, 3, 4, 5], of: 7)),
    Case(
      fixture: "times.jsonl", lines: 13, accepted: 3,
      rejects: places("missing_time", [1, 2]) + places("bad_time", [3, 4, 5, 6, 7], of: 8)),
    Case(fixture: "models.jsonl", lines: 4, accepted: 2, rejects: places("missing_model", [1, 2])),
    Case(fixture: "unknown-format.jsonl", lines: 6, accepted: 1, rejects: places("unknown_format", [1, 2, 3, 4, 5])),
    Case(fixture: "invalid-utf8.jsonl", lines: 3, accepted: 2, rejects: places("invalid_utf8", [2])),
    Case(fixture: "nul.jsonl", lines: 4, accepted: 2, rejects: places("nul_byte", [2, 3])),
    Case(fixture: "bom.jsonl", lines: 3, accepted: 2, rejects: places("bad_json", [2])),
    Case(fixture: "crlf.jsonl", lines: 4, accepted: 2, blank: 1, rejects: places("bad_json", [4])),
    Case(fixture: "no-newline.jsonl", lines: 2, accepted: 2),
    Case(fixture: "blank-lines.jsonl", lines: 7, accepted: 2, blank: 5),
    Case(fixture: "empty.jsonl", lines: 0, accepted: 0),
    Case(fixture: "unicode.jsonl", lines: 2, accepted: 2),
    Case(fixture: "repeated-keys.jsonl", lines: 1, accepted: 1),
    Case(fixture: "clock-backwards.jsonl", lines: 4, accepted: 4),
    Case(fixture: "duplicate-ids.jsonl", lines: 6, accepted: 4, duplicates: 2),
    Case(
      fixture: "no-request.jsonl", lines: 3, accepted: 0, blank: 1,
      rejects: places("bad_json", [3]) + places("unknown_format", [2])),
    Case(
      fixture: "nesting-bomb.jsonl.zst", lines: 4, accepted: 2,
      rejects: places("bad_json", [2]) + places("not_an_object", [1])),
    Case(
      fixture: "truncated.jsonl.zst", lines: 2, accepted: 1, rejects: places("cut_line", [2]), end: "truncated"),
    Case(
      fixture: "wrong-checksum.jsonl.zst", lines: 2, accepted: 1, rejects: places("cut_line", [2]), end: "corrupt"),
    Case(fixture: "truncated.jsonl.gz", lines: 1, accepted: 0, rejects: places("cut_line", [1]), end: "truncated"),
    Case(fixture: "trailing-garbage.jsonl.gz", lines: 6, accepted: 6, end: "corrupt"),
  ]

  @Test("every bad line is counted by reason with its place, and the lines around it are read", arguments: cases)
  func fixture(_ test: Case) throws {
    for text in [true, false] where text || test.fixture != "bad-json.jsonl" {
      var needs = IngestNeeds()
      needs.text = text
      let log = Ingest.read(paths: [TestData.fixture("bad/" + test.fixture)], needs: needs)
      #expect(log.problems.isEmpty)
      #expect(log.counts.lines == test.lines && log.counts.accepted == test.accepted, "\(log.counts)")
      #expect(log.counts.blank == test.blank && log.counts.duplicates == test.duplicates, "\(log.counts)")
      #expect(log.rejectList == test.rejects)
      #expect(log.counts.rejected == log.rejects.total)
      #expect(log.ends.map(\.end.name) == [test.end])
      expect(addsUp: log.counts)
    }
  }

  @Test("every bad fixture is listed here")
  func allListed() throws {
    let (files, _) = InputFiles.discover([TestData.fixture("bad")])
    #expect(files.map { String($0.split(separator: "/").last!) } == Self.cases.map(\.fixture).sorted())
  }

  @Test("accepted counts and costs are what the lines say")
  func values() {
    let counts = Ingest.read(paths: [TestData.fixture("bad/counts.jsonl")]).all
    #expect(counts.map(\.usage.input) == [12, 12, 1 << 31, 1000, 10])
    #expect(counts.map(\.usage.output) == [5, 5, 5, 5, 5])
    let costs = Ingest.read(paths: [TestData.fixture("bad/costs.jsonl")]).all
    #expect(costs.map(\.cost) == [10_000_000_000, 10_000_000_000, 0, 0, 0])
    #expect(costs.map { $0.flags.contains(.billed) } == [true, true, false, false, false])
    let types = Ingest.read(paths: [TestData.fixture("bad/wrong-types.jsonl")]).all
    #expect(types.map { $0.flags.contains(.estimated) } == [true, true, false])
  }

  @Test("escapes become the characters they stand for, lone surrogates the replacement character")
  func unicode() {
    let log = Ingest.read(paths: [TestData.fixture("bad/unicode.jsonl")])
    #expect(log.models.map(\.requested) == ["gpt-4o", "gpt-4o-mini"])
    let prompts = log.prompts.prompts.map { String(decoding: $0.text, as: UTF8.self) }
    #expect(prompts == ["😀 é \u{FFFD} \u{FFFD}x \u{FFFD}z", "naïve 日本語 😀"])
    #expect(log.prompts.prompts[0].answer == Array("A\n\0€".utf8))
  }

  @Test("of repeated keys the last one counts")
  func repeatedKeys() {
    let log = Ingest.read(paths: [TestData.fixture("bad/repeated-keys.jsonl")])
    #expect(log.models.map(\.requested) == ["gpt-4o"])
    // Of repeated objects the last value of each member.
    #expect(log.all.map(\.usage) == [TokenUsage(input: 2, output: 5)])
  }

  @Test("a line that one format finds damaged is judged the same whatever came before it")
  func damageIsIndependent() throws {
    // `choices` is looked at by the pair format only; the record is a good one of our own schema.
    let odd = trafficLine(["choices": "tru"])
    let pair =
      #"{"object":"chat.completion","created":1767600000,"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#
    let alone = try Ingest.read(lines: [odd])
    let behind = try Ingest.read(lines: [pair, pair, odd])
    #expect(alone.counts.accepted == 1 && behind.counts.accepted == 3, "\(behind.rejectList)")
  }

  @Test("a line with a bad escape leaves no trace that a later line could stumble over")
  func badEscape() throws {
    let good = trafficLine(["messages": #"[{"role":"user","content":"hello"}]"#])
    let bad = trafficLine(["messages": #"[{"role":"user","content":"hello"}]"#, "answer": #""\q""#])
    let log = try Ingest.read(lines: [bad, good, bad, good])
    #expect(log.rejectList == ["bad_json:0:1", "bad_json:0:3", "bad_json=2"])
    #expect(log.prompts.prompts.count == 1 && log.counts.accepted == 2)
  }

  @Test("random damage to a log never crashes, and every line is accounted for", arguments: 0..<8)
  func randomDamage(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    let clean = try TestData.formatFixtures.flatMap { try TestData.bytes($0) }
    var damaged: [UInt8] = []
    for _ in 0..<4 {
      var copy = clean
      for _ in 0..<60 {
        let place = Int.random(in: 0..<copy.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: copy[place] = UInt8.random(in: 0...255, using: &random)
        case 1: copy.remove(at: place)
        case 2: copy.insert(Array("\"\\{}[],:0-".utf8).randomElement(using: &random)!, at: place)
        default: copy.removeSubrange(place..<min(copy.count, place + 30))
        }
      }
      damaged += copy
    }
    let log = try Ingest.read([damaged])
    expect(addsUp: log.counts)
    // A last piece without a newline is a line too.
    let newlines = damaged.count { $0 == 10 }
    #expect(log.counts.lines == newlines + (damaged.last == 10 ? 0 : 1))
    #expect(log.counts.rejected > 0 && log.counts.accepted > 0)
  }

  // MARK: the whole run

  private static func run(_ names: [String]) throws -> Analysis {
    try Analysis.run(Analysis.Request(inputs: names.map { $0.hasPrefix("/") ? $0 : TestData.fixture($0) }))
  }

  @Test("a log without one good line is an error that names the first reject and the formats")
  func noRequest() {
    let error = #expect(throws: AnalyzerError.self) { try Self.run(["bad/no-request.jsonl"]) }
    #expect(error?.kind == .input)
    #expect(error?.message.contains("3 lines read, 2 rejected") == true)
    #expect(error?.message.contains("no-request.jsonl:") == true)
    #expect(error?.hint?.contains("traffic, openai-chat, litellm") == true)
  }

  @Test("missing files, empty files and directories without files are errors that say so")
  func nothingToRead() throws {
    let folder = try TestFolder()
    let missing = #expect(throws: AnalyzerError.self) { try Self.run([folder.path + "/nope"]) }
    #expect(missing?.message.contains("/nope: no such file") == true)
    let empty = #expect(throws: AnalyzerError.self) { try Self.run([folder.path]) }
    #expect(empty?.message.contains("no file below it") == true)
    let nothing = #expect(throws: AnalyzerError.self) { try Self.run(["bad/empty.jsonl"]) }
    #expect(nothing?.message.contains("0 lines read") == true)
  }

  @Test("good and bad inputs together give the figures of the good ones and list the bad")
  func mixed() throws {
    let folder = try TestFolder()
    let copy = try folder.write(try TestData.bytes(TestData.fixture("traffic.jsonl")), as: "copy.jsonl")
    let clean = try Self.run(["traffic.jsonl"])
    #expect(!clean.isIncomplete && clean.inputProblems.isEmpty)
    let twice = try Self.run(["traffic.jsonl", copy])
    #expect(twice.ledger.total.cost == clean.ledger.total.cost && twice.ledger.total.requests == 6)
    #expect(twice.inputProblems.map(\.reason) == ["repeated_file"] && !twice.isIncomplete)
    let mixed = try Self.run(["traffic.jsonl", "bad/no-request.jsonl", "bad/trailing-garbage.jsonl.gz", "nope.jsonl"])
    // The archive holds the same six requests: duplicates, not new cost.
    #expect(mixed.ledger.total.cost == clean.ledger.total.cost && mixed.log.counts.duplicates == 6)
    let reasons = mixed.inputProblems.map(\.reason)
    #expect(Set(reasons) == ["not_found", "repeated_file", "corrupt"] && reasons.count == 3 && mixed.isIncomplete)
    #expect(mixed.log.rejectList == ["bad_json:1:3", "bad_json=1", "unknown_format:1:2", "unknown_format=1"])
  }

  @Test("a clock that goes backwards still gives the right first and last day")
  func clock() throws {
    let run = try Self.run(["bad/clock-backwards.jsonl"])
    #expect(Timestamp.text(run.ledger.firstTime) == "2025-12-31T23:59:59Z")
    #expect(Timestamp.text(run.ledger.lastTime) == "2026-01-06T00:00:00Z")
    #expect(run.ledger.days.map(\.name) == ["2025-12-31", "2026-01-05", "2026-01-06"])
  }
}
