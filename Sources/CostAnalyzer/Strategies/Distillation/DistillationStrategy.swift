extension AnalysisOptions {
  package struct Distillation: Codable, Sendable, Equatable {
    /// Model to train, as the price table names it (`ft:gpt-4.1-nano-2025-04-14`); without it nothing is claimed.
    package var student: String?
    /// First words that make a task, with the system prompt; 0: the system prompt alone.
    package var templateWords = 4
    /// What a cohort needs: distinct accepted examples, days with requests, distinct questions by requests.
    package var minExamples = 10_000
    package var minDays = 14
    package var minDiversity = 0.1
    /// Examples this near to a kept one are not kept.
    package var maxCosine = 0.95
    /// Examples that are trained on.
    package var maxExamples = 20_000
    package var epochs = 3
    package var trainingUSDPerMillionTokens = 3.0
    /// One-off costs beside training: evaluation, and people.
    package var evaluationUSD = 500.0
    package var fixedUSD = 5_000.0
    /// Of hosting the student, by call.
    package var hostingUSDPerCall = 0.0
    /// Months over which one-off costs are spread; what pays back later is not claimed.
    package var amortiseMonths = 12.0
    /// Share of the teacher's quality that the student keeps: a statement, not a measurement.
    package var qualityRetention = 0.85
    /// Newest part of an export that is kept for validation.
    package var validationShare = 0.1

    package init() {}

    func validate(_ require: (Bool, String) throws -> Void) throws {
      try require(
        templateWords >= 0 && minExamples >= 1 && minDays >= 1 && epochs >= 1 && (1...100_000).contains(maxExamples),
        "distillation.minExamples, minDays and epochs must be at least 1, templateWords 0, maxExamples 1 … 100,000")
      try require(
        [minDiversity, maxCosine, qualityRetention, validationShare].allSatisfy { (0...1).contains($0) },
        "distillation.minDiversity, maxCosine, qualityRetention and validationShare must be 0 … 1")
      try require(
        [trainingUSDPerMillionTokens, evaluationUSD, fixedUSD, hostingUSDPerCall].allSatisfy { (0...1e9).contains($0) }
          && amortiseMonths > 0,
        "the costs of distillation must not be negative, and distillation.amortiseMonths must be above 0")
    }
  }
}

/// Has a small model learn one task from the logged answers of a large one, and sends that task to it.
///
/// A cohort is claimed when it has enough distinct accepted examples on enough days and pays back its one-off costs in time.
/// The student is charged at its price for as many tokens; that it answers as well is not measured.
package enum DistillationStrategy: Strategy {
  package static let id = "distillation"
  package static let title = "Distillation"
  package static let requires: [Capability] = [.cacheableRequests, .prices, .student]

  package static func run(_ context: StrategyContext, into outcome: inout StrategyOutcome) throws {
    let options = context.options.distillation
    let student = options.student!
    guard let row = PriceBook.resolve(student, in: context.priceTables).resolution.row else {
      throw AnalyzerError(
        .config, "distillation.student '\(student)' has no price", hint: "analyze prices \(student)")
    }
    let cohorts = DistillationCohorts(context)
    let cases = cohorts.all.map { DistillationCase($0, context, student: row) }
    var costs = (0..<context.log.requests.count).map { context.log.requests[$0].cost }
    let hosting = PicoDollars((options.hostingUSDPerCall * 1e12).rounded())
    let span = Double(context.ledger.lastTime - context.ledger.firstTime) / Double(30 * Timestamp.day)
    for (cohort, judged) in zip(cohorts.all, cases) where judged.isClaimed {
      outcome.fixedCharges += Int128((judged.oneOff * min(1, span / options.amortiseMonths) * 1e12).rounded())
      for index in cohort.requests {
        let request = context.log.requests[Int(index)]
        guard let cost = context.cost(of: request, on: row), cost + hosting < request.cost else { continue }
        costs[Int(index)] = cost
        outcome.gross += Int128(request.cost - cost)
        outcome.charges += Int128(hosting)
        outcome.requestsAffected += 1
        if request.flags.contains(.estimated) && !request.flags.contains(.billed) {
          outcome.estimatedGross += Int128(request.cost - cost)
        }
      }
    }
    outcome.effect = CheaperModelEffect(costs: costs, charge: hosting)
    outcome.evidence = .assumed
    outcome.caveat =
      "the student's quality is not measured, and the provider's terms may forbid to train on its answers"
    outcome.sections = [section(context, row, cohorts, cases)]
  }

  private static func section(
    _ context: StrategyContext, _ row: PriceRow, _ cohorts: DistillationCohorts, _ cases: [DistillationCase]
  ) -> ReportSection {
    let options = context.options.distillation
    var table = Table(
      "distillation",
      [
        .init("cohort", "cohort"), .init("template", "task"), .init("model", "teacher"), .init("requests", "requests"),
        .init("users"), .init("days", "days"), .init("accepted"), .init("distinct", "distinct"),
        .init("diversity", "diversity"),
        .init("entropy"), .init("teacher_usd", "teacher"), .init("student_usd", "student"),
        .init("price_ratio", "ratio"),
        .init("training_usd"), .init("one_off_usd", "one-off"), .init("break_even_calls", "pays back after calls"),
        .init("break_even_months", "months"), .init("status", "status"),
      ])
    let listed = zip(cohorts.all, cases).prefix(context.options.report.maxClusters)
    for (number, (cohort, judged)) in listed.enumerated() {
      table.add(
        .int(number + 1),
        .text(
          cohorts.templates.name(
            cohort.template, users: cohort.users, minUsers: context.options.precache.minUsers, context.content)),
        .text(cohort.model), .int(cohort.requests.count), .int(cohort.users), .int(cohort.days),
        .int(cohort.accepted.count),
        .int(cohort.distinct), .share(cohort.diversity), .number(cohort.entropy, decimals: 3), .usd(cohort.cost),
        judged.studentCost.map { .usd($0) } ?? .empty, .number(judged.ratio, decimals: 1), dollars(judged.training),
        dollars(judged.oneOff), judged.breakEvenCalls.map { .number($0, decimals: 0) } ?? .empty,
        judged.breakEvenMonths.map { .number($0, decimals: 1) } ?? .empty, .text(judged.status))
    }
    return ReportSection(
      title,
      blocks: [
        .paragraph(
          """
          Cohorts are the requests of one model with one template (system prompt and first \
          \(options.templateWords) words). Student: \
          \(HostileText.markdown(row.name)), assumed to keep \(NumberText.percent(options.qualityRetention, of: 1)) of the \
          quality (**assumed**, not measured). One-off costs: \(options.epochs) epochs over at most \
          \(NumberText.grouped(options.maxExamples)) examples at \(NumberText.fixed(options.trainingUSDPerMillionTokens, 2)) \
          USD a million tokens, evaluation and people; spread over \(NumberText.fixed(options.amortiseMonths, 0)) months. \
          `analyze export-training --cohort N` writes a training set. **Read the provider's terms first**: most forbid to train \
          competing models on their answers.
          """),
        .table(table, top: context.options.report.topRows),
      ], files: [table])
  }

  private static func dollars(_ usd: Double) -> Table.Cell { .usd(Int128((usd * 1e12).rounded())) }
}

