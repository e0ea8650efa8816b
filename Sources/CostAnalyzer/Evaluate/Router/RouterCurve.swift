/// What quality a share of calls to the strong model buys (RouteLLM, arXiv 2406.18665).
///
/// Calls go to the strong model in falling order of their scores. PGR(c) is the part of the gap between both models that
/// is closed when the share c is sent. Equal scores have no order: inside a group of them the curve is a straight line, the
/// expectation over all orders.
package struct RouterCurve: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    /// Share of calls to the strong model.
    package var share: Double
    /// Part of the quality gap that is closed: 0 with none of the calls, 1 with all, anything between.
    package var recovered: Double
  }

  /// Mean quality of the weak and of the strong model.
  package let weak: Double
  package let strong: Double
  /// Ends of the groups of equal scores, from (0, 0) to (1, 1). Empty where the strong model is not better: then there is
  /// no gap to close.
  package let points: [Point]

  /// - Parameters:
  ///   - gains: quality of the strong minus quality of the weak model, of each group of equal scores, highest scores first.
  ///   - counts: questions of each group; some of them positive.
  ///   - weak: sum of the weak model's quality over all questions.
  init(gains: [Double], counts: [Int], weak weakSum: Double) {
    let questions = Double(counts.reduce(0, +))
    let gap = gains.reduce(0, +)
    weak = weakSum / questions
    strong = (weakSum + gap) / questions
    // A gap within rounding of zero is none.
    guard gap > 1e-12 * questions else {
      points = []
      return
    }
    var (seen, gained) = (0, 0.0)
    points =
      [Point(share: 0, recovered: 0)]
      + zip(gains, counts).filter { $1 > 0 }.map { gain, count in
        seen += count
        gained += gain
        return Point(share: Double(seen) / questions, recovered: gained / gap)
      }
  }

  /// - Parameter scores: one a question; the higher, the sooner it goes to the strong model.
  package init(_ outcomes: [RouterOutcome], scores: [Double]) {
    let ranking = Ranking(outcomes, scores: scores)
    self = ranking.curve(times: [Int](repeating: 1, count: outcomes.count))
  }

  /// Area under PGR(c): 0.5 for random order. Nil without a gap.
  package var apgr: Double? {
    if points.isEmpty { return nil }
    return zip(points, points.dropFirst()).reduce(0) { area, step in
      area + (step.1.share - step.0.share) * (step.0.recovered + step.1.recovered) / 2
    }
  }

  /// The same by the trapezoid rule over c = 0, 0.1, …, 1, as published tables have it.
  package var apgr11: Double? {
    if points.isEmpty { return nil }
    let heights = (0...10).map { recovered(at: Double($0) / 10) }
    return (heights.reduce(0, +) - (heights[0] + heights[10]) / 2) / 10
  }

  /// PGR at a share of calls.
  package func recovered(at share: Double) -> Double {
    guard let index = points.firstIndex(where: { $0.share >= share }) else { return 1 }
    if index == 0 { return points[0].recovered }
    let (a, b) = (points[index - 1], points[index])
    return a.recovered + (b.recovered - a.recovered) * (share - a.share) / (b.share - a.share)
  }

  /// CPT: the least share of calls that closes this part of the gap, above 0. Nil without a gap.
  package func share(recovering part: Double) -> Double? {
    guard let index = points.firstIndex(where: { $0.recovered >= part }), index > 0 else { return nil }
    let (a, b) = (points[index - 1], points[index])
    return a.share + (b.share - a.share) * (part - a.recovered) / (b.recovered - a.recovered)
  }

  /// Questions in order of their scores: what bootstrap replicates have in common.
  struct Ranking: Sendable {
    /// Highest scores first.
    private let groups: [[Int]]
    private let weak: [Double]
    private let gain: [Double]

    init(_ outcomes: [RouterOutcome], scores: [Double]) {
      precondition(outcomes.count == scores.count && !outcomes.isEmpty)
      weak = outcomes.map(\.weak)
      gain = outcomes.map { $0.strong - $0.weak }
      let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
      var groups: [[Int]] = []
      for (place, index) in order.enumerated() {
        if place > 0 && scores[order[place - 1]] == scores[index] {
          groups[groups.count - 1].append(index)
        } else {
          groups.append([index])
        }
      }
      self.groups = groups
    }

    /// - Parameter times: how often each question counts.
    func curve(times: [Int]) -> RouterCurve {
      RouterCurve(
        gains: groups.map { $0.reduce(0) { $0 + Double(times[$1]) * gain[$1] } },
        counts: groups.map { $0.reduce(0) { $0 + times[$1] } },
        weak: weak.indices.reduce(0) { $0 + Double(times[$1]) * weak[$1] })
    }
  }
}

extension RouterCurve {
  package struct Interval: Sendable, Equatable, Encodable {
    package var low: Double
    package var high: Double
  }

  package struct Intervals: Sendable, Equatable {
    package var apgr, cpt50, cpt80: Interval?
  }

  /// 95 % percentile intervals over resampled questions. Replicates without a gap have no curve and are left out; where they
  /// are more than one in twenty, there is no interval.
  package static func intervals(
    _ outcomes: [RouterOutcome], scores: [Double], replicates: Int = 1000, seed: UInt64, threads: Int
  ) -> Intervals {
    let ranking = Ranking(outcomes, scores: scores)
    let curves = parallelMap(replicates, threads: threads) { replicate -> [Double?] in
      var random = SeededRandom(seed: seed, stream: 71, index: replicate)
      var times = [Int](repeating: 0, count: outcomes.count)
      for _ in outcomes.indices { times[random.below(outcomes.count)] += 1 }
      let curve = ranking.curve(times: times)
      return [curve.apgr, curve.share(recovering: 0.5), curve.share(recovering: 0.8)]
    }
    func interval(_ figure: Int) -> Interval? {
      let values = curves.compactMap { $0[figure] }.sorted()
      guard values.count * 20 >= replicates * 19, let last = values.indices.last else { return nil }
      func quantile(_ part: Double) -> Double { values[Int((Double(last) * part).rounded())] }
      return Interval(low: quantile(0.025), high: quantile(0.975))
    }
    return Intervals(apgr: interval(0), cpt50: interval(1), cpt80: interval(2))
  }
}
