/// Every natural experiment of a log between a dearer model and a cheaper one.
package struct ModelComparisons: Sendable {
  package struct Comparison: Sendable {
    package var kind: Rating.CohortKind
    /// Indices into `Ratings.models`.
    package var from: Int
    package var to: Int
    package var experiment: NaturalExperiment
  }

  /// By kind, finest first, then by the models' order.
  package private(set) var all: [Comparison] = []
  /// Pairs of models in the same cohorts with too few verdicts to say anything.
  package private(set) var tooFew = 0

  /// - Parameters:
  ///   - order: models to compare, cheapest first.
  ///   - minimum: verdicts on each of both models.
  package init(_ ratings: Ratings, order: [Int], minimum: Int) {
    let usable = ratings.all.filter { !$0.isOverride }
    var byModel: [Int: [Rating]] = [:]
    for rating in usable where rating.cohorts != nil { byModel[rating.model, default: []].append(rating) }
    for kind in Rating.CohortKind.allCases {
      for (place, to) in order.enumerated() {
        for from in order[(place + 1)...] {
          guard let before = byModel[from], let after = byModel[to] else { continue }
          let observations = [(before, false), (after, true)].flatMap { ratings, isTo in
            ratings.map {
              NaturalExperiment.Observation(
                cohort: $0.cohorts![kind], user: $0.user, isTo: isTo, satisfaction: $0.satisfaction)
            }
          }
          if let experiment = NaturalExperiment(observations, minimum: minimum) {
            all.append(Comparison(kind: kind, from: from, to: to, experiment: experiment))
          } else if kind == .band {
            tooFew += 1
          }
        }
      }
    }
  }

  /// The comparison of the finest cohorts.
  package func finest(from: Int, to: Int) -> Comparison? { all.first { $0.from == from && $0.to == to } }
}