/// Whether a cohort is worth a student.
package struct DistillationCase: Sendable {
  /// Of the whole cohort, pico-dollars; nil where the teacher or the student has no price for a request.
  package private(set) var studentCost: Int128?
  /// Teacher by student.
  package private(set) var ratio = Double.nan
  /// USD.
  package private(set) var training: Double
  package private(set) var oneOff: Double
  /// Calls after which one-off costs are back, and months at the cohort's rate; nil where they never are.
  package private(set) var breakEvenCalls: Double?
  package private(set) var breakEvenMonths: Double?
  package private(set) var isClaimed = false
  package private(set) var status = "eligible"

  init(_ cohort: DistillationCohorts.Cohort, _ context: StrategyContext, student: PriceRow) {
    let options = context.options.distillation
    var sum: Int128? = 0
    var tokens = 0.0
    for index in cohort.requests {
      let request = context.log.requests[Int(index)]
      tokens += Double(request.usage.promptTokens) + Double(request.usage.output)
      if let cost = context.cost(of: request, on: student) { sum? += Int128(cost) } else { sum = nil }
    }
    studentCost = sum
    let calls = Double(cohort.requests.count)
    let examples = Double(min(cohort.distinct, options.maxExamples))
    training = examples * tokens / calls * Double(options.epochs) * options.trainingUSDPerMillionTokens / 1e6
    oneOff = training + options.evaluationUSD + options.fixedUSD
    if let sum, sum > 0 {
      ratio = Double(cohort.cost) / Double(sum)
      let margin = Double(cohort.cost - sum) / 1e12 / calls - options.hostingUSDPerCall
      if margin > 0 {
        breakEvenCalls = (oneOff / margin).rounded(.up)
        breakEvenMonths = context.spanToMonth.map { breakEvenCalls! / (calls * $0) }
      }
    }
    if cohort.distinct < options.minExamples {
      status = "fewer than \(NumberText.grouped(options.minExamples)) distinct examples"
    } else if cohort.days < options.minDays {
      status = "fewer than \(options.minDays) days with requests"
    } else if cohort.diversity < options.minDiversity {
      status = "too little variety"
    } else if studentCost == nil {
      status = "a request has no price"
    } else if breakEvenCalls == nil {
      status = "the student is not cheaper"
    } else if breakEvenMonths ?? .infinity > options.amortiseMonths {
      status = "pays back too late"
    } else {
      isClaimed = true
    }
  }
}
