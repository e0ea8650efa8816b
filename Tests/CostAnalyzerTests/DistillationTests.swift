import CostAnalyzer
import Foundation
import Testing

@Suite("Distillation")
struct DistillationTests {
  private static let words = [
    "apple", "bridge", "cloud", "desert", "engine", "forest", "garden", "harbour", "island", "jacket",
  ]

  /// A task with as many different questions as asked for, over some days, and a few others.
  private static func lines(_ count: Int, days: Int) -> [String] {
    (0..<count).map { index in
      let (a, b) = (words[index % 10], words[index / 10 % 10])
      return SampleLogs.line(
        index, time: 1_767_571_200 + Int64(index) * Int64(days) * 86_400 / Int64(count), user: index % 4,
        model: "gpt-4o",
        question: "please classify the following ticket \(a) \(b) number \(index)", input: 1000, output: 100,
        answer: "category \(a)")
    }
      + (0..<3).map { index in
        SampleLogs.line(
          count + index, time: 1_767_700_000 + Int64(index), user: 9, model: "gpt-4o",
          question: "who wrote book \(index)",
          input: 10, output: 10)
      }
  }

  private static let few =
    "minExamples: 40, minDays: 5, maxCosine: 1, evaluationUSD: 0, fixedUSD: 0, trainingUSDPerMillionTokens: 1, epochs: 2"

  private static func run(_ yaml: String, count: Int = 60, days: Int = 10) throws -> (Analysis, StrategyOutcome) {
    var request = Analysis.Request(inputs: [try SampleLogs.file(lines(count, days: days).joined(separator: "\n"))])
    request.options = try AnalysisOptions(yaml: "distillation: {\(yaml)}\n")
    let analysis = try Analysis.run(request)
    return (analysis, try #require(analysis.outcomes.first { $0.id == DistillationStrategy.id }))
  }

  private static func rows(_ outcome: StrategyOutcome) throws -> [[String]] {
    parseCSV(Data(try #require(outcome.sections.flatMap(\.files).first { $0.name == "distillation" }).csv.utf8))
  }

  @Test("A cohort with enough examples goes to the student: ratio, training and break-even by hand")
  func claimed() throws {
    let (analysis, outcome) = try Self.run("student: gpt-4o-mini, \(Self.few)")
    let rows = try Self.rows(outcome)
    #expect(column("status", of: rows) == ["eligible", "fewer than 40 distinct examples"])
    #expect(column("requests", of: rows) == ["60", "3"] && column("days", of: rows)[0] == "10")
    // 3.5 against 0.21 thousandths of a dollar a request.
    #expect(column("teacher_usd", of: rows)[0] == "0.21" && column("student_usd", of: rows)[0] == "0.0126")
    #expect(column("price_ratio", of: rows)[0] == "16.7")
    // 60 examples × 1,100 tokens × 2 epochs at a dollar a million, back after 0.132 / 0.00329 calls.
    #expect(column("training_usd", of: rows)[0] == "0.132" && column("break_even_calls", of: rows)[0] == "41")
    #expect(outcome.gross == 60 * 3_290_000_000 && outcome.requestsAffected == 60)
    // One-off costs are spread over twelve months: the log is a bit under ten days of 360.
    let span = Double(analysis.ledger.lastTime - analysis.ledger.firstTime) / Double(360 * Timestamp.day)
    #expect(outcome.fixedCharges == Int128((0.132 * span * 1e12).rounded()))
    #expect(outcome.evidence == .assumed)
  }

  @Test(
    "What keeps a cohort from being claimed is said",
    arguments: [
      ("minExamples: 61", "fewer than 61 distinct examples"), ("minDays: 11", "fewer than 11 days with requests"),
      ("minDiversity: 1, maxCosine: 1", "eligible"), ("fixedUSD: 1000000", "pays back too late"),
      ("hostingUSDPerCall: 1", "the student is not cheaper"),
    ])
  func refused(_ yaml: String, _ status: String) throws {
    let keys = Set(yaml.split(separator: ",").map { $0.split(separator: ":")[0].trimmingCharacters(in: .whitespaces) })
    let rest = Self.few.components(separatedBy: ", ").filter { !keys.contains($0.components(separatedBy: ":")[0]) }
    let (_, outcome) = try Self.run("student: gpt-4o-mini, \(yaml), \(rest.joined(separator: ", "))")
    #expect(column("status", of: try Self.rows(outcome))[0] == status)
    #expect((outcome.gross > 0) == (status == "eligible"))
  }

  @Test("What its user called bad, or what max_tokens cut off, is no example")
  func accepted() throws {
    let lines = Self.lines(60, days: 10).enumerated().map { index, line in
      let more = [#","feedback":-1}"#, #","max_tokens":100}"#, #","feedback":1}"#, #","feedback":0}"#, "}"]
      return line.dropLast() + more[index % 5]
    }
    var request = Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))])
    request.options = try AnalysisOptions(yaml: "distillation: {student: gpt-4o-mini, \(Self.few)}\n")
    let outcome = try #require(try Analysis.run(request).outcomes.first { $0.id == DistillationStrategy.id })
    #expect(column("accepted", of: try Self.rows(outcome))[0] == "36")
    #expect(column("status", of: try Self.rows(outcome))[0] == "fewer than 40 distinct examples")
  }

