import CostAnalyzer
import Foundation
import Synchronization
import Testing

@Suite("Missing token counts")
struct MissingUsageTests {
  /// Every single byte, "ab" and "abab" have a token.
  private static let tokenizer: RankTokenizer = {
    let tokens = (0...255).map { [UInt8($0)] } + [Array("ab".utf8), Array("abab".utf8)]
    let file = tokens.enumerated().map { "\(Data($1).base64EncodedString()) \($0)" }.joined(separator: "\n")
    return try! RankTokenizer(.o200k, rankFile: Array(file.utf8))
  }()

  private static func read(
    _ lines: [String], tokens: LazyTokenCounter, threads: Int = 1, text: Bool = true
  ) throws -> RequestLog {
    let path = try SampleLogs.file(lines.joined(separator: "\n") + "\n")
    var reader = LogReader(settings: text ? try TextSettings() : nil, threads: threads)
    reader.needs.text = text
    reader.tokens = tokens
    return reader.read(InputFiles.identify([path], threads: 1).files)
  }

  private static func line(_ model: String, _ usage: String = "") -> String {
    trafficLine([
      "model": "\"\(model)\"", "usage": usage,
      "messages":
        #"[{"role":"system","content":"abab"},{"role":"user","content":"ab x"},{"role":"user","content":"abab"}]"#,
      "answer": "\"ab abab\"",
    ])
  }

  @Test("Texts are counted with the model's tokenizer, all messages and the answer, also where no text is kept")
  func exact() throws {
    let counter = LazyTokenCounter { try TokenCounter([Self.tokenizer]) }
    for text in [true, false] {
      let log = try Self.read([Self.line("gpt-4o"), Self.line("claude-3-haiku")], tokens: counter, text: text)
      // abab | ab, " ", x | abab; the answer: ab, " ", abab.
      #expect(
        log.all.map(\.usage.input) == [5, 6] && log.all.map(\.usage.output) == [3, 4], "times 1.135, rounded up")
      #expect(log.all.allSatisfy { $0.flags.contains(.estimated) } && log.counts.estimated == 2)
    }
  }

  @Test("Without rank files the count is the documented estimate, text by text")
  func estimate() throws {
    let log = try Self.read([Self.line("gpt-4o")], tokens: .estimates)
    let counter = try TokenCounter()
    func count(_ texts: String...) -> UInt32 {
      UInt32(texts.reduce(0) { $0 + counter.count(Array($1.utf8), .o200k) })
    }
    #expect(
      log.requests[0].usage.input == count("abab", "ab x", "abab") && log.requests[0].usage.output == count("ab abab"))
  }

  @Test("A log with counts never asks for a tokenizer; a counter that cannot be made is an error of the run")
  func lazy() throws {
    let asked = Mutex(0)
    let counter = LazyTokenCounter {
      asked.withLock { $0 += 1 }
      throw AnalyzerError(.input, "damaged rank file")
    }
    let usage = #"{"input":7,"output":9}"#
    let log = try Self.read([Self.line("gpt-4o", usage)], tokens: counter)
    #expect(log.requests[0].usage.input == 7 && !log.requests[0].flags.contains(.estimated))
    #expect(asked.withLock { $0 } == 0)
    try counter.check()
    var request = Analysis.Request(inputs: [try SampleLogs.file(Self.line("gpt-4o") + "\n")])
    request.usageTokens = counter
    #expect(throws: AnalyzerError.self) { try Analysis.run(request) }
    #expect(asked.withLock { $0 } == 1, "once, however many requests need it")
  }

  @Test("The bill says how many dollars rest on counted texts, the same on any number of threads")
  func report() throws {
    let lines = (0..<60).map { index in
      trafficLine([
        "id": "\"r\(index)\"", "ts": "\(1_767_600_000 + index)",
        "model": index % 2 == 0 ? "\"gpt-4o\"" : "\"claude-sonnet-4-5\"",
        "usage": index % 3 == 0 ? "" : #"{"input":10,"output":5}"#,
        "messages": #"[{"role":"user","content":"question number \#(index)"}]"#, "answer": "\"answer \(index)\"",
      ])
    }
    let one = try Self.read(lines, tokens: .estimates), four = try Self.read(lines, tokens: .estimates, threads: 4)
    #expect(one.described == four.described)
    let request = Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n") + "\n")])
    let analysis = try Analysis.run(request)
    let cost = analysis.log.all.filter { $0.flags.contains(.estimated) }.reduce(Int128(0)) { $0 + Int128($1.cost) }
    #expect(analysis.ledger.estimatedCost == cost && cost > 0 && cost < analysis.ledger.total.cost)
    let files = try analysis.reportFiles(environment: [:])
    let text = String(decoding: try #require(files.first { $0.name == "report.md" }).content, as: UTF8.self)
    #expect(
      text.contains("20 requests have no token counts. Theirs are counted in the texts with o200k_base (estimated)"))
    #expect(text.contains("\(MoneyText.readable(cost)) of the bill is **estimated**"))
    let path = try SampleLogs.file(lines.joined(separator: "\n") + "\n")
    let gaps = try Inspection(inputs: [path], all: true, options: AnalysisOptions(), threads: 1).gaps
    let gap = try #require(gaps.first { $0.missing == "token counts" })
    #expect(gap.requests == 20 && gap.consequence.contains(MoneyText.readable(cost)))
  }
}
