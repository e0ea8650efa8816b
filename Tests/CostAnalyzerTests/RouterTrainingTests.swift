import CostAnalyzer
import Foundation
import Testing

@Suite("Router training")
struct RouterTrainingTests {
  private static let tasks = ["anatomy", "history", "law", "logic", "poetry", "trade"]

  private static func train(
    _ outcomes: [RouterOutcome], recalibrateOn few: [RouterOutcome]? = nil, replicates: Int = 20, threads: Int = 2
  ) throws -> RouterTraining {
    try RouterTraining(
      outcomes, recalibrateOn: few, base: ComplexityModel.builtin(), normalizer: TextNormalizer(),
      replicates: replicates, threads: threads)
  }

  private static func features(_ prompt: String) throws -> ComplexityFeatures {
    ComplexityFeatures(prompt: prompt, normalizer: try TextNormalizer(), model: try ComplexityModel.builtin())
  }

  /// Prompts of random length, some with words that ask for reasoning and with numbers.
  private static func prompt(_ index: Int, using rng: inout SeededGenerator) -> String {
    let words = ["river", "stone", "paper", "garden", "why", "prove", "17", "a", "of", "lamp"]
    let count = Int.random(in: 3...60, using: &rng)
    return (0..<count).map { _ in words.randomElement(using: &rng)! }.joined(separator: " ") + " item\(index)"
  }

  /// Outcomes drawn from a known logistic model.
  private static func outcomes(
    _ count: Int, seed: UInt64, bias: Double = 2, weights: [String: Double]
  ) throws -> [RouterOutcome] {
    var rng = SeededGenerator(seed)
    let (normalizer, model) = (try TextNormalizer(), try ComplexityModel.builtin())
    return (0..<count).map { index in
      let text = prompt(index, using: &rng)
      let found = ComplexityFeatures(prompt: text, normalizer: normalizer, model: model)
      let logit = weights.reduce(bias) { $0 + $1.value * found[$1.key]! }
      let isRight = Double.random(in: 0...1, using: &rng) < 1 / (1 + exp(-logit))
      return RouterOutcome(prompt: text, weak: isRight ? 1 : 0, strong: 1, task: tasks[index % tasks.count])
    }
  }

  private static let truth = ["reasoningWords": -1.5, "logWords": -0.8]

