import CostAnalyzer
import Foundation
import Testing
import Yams

@Suite("The plan")
struct PlanTests {
  private static let levers = """
    selfHosted: {models: [gpt-4o-mini], gpuHourUSD: 2, gpus: 3, throughput: 500}
    batching: {users: [u1], models: [gpt-4o], countInferred: true}
    budgets: {limits: [{scope: global, usd: 50, every: 1d}]}

    """

  private func analysis(_ requests: Int, _ rng: inout SeededGenerator, threads: Int = 2) throws -> Analysis {
    var request = Analysis.Request(inputs: [try SampleLogs.file(SampleLogs.random(requests: requests, using: &rng))])
    request.options = try AnalysisOptions(yaml: Self.levers)
    request.threads = threads
    return try Analysis.run(request)
  }

  @Test("Every lever has notes, and every effort a meaning")
  func notes() throws {
    let notes = try PlanNotes.builtin()
    #expect(Set(notes.levers.keys) == Set(StrategyCatalog.all.map { $0.id }))
    for lever in notes.levers.values { #expect(notes.efforts[lever.effort] != nil) }
  }

  @Test("Items are taken by saving per effort, verified ones first, none that may save nothing; their savings add up")
  func order() throws {
    var rng = SeededGenerator(81)
    var longest = 0
    for _ in 0..<12 {
      let analysis = try analysis(150, &rng)
      let plan = try SavingsPlan(analysis, threads: 2)
      longest = max(longest, plan.items.count)
      let joint = plan.joint
      func bit(_ id: String) -> Int { joint.levers.firstIndex { $0.id == id }! }
      func isUnverified(_ id: String) -> Bool { plan.notes.levers[id]!.quality == .unverified }
      var chosen = 0
      var sum: Int128 = 0
      for (place, item) in plan.items.enumerated() {
        let step = joint.bySubset[chosen | 1 << bit(item.id)] - joint.bySubset[chosen]
        #expect(item.saving == step && step > 0 && item.interval.lower > 0)
        // By hand: no lever of the same kind that was still open saves more for its effort.
        for other in joint.levers where isUnverified(other.id) == isUnverified(item.id) {
          let its = bit(other.id)
          if chosen >> its & 1 == 1 || other.id == item.id { continue }
          let saving = joint.bySubset[chosen | 1 << its] - joint.bySubset[chosen]
          let intervals = try #require(joint.intervals(ofAdding: [its], to: chosen, threads: 1))
          if saving <= 0 || intervals[0].lower <= 0 { continue }
          let effort = plan.notes.levers[other.id]!.effort
          let (mine, theirs) = (step * Int128(effort), saving * Int128(item.effort))
          #expect(mine > theirs || mine == theirs && bit(item.id) < its)
        }
        if place > 0 { #expect(!isUnverified(plan.items[place - 1].id) || isUnverified(item.id)) }
        chosen |= 1 << bit(item.id)
        sum += step
      }
      #expect(sum == plan.saving && sum == joint.bySubset[chosen])
      let named = plan.items.map(\.id) + plan.leftOut.map(\.id)
      #expect(named.sorted() == analysis.outcomes.map(\.id).sorted())
      #expect(plan.leftOut.allSatisfy { !$0.reason.isEmpty })
    }
    #expect(longest >= 3)
  }

  @Test("The interval of a step is that of the waterfall where the steps are the same")
  func steps() throws {
    var rng = SeededGenerator(82)
    let joint = try #require(try analysis(150, &rng).joint)
    for (bit, lever) in joint.levers.enumerated() {
      let found = try #require(joint.intervals(ofAdding: [bit], to: (1 << bit) - 1, threads: 2))
      #expect(found == [lever.intervals?.waterfall])
    }
  }

  @Test("Threads change no byte; plan.json holds the figures and their month")
  func json() throws {
    func files(_ threads: Int) throws -> [String: Data] {
      var rng = SeededGenerator(83)
      var analysis = try analysis(120, &rng, threads: threads)
      // The name of the file is random.
      analysis.log.inputs[0].path = "log"
      let files = try PlanFiles.files(try SavingsPlan(analysis, threads: threads), environment: [:])
      return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.content) })
    }
    let built = try files(2)
    #expect(try files(1) == built)
    #expect(built.keys.sorted() == ["cache.yaml", "litellm.yaml", "plan.json", "plan.md", "run.json"])
    let json = try #require(built["plan.json"])
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(object["schema"] as? String == "plan/1")
    let items = try #require(object["items"] as? [[String: Any]])
    let month = try #require(object["month_multiplier"] as? Double)
    var sum = 0.0
    for item in items {
      let saving = try #require(Double(item["saving_usd"] as? String ?? ""))
      sum += saving
      let text = try #require((item["month"] as? [String: Any])?["saving_usd"] as? String)
      let monthly = try #require(Double(text))
      #expect(abs(monthly - month * saving) < 1e-9)
      #expect(["effort", "effort_why", "risk", "first_step", "evidence", "quality"].allSatisfy { item[$0] != nil })
    }
    #expect(!items.isEmpty && abs(sum - (Double(object["saving_usd"] as? String ?? "") ?? 0)) < 1e-9)
  }

  @Test("A log of one user and one day has no intervals: everything is left out, and says so")
  func tooSmall() throws {
    let lines = (0..<20).map {
      SampleLogs.line(
        $0, time: 1_767_600_000 + Int64($0), user: 1, model: "gpt-4o", question: "what is ai", input: 10, output: 10)
    }
    let analysis = try Analysis.run(Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))]))
    let plan = try SavingsPlan(analysis, threads: 1)
    #expect(plan.items.isEmpty)
    #expect(plan.leftOut.first { $0.id == ExactCacheStrategy.id }?.reason == "too few users and days for an interval")
    let files = try PlanFiles.files(plan, environment: [:])
    for (name, content) in files where name.hasSuffix(".yaml") {
      let yaml = try Yams.load(yaml: String(decoding: content, as: UTF8.self)) as? [String: Any]
      #expect(yaml?.keys.sorted() == ["litellm_settings"], "\(name): nothing is recommended, so nothing is set")
    }
  }

  @Test(
    "A semantic cache above the limit of wrong hits is left out as unsafe; below it, it stands at its recommended setting"
  )
  func semantic() throws {
    func plan(wrong: Double, limit: Double) throws -> SavingsPlan {
      // Of seven users on five days, so that there are intervals.
      let lines = VerificationTests.stream(wrong: wrong, seed: 9).text.split(separator: "\n").enumerated().map {
        $1.replacing(#""user":"u1""#, with: #""user":"u\#($0 % 7)""#)
          .replacing(#""ts":\#(1_767_600_000 + $0),"#, with: #""ts":\#(1_767_600_000 + 300 * $0),"#)
      }
      var request = Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))])
      request.options.cache.thresholds = [0.7]
      request.options.cache.threshold = wrong > 0 ? 0.7 : 0.9
      request.options.cache.ttls = [.unlimited]
      request.options.cache.ttl = .unlimited
      request.options.cache.maxWrongHits = limit
      request.options.guards.switchOff()
      return try SavingsPlan(try Analysis.run(request), threads: 2)
    }
    let safe = try plan(wrong: 0, limit: 0.05)
    let item = try #require(safe.items.first { $0.id == SemanticCacheStrategy.id })
    #expect(item.quality == .measured && item.setting.hasPrefix("cosine ≥ 0.70"))
    #expect(item.compared > 400 && (item.wrong?.upper ?? 1) <= 0.05)
    let choice = try #require(item.outcome.holdout)
    #expect(choice.chosen.name == "cosine ≥ 0.70, TTL inf" && choice.chosen.later > 0)
    let semantic = try #require(safe.joint.levers.first { $0.id == SemanticCacheStrategy.id })
    #expect(choice.chosen.first + choice.chosen.later == semantic.alone, "both parts are the whole")
    let unsafe = try plan(wrong: 0.3, limit: 0.05)
    #expect(!unsafe.items.contains { $0.id == SemanticCacheStrategy.id })
    let reason = unsafe.leftOut.first { $0.id == SemanticCacheStrategy.id }?.reason ?? ""
    #expect(reason.hasPrefix("unsafe: an estimated "), "\(reason)")
  }

  @Test("Prompt rules that change what prompts mean are left out as unsafe")
  func unsafe() throws {
    var request = Analysis.Request(inputs: [try SampleLogs.generated(requests: 300, seed: 3)])
    request.options.prompts.level = .unsafe
    let plan = try SavingsPlan(try Analysis.run(request), threads: 2)
    #expect(plan.leftOut.first { $0.id == PromptStrategy.id }?.reason.hasPrefix("unsafe") == true)
    #expect(!plan.items.contains { $0.id == PromptStrategy.id })
  }
}
