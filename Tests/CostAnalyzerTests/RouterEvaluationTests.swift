import CostAnalyzer
import Foundation
import Testing

/// Routing data beside the repository: present where the reference data is.
enum RoutingData {
  static func path(_ name: String) -> String? {
    let path = TestData.shared.map { $0 + "/data/routing/" + name }
    return path.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  static let isThere: Bool = {
    let isThere = ["gsm8k.jsonl", "mtbench.jsonl", "mmlu_dev.jsonl", "golden_apgr.json"].allSatisfy { path($0) != nil }
    if !isThere { print("SKIPPED: tests of routers on public benchmarks, data/routing is not there") }
    return isThere
  }()
}

@Suite("Router evaluation")
struct RouterEvaluationTests {
  /// Outcomes of random questions, on a few levels so that ties are many.
  private static func random(_ count: Int, using rng: inout SeededGenerator) -> [RouterOutcome] {
    (0..<count).map { index in
      RouterOutcome(
        prompt: "q\(index)", weak: Double(Int.random(in: 0...2, using: &rng)) / 2,
        strong: Double(Int.random(in: 0...2, using: &rng)) / 2)
    }
  }

  /// PGR after each number of calls, as the mean over all orders of equal scores: by trying every order.
  private static func naiveCurve(_ outcomes: [RouterOutcome], _ scores: [Double]) -> [Double]? {
    func orders(_ items: [Int]) -> [[Int]] {
      items.isEmpty ? [[]] : items.flatMap { item in orders(items.filter { $0 != item }).map { [item] + $0 } }
    }
    let all = orders(Array(outcomes.indices)).filter { order in
      zip(order, order.dropFirst()).allSatisfy { scores[$0] >= scores[$1] }
    }
    let gap = outcomes.reduce(0) { $0 + $1.strong - $1.weak }
    if gap <= 0 { return nil }
    return (0...outcomes.count).map { sent in
      let gained = all.map { $0.prefix(sent).reduce(0) { $0 + outcomes[$1].strong - outcomes[$1].weak } / gap }
      return gained.reduce(0, +) / Double(all.count)
    }
  }

  @Test("APGR, PGR and CPT are those of the mean over every order of equal scores", arguments: 1...40)
  func naiveTwin(_ seed: UInt64) throws {
    var rng = SeededGenerator(seed)
    let outcomes = Self.random(Int.random(in: 1...6, using: &rng), using: &rng)
    let scores = outcomes.map { _ in Double(Int.random(in: 0...3, using: &rng)) }
    let curve = RouterCurve(outcomes, scores: scores)
    guard let naive = Self.naiveCurve(outcomes, scores) else {
      #expect(curve.apgr == nil && curve.apgr11 == nil && curve.share(recovering: 0.5) == nil)
      return
    }
    let width = 1 / Double(outcomes.count)
    let area = zip(naive, naive.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 * width }
    #expect(abs(try #require(curve.apgr) - area) < 1e-9)
    for (sent, recovered) in naive.enumerated() {
      #expect(abs(curve.recovered(at: Double(sent) * width) - recovered) < 1e-9)
    }
    for part in [0.5, 0.8] {
      // The first crossing, found by walking in small steps instead of by interpolation.
      let share = try #require(curve.share(recovering: part))
      #expect(abs(curve.recovered(at: share) - part) < 1e-9)
      for step in 0..<200 {
        let before = share * Double(step) / 200
        #expect(curve.recovered(at: before) < part + 1e-9)
      }
    }
  }

  @Test("By hand: the question that only the strong model gets goes first, or last")
  func byHand() throws {
    let outcomes = [
      RouterOutcome(prompt: "a", weak: 0, strong: 1), RouterOutcome(prompt: "b", weak: 1, strong: 1),
    ]
    let best = RouterCurve(outcomes, scores: [2, 1])
    #expect(best.apgr == 0.75 && best.share(recovering: 0.5) == 0.25 && best.share(recovering: 0.8) == 0.4)
    let worst = RouterCurve(outcomes, scores: [1, 2])
    #expect(worst.apgr == 0.25 && worst.share(recovering: 0.5) == 0.75)
    let tied = RouterCurve(outcomes, scores: [1, 1])
    #expect(tied.apgr == 0.5 && tied.apgr11 == 0.5 && tied.points.count == 2)
  }

