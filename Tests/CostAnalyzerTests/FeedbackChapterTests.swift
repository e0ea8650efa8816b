import CostAnalyzer
import Foundation
import Testing

@Suite("Users' verdicts")
struct FeedbackChapterTests {
  private static let planted = [
    "gpt-4o": 0.9, "gpt-4o-mini": 0.65, "claude-sonnet-4-5": 0.9, "claude-haiku-4-5": 0.8, "gpt-4.1": 0.85,
  ]

  /// A log whose satisfaction is known by model, and in which most requests go to any model.
  private static func log(requests: Int, seed: UInt64) throws -> String {
    let path = SampleLogs.directory + "/verdicts-\(requests)-\(seed)-\(UInt32.random(in: 0...UInt32.max)).jsonl"
    var options = GeneratorOptions()
    options.requests = requests
    options.seed = seed
    options.users = 80
    options.feedbackShare = 0.7
    options.satisfaction = planted
    options.ownModelShare = 0.3
    _ = try writeGeneratedLog(options: options, format: .traffic, to: path)
    return path
  }

  private static func read(_ path: String) throws -> RequestLog {
    LogReader(settings: try TextSettings(), threads: 2).read(InputFiles.identify([path], threads: 1).files)
  }

  @Test("the estimates hold the satisfaction that was planted, and cohorts take out what is not the model's doing")
  func planted() throws {
    let log = try Self.read(Self.log(requests: 2500, seed: 4))
    let ratings = Ratings(log)
    // Plain loops.
    #expect(
      ratings.all.map(\.request)
        == log.all.indices.filter { index in
          let request = log.all[index]
          return request.feedback != .none && !request.isError && !request.flags.contains(.gatewayHit)
        })
    #expect(ratings.all.count > 1500)
    for rating in ratings.all.prefix(300) {
      let request = log.requests[rating.request]
      #expect(ratings.models[rating.model] == log.models[Int(request.model)].display)
      #expect(rating.satisfaction == (request.feedback.verdict! + 1) / 2)
    }
    func number(_ name: String) throws -> Int { try #require(ratings.models.firstIndex(of: name)) }
    let order = try ["gpt-4o-mini", "claude-haiku-4-5", "gpt-4o"].map(number)
    let comparisons = ModelComparisons(ratings, order: order, minimum: 30)
    for kind in [Rating.CohortKind.template, .band] {
      for (to, truth) in [("gpt-4o-mini", -0.25), ("claude-haiku-4-5", -0.1)] {
        let (from, to) = (try number("gpt-4o"), try number(to))
        let found = try #require(comparisons.all.first { $0.kind == kind && $0.from == from && $0.to == to })
        #expect(found.experiment.lower <= truth && found.experiment.upper >= truth, "\(kind) \(found.experiment)")
        #expect(found.experiment.upper - found.experiment.lower < 0.3)
      }
    }
    #expect(comparisons.finest(from: order[2], to: order[0])?.experiment.upper ?? 0 < 0)
    // Turned round is not a comparison of a dearer with a cheaper one.
    #expect(comparisons.finest(from: order[0], to: order[2]) == nil)
  }

  @Test("a group starts from the log's mean: no verdict says that mean, many say their own")
  func shrinking() {
    var log = Satisfaction()
    for index in 0..<100 { log.add(index < 80 ? 1 : 0) }
    let prior = Satisfaction.Prior(of: log, mass: 20)
    #expect(abs(prior.mean - 81.0 / 102) < 1e-12)
    #expect(abs(Satisfaction().posterior(prior).mean - prior.mean) < 1e-12)
    var bad = Satisfaction()
    for _ in 0..<20 { bad.add(0) }
    #expect(abs(bad.posterior(prior).mean - prior.mean / 2) < 1e-12)
    var half = Satisfaction()
    for _ in 0..<4 { half.add(0.5) }
    #expect(half.posterior(prior) == BetaDistribution(20 * prior.mean + 2, 20 * (1 - prior.mean) + 2))
  }

  private static func tables(_ path: String, minimum: Int = 30) throws -> (text: String, tables: [String: Table]) {
    var request = Analysis.Request(inputs: [path])
    request.options.routing.feedbackMinimum = minimum
    let analysis = try Analysis.run(request)
    let routing = try #require(analysis.outcomes.first { $0.id == RoutingStrategy.id })
    let section = try #require(routing.sections.last)
    let text = section.blocks.compactMap { if case .paragraph(let text) = $0 { text } else { nil } }.joined()
    return (text, Dictionary(uniqueKeysWithValues: section.files.map { ($0.name, $0) }))
  }