  @Test("It finds the weights the outcomes were drawn with, whatever the number of threads")
  func recovers() throws {
    let outcomes = try Self.outcomes(1200, seed: 1, weights: Self.truth)
    let training = try Self.train(outcomes)
    // Length shows in several features at once: what is known is the probability, not how they share the weight.
    var distance = 0.0
    for outcome in outcomes.prefix(200) {
      let found = try Self.features(outcome.prompt)
      let truth = Self.truth.reduce(2) { $0 + $1.value * found[$1.key]! }
      distance += abs(1 / (1 + exp(-truth)) - Double(training.model.simpleProbability(found))) / 200
    }
    #expect(distance < 0.05)
    let reasoning = training.model.weights[try #require(ComplexityFeatures.names.firstIndex(of: "reasoningWords"))]
    #expect(abs(reasoning + 1.5) < 0.4)
    #expect(training.groups == 6 && training.isByTask)
    let calibration = try #require(training.evaluations[0].calibration)
    #expect(calibration.ece < 0.05 && calibration.auc! > 0.7)
    #expect(training.evaluations[0].curve.apgr! > training.evaluations[2].curve.apgr!)
    let few = Array(outcomes.prefix(200))
    #expect(try Self.train(few, threads: 1).model.json() == Self.train(few, threads: 4).model.json())
  }

  @Test("Held-out probabilities are those of a model that saw nothing of the question's task")
  func heldOut() throws {
    // Task and label go together: who has seen the task knows the label, who has not knows less than nothing.
    var rng = SeededGenerator(4)
    let outcomes = (0..<300).map { index in
      let task = index % 6
      return RouterOutcome(
        prompt: String(repeating: "\(task + 1) ", count: 1 + task) + Self.prompt(index, using: &rng),
        weak: task % 2 == 0 ? 1 : 0, strong: 1, task: Self.tasks[task])
    }
    let training = try Self.train(outcomes)
    let before = training.heldOut
    var changed = outcomes
    for index in changed.indices where index % 6 == 2 { changed[index].weak = 0 }
    let after = try Self.train(changed).heldOut
    // Six groups of one size in five folds: the last one joins the first.
    let together = Set(
      Self.tasks.indices.filter { task in
        outcomes.indices.allSatisfy { $0 % 6 != task || before[$0] == after[$0] }
      })
    #expect(together.contains(2), "labels of a task changed probabilities of the same task")
    #expect(together.count <= 2, "labels of a task must change those of the others")
  }

  @Test("Recalibration fits slope and intercept, keeps the order, and mends a base rate that is off")
  func recalibrates() throws {
    let outcomes = try Self.outcomes(800, seed: 2, weights: Self.truth)
    let few = try Self.outcomes(200, seed: 3, bias: 0, weights: Self.truth)
    let (plain, moved) = (try Self.train(outcomes), try Self.train(outcomes, recalibrateOn: few))
    let recalibration = try #require(moved.recalibration)
    #expect(recalibration.labels == 200 && recalibration.before > 0.1)
    #expect(recalibration.after < recalibration.before / 2)
    #expect(abs(recalibration.slope - 1) < 0.4 && abs(recalibration.intercept + 2) < 0.6)
    for (a, b) in zip(few, few.dropFirst()) {
      let (x, y) = (try Self.features(a.prompt), try Self.features(b.prompt))
      #expect((plain.model.logit(x) < plain.model.logit(y)) == (moved.model.logit(x) < moved.model.logit(y)))
      let expected = recalibration.slope * plain.model.logit(x) + recalibration.intercept
      #expect(abs(moved.model.logit(x) - expected) < 1e-9)
    }
    let opposite = few.map { RouterOutcome(prompt: $0.prompt, weak: 1 - $0.weak, strong: 1) }
    let turned = try #require(try Self.train(outcomes, recalibrateOn: opposite).recalibration)
    #expect(turned.slope == 0, "a few labels must not turn the router round")
  }

  @Test("Too few outcomes, one kind of label, and points of a judge are errors that say so")
  func errors() throws {
    var rng = SeededGenerator(5)
    let right = (0..<50).map { RouterOutcome(prompt: Self.prompt($0, using: &rng), weak: 1, strong: 1) }
    #expect(throws: AnalyzerError.self) { try Self.train(right) }
    #expect(throws: AnalyzerError.self) { try Self.train([RouterOutcome(prompt: "x", weak: 0, strong: 1)]) }
    let points = (0..<50).map { RouterOutcome(prompt: "q\($0)", weak: Double($0 % 10), strong: 10) }
    #expect(throws: AnalyzerError.self) { try Self.train(points) }
  }

  @Test("A model file is read as it was written, works in a run, and is refused when its coefficients changed")
  func modelFile() throws {
    let scratch = try Scratch()
    let lines = try Self.outcomes(400, seed: 6, weights: Self.truth).map {
      #"{"prompt":"\#($0.prompt)","weak":\#(Int($0.weak)),"strong":1,"task":"\#($0.task!)"}"#
    }
    let labels = try scratch.write(lines.joined(separator: "\n"), to: "outcomes.jsonl")
    let program = Program(scratch: scratch)
    let (path, report) = (scratch.path("router.json"), scratch.path("router.md"))
    let run = try program.run(
      "train", "router", labels, "--out", path, "--report", report, "--recalibrate", labels)
    #expect(run.status == 0, "\(run.error)")
    let text = try String(contentsOfFile: report, encoding: .utf8)
    for part in ["trained, held out", "| reasoningWords |", "hand-set weight", "Recalibrated on 400", "outcomes.jsonl"]
    {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains(scratch.path("outcomes.jsonl")))
    let model = try ComplexityModel(path: path)
    #expect(model.version.hasPrefix("trained-") && text.contains(model.version) && model.training?.questions == 400)
    #expect(try model.json() == Data(contentsOf: URL(fileURLWithPath: path)))

    var request = Analysis.Request(inputs: [
      try scratch.write(
        ["gpt-4o", "gpt-4o-mini"].enumerated().map { index, name in
          SampleLogs.line(
            index, time: 1_767_600_000, user: 1, model: name, question: "why prove river stone \(index)", input: 9,
            output: 9)
        }.joined(separator: "\n"), to: "log.jsonl")
    ])
    let plain = try Analysis.run(request)
    request.options.routing.model = path
    let trained = try Analysis.run(request)
    let expected = model.simpleProbability(try Self.features("why prove river stone 0"))
    #expect(trained.log.prompts.prompts[0].simple == expected && plain.log.prompts.prompts[0].simple != expected)

    let sections = try #require(trained.outcomes.first { $0.id == RoutingStrategy.id }).sections
    let said = sections.flatMap(\.blocks).contains { block in
      if case .paragraph(let text) = block { return text.contains("not measured on such questions") }
      return false
    }
    #expect(said, "two equal questions are unlike four hundred different ones")

    let changed = try String(contentsOfFile: path, encoding: .utf8).replacing(
      /"code" : [-0-9.e]+/, with: #""code" : 7.5"#)
    #expect(throws: AnalyzerError.self) { try ComplexityModel(path: scratch.write(changed, to: "changed.json")) }
    let named = changed.replacing(model.version, with: "mine-1")
    #expect(try ComplexityModel(path: scratch.write(named, to: "named.json")).version == "mine-1")
    let unknown = named.replacing(#""code" : 7.5"#, with: #""colour" : 7.5"#)
    #expect(throws: AnalyzerError.self) { try ComplexityModel(path: scratch.write(unknown, to: "unknown.json")) }
    request.options.routing.model = scratch.path("none.json")
    #expect(throws: AnalyzerError.self) { try Analysis.run(request) }
    let shown = try program.run("evaluate", "router", labels, "--score", "model", "--model", path)
    #expect(shown.status == 0 && shown.out.contains("Questions like those the model was trained on"))
  }

  @Test("Features by hand")
  func features() throws {
    let found = try Self.features("What is NOT true?\nA. 12 \"x\"\nB. 7é")
    let expected: [String: Double] = [
      "logCharacters": log2(34) - 6, "lines": log2(3), "numbers": 2, "optionLines": 2, "quotes": 2, "negations": 1,
      "nonASCII": 1, "questionMarks": 0, "simpleOpening": 1, "digitShare": 3.0 / 34, "symbolShare": 5.0 / 34,
      "upperShare": 6.0 / 16, "tools": 0, "logContextTurns": 0, "logWords": log2(10) - 3, "longWords": 0,
    ]
    for (name, value) in expected { #expect(abs(try #require(found[name]) - value) < 1e-12, "\(name)") }
    #expect(ComplexityFeatures.names == ComplexityFeatures.names.sorted() && found["none"] == nil)
  }

  @Test("On subjects it has not seen, the trained score knows more than chance", .enabled(if: RoutingData.isThere))
  func heldOutSubjects() throws {
    let all = try OutcomeFile(path: try #require(RoutingData.path("mmlu_dev.jsonl"))).outcomes
    // Every eighth question: a debug build takes minutes for all.
    let outcomes = all.enumerated().filter { $0.offset % 8 == 0 }.map(\.element)
    let training = try Self.train(outcomes, replicates: 200)
    #expect(training.isByTask && training.groups > 20)
    let apgr = try #require(training.evaluations[0].curve.apgr)
    let interval = try #require(training.evaluations[0].intervals.apgr)
    print("held-out subjects: APGR \(apgr) [\(interval.low), \(interval.high)] on \(outcomes.count) questions")
    #expect(interval.low < apgr && apgr < interval.high)
    let auc = try #require(training.evaluations[0].calibration?.auc)
    #expect(auc > 0.55, "\(auc)")
    // Other questions are told apart, subjects of the same benchmark are not.
    let normalizer = try TextNormalizer()
    func shift(_ file: String) throws -> RouterShift {
      let other = try OutcomeFile(path: try #require(RoutingData.path(file))).outcomes
      return try #require(
        try RouterEvaluation(
          other, score: .model, model: training.model, normalizer: normalizer, replicates: 20, threads: 2
        ).shift)
    }
    #expect(try shift("gsm8k.jsonl").isFar && !shift("mmlu_dev.jsonl").isFar)
  }
}