  @Test("Without words the system prompt alone makes a cohort")
  func systemPrompt() throws {
    let (_, outcome) = try Self.run("student: gpt-4o-mini, templateWords: 0, \(Self.few)")
    #expect(column("requests", of: try Self.rows(outcome)) == ["63"])
  }

  @Test("Without a student it is not run; one without a price is an error")
  func student() throws {
    #expect(try Self.run("epochs: 3").1.notRun?.contains("no student model is named") == true)
    let error = #expect(throws: AnalyzerError.self) { try Self.run("student: nobody") }
    #expect(error?.kind == .config && error?.message.contains("nobody") == true)
  }

  @Test("A request takes one model: the cheaper one, and the charge only where it moves")
  func together() throws {
    let (_, outcome) = try Self.run("student: gpt-4o-mini, hostingUSDPerCall: 0.0001, \(Self.few)")
    let effect = try #require(outcome.effect)
    func apply(_ cost: PicoDollars, to request: Int) -> RequestState {
      var state = RequestState(cost: 3_500_000_000)
      state.cost = cost
      effect.apply(to: &state, request: request)
      return state
    }
    let moved = apply(3_500_000_000, to: 0)
    #expect(moved.cost == 210_000_000 && moved.charges == 100_000_000 && moved.isMoved)
    // Left at less than student and hosting together: it stays.
    let routed = apply(300_000_000, to: 0)
    #expect(routed.cost == 300_000_000 && routed.charges == 0 && !routed.isMoved)
    #expect(outcome.charges == 60 * 100_000_000)
  }

  // MARK: Choice of examples

  /// Unit vectors in the plane, by degree.
  private static func circle(_ degrees: [Double]) -> VectorMatrix {
    var matrix = VectorMatrix(count: degrees.count, dimensions: 16)
    for (row, degree) in degrees.enumerated() {
      matrix.values[row * 16] = Float(cos(degree * .pi / 180))
      matrix.values[row * 16 + 1] = Float(sin(degree * .pi / 180))
    }
    return matrix
  }