  @Test("every move of the router has a row; those between compared models have an interval")
  func quality() throws {
    let (text, tables) = try Self.tables(Self.log(requests: 500, seed: 5), minimum: 10)
    #expect(text.contains("Natural experiments") && text.contains("a Beta prior"))
    let quality = try parseCSV(Data(#require(tables["routing_quality"]).csv.utf8))
    let compared = quality.dropFirst().filter { $0[8].hasPrefix("same ") }
    #expect(
      !compared.isEmpty && compared.allSatisfy { Double($0[6])! <= Double($0[5])! && Double($0[5])! <= Double($0[7])! })
    for row in quality.dropFirst() where !row[8].hasPrefix("same ") {
      // Satisfaction is 0 … 1 on the other model.
      #expect(abs(Double(row[4])! + Double(row[6])!) < 1e-5 && abs(Double(row[4])! + Double(row[7])! - 1) < 1e-5)
      #expect(row[5].isEmpty && row[8] == "bounds, not from your traffic")
    }
    let satisfaction = try parseCSV(Data(#require(tables["satisfaction"]).csv.utf8)).dropFirst()
    for by in ["model", "tier", "P(simple)", "tier at P(simple)"] {
      let rows = satisfaction.filter { $0[0] == by }
      #expect(rows.count > 1, "\(by)")
      #expect(rows.allSatisfy { Double($0[6])! < Double($0[5])! && Double($0[5])! < Double($0[7])! })
    }
    let rated = satisfaction.filter { $0[0] == "model" }.reduce(0) { $0 + Int($1[3])! }
    #expect(rated == satisfaction.filter { $0[0] == "tier at P(simple)" }.reduce(0) { $0 + Int($1[3])! })
  }

  @Test("where the model follows from the request only bounds are known, and without verdicts not even those")
  func deterministic() throws {
    func lines(_ feedback: Bool) throws -> String {
      try SampleLogs.file(
        (0..<120).map { index in
          let isHard = index % 2 == 0
          return SampleLogs.line(
            index, time: 1_767_600_000 + Int64(index), user: index % 7, model: isHard ? "gpt-4o" : "gpt-4o-mini",
            question: isHard
              ? "what is the capital of france \(index)" : "prove step by step that case \(index) is optimal",
            input: 100, output: 50, extra: feedback ? #","feedback":\#(index % 3 == 0 ? -1 : 1)"# : "")
        }.joined(separator: "\n"))
    }
    let (text, tables) = try Self.tables(lines(true))
    #expect(text.contains("not known from your traffic"))
    #expect(tables["natural_experiments"]?.rows.isEmpty == true)
    let quality = try parseCSV(Data(#require(tables["routing_quality"]).csv.utf8))
    #expect(quality.count == 2 && quality[1][0] == "gpt-4o" && quality[1][8] == "bounds, not from your traffic")
    let (silent, none) = try Self.tables(lines(false))
    #expect(silent.contains("no verdict") && none.values.allSatisfy(\.rows.isEmpty))
  }

  @Test("verdicts become outcomes to train on; what a person chose does not")
  func training() throws {
    let path = try Self.log(requests: 1500, seed: 6)
    var request = Analysis.Request(inputs: [path])
    request.options.routing.cheap = "gpt-4o-mini"
    request.options.routing.strong = "gpt-4o"
    let found = try Analysis.feedbackOutcomes(request)
    let log = try Self.read(path)
    let cheap = log.all.filter {
      $0.feedback != .none && !$0.isError && log.models[Int($0.model)].display == "gpt-4o-mini"
    }
    #expect(found.weakRated + found.overridden == cheap.count && found.overridden > 0)
    #expect(found.outcomes.count == found.weakRated - found.notAlone - found.tooLong)
    #expect(found.outcomes.allSatisfy { $0.weak == 0 || $0.weak == 1 } && found.outcomes.count > 100)
    let strong = found.outcomes.reduce(0) { $0 + $1.strong } / Double(found.outcomes.count)
    #expect(abs(strong - 0.86) < 0.06, "0.9, less on complex work: \(strong)")
    let training = try RouterTraining(
      found.outcomes, base: ComplexityModel.builtin(), normalizer: TextNormalizer(), replicates: 10, threads: 2)
    let text = training.text(files: ["a.jsonl"], feedback: found, handSet: try ComplexityModel.builtin())
    #expect(text.contains("users' verdicts on answers of gpt-4o-mini"))
    request.options.routing.feedbackMinimum = 100_000
    #expect(throws: AnalyzerError.self) { try Analysis.feedbackOutcomes(request) }
  }
}
