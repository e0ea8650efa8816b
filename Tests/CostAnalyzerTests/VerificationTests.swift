import CostAnalyzer
import Foundation
import Testing

@Suite("Were the semantic hits right")
struct VerificationTests {
  @Test("The share of maximum likelihood is the best point of a fine grid")
  func gridSearch() {
    var rng = SeededGenerator(1)
    for _ in 0..<50 {
      let cells = Int.random(in: 2...8, using: &rng)
      func counts() -> [Double] { (0..<cells).map { _ in Double(Int.random(in: 0...50, using: &rng)) } }
      let mixture = MixtureShare(rightCounts: counts(), wrongCounts: counts())
      let hits = counts()
      func few() -> Double { Double(Int.random(in: 0...5, using: &rng)) }
      let judged = (right: few(), wrong: few())
      func likelihood(_ share: Double) -> Double {
        var sum = judged.right * log(max(1 - share, 1e-12)) + judged.wrong * log(max(share, 1e-12))
        for cell in 0..<cells {
          sum += hits[cell] * log((1 - share) * mixture.right[cell] + share * mixture.wrong[cell])
        }
        return sum
      }
      let found = mixture.estimate(hits, judged: judged)
      let best = (0...1000).map { likelihood(Double($0) / 1000) }.max()!
      #expect(likelihood(found) >= best - 1e-9)
      #expect(abs(mixture.right.reduce(0, +) - 1) < 1e-9 && abs(mixture.wrong.reduce(0, +) - 1) < 1e-9)
    }
  }

  @Test("Missing information is 0 where cells decide and 1 where they say nothing")
  func information() {
    let sure = MixtureShare(right: [1 - 1e-9, 1e-9], wrong: [1e-9, 1 - 1e-9])
    #expect(sure.missingInformation([70, 30], share: 0.3) < 1e-6 && sure.overlap < 1e-6)
    let blind = MixtureShare(right: [0.5, 0.5], wrong: [0.5, 0.5])
    #expect(blind.missingInformation([70, 30], share: 0.3) > 0.999 && blind.overlap > 0.999)
  }

  @Test("Bootstrap weights are Poisson with mean 1 and differ from replicate to replicate")
  func weights() {
    let weights = (0..<50_000).map { BlockBootstrap.weight(UInt32($0), replicate: 3, seed: 1) }
    let mean = weights.reduce(0, +) / 50_000
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50_000
    #expect(abs(mean - 1) < 0.03 && abs(variance - 1) < 0.05)
    #expect(weights.prefix(100) != (0..<100).map { BlockBootstrap.weight(UInt32($0), replicate: 4, seed: 1) }[...])
  }

  /// A log of questions in two wordings that the hashed embedder finds alike. Of every topic's second wording, a known
  /// share asks for something else and is answered otherwise.
  static func stream(wrong: Double, topics: Int = 240, facts: Bool = true, answers: Bool = true, seed: UInt64)
    -> (text: String, isWrong: [String: Bool])
  {
    var rng = SeededGenerator(seed)
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    func name() -> String { String((0..<9).map { _ in letters.randomElement(using: &rng)! }) }
    var lines: [String] = []
    var isWrong: [String: Bool] = [:]
    func answer(_ numbers: [Int]) -> String {
      if !answers { return "" }
      if !facts { return "that is how it goes" }
      return numbers.shuffled(using: &rng).dropLast().map { "about \($0) of them" }.joined(separator: " and ")
    }
    for _ in 0..<topics {
      let topic = "\(name()) \(name()) \(name()) \(name())"
      let right = (0..<4).map { _ in Int.random(in: 100...99_999, using: &rng) }
      let other = (0..<4).map { _ in Int.random(in: 100...99_999, using: &rng) }
      let differs = Double.random(in: 0..<1, using: &rng) < wrong
      for (wording, numbers) in [("describe \(topic)", right), ("describes \(topic)", differs ? other : right)] {
        for _ in 0..<3 {
          let index = lines.count
          lines.append(
            SampleLogs.line(
              index, time: 1_767_600_000 + Int64(index), user: 1, model: "gpt-4o", question: wording, input: 100,
              output: 50, answer: answer(numbers)))
        }
      }
      isWrong[topic] = differs
    }
    return (lines.joined(separator: "\n") + "\n", isWrong)
  }

  private static let setting = CacheSetting(threshold: 0.7)

  private func verify(_ text: String, threads: Int = 2) throws -> (Verification, StrategyContext) {
    var options = AnalysisOptions()
    options.cache.thresholds = [0.7]
    let context = try SampleLogs.context(try SampleLogs.file(text), options, threads: threads)
    return (Verification(context, settings: [Self.setting]), context)
  }

