import CostAnalyzer
import Foundation
import Testing

@Suite("Learned pair model")
struct PairModelTests {
  /// Questions of made-up words; the answer is the same when the second word is.
  private static func pairs(_ count: Int, _ rng: inout SeededGenerator) -> [LabelledPair] {
    let words = ["alpha", "beta", "gamma", "delta", "omega", "kappa", "sigma", "theta"]
    return (0..<count).map { index in
      let (x, y) = (words.randomElement(using: &rng)!, words.randomElement(using: &rng)!)
      let second = Bool.random(using: &rng) ? x : y
      return LabelledPair(
        a: "question \(x) word\(index)x", b: "question \(second) word\(index)y please", same: second == x)
    }
  }

  private static func train(_ pairs: [LabelledPair], cutoff: Double = 0.5) throws -> PairTraining {
    let embedder = HashedNgramEmbedder()
    let scorer = try PairScorer(
      texts: pairs.flatMap { [$0.a, $0.b] }, embedder: embedder,
      guards: GuardSet(model: .untrained(embedder: embedder.identity)), normalizer: TextNormalizer(), threads: 2)
    return try PairTraining(pairs, scorer: scorer, mask: 255, cutoff: cutoff)
  }

  @Test("It learns what tells the labels apart, on pairs it has not seen, and the same bits every time")
  func learns() throws {
    var rng = SeededGenerator(5)
    let pairs = Self.pairs(400, &rng)
    let training = try Self.train(pairs)
    #expect(training.heldOutAUC > 0.95 && training.fittedAUC >= training.heldOutAUC - 0.01)
    #expect(training.heldOutECE < 0.1 && training.groups == 400)
    #expect(try Self.train(pairs).model == training.model)
    #expect(training.with.points[0].guarded.wrongHits <= training.without.points[0].guarded.wrongHits)
    #expect(training.text.contains("| word_jaccard |") && training.model.trainedPairs == 400)
  }

  @Test("The fit is the minimum: the penalised loss rises in every direction")
  func minimum() throws {
    var rng = SeededGenerator(6)
    let pairs = Self.pairs(150, &rng).map { pair in
      var pair = pair
      if Int.random(in: 0..<5, using: &rng) == 0 { pair.same.toggle() }
      return pair
    }
    let training = try Self.train(pairs)
    let embedder = HashedNgramEmbedder()
    let scorer = try PairScorer(
      texts: pairs.flatMap { [$0.a, $0.b] }, embedder: embedder,
      guards: GuardSet(model: .untrained(embedder: embedder.identity)), normalizer: TextNormalizer(), threads: 1)
    let rows = pairs.map { scorer.features($0.a, $0.b, cosine: scorer.cosine($0.a, $0.b)) }
    func loss(_ model: PairModel) -> Double {
      var sum = model.weights.reduce(0) { $0 + $1 * $1 } / 2
      for (row, pair) in zip(rows, pairs) {
        let p = model.probability(row)
        sum -= log(pair.same ? p : 1 - p)
      }
      return sum
    }
    let best = loss(training.model)
    for index in training.model.weights.indices {
      for change in [-0.05, 0.05] {
        var other = training.model
        other.weights[index] += change
        #expect(loss(other) > best)
      }
    }
    var other = training.model
    other.intercept += 0.05
    #expect(loss(other) > best)
  }

  @Test("No text is in two folds", arguments: [1, 2, 3])
  func folds(_ seed: UInt64) {
    var rng = SeededGenerator(seed)
    for _ in 0..<60 {
      let texts = Int.random(in: 2...60, using: &rng)
      let pairs = (0..<Int.random(in: 1...60, using: &rng)).map { _ in
        (Int.random(in: 0..<texts, using: &rng), Int.random(in: 0..<texts, using: &rng))
      }
      let split = PairFolds.assign(pairs, folds: 5)
      var foldOf: [Int: Int] = [:]
      for (pair, fold) in zip(pairs, split.fold) {
        for text in [pair.0, pair.1] { #expect(foldOf.updateValue(fold, forKey: text).map { $0 == fold } ?? true) }
      }
    }
  }

  @Test("Expected calibration error is the mean distance of probability and share in each bin")
  func calibration() {
    #expect(PairTraining.calibrationError([0.05, 0.05, 0.95, 0.95], [false, false, true, true]) < 0.0501)
    #expect(abs(PairTraining.calibrationError([0.9, 0.9], [false, true]) - 0.4) < 1e-12)
    #expect(PairTraining.calibrationError([], []) == 0)
  }

  @Test("Too few labels are an error that says so")
  func tooFew() {
    #expect(throws: AnalyzerError.self) { try Self.train([LabelledPair(a: "x", b: "y", same: true)]) }
    let one = (0..<20).map { LabelledPair(a: "a\($0)", b: "b\($0)", same: true) }
    #expect(throws: AnalyzerError.self) { try Self.train(one) }
  }

  @Test("A model file works as a guard of a run, with its embedder only, and never refuses a text and itself")
  func asGuard() throws {
    let scratch = try Scratch()
    var rng = SeededGenerator(7)
    let lines = Self.pairs(300, &rng).map { #"{"a":"\#($0.a)","b":"\#($0.b)","same":\#($0.same)}"# }
    let labels = try scratch.write(lines.joined(separator: "\n"), to: "pairs.jsonl")
    let program = Program(scratch: scratch)
    let model = scratch.path("model.json")
    let run = try program.run("train", "pairs", labels, "--out", model, "--report", scratch.path("model.md"))
    #expect(run.status == 0, "\(run.error)")
    #expect(try String(contentsOfFile: scratch.path("model.md"), encoding: .utf8).contains("held-out pairs"))
    let read = try PairModel(file: model, embedder: HashedNgramEmbedder().identity)
    #expect(throws: AnalyzerError.self) { try PairModel(file: model, embedder: "another") }
    #expect(throws: AnalyzerError.self) { try PairModel(file: labels, embedder: "another") }

    let guards = try GuardSet(model: read)
    func mask(_ a: String, _ b: String, _ cosine: Float) -> UInt8 {
      let (x, y) = (Array(a.utf8), Array(b.utf8))
      let signatures = [x, y].map { guards.signature(of: GuardText(original: $0, normalized: $0)) }
      return guards.refusals(signatures[0], signatures[1], cosine: cosine)
    }
    #expect(mask("question alpha one", "question beta two", 0.2) & 128 == 128)
    #expect(mask("question alpha one", "question alpha one", 0.2) == 0)

    let config = try scratch.write("guards:\n  model: \(model)\n", to: "analyze.yaml")
    let evaluated = try program.run("evaluate", "pairs", labels, "--config", config)
    #expect(evaluated.status == 0 && evaluated.out.contains("| model |"))
    let log = try scratch.write(
      (0..<40).map {
        SampleLogs.line(
          $0, time: 1_767_600_000 + Int64($0), user: $0, model: "gpt-4o", question: "question alpha number\($0)",
          input: 1,
          output: 1)
      }.joined(separator: "\n"), to: "log.jsonl")
    var request = Analysis.Request(inputs: [log])
    request.options.guards.model = model
    request.options.cache.thresholds = [0.5]
    let analysis = try Analysis.run(request)
    #expect(analysis.outcomes.first { $0.id == SemanticCacheStrategy.id }?.notRun == nil)
    request.options.guards.model = scratch.path("none.json")
    #expect(throws: AnalyzerError.self) { try Analysis.run(request) }
  }
}