  @Test("The order of the lines and a shift of the scores change nothing")
  func orderFree() {
    var rng = SeededGenerator(3)
    for _ in 0..<50 {
      let outcomes = Self.random(40, using: &rng)
      let scores = outcomes.map { _ in Double(Int.random(in: 0...5, using: &rng)) }
      let order = outcomes.indices.shuffled(using: &rng)
      let a = RouterCurve(outcomes, scores: scores)
      let b = RouterCurve(order.map { outcomes[$0] }, scores: order.map { scores[$0] * 2 - 7 })
      #expect(a.points.map(\.share) == b.points.map(\.share) && abs((a.apgr ?? 0) - (b.apgr ?? 0)) < 1e-12)
    }
  }

  @Test("Figures of public benchmarks are the published ones", .enabled(if: RoutingData.isThere))
  func golden() throws {
    let data = try #require(RoutingData.path("golden_apgr.json").flatMap(FileManager.default.contents(atPath:)))
    let golden = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Double]])
    #expect(golden.count == 6)
    let keywords = try KeywordScore()
    for (name, expected) in golden {
      let file = name.hasPrefix("GSM8K") ? "gsm8k.jsonl" : "mtbench.jsonl"
      let outcomes = try OutcomeFile(path: try #require(RoutingData.path(file))).outcomes
      let scores = outcomes.map { outcome -> Double in
        if name.hasSuffix("scalars") { return Double(outcome.prompt.unicodeScalars.count) }
        return name.hasSuffix("bytes") ? Double(outcome.prompt.utf8.count) : keywords.score(outcome.prompt)
      }
      let curve = RouterCurve(outcomes, scores: scores)
      let found = [
        "n": Double(outcomes.count), "tie_groups": Double(curve.points.count - 1), "weak": curve.weak,
        "strong": curve.strong, "apgr": try #require(curve.apgr), "apgr11": try #require(curve.apgr11),
        "cpt50": try #require(curve.share(recovering: 0.5)), "cpt80": try #require(curve.share(recovering: 0.8)),
      ]
      #expect(Set(found.keys) == Set(expected.keys))
      for (key, value) in expected { #expect(abs(try #require(found[key]) - value) < 1e-6, "\(name) \(key)") }
    }
  }

  @Test(
    "The keyword score adds its parts",
    arguments: [
      // Short: −0.1; "what is" −0.05.
      ("what is ai", -0.15), ("tell me a thing about the long history of the city of london", 0),
      // Two code words 0.3, one would be 0.15; word boundaries.
      ("write a function that does this and the class for it, all in this project", 0.3),
      ("write a function that does this, all of it in this fine project of mine", 0.15),
      ("the capital of the classy nodes and the terrorism that is in this old book", 0),
      ("first you go to the shop over there and then you come back to me with it", 0.015),
      ("1. take the bread out of the oven\n2. wait until it is cold enough to eat", 0.015),
      ("really? truly? honestly? verily? that is more than i have asked of you all", 0.01),
    ])
  func keywordParts(_ prompt: String, _ expected: Double) throws {
    #expect(abs(try KeywordScore().score(prompt) - expected) < 1e-12)
  }

  @Test("Intervals hold the figure, shrink with more questions, and do not depend on threads")
  func intervals() throws {
    var rng = SeededGenerator(8)
    let outcomes = (0..<400).map { index in
      RouterOutcome(prompt: "\(index)", weak: Bool.random(using: &rng) ? 1 : 0, strong: 1)
    }
    let scores = outcomes.map { _ in Double.random(in: 0...1, using: &rng) }
    func interval(_ count: Int, threads: Int) throws -> RouterCurve.Interval {
      try #require(
        RouterCurve.intervals(
          Array(outcomes.prefix(count)), scores: Array(scores.prefix(count)), replicates: 200, seed: 1,
          threads: threads
        ).apgr)
    }
    let all = try interval(400, threads: 1)
    #expect(try all == interval(400, threads: 4))
    let apgr = try #require(RouterCurve(outcomes, scores: scores).apgr)
    #expect(all.low < apgr && apgr < all.high && all.high - all.low < 0.15)
    let few = try interval(40, threads: 2)
    #expect(few.high - few.low > 1.5 * (all.high - all.low))
  }

  @Test("Where the strong model is not better, APGR is undefined and the text says so")
  func noGap() throws {
    let outcomes = (0..<20).map { RouterOutcome(prompt: "q \($0)", weak: 1, strong: $0 < 10 ? 1 : 0) }
    let evaluation = try RouterEvaluation(
      outcomes, score: .length, model: ComplexityModel.builtin(), normalizer: TextNormalizer(), threads: 1)
    #expect(evaluation.curve.apgr == nil && evaluation.intervals.apgr == nil)
    #expect(RouterEvaluation.text([evaluation]).contains("The strong model is not better than the weak one"))
  }

  @Test("A score that ranks like chance is said to show no skill, one that ranks well is not")
  func skill() throws {
    var rng = SeededGenerator(9)
    let outcomes = (0..<300).map { RouterOutcome(prompt: "\($0)", weak: Bool.random(using: &rng) ? 1 : 0, strong: 1) }
    let chance = outcomes.map { _ in Double.random(in: 0...1, using: &rng) }
    func text(_ scores: [Double]) -> String {
      RouterEvaluation.text([RouterEvaluation(outcomes, score: "x", scores: scores, threads: 2)])
    }
    #expect(text(chance).contains("No routing skill shown"))
    #expect(!text(outcomes.map { -$0.weak }).contains("No routing skill shown"))
  }

  @Test("Gates and bins by hand")
  func calibration() throws {
    let outcomes = [(1.0, 1.0), (0, 1), (1, 0), (0, 1)].map { RouterOutcome(prompt: "q", weak: $0, strong: $1) }
    let found = RouterCalibration(outcomes, probabilities: [0.95, 0.85, 0.62, 0.1])
    #expect(found.auc == 0.75)
    #expect(abs(found.brier - (0.0025 + 0.7225 + 0.1444 + 0.01) / 4) < 1e-12)
    #expect(abs(found.ece - (0.05 + 0.85 + 0.38 + 0.1) / 4) < 1e-12)
    #expect(found.bins.map(\.questions) == [0, 1, 0, 0, 0, 0, 1, 0, 1, 1] && found.bins[9].right == 1)
    #expect(found.gates.map(\.toWeak) == [3, 3, 3, 2, 2, 2, 2, 2, 1, 1])
    let gate = try #require(found.gates.first)
    // To weak: 1, 0, 1; the last goes to strong and is right.
    #expect(gate.gate == 0.5 && gate.share == 0.75 && gate.weak == 2.0 / 3 && gate.strong == 2.0 / 3)
    #expect(gate.blended == 0.75 && gate.change == 0)
  }

  @Test("Lines that cannot be used are counted with their places, lines that must not be apart")
  func file() {
    let lines = [
      #"{"prompt":"a","weak":0,"strong":1,"task":"t"}"#, "", "nonsense", #"{"prompt":"","weak":0,"strong":1}"#,
      #"{"prompt":"b","weak":"0","strong":1}"#, #"{"prompt":"c","weak":false,"strong":true,"contaminated":0}"#,
      #"{"prompt":"d","weak":1,"strong":1,"contaminated":1}"#, #"{"prompt":"e","weak":1,"strong":1,"override":true}"#,
    ]
    let file = OutcomeFile(Data(lines.joined(separator: "\n").utf8))
    #expect(
      file.outcomes == [
        RouterOutcome(prompt: "a", weak: 0, strong: 1, task: "t"), RouterOutcome(prompt: "c", weak: 0, strong: 1),
      ])
    #expect(file.rejects.map(\.line) == [3, 4, 5] && Set(file.rejects.map(\.reason)).count == 3)
    #expect(file.contaminated == 1 && file.overridden == 1)
    #expect(throws: AnalyzerError.self) { try OutcomeFile(path: "/nonexistent.jsonl") }
  }

  @Test("The command prints tables, or one JSON object a score with stable keys")
  func command() throws {
    let scratch = try Scratch()
    let lines = (0..<30).map {
      #"{"prompt":"what is thing \#($0)\#(String(repeating: " and more", count: $0))","weak":\#($0 < 20 ? 1 : 0),"strong":1}"#
    }
    let file = try scratch.write(lines.joined(separator: "\n") + "\nbroken\n", to: "outcomes.jsonl")
    let program = Program(scratch: scratch)
    let text = try program.run("evaluate", "router", file)
    #expect(text.status == 0 && text.out.contains("| random order | 0.5000 |") && text.out.contains("| 0.95 |"))
    #expect(text.error.contains("1 entries not used, at 31"))
    let json = try program.run("evaluate", "router", file, "--json")
    let objects = try json.out.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.count == 3)
    let keys: Set = [
      "score", "questions", "weak", "strong", "apgr", "apgr11", "cpt50", "cpt80", "apgr_interval", "cpt50_interval",
      "cpt80_interval",
    ]
    #expect(objects.map { Set($0.keys) } == [keys, keys, keys.union(["calibration"])])
    // The longest third is what the weak model gets wrong: a straight line up to 1.
    #expect(abs(try #require(objects[0]["apgr"] as? Double) - (1 - 1.0 / 6)) < 1e-9)
    let one = try program.run("evaluate", "router", file, "--score", "length", "--json", "--threads", "1")
    #expect(one.out.split(separator: "\n")[0] == json.out.split(separator: "\n")[0])
    #expect(try program.run("evaluate", "router", file, "--model", scratch.path("none.json")).status == 64)
  }
}