  @Test("A known share of wrong hits is found", arguments: [0.0, 0.02, 0.1, 0.3])
  func recovery(_ share: Double) throws {
    let (text, isWrong) = Self.stream(wrong: share, seed: 9)
    let (verification, _) = try verify(text)
    let rate = try #require(verification.rates[Self.setting])
    let wrong = try #require(rate.wrong)
    let truth = Double(isWrong.values.filter { $0 }.count) / Double(isWrong.count)
    #expect(rate.compared == rate.hits && rate.hits > 400)
    #expect(abs(wrong.estimate - truth) < 0.02, "\(wrong) for \(truth)")
    #expect(wrong.lower <= truth && truth <= wrong.upper && wrong.upper - wrong.lower < 0.1)
  }

  @Test("Nothing depends on the number of threads")
  func threads() throws {
    let (text, _) = Self.stream(wrong: 0.1, seed: 4)
    let (one, _) = try verify(text, threads: 1)
    let (four, _) = try verify(text, threads: 4)
    #expect(one.rates == four.rates && one.riskiest(20, of: Self.setting) == four.riskiest(20, of: Self.setting))
    #expect(!one.riskiest(20, of: Self.setting).isEmpty)
  }

  @Test("Without answers, or where answers say nothing, the figure is unverified and nothing is recommended")
  func unverified() throws {
    for text in [
      Self.stream(wrong: 0.1, answers: false, seed: 1).text, Self.stream(wrong: 0.1, facts: false, seed: 1).text,
    ] {
      let (verification, _) = try verify(text)
      #expect(verification.unverifiedReason != nil && verification.rates.isEmpty)
      #expect(verification.recommended([(Self.setting, 5)], maxWrongHits: 1) == nil)
      #expect(verification.same(0, 1) == nil && verification.riskiest(3, of: Self.setting).isEmpty)
    }
  }

  @Test("The recommendation has the highest net saving among settings under the limit")
  func recommendation() throws {
    let (text, _) = Self.stream(wrong: 0.1, seed: 2)
    let (verification, _) = try verify(text)
    let upper = try #require(verification.rates[Self.setting]?.wrong?.upper)
    let rows: [(setting: CacheSetting, net: Int128)] = [(CacheSetting(threshold: 0.75), 9), (Self.setting, 5)]
    #expect(verification.recommended(rows, maxWrongHits: upper) == Self.setting)
    #expect(verification.recommended(rows, maxWrongHits: upper - 1e-9) == nil)
    #expect(verification.recommended([(Self.setting, 0)], maxWrongHits: 1) == nil)
  }

  @Test("Judged hits count as judged: with all of them judged the estimate is their share")
  func verdicts() throws {
    let (text, _) = Self.stream(wrong: 0.2, seed: 6)
    let (plain, context) = try verify(text)
    var verdicts: [Verification.Verdict: Bool] = [:]
    for hit in plain.riskiest(100_000, of: Self.setting) {
      verdicts[.init(request: hit.request, server: hit.server)] = hit.request % 4 != 0
    }
    let judged = Verification(context, settings: [Self.setting], verdicts: verdicts)
    let wrong = try #require(judged.rates[Self.setting]?.wrong)
    let share = Double(verdicts.values.filter { !$0 }.count) / Double(verdicts.count)
    #expect(abs(wrong.estimate - share) < 1e-6 && wrong.upper - wrong.lower < 0.01, "\(wrong) for \(share)")
  }

  @Test("Answers that change with time make a long TTL stale")
  func staleness() throws {
    var lines: [String] = []
    var rng = SeededGenerator(8)
    for topic in 0..<200 {
      for day in 0..<4 {
        let number = 1000 + topic * 10 + day / 2  // changes after the second day
        for minute in 0..<3 {
          let words = (0..<3).map { _ in "qwertyuiopasdfghjklzxcvbnm".randomElement(using: &rng)! }
          lines.append(
            SampleLogs.line(
              lines.count, time: 1_767_600_000 + Int64(day * 86_400 + topic * 100 + minute * 20), user: 1,
              model: "gpt-4o", question: "subject number \(topic * 7) of the catalogue", input: 10, output: 10,
              answer: "it is \(number) \(String(words))"))
        }
      }
    }
    let context = try SampleLogs.context(try SampleLogs.file(lines.joined(separator: "\n") + "\n"))
    let verification = Verification(context, settings: [])
    let byTTL = Dictionary(uniqueKeysWithValues: verification.staleness.map { ($0.ttl, $0.stale) })
    let short = try #require(byTTL[.hours(1)]), long = try #require(byTTL[.unlimited])
    #expect(short < 0.01 && long > 0.05, "\(byTTL)")
    #expect(verification.recommendedTTL(maxWrongHits: 0.01).map { $0.micros ?? .max < 2 * Timestamp.day } == true)
  }
}
