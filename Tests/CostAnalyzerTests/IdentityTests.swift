import CostAnalyzer
import Foundation
import Testing

@Suite("Request identity")
struct IdentityTests {
  private static func line(
    _ id: String?, at time: String, status: String = "\"ok\"", output: Int? = nil, user: String? = nil,
    prompt: String? = nil, answer: String? = nil
  ) -> String {
    trafficLine([
      "id": id.map { "\"\($0)\"" } ?? "", "ts": "\"2026-01-05T08:00:\(time)Z\"", "status": status,
      "usage": output.map { "{\"input\":10,\"output\":\($0)}" } ?? "", "user": user.map { "\"\($0)\"" } ?? "",
      "messages": prompt.map { "[{\"role\":\"user\",\"content\":\"\($0)\"}]" } ?? "",
      "answer": answer.map { "\"\($0)\"" } ?? "",
    ])
  }

  private static func second(_ log: RequestLog, _ index: Int = 0) -> String {
    String(Timestamp.text(log.requests[index].time).dropFirst(17).dropLast())
  }

  @Test("an error and its retry are one request: the answer's tokens, the first attempt's time")
  func errorThenOK() throws {
    let log = try Ingest.read(lines: [
      Self.line("a", at: "01", status: "500"), Self.line("a", at: "04", output: 7, prompt: "q", answer: "yes"),
    ])
    #expect(log.counts.accepted == 1 && log.counts.duplicates == 1)
    #expect(log.requests[0].usage.output == 7 && !log.requests[0].isError && Self.second(log) == "01")
    #expect(log.prompts.prompts[0].answer == Array("yes".utf8))
  }

  @Test("an error behind a success changes nothing but the time, when it is earlier")
  func okThenError() throws {
    let log = try Ingest.read(lines: [
      Self.line("a", at: "04", output: 7, prompt: "q", answer: "yes"), Self.line("a", at: "09", status: "500"),
      Self.line("b", at: "05", output: 8), Self.line("b", at: "02", status: "429"),
    ])
    #expect(log.counts.accepted == 2 && log.counts.duplicates == 2)
    #expect(log.all.map(\.usage.output) == [7, 8] && log.all.allSatisfy { !$0.isError })
    #expect(Self.second(log, 0) == "04" && Self.second(log, 1) == "02")
  }

