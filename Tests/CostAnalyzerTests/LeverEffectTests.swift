import CostAnalyzer
import Foundation
import Testing

/// All levers at once: the books, and what no lever may do to a request.
@Suite("Levers together")
struct LeverEffectTests {
  private static let allOn = """
    selfHosted: {models: [gpt-4o-mini], gpuHourUSD: 2, gpus: 3, throughput: 500}
    batching: {users: [u1], models: [gpt-4o], countInferred: true}
    distillation: {student: gpt-4.1-nano, minExamples: 1, minDays: 1, minDiversity: 0, fixedUSD: 0, evaluationUSD: 0,
      trainingUSDPerMillionTokens: 0, hostingUSDPerCall: 0.0000001, amortiseMonths: 1000000}
    budgets: {limits: [{scope: user, usd: 0.01, every: 1d}, {scope: tag, requests: 3, every: 1h}], breaker: {multiple: 2, baseline: 1h}}

    """

  @Test(
    "The books balance with every lever on, on random logs, and no lever makes a call dearer or pays a served one again"
  )
  func books() throws {
    var random = SeededGenerator(31)
    var ran: Set<String> = []
    for _ in 0..<25 {
      var request = Analysis.Request(inputs: [try SampleLogs.file(SampleLogs.random(requests: 40, using: &random))])
      request.options = try AnalysisOptions(yaml: Self.allOn)
      let analysis = try Analysis.run(request)  // throws when a check fails
      let joint = try #require(analysis.joint)
      #expect(joint.levers.reduce(0) { $0 + $1.shapley } == joint.saving && joint.saving <= analysis.ledger.total.cost)
      for outcome in analysis.outcomes where outcome.notRun == nil {
        guard let effect = outcome.effect else { continue }
        ran.insert(outcome.id)
        for index in 0..<analysis.log.requests.count {
          let cost = analysis.log.requests[index].cost
          var state = RequestState(cost: cost)
          state.cost = PicoDollars.random(in: 0...cost, using: &random)
          let before = state
          if outcome.id != RoutingStrategy.id {
            effect.apply(to: &state, request: index)
            #expect(state.cost >= 0 && state.cost + state.charges <= before.cost || outcome.id.contains("cache"))
          }
          var served = RequestState(cost: cost)
          served.cost = 0
          served.isServed = true
          effect.apply(to: &served, request: index)
          #expect(served.cost == 0 && served.charges == 0)
        }
      }
    }
    #expect(ran.isSuperset(of: ["routing", "distillation", "quantisation", "batching"]), "\(ran.sorted())")
  }

  @Test("Two levers behind each other, by hand: a batch of a student's call, a faster machine that lost its call")
  func order() throws {
    // gpt-4o, 1,000 in and 100 out: 3.5 thousandths; gpt-4.1-nano: 0.14; in a batch half of it.
    let line = SampleLogs.line(
      1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: "what is ai", input: 1000, output: 100)
    let more = SampleLogs.line(
      2, time: 1_767_900_000, user: 2, model: "gpt-4o", question: "what is it", input: 1000, output: 100)
    var request = Analysis.Request(inputs: [try SampleLogs.file(line + "\n" + more)])
    request.options = try AnalysisOptions(
      yaml: Self.allOn.replacing("models: [gpt-4o-mini]", with: "models: [gpt-4o]").replacing(
        "users: [u1], models: [gpt-4o]", with: "users: [u1]"
      ).replacing("hostingUSDPerCall: 0.0000001", with: "hostingUSDPerCall: 0"))
    let analysis = try Analysis.run(request)
    let levers = Dictionary(uniqueKeysWithValues: try #require(analysis.joint).levers.map { ($0.id, $0) })
    let student: Int128 = 2 * (3_500_000_000 - 140_000_000)
    let faster: Int128 = 2 * (3_500_000_000 - 2_243_589_744)
    #expect(levers["distillation"]?.waterfall == student)
    #expect(levers["quantisation"]?.alone == faster)
    // Both calls moved to the student before quantisation comes.
    let nothing: Int128 = 0
    #expect(levers["quantisation"]?.waterfall == nothing)
    // Self-hosted calls have no batch API.
    #expect(levers["batching"]?.alone == nothing)
  }

  @Test("A report with every lever on is the same bytes on one thread and on four")
  func determinism() throws {
    let path = try SampleLogs.generated(requests: 600, seed: 12)
    let reports = try [1, 4].map { threads in
      var request = Analysis.Request(inputs: [path])
      request.options = try AnalysisOptions(yaml: Self.allOn)
      request.threads = threads
      return try Analysis.run(request).reportFiles(environment: [:]).map(\.content)
    }
    #expect(reports[0] == reports[1] && reports[0].count > 25)
  }

  @Test("In generated traffic the programs, and nobody else with as many requests, look like programs")
  func machines() throws {
    let context = try SampleLogs.context(SampleLogs.generated(requests: 6000, seed: 21, days: 7))
    let templates = TemplateNumbers(context.log.prompts)
    var byUser: [UInt32: [UInt32]] = [:]
    for index in context.log.timeOrder() { byUser[context.log.requests[Int(index)].user, default: []].append(index) }
    let busy = byUser.filter { $0.value.count >= MachineLikeness.fewest }
    let machines = busy.filter { MachineLikeness($0.value, context.log, templates, .utc).isMachine }
      .map { context.log.users[Int($0.key)] }
    #expect(Set(machines) == ["svc-health", "svc-loglines", "u-poller"], "of \(busy.count): \(machines.sorted())")
    #expect(busy.count > 20)
  }
}
