import Foundation

/// Tasks that one small model could learn: the cacheable requests of one model with one template, dearest first.
package struct DistillationCohorts: Sendable {
  package struct Cohort: Sendable {
    /// Number in `TemplateNumbers`.
    package var template: UInt32
    package var model: String
    /// By time.
    package var requests: [UInt32] = []
    /// One request for each distinct question with an answer that was neither cut off nor called bad, the first, by time.
    package var accepted: [UInt32] = []
    /// Of `accepted`, those that are not too near to an earlier one; all of them where they are too few anyway.
    package var distinct = 0
    package var users = 0
    package var days = 0
    package var cost: Int128 = 0
    /// Distinct questions by requests.
    package var diversity = 0.0
    /// Evenness of the questions: 1 when each is asked as often, 0 for a single one.
    package var entropy = 0.0
  }

  /// Provider limit of one example.
  private static let longest: UInt64 = 64_000
  /// Distinct questions beyond these are not compared with each other.
  static let mostCompared = 100_000

  package private(set) var all: [Cohort] = []
  package let templates: TemplateNumbers

  private struct Key: Hashable {
    var template: UInt32
    var model: String
  }

  package init(_ context: StrategyContext) {
    let log = context.log
    let templates = TemplateNumbers(log.prompts, words: context.options.distillation.templateWords)
    self.templates = templates
    var numbers: [Key: Int] = [:]
    var cohorts: [Cohort] = []
    for index in context.cache.requests {
      let request = log.requests[Int(index)]
      if request.flags.contains(.unpriced) { continue }
      let key = Key(
        template: templates.byPrompt[Int(request.prompt)], model: log.models[Int(request.model)].display)
      let number = numbers[key] ?? cohorts.count
      if number == cohorts.count {
        numbers[key] = number
        cohorts.append(Cohort(template: key.template, model: key.model))
      }
      cohorts[number].requests.append(index)
      cohorts[number].cost += Int128(request.cost)
    }
    let found = cohorts
    all = parallelMap(found.count, threads: context.threads) { Self.described(found[$0], context) }
      .sorted { ($0.cost, $1.template, $1.model) > ($1.cost, $0.template, $0.model) }
  }

  private static func described(_ cohort: Cohort, _ context: StrategyContext) -> Cohort {
    var cohort = cohort
    let log = context.log
    var users: Set<UInt32> = []
    var days: Set<Int> = []
    var asked: [UInt32: Int] = [:]
    var accepted: Set<UInt32> = []
    for index in cohort.requests {
      let request = log.requests[Int(index)]
      if !log.users[Int(request.user)].isEmpty { users.insert(request.user) }
      days.insert(Timestamp.dayNumber(request.time))
      let text = log.prompts.keys[Int(log.prompts.prompts[Int(request.prompt)].key)].text
      asked[text, default: 0] += 1
      let isBad = (request.feedback.verdict ?? 0) < 0 || request.flags.contains(.limitReached)
      let hasAnswer =
        !isBad && log.answerSketches[Int(index)] != 0
        && request.usage.promptTokens + UInt64(request.usage.output) <= longest
      if hasAnswer && accepted.insert(text).inserted { cohort.accepted.append(index) }
    }
    (cohort.users, cohort.days) = (users.count, days.count)
    let total = Double(cohort.requests.count)
    cohort.diversity = Double(asked.count) / total
    if asked.count > 1 {
      // Sorted: a sum of floats depends on its order.
      cohort.entropy =
        asked.values.sorted().reduce(0.0) { $0 - Double($1) / total * log2(Double($1) / total) }
        / log2(Double(asked.count))
    }
    cohort.distinct = cohort.accepted.count
    if cohort.distinct >= context.options.distillation.minExamples {
      let rows = ExampleChoice.rows(of: Array(cohort.accepted.prefix(mostCompared)), context)
      cohort.distinct = ExampleChoice.distinct(rows, context).count
    }
    return cohort
  }
}

/// Which examples of a cohort are trained on.
package enum ExampleChoice {
  /// Rows of the questions' vectors.
  static func rows(of requests: [UInt32], _ context: StrategyContext) -> [Int] {
    var rowOfText: [UInt32: Int] = [:]
    for (dense, key) in context.cache.keys.enumerated() {
      rowOfText[context.log.prompts.keys[Int(key)].text] = Int(context.similarity.rows[dense])
    }
    return requests.map { request in
      let prompt = context.log.prompts.prompts[Int(context.log.requests[Int(request)].prompt)]
      return rowOfText[context.log.prompts.keys[Int(prompt.key)].text]!
    }
  }

  static func distinct(_ rows: [Int], _ context: StrategyContext) -> [Int] {
    distinct(rows, context.similarity.vectors, maxCosine: Float(context.options.distillation.maxCosine))
  }

  /// Places of the rows that are kept: in order, each whose cosine to all kept before is below `maxCosine`.
  package static func distinct(_ rows: [Int], _ vectors: VectorMatrix, maxCosine: Float) -> [Int] {
    var kept: [Int] = []
    for place in rows.indices
    where !kept.contains(where: { vectors.cosine(rows[$0], rows[place]) >= maxCosine }) {
      kept.append(place)
    }
    return kept
  }

  /// `count` places that lie far from each other: from the first on, always the one whose nearest chosen one is farthest
  /// (ties to the earlier). Rising.
  package static func spread(_ rows: [Int], _ vectors: VectorMatrix, count: Int) -> [Int] {
    if rows.count <= count { return Array(rows.indices) }
    var nearest = [Float](repeating: -.infinity, count: rows.count)
    var chosen: [Int] = []
    var next = 0
    while chosen.count < count {
      chosen.append(next)
      nearest[next] = .infinity
      var farthest = 0
      for place in rows.indices where nearest[place] < .infinity {
        nearest[place] = max(nearest[place], vectors.cosine(rows[next], rows[place]))
        if nearest[place] < nearest[farthest] { farthest = place }
      }
      next = farthest
    }
    return chosen.sorted()
  }
}
