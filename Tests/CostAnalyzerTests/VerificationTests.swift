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
      let mixture = MixtureShare(right: counts(), wrong: counts())
      let hits = counts()
      func likelihood(_ share: Double) -> Double {
        (0..<cells).reduce(0) {
          $0 + hits[$1] * log((1 - share) * mixture.right[$1] + share * mixture.wrong[$1])
        }
      }
      let best = (0...1000).map { likelihood(Double($0) / 1000) }.max()!
      #expect(likelihood(mixture.estimate(hits)) >= best - 1e-9)
      #expect(abs(mixture.right.reduce(0, +) - 1) < 1e-9 && abs(mixture.wrong.reduce(0, +) - 1) < 1e-9)
    }
  }

  @Test("The fitted prior is the likeliest of a fine grid, judged pairs as they were judged")
  func prior() {
    var rng = SeededGenerator(2)
    for _ in 0..<20 {
      let groups = (0..<Int.random(in: 20...60, using: &rng)).map { _ in
        WrongPrior.Group(
          distance: Double.random(in: 0...2, using: &rng), logRatio: Double.random(in: -4...4, using: &rng),
          weight: Double.random(in: 0.5...5, using: &rng),
          known: Int.random(in: 0..<4, using: &rng) == 0 ? Double.random(in: 0...1, using: &rng) : nil)
      }
      func likelihood(_ intercept: Double, _ slope: Double) -> Double {
        groups.reduce(-0.05 * slope * slope) { sum, group in
          let p = 1 / (1 + exp(-intercept - slope * group.distance))
          let term = group.known.map { $0 * log(p) + (1 - $0) * log(1 - p) } ?? log(1 - p + p * exp(group.logRatio))
          return sum + group.weight * term
        }
      }
      var fitted = WrongPrior()
      fitted.fit(groups, rounds: 2_000)
      let found = likelihood(fitted.intercept, fitted.slope)
      for step in [0.3, 0.03] {
        for i in -3...3 {
          for j in -3...3 {
            let other = likelihood(fitted.intercept + Double(i) * step, fitted.slope + Double(j) * step)
            #expect(found >= other - 1e-3, "\(fitted)")
          }
        }
      }
    }
  }

  @Test("Evidence falls with the score, as pooled adjacent violators have it; scores that decide overlap in nothing")
  func curve() {
    var rng = SeededGenerator(3)
    for _ in 0..<50 {
      func scores(_ center: Double, _ count: Int) -> [(key: UInt32, score: Double)] {
        (0..<count).map { (UInt32($0), center + (Double.random(in: -3...3, using: &rng) * 4).rounded() / 4) }
      }
      let right = scores(1.5, Int.random(in: 30...200, using: &rng))
      let wrong = scores(-1, Int.random(in: 30...200, using: &rng))
      let curve = EvidenceCurve(right: right, wrong: wrong)
      let (rights, wrongs) = curve.shares()
      #expect(abs(rights.reduce(0, +) - 1) < 1e-9 && abs(wrongs.reduce(0, +) - 1) < 1e-9)
      let median = right.map(\.score).sorted()[right.count / 2]
      let above = Double(wrong.filter { curve.bin($0.score) >= curve.bin(median) }.count) / Double(wrong.count)
      let share = Double(right.filter { curve.bin($0.score) >= curve.bin(median) }.count) / Double(right.count)
      let contamination = min(0.05, above / share)
      for (index, value) in wrongs.enumerated() {
        let mixed = Double(wrong.filter { curve.bin($0.score) == index }.count) / Double(wrong.count)
        #expect(abs(value - (mixed - contamination * rights[index]) / (1 - contamination)) < 1e-9)
      }
      let ratios = curve.logRatios()
      #expect(ratios.count == curve.bins && zip(ratios, ratios.dropFirst()).allSatisfy { $0.0 >= $0.1 - 1e-9 })
    }
    // Isotonic by definition: the most over starts of the least over ends of the part of right pairs.
    for _ in 0..<100 {
      let blocks = (0..<Int.random(in: 1...30, using: &rng)).map { _ in
        EvidenceCurve.Block(
          right: Double(Int.random(in: 1...9, using: &rng)), wrong: Double(Int.random(in: 1...9, using: &rng)))
      }
      func part(_ blocks: ArraySlice<EvidenceCurve.Block>) -> Double {
        let right = blocks.reduce(0) { $0 + $1.right }
        return right / (right + blocks.reduce(0) { $0 + $1.wrong })
      }
      let pooled = EvidenceCurve.pooled(blocks).flatMap { [Double](repeating: part([$0]), count: $0.bins) }
      for bin in blocks.indices {
        let twin = (0...bin).map { start in (bin..<blocks.count).map { part(blocks[start...$0]) }.min()! }.max()!
        #expect(abs(pooled[bin] - twin) < 1e-9)
      }
    }
    let sure = EvidenceCurve(
      right: (0..<100).map { (UInt32($0), 5 + Double($0)) }, wrong: (0..<100).map { (UInt32($0), -5 - Double($0)) })
    #expect(sure.overlap < 1e-9 && sure.logRatios().first! > 4 && sure.logRatios().last! < -4)
    let blind = EvidenceCurve(right: [(0, 1), (1, 2)], wrong: [(0, 1), (1, 2)])
    #expect(blind.overlap > 0.9 && blind.bins == 1)
  }

  @Test("Bootstrap weights are exponential with mean 1 and differ from replicate to replicate")
  func weights() {
    let weights = (0..<50_000).map { BlockBootstrap.weight(UInt32($0), replicate: 3, seed: 1) }
    let mean = weights.reduce(0, +) / 50_000
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50_000
    #expect(abs(mean - 1) < 0.03 && abs(variance - 1) < 0.05 && weights.allSatisfy { $0 >= 0 })
    #expect(weights.prefix(100) != (0..<100).map { BlockBootstrap.weight(UInt32($0), replicate: 4, seed: 1) }[...])
  }

  @Test("Features are those of sets of words; what either question contains is no evidence")
  func features() throws {
    var rng = SeededGenerator(5)
    let names = ["Arden", "Bosko", "Calder", "Dunmore", "Elsin"]
    var lines: [String] = []
    for index in 0..<120 {
      let words = (0..<Int.random(in: 0...9, using: &rng)).map { _ in
        [
          "\(Int.random(in: 1...30, using: &rng))", names.randomElement(using: &rng)!,
          "word\(["a", "b", "c", "d", "e"].randomElement(using: &rng)!)",
        ].randomElement(using: &rng)!
      }
      lines.append(
        SampleLogs.line(
          index, time: 1_767_600_000 + Int64(index), user: 1, model: "gpt-4o",
          question: "describe topic \(index % 20) Arden worda \(index % 20)", input: 9, output: 9,
          answer: "so " + words.joined(separator: " ")))
    }
    let context = try SampleLogs.context(try SampleLogs.file(lines.joined(separator: "\n") + "\n"))
    let cache = context.cache
    let comparison = AnswerComparison(context.log, cache, threads: 2)
    func marks(_ requests: [UInt32], _ kind: AnswerDigest.Kind) -> Set<UInt16> {
      Set(requests.flatMap { context.log.answerDigests[Int($0)].list(kind) })
    }
    let keys = (0..<cache.keys.count).filter { comparison.answerCount($0) > 0 }
    func surprise(_ mark: UInt16, _ kind: AnswerDigest.Kind) -> Double {
      log(
        Double(keys.count) / Double(keys.filter { marks(comparison.answers(of: $0, 4), kind).contains(mark) }.count))
    }
    #expect(keys.count == 20)
    for _ in 0..<60 {
      let (x, y) = (keys.randomElement(using: &rng)!, keys.randomElement(using: &rng)!)
      let (a, b) = (
        comparison.answers(of: x, Int.random(in: 1...4, using: &rng)),
        comparison.answers(of: y, Int.random(in: 1...4, using: &rng))
      )
      let found = comparison.features(a, b, questions: x, y)
      let asked = [x, y].flatMap { key -> [UInt16] in
        let text = Array("so describe topic \(key) Arden worda \(key)".utf8)
        let digest = text.withUnsafeBytes { AnswerDigest($0) }
        return AnswerDigest.Kind.allCases.flatMap { digest.list($0) }
      }
      for kind in AnswerDigest.Kind.allCases {
        let (left, right) = (marks(a, kind).subtracting(asked), marks(b, kind).subtracting(asked))
        func nats(_ marks: Set<UInt16>) -> Double { marks.reduce(0) { $0 + surprise($1, kind) } }
        let shared = nats(left.intersection(right))
        let less = min(nats(left), nats(right))
        #expect(abs(found[3 * kind.rawValue] - min(15, shared)) < 1e-4)
        #expect(abs(found[3 * kind.rawValue + 1] - (less > 1e-9 ? shared / less : 0)) < 1e-4)
      }
    }
  }

  @Test("Rivals are the nearest questions below the bound: sorting all of them is the twin")
  func rivals() throws {
    let (text, _) = Self.stream(wrong: 0.1, topics: 60, seed: 3)
    let context = try SampleLogs.context(try SampleLogs.file(text))
    let comparison = AnswerComparison(context.log, context.cache, threads: 2)
    let bound: Float = 0.5
    let rivals = RivalQuestions(comparison, context.cache, context.similarity, below: bound, threads: 2)
    let rows = context.similarity.rows
    for key in 0..<context.cache.keys.count {
      let all = (0..<context.cache.keys.count).map {
        ($0, context.similarity.vectors.cosine(Int(rows[key]), Int(rows[$0])))
      }.filter { $0.0 != key && $0.1 < bound }.sorted { $0.1 > $1.1 }
      let found = rivals.of(key)
      #expect(found.count == 4)
      for (rival, twin) in zip(found, all) {
        #expect(context.similarity.vectors.cosine(Int(rows[key]), Int(rows[Int(rival)])) == twin.1)
      }
    }
  }

  @Test("Doubtful rivals of one question speak for each other: a search for the likeliest share is the twin")
  func doubtfulRivals() {
    var rng = SeededGenerator(21)
    for _ in 0..<200 {
      let ratios = (0..<Int.random(in: 1...4, using: &rng)).map { _ in Double.random(in: -5...5, using: &rng) }
      let usually = Double.random(in: 0.01...0.3, using: &rng)
      func likelihood(_ share: Double) -> Double {
        ratios.reduce(2 * usually * log(share) + 2 * (1 - usually) * log(1 - share)) {
          $0 + log(share + (1 - share) * exp($1))
        }
      }
      // Concave: thirds that cannot hold the maximum are cut off.
      var (low, high) = (0.0, 1.0)
      for _ in 0..<100 {
        let (left, right) = (low + (high - low) / 3, high - (high - low) / 3)
        if likelihood(left) < likelihood(right) { low = left } else { high = right }
      }
      let best = (low + high) / 2
      for (same, ratio) in zip(RivalQuestions.sameShares(ratios, usually: usually), ratios) {
        #expect(abs(same - best / (best + (1 - best) * exp(ratio))) < 1e-3)
      }
    }
    #expect(RivalQuestions.sameShares([1], usually: 0.05)[0] < 0.05)
    #expect(RivalQuestions.sameShares([-2, -2, -2, -2], usually: 0.05).allSatisfy { $0 > 0.5 })
    #expect(RivalQuestions.sameShares([-2, 4, 4, 4], usually: 0.05)[0] < 0.5)
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
