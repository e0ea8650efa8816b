import Foundation

/// Hits for people to judge: written as JSON Lines, read back with `same` filled in, true where the served answer is right.
package struct ReviewFile: Sendable {
  package static let schema = "review/1"
  private static let keptCharacters = 4000

  package struct Hit: Codable, Sendable, Equatable {
    package var schema = ReviewFile.schema
    /// SHA-256 over those of the inputs: numbers of requests mean nothing for other logs.
    package var input: String
    /// Numbers of accepted requests from 0, in the order of the files: who asked, and whose answer would have served.
    package var request: Int
    package var server: Int
    package var cosine: Float
    /// Estimated probability that the served answer would have been wrong.
    package var wrong: Double
    package var question: String
    package var answer: String
    package var cachedQuestion: String
    package var cachedAnswer: String
    /// The verdict; null until somebody has given one.
    package var same: Bool?
  }

  package private(set) var hits: [Hit] = []
  /// Pairs of questions with a hit whose two answers are kept.
  package private(set) var judgeable = 0
  /// Of the others, those whose texts may not be shown.
  package private(set) var withPrivateData = 0
  /// Pairs that were judged before: they are not offered again.
  package private(set) var judged = 0

  /// One hit of a pair of questions, for a verdict speaks for all. Half are the riskiest of the setting, half are spread evenly
  /// over the others in the order of the log.
  /// Throws where no text may be written: there would be nothing to judge.
  init(_ context: StrategyContext, _ verification: Verification, setting: CacheSetting, count: Int) throws {
    let content = context.content
    if content.mode == .none || content.mode == .hashed {
      throw AnalyzerError(
        .usage, "--content \(content.mode.rawValue) leaves nothing to judge",
        hint: "a review file holds questions and answers: --content redacted or full")
    }
    let prompts = context.log.prompts
    func kept(_ request: Int) -> PromptTable.RawPrompt? {
      let prompt = prompts.prompts[Int(context.log.requests[request].prompt)]
      return prompt.answerRequest == request && !prompt.answer.isEmpty ? prompt : nil
    }
    var seen: Set<Int> = []
    let identities = prompts.keyIdentities()
    func identity(_ request: Int) -> Hash128 {
      identities[Int(prompts.prompts[Int(context.log.requests[request].prompt)].key)]
    }
    let answered = verification.riskiest(.max, of: setting).filter {
      kept($0.request) != nil && kept($0.server) != nil && seen.insert($0.pair).inserted
    }
    let all = answered.filter {
      context.judgements[QuestionPair(asked: identity($0.request), served: identity($0.server))] == nil
    }
    judged = answered.count - all.count
    func isShown(_ request: Int) -> Bool {
      let prompt = kept(request)!
      return [prompt.text, prompt.answer].allSatisfy { content.shown(String(decoding: $0, as: UTF8.self)) != nil }
    }
    let shown = all.filter { isShown($0.request) && isShown($0.server) }
    judgeable = shown.count
    withPrivateData = all.count - shown.count
    let risky = shown.prefix(count / 2)
    let rest = shown.dropFirst(risky.count).sorted { $0.request < $1.request }
    let wanted = min(rest.count, count - risky.count)
    let spread = (0..<wanted).map { rest[$0 * rest.count / wanted] }
    let input = ReviewFile.identity(of: context.log)
    func text(_ bytes: [UInt8]) -> String { String(String(decoding: bytes, as: UTF8.self).prefix(Self.keptCharacters)) }
    hits = (risky + spread).map { hit in
      let (asked, cached) = (kept(hit.request)!, kept(hit.server)!)
      return Hit(
        input: input, request: hit.request, server: hit.server, cosine: hit.cosine, wrong: hit.wrong,
        question: text(asked.text), answer: text(asked.answer), cachedQuestion: text(cached.text),
        cachedAnswer: text(cached.answer))
    }
  }

  static func identity(of log: RequestLog) -> String {
    RunManifest.sha256(Data(log.inputs.map(\.sha256).joined(separator: "\n").utf8))
  }

  /// One JSON object a line, keys sorted, `same` last to be seen.
  package func jsonLines() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var text = ""
    for hit in hits {
      var line = String(decoding: try encoder.encode(hit), as: UTF8.self)
      line.removeLast()
      text += HostileText.json(line + #","same":null}"#) + "\n"
    }
    return Data(text.utf8)
  }

  /// The verdicts in a file, for the log it was written for.
  static func verdicts(in path: String, for log: RequestLog) throws -> [Verification.Verdict: Bool] {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
      throw AnalyzerError(.input, "cannot read the verdicts in \(path)", hint: "analyze judge writes such a file")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let input = identity(of: log)
    var verdicts: [Verification.Verdict: Bool] = [:]
    for (number, line) in data.split(separator: 10).enumerated() {
      guard let hit = try? decoder.decode(Hit.self, from: line), hit.schema == schema else {
        throw AnalyzerError(
          .input, "\(path), line \(number + 1) is no reviewed hit", hint: "only change \"same\" to true or false")
      }
      guard hit.input == input else {
        throw AnalyzerError(
          .input, "the verdicts in \(path) are about another log", hint: "give the same files in the same order")
      }
      if let same = hit.same {
        verdicts[Verification.Verdict(request: hit.request, server: hit.server)] = same
      }
    }
    return verdicts
  }
}
