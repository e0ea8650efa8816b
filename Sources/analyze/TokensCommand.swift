import ArgumentParser
import CostAnalyzer
import Foundation

struct TokensCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens", abstract: "Count the tokens of a text as a model's provider does.",
    discussion: """
      Exact for models of OpenAI's encodings o200k_base and cl100k_base once 'analyze setup tokenizers' has fetched them;
      else an estimate, which the output says.

      EXAMPLES
        analyze tokens prompt.txt
        cat prompt.txt | analyze tokens - --model gpt-4-turbo
        analyze tokens strings.jsonl --lines --encoding cl100k_base
      """)

  @Argument(help: "A text file, or - for standard input.", completion: .file())
  var file = "-"

  @Option(help: "Whose tokens: a model's name.")
  var model = "gpt-4o"

  @Option(help: "Count in this encoding, whatever the model: o200k_base or cl100k_base.")
  var encoding: TokenEncoding?

  @Flag(help: "FILE has one JSON string a line; print a count for each, and the seconds of counting last.")
  var lines = false

  @Flag(help: "One JSON object instead of a sentence.")
  var json = false

  func run() throws {
    let counter = try TokenCounter.installed()
    let method = encoding.map { TokenCounter.Method(encoding: $0) } ?? counter.method(for: model)
    let input = try read()
    if lines { return try countLines(input, counter, method) }
    let tokens = Self.scaled(counter.count([UInt8](input), method.encoding), method)
    let isEstimate = method.ratio != nil || !counter.isExact(method.encoding)
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      encoder.keyEncodingStrategy = .convertToSnakeCase
      let summary = Summary(
        tokens: tokens, bytes: input.count, encoding: method.encoding.rawValue, ratio: method.ratio,
        isEstimate: isEstimate)
      return Terminal.out(String(decoding: try encoder.encode(summary), as: UTF8.self))
    }
    let ratio = method.ratio.map { ", times \($0)" } ?? ""
    Terminal.out("\(tokens) tokens (\(method.encoding.rawValue)\(ratio)\(isEstimate ? ", estimated" : ""))")
  }

  private struct Summary: Encodable {
    let tokens: Int
    let bytes: Int
    let encoding: String
    let ratio: Double?
    let isEstimate: Bool
  }

  private static func scaled(_ tokens: Int, _ method: TokenCounter.Method) -> Int {
    method.ratio.map { Int((Double(tokens) * $0).rounded()) } ?? tokens
  }

  private func read() throws -> Data {
    if file == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw AnalyzerError(.input, "cannot read \(file): \(error.localizedDescription)", hint: "check the path")
    }
  }

  private func countLines(_ input: Data, _ counter: TokenCounter, _ method: TokenCounter.Method) throws {
    let decoder = JSONDecoder()
    let texts = try input.split(separator: 10).enumerated().map { index, line in
      guard let text = try? decoder.decode(String.self, from: line) else {
        throw AnalyzerError(.input, "\(file), line \(index + 1): not a JSON string", hint: "write \"…\" a line")
      }
      return Array(text.utf8)
    }
    let start = ProcessUsage.now()
    let counts = texts.map { Self.scaled(counter.count($0, method.encoding), method) }
    let done = ProcessUsage.now()
    Terminal.out(counts.map(String.init).joined(separator: "\n"))
    Terminal.error("\(texts.count) texts, \(done.cpu - start.cpu) s")
  }
}

extension TokenEncoding: ExpressibleByArgument {}