  @Test("No two kept examples are too near, and everything left out is near a kept one")
  func distinct() {
    // cos 18.2° = 0.95.
    #expect(ExampleChoice.distinct([0, 1, 2, 3, 4], Self.circle([0, 10, 20, 25, 200]), maxCosine: 0.95) == [0, 2, 4])
    var random = TestRandom(2)
    for _ in 0..<50 {
      let degrees = (0..<40).map { _ in Double.random(in: 0..<360, using: &random) }
      let matrix = Self.circle(degrees)
      let kept = ExampleChoice.distinct(Array(0..<40), matrix, maxCosine: 0.95)
      for (place, a) in kept.enumerated() {
        for b in kept[..<place] { #expect(matrix.cosine(a, b) < 0.95) }
      }
      for row in 0..<40 where !kept.contains(row) {
        #expect(kept.contains { $0 < row && matrix.cosine($0, row) >= 0.95 })
      }
    }
  }

  @Test("A small choice is spread out, as choosing the farthest one by plain search does it")
  func spread() {
    #expect(ExampleChoice.spread([0, 1, 2, 3], Self.circle([0, 5, 90, 180]), count: 3) == [0, 2, 3])
    #expect(ExampleChoice.spread([0, 1], Self.circle([0, 5]), count: 3) == [0, 1])
    var random = TestRandom(4)
    for _ in 0..<50 {
      let matrix = Self.circle((0..<30).map { _ in Double.random(in: 0..<360, using: &random) })
      var chosen = [0]
      while chosen.count < 7 {
        let rest = (0..<30).filter { !chosen.contains($0) }
        func nearness(_ row: Int) -> Float { chosen.map { matrix.cosine($0, row) }.max()! }
        chosen.append(rest.min { (nearness($0), $0) < (nearness($1), $1) }!)
      }
      #expect(ExampleChoice.spread(Array(0..<30), matrix, count: 7) == chosen.sorted())
    }
  }

  // MARK: Export

  private static func export(_ lines: [String], _ yaml: String = "{}", cohort: Int = 1, examples: Int = 100) throws
    -> TrainingSet
  {
    // Two files, the first compressed by gzip: places are per file.
    let folder = try TestFolder()
    let half = lines.count / 2
    let text = { (lines: ArraySlice<String>) in Array(lines.map { $0 + "\n" }.joined().utf8) }
    let first = try folder.write(Pack.gzip([text(lines[..<half])]).bytes, as: "1.jsonl.gz")
    let second = try folder.write(text(["", "no json"] + lines[half...]), as: "2.jsonl")
    var request = Analysis.Request(inputs: [first, second])
    request.options = try AnalysisOptions(yaml: yaml)
    request.threads = 2
    return try Analysis.trainingSet(request, cohort: cohort, examples: examples)
  }

  private static func messages(_ line: Data) throws -> [[String: String]] {
    let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: [[String: String]]])
    #expect(line.last == 10 && Array(object.keys) == ["messages"])
    return object["messages"]!
  }

  @Test("A cohort is written as whole conversations with their answers, the newest for validation")
  func export() throws {
    let set = try Self.export(Self.lines(60, days: 10), "distillation: {maxCosine: 1, validationShare: 0.25}\n")
    #expect(set.requests == 60 && set.accepted == 60 && set.distinct == 60 && set.model == "gpt-4o")
    #expect(set.training.count == 45 && set.validation.count == 15 && set.unusable == 0)
    for (index, line) in (set.training + set.validation).enumerated() {
      let (a, b) = (Self.words[index % 10], Self.words[index / 10 % 10])
      #expect(
        try Self.messages(line) == [
          ["role": "system", "content": "s"],
          ["role": "user", "content": "please classify the following ticket \(a) \(b) number \(index)"],
          ["role": "assistant", "content": "category \(a)"],
        ])
    }
    #expect(try Self.export(Self.lines(60, days: 10), cohort: 2).training.count == 3)
    #expect(throws: AnalyzerError.self) { try Self.export(Self.lines(60, days: 10), cohort: 3) }
  }

  @Test("Repeats, near repeats, private data and what is no plain conversation are left out, and few are spread out")
  func exportChoice() throws {
    func line(_ index: Int, _ question: String, answer: String = "fine") -> String {
      SampleLogs.line(
        index, time: 1_767_600_000 + Int64(index) * 60, user: 1, model: "gpt-4o", question: question, input: 100,
        output: 10,
        answer: answer)
    }
    let questions = (0..<10).map {
      "please sort the following ticket about \(Self.words[$0]) and \(Self.words[9 - $0])"
    }
    var lines = questions.enumerated().map { line($0.offset, $0.element) }
    lines += questions.enumerated().map { line(20 + $0.offset, $0.element) }
    lines.append(line(40, questions[0] + "!"))
    lines.append(line(41, "please sort the following ticket of +1 212 555 0147"))
    lines.append(line(42, "please sort the following ticket of nobody", answer: "write to jane.doe@example.com"))
    lines.append(
      line(43, "please sort the following ticket of later").replacing(
        #"[{"role":"system""#, with: #"[{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"system""#))
    lines.append(line(44, "please sort the following ticket of silence", answer: ""))
    // An address in the system prompt is the house's own.
    lines = lines.map {
      $0.replacing(#""role":"system","content":"s""#, with: #""role":"system","content":"s help@example.com""#)
    }
    let set = try Self.export(lines, "distillation: {validationShare: 0}\n")
    #expect(set.accepted == 13)
    #expect(set.distinct == 13)
    #expect(set.withPrivateData == 2)
    #expect(set.unusable == 1)
    let texts = try set.training.map { try Self.messages($0)[1]["content"]! }
    #expect(texts == questions && set.validation.isEmpty)
    #expect(try Self.export(lines, "distillation: {validationShare: 0}\n", examples: 4).training.count == 4)
    let apart = try Self.export(lines, "distillation: {maxCosine: 0.5}\n").distinct
    #expect(apart < set.distinct && apart > 0, "\(apart)")
  }

  @Test("The command writes both files for nobody else to read, and warns of the licence")
  func command() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    let log = try scratch.write(Self.lines(40, days: 3).joined(separator: "\n"), to: "log.jsonl")
    let (out, validation) = (scratch.path("t.jsonl"), scratch.path("v.jsonl"))
    let result = try program.run(
      "export-training", log, "--out", out, "--validation", validation, "--embedder", "hashed", "--examples", "10")
    #expect(result.status == 0 && result.error.contains("Licence: most providers forbid"), "\(result.error)")
    #expect(result.out.contains("9 examples in") && result.out.contains("1 newer ones in"))
    #expect(try scratch.data("t.jsonl").split(separator: 10).count == 9)
    let mode = try FileManager.default.attributesOfItem(atPath: out)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try program.run("export-training", "-").status == 64)
  }
}
