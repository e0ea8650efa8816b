/// Users' verdicts on a cheap model's answers as outcomes to train a router on.
///
/// The log says nothing of the strong model on the same prompt: in its place stands the mean satisfaction with the strong
/// model at the same tenth of the built-in P(simple), drawn to that of the whole log as everywhere (`Satisfaction.Prior`).
package struct FeedbackOutcomes: Sendable {
  package private(set) var outcomes: [RouterOutcome] = []
  /// Verdicts on answers of the two models.
  package private(set) var weakRated = 0
  package private(set) var strongRated = 0
  /// Verdicts on the cheap model that must not or cannot be used: a person chose the model; the prompt is one turn of several
  /// or has no text; its text is longer than what is kept of it.
  package private(set) var overridden = 0
  package private(set) var notAlone = 0
  package private(set) var tooLong = 0
  package let weakModel: String
  package let strongModel: String

  /// - Throws: `input` with fewer than `routing.feedbackMinimum` verdicts on either model.
  package init(_ context: StrategyContext) throws {
    guard let tiers = try RoutingTiers(context) else {
      throw AnalyzerError(.input, "\(Capability.severalPricedModels.lack)")
    }
    (weakModel, strongModel) = (tiers.cheap.name, tiers.strong.name)
    let log = context.log
    let ratings = Ratings(log)
    func isOn(_ tier: RoutingTiers.Tier, _ rating: Rating) -> Bool {
      context.prices.entries[Int(log.requests[rating.request].model)].resolution.row?.name == tier.row.name
    }
    var all = Satisfaction()
    var strong = [UInt32: Satisfaction]()
    for rating in ratings.all {
      all.add(rating.satisfaction)
      guard !rating.isOverride, isOn(tiers.strong, rating) else { continue }
      strongRated += 1
      if let band = rating.cohorts?.band { strong[band, default: Satisfaction()].add(rating.satisfaction) }
    }
    let prior = Satisfaction.Prior(of: all, mass: context.options.routing.feedbackPrior)
    for rating in ratings.all where isOn(tiers.cheap, rating) {
      if rating.isOverride {
        overridden += 1
        continue
      }
      weakRated += 1
      guard let cohorts = rating.cohorts,
        case let prompt = log.prompts.prompts[Int(log.requests[rating.request].prompt)], prompt.isPlain
      else {
        notAlone += 1
        continue
      }
      if prompt.textIsCut {
        tooLong += 1
        continue
      }
      outcomes.append(
        RouterOutcome(
          prompt: String(decoding: prompt.text, as: UTF8.self), weak: rating.satisfaction,
          strong: (strong[cohorts.band] ?? Satisfaction()).posterior(prior).mean, task: "template \(cohorts.template)"))
    }
    let minimum = context.options.routing.feedbackMinimum
    guard outcomes.count >= minimum, strongRated >= minimum else {
      throw AnalyzerError(
        .input,
        "too few verdicts: \(outcomes.count) usable ones on \(weakModel), \(strongRated) on \(strongModel); "
          + "\(minimum) on each are needed",
        hint: "name other models with --cheap and --strong")
    }
  }
}