  @Test("stream fragments in any order are one request with the largest count and the earliest time")
  func fragments() throws {
    let fragments = [
      Self.line("s", at: "01", output: 1, prompt: "q", answer: "a"),
      Self.line("s", at: "02", output: 5, prompt: "q", answer: "a b"),
      Self.line("s", at: "03", output: 9, prompt: "q", answer: "a b c"),
    ]
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let log = try Ingest.read(lines: order.map { fragments[$0] })
      #expect(log.counts.accepted == 1 && log.counts.duplicates == 2)
      #expect(log.requests[0].usage.output == 9 && Self.second(log) == "01", "order \(order)")
      #expect(log.prompts.prompts[0].answer == Array("a b c".utf8), "order \(order)")
    }
  }

  @Test("the same id in two files is one request, lines without an id never are")
  func acrossFiles() throws {
    let first = [Self.line("a", at: "01", output: 3), Self.line(nil, at: "02", output: 3)].joined(separator: "\n")
    let second = [
      Self.line("a", at: "03", output: 4), Self.line(nil, at: "02", output: 3), Self.line("", at: "02", output: 3),
    ]
    .joined(separator: "\n")
    let log = try Ingest.read([Array(first.utf8), Array(second.utf8)])
    #expect(log.counts.accepted == 4 && log.counts.duplicates == 1)
    #expect(log.all.map(\.usage.output) == [4, 3, 3, 3])
  }

  @Test("what the winning record does not say is taken from the other, whichever comes first")
  func filled() throws {
    let rich = Self.line("a", at: "01", output: 9, user: "ana", prompt: "q", answer: "yes")
    let bare = Self.line("a", at: "02", output: 9)
    for lines in [[rich, bare], [bare, rich]] {
      let log = try Ingest.read(lines: lines)
      #expect(log.requests[0].prompt == 0 && log.users[Int(log.requests[0].user)] == "ana")
      #expect(log.prompts.prompts[0].answer == Array("yes".utf8) && log.answerSketches[0] != 0)
    }
    // Which record wins does not depend on whether text is read.
    var needs = IngestNeeds()
    needs.text = false
    let ledger = try Ingest.read([Array([rich, bare].joined(separator: "\n").utf8)], needs: needs)
    #expect(ledger.requests[0].usage.output == 9 && ledger.users[Int(ledger.requests[0].user)] == "ana")
  }

  @Test("five thousand ids, each twice, are five thousand requests")
  func manyIDs() throws {
    let count = 5000
    var lines = (0..<count).map { Self.line("id-\($0)", at: "01", output: $0) }
    lines += (0..<count).reversed().map { Self.line("id-\($0)", at: "02", output: $0) }
    let log = try Ingest.read(lines: lines, threads: 2)
    #expect(log.counts.accepted == count && log.counts.duplicates == count)
    #expect(log.all.map { Int($0.usage.output) } == Array(0..<count))
  }

  @Test("lines = accepted + duplicates + rejected + blank over all fixtures together", arguments: [1, 2, 4])
  func conservation(threads: Int) {
    let log = Ingest.read(paths: [TestData.fixture("")], threads: threads)
    #expect(log.counts.lines > 100 && log.counts.duplicates > 0 && log.counts.rejected > 0 && log.counts.blank > 0)
    expect(addsUp: log.counts)
    #expect(log.requests.count == log.counts.accepted)
    #expect(log.counts.rejected == log.rejects.total)
    #expect(log.counts.byFormat.reduce(0) { $0 + $1.lines } == log.counts.accepted + log.counts.duplicates)
    #expect(log.counts.estimated == log.all.count { $0.flags.contains(.estimated) })
  }

  // MARK: any split, any thread count

  private struct Tables: Equatable {
    var requests: [String]
    var counts: IngestCounts
    var prompts: [String]
    var keys: [String]
    var models: [String]
    var users: [String]
    var rejects: [String]

    init(_ log: RequestLog, rejects: [String]) {
      requests = log.described
      counts = log.counts
      prompts = log.prompts.prompts.map { "\($0)" }
      keys = log.prompts.keys.map { "\($0)" } + log.prompts.groups.map(\.hex)
      models = log.models.map { $0.requested + "|" + $0.responded }
      users = log.users + log.tenants + log.tagSets.map { "\($0)" }
      self.rejects = rejects
    }
  }

  @Test(
    "requests, prompts, keys and counts depend neither on threads nor on how the log is split",
    arguments: GeneratedFormat.allCases)
  func threads(format: GeneratedFormat) throws {
    let folder = try TestFolder()
    var options = GeneratorOptions()
    options.requests = 500
    options.seed = 3
    options.duplicatesShare = 0.05
    options.fragmentShare = 0.05
    options.missingUsageShare = 0.05
    try _ = writeGeneratedLog(options: options, format: format, to: folder.path + "/log.jsonl")
    var lines = try TestData.lines(folder.path + "/log.jsonl")
    for place in [450, 300, 40] { lines.insert(Array("{bad".utf8), at: place) }
    let whole = Array(lines.joined(separator: [10])) + [10]
    #expect(whole.count > LineBlockReader.blockBytes, "several blocks, or the test shows nothing: \(whole.count)")

    let base = try Ingest.read([whole], threads: 1)
    #expect(base.rejectList == ["bad_json:0:41", "bad_json:0:302", "bad_json:0:453", "bad_json=3"])
    #expect(base.counts.duplicates > 0 && base.counts.estimated > 0)
    let expected = Tables(base, rejects: base.rejectList)
    for threads in [2, 4] {
      let log = try Ingest.read([whole], threads: threads)
      let isSame = Tables(log, rejects: log.rejectList) == expected
      #expect(isSame, "\(threads) threads")
    }
    let size = lines.count / 7 + 1
    let parts = stride(from: 0, to: lines.count, by: size).map { start in
      Array(lines[start..<min(lines.count, start + size)].joined(separator: [10])) + [10]
    }
    #expect(parts.count == 7)
    let log = try Ingest.read(parts.enumerated().map { $0 == 3 ? Pack.zstd($1) : $1 }, threads: 4)
    let isSame = Tables(log, rejects: base.rejectList) == expected
    #expect(isSame, "seven files")
    #expect(log.rejects.total == 3)
  }
}
