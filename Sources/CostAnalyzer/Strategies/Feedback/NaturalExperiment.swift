/// Two models on the same work, as the log happens to have them: verdicts on both inside the same cohorts.
///
/// The change is the Mantel–Haenszel difference: Σ w (mean of `to` − mean of `from`) / Σ w over cohorts that both served,
/// w = n₁ n₂ / (n₁ + n₂), so that neither the mix of cohorts nor a cohort with one model moves it. Its interval (95 %)
/// follows from its linearisation with users as clusters (Student's t), and is never narrower than that of as many
/// independent verdicts.
package struct NaturalExperiment: Sendable, Equatable {
  package struct Observation: Sendable {
    package var cohort: UInt32
    package var user: UInt32
    package var isTo: Bool
    /// 0 … 1.
    package var satisfaction: Double

    package init(cohort: UInt32, user: UInt32, isTo: Bool, satisfaction: Double) {
      (self.cohort, self.user, self.isTo, self.satisfaction) = (cohort, user, isTo, satisfaction)
    }
  }

  /// Cohorts that both models served, users in them, verdicts on each model there.
  package let cohorts: Int
  package let users: Int
  package let fromRated: Int
  package let toRated: Int
  /// Means with the weights w.
  package let fromSatisfaction: Double
  package let toSatisfaction: Double
  package let lower: Double
  package let upper: Double

  package var change: Double { toSatisfaction - fromSatisfaction }

  private struct Cell {
    var n: (from: Double, to: Double) = (0, 0)
    var sum: (from: Double, to: Double) = (0, 0)
    var all: Double { n.from + n.to }
    var weight: Double { n.from * n.to / all }
  }

  /// Nil below `minimum` verdicts on either model in cohorts of both.
  package init?(_ observations: [Observation], minimum: Int) {
    var cells: [UInt32: Cell] = [:]
    for seen in observations {
      var cell = cells[seen.cohort] ?? Cell()
      if seen.isTo {
        cell.n.to += 1
        cell.sum.to += seen.satisfaction
      } else {
        cell.n.from += 1
        cell.sum.from += seen.satisfaction
      }
      cells[seen.cohort] = cell
    }
    cells = cells.filter { $0.value.weight > 0 }
    // In the order of their numbers: sums of floats depend on it.
    let both = cells.keys.sorted().map { cells[$0]! }
    cohorts = both.count
    fromRated = Int(both.reduce(0) { $0 + $1.n.from })
    toRated = Int(both.reduce(0) { $0 + $1.n.to })
    guard fromRated >= max(1, minimum), toRated >= max(1, minimum) else { return nil }
    let weight = both.reduce(0) { $0 + $1.weight }
    fromSatisfaction = both.reduce(0) { $0 + $1.weight * $1.sum.from / $1.n.from } / weight
    toSatisfaction = both.reduce(0) { $0 + $1.weight * $1.sum.to / $1.n.to } / weight
    let change = toSatisfaction - fromSatisfaction
    // How much the estimate would move per unit of weight on each user.
    var influence: [UInt32: Double] = [:]
    for seen in observations {
      guard let cell = cells[seen.cohort] else { continue }
      let numerator = cell.weight * (cell.sum.to / cell.n.to - cell.sum.from / cell.n.from)
      let moved =
        seen.isTo
        ? cell.n.from * seen.satisfaction - cell.sum.from : cell.sum.to - cell.n.to * seen.satisfaction
      let gained = (seen.isTo ? cell.n.from : cell.n.to) - cell.weight
      influence[seen.user, default: 0] += (moved - numerator - change * gained) / cell.all / weight
    }
    users = influence.count
    let squares = influence.keys.sorted().reduce(0) { $0 + influence[$1]! * influence[$1]! }
    let clustered =
      users < 2
      ? 0
      : ClusterBootstrap.student(users - 1) * (squares * Double(users) / Double(users - 1)).squareRoot()
    // One half is added on either side, so that verdicts that all agree are not beyond doubt.
    func variance(_ rated: Int, _ sum: Double, _ perVerdict: Double) -> Double {
      let share = (sum + 0.5) / (Double(rated) + 1)
      return share * (1 - share) * perVerdict / (weight * weight)
    }
    let independent =
      1.96
      * (variance(
        fromRated, both.reduce(0) { $0 + $1.sum.from }, both.reduce(0) { $0 + $1.weight * $1.weight / $1.n.from })
      + variance(
        toRated, both.reduce(0) { $0 + $1.sum.to }, both.reduce(0) { $0 + $1.weight * $1.weight / $1.n.to }))
      .squareRoot()
    let half = max(clustered, independent)
    lower = max(-1, change - half)
    upper = min(1, change + half)
  }
}
