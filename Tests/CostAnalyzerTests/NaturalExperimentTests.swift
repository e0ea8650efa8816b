import CostAnalyzer
import Foundation
import Testing

@Suite("Natural experiments")
struct NaturalExperimentTests {
  typealias Seen = NaturalExperiment.Observation

  /// The weighted difference in plain loops, with a weight for each user.
  private static func naive(_ all: [Seen], _ weight: (UInt32) -> Double) -> (from: Double, to: Double) {
    var (fromSum, toSum, weights) = (0.0, 0.0, 0.0)
    for cohort in Set(all.map(\.cohort)).sorted() {
      func total(_ isTo: Bool, _ value: (Seen) -> Double) -> Double {
        all.filter { $0.cohort == cohort && $0.isTo == isTo }.reduce(0) { $0 + weight($1.user) * value($1) }
      }
      let (n, m) = (total(false) { _ in 1 }, total(true) { _ in 1 })
      if n == 0 || m == 0 { continue }
      let w = n * m / (n + m)
      weights += w
      fromSum += w * total(false, \.satisfaction) / n
      toSum += w * total(true, \.satisfaction) / m
    }
    return (fromSum / weights, toSum / weights)
  }

  private static func random(_ count: Int, using rng: inout SeededGenerator) -> [Seen] {
    (0..<count).map { _ in
      Seen(
        cohort: UInt32.random(in: 0...6, using: &rng), user: UInt32.random(in: 0...11, using: &rng),
        isTo: Bool.random(using: &rng), satisfaction: [0, 1, 1, 0.75].randomElement(using: &rng)!)
    }
  }

  @Test("change and interval are those of plain loops that give each user a little more weight in turn")
  func twin() throws {
    var rng = SeededGenerator(3)
    for _ in 0..<30 {
      let all = Self.random(Int.random(in: 30...150, using: &rng), using: &rng)
      let found = try #require(NaturalExperiment(all, minimum: 1))
      let truth = Self.naive(all) { _ in 1 }
      #expect(abs(found.fromSatisfaction - truth.from) < 1e-12 && abs(found.toSatisfaction - truth.to) < 1e-12)
      let shared = Set(all.filter { !$0.isTo }.map(\.cohort)).intersection(all.filter(\.isTo).map(\.cohort))
      let users = Set(all.filter { shared.contains($0.cohort) }.map(\.user)).sorted()
      #expect(found.cohorts == shared.count && found.users == users.count)
      let step = 1e-5
      let squares = users.reduce(0.0) { sum, user in
        let up = Self.naive(all) { $0 == user ? 1 + step : 1 }
        let down = Self.naive(all) { $0 == user ? 1 - step : 1 }
        let slope = ((up.to - up.from) - (down.to - down.from)) / (2 * step)
        return sum + slope * slope
      }
      let count = Double(users.count)
      let clustered = ClusterBootstrap.student(users.count - 1) * (squares * count / (count - 1)).squareRoot()
      #expect((found.upper - found.lower) / 2 >= clustered * (1 - 1e-6) || found.upper == 1 || found.lower == -1)
    }
  }

  @Test("with as many users as verdicts the clustered interval is the one that counts, and exact")
  func clustered() throws {
    // Everybody says the same four times: a quarter as many opinions as verdicts.
    var all: [Seen] = []
    for user in UInt32(0)..<80 {
      let satisfaction = user % 5 < 3 ? 1.0 : 0.0
      for _ in 0..<4 { all.append(Seen(cohort: 1, user: user, isTo: user % 2 == 0, satisfaction: satisfaction)) }
    }
    let found = try #require(NaturalExperiment(all, minimum: 30))
    // 40 users each, share 0.6 each: variance 2 × 0.24 / 40, by 80 / 79.
    let half = ClusterBootstrap.student(79) * (2 * 0.24 / 40 * 80 / 79).squareRoot()
    #expect(abs(found.change) < 1e-12 && abs(found.upper - half) < 1e-9 && abs(found.lower + half) < 1e-9)
  }

  @Test("verdicts that all agree are not beyond doubt, and too few say nothing")
  func edges() throws {
    func seen(_ count: Int, cohort: UInt32 = 0) -> [Seen] {
      (UInt32(0)..<UInt32(2 * count)).map { Seen(cohort: cohort, user: $0, isTo: $0 % 2 == 0, satisfaction: 1) }
    }
    let found = try #require(NaturalExperiment(seen(30), minimum: 30))
    #expect(found.change == 0 && found.lower < -0.02 && found.upper > 0.02)
    #expect(NaturalExperiment(seen(29), minimum: 30) == nil)
    #expect(NaturalExperiment([], minimum: 0) == nil)
    // The model follows from the cohort: nothing to compare, however many verdicts.
    let apart = (UInt32(0)..<400).map { Seen(cohort: $0 % 2, user: $0, isTo: $0 % 2 == 0, satisfaction: 1) }
    #expect(NaturalExperiment(apart, minimum: 1) == nil)
  }

  @Test("the interval holds the truth about as often as it says, where users differ and cohorts decide on the model")
  func coverage() throws {
    var rng = SeededGenerator(11)
    var covered = 0
    let runs = 400
    for _ in 0..<runs {
      var all: [Seen] = []
      for user in 0..<40 {
        let mood = Double.random(in: -0.15...0.15, using: &rng)
        for _ in 0..<Int.random(in: 1...9, using: &rng) {
          let cohort = UInt32.random(in: 0...4, using: &rng)
          // Hard cohorts go to the dear model more often, and content fewer.
          let isTo = Double.random(in: 0...1, using: &rng) < 0.8 - 0.15 * Double(cohort)
          let share = 0.8 - 0.08 * Double(cohort) + mood - (isTo ? 0.1 : 0)
          all.append(
            Seen(
              cohort: cohort, user: UInt32(user), isTo: isTo,
              satisfaction: Double.random(in: 0...1, using: &rng) < share ? 1 : 0))
        }
      }
      let found = try #require(NaturalExperiment(all, minimum: 10))
      if found.lower <= -0.1 && found.upper >= -0.1 { covered += 1 }
    }
    #expect(covered > runs * 92 / 100 && covered < runs * 99 / 100, "\(covered) of \(runs)")
  }
}
