import Foundation

/// What pre-cache lists would have saved on each day, made from what was known the day before.
///
/// For every day from the second on: clusters, candidates and their order come from earlier days only. A request of the day is a
/// hit when its key is listed, or a neighbour at or above the threshold of a listed key that no guard refuses. Beside it stand
/// what was predicted, also from earlier days only, and a bound that no list of that size from the same candidates can exceed.
package struct WalkForward: Sendable {
  package struct Row: Sendable, Equatable {
    /// Days since 1970.
    package var day: Int
    package var size: Int
    /// Candidates on the list: `size`, or all there were.
    package var listed: Int
    /// Cacheable requests of the day.
    package var requests: Int
    package var forecastRequests: Double
    package var predictedHits: Double
    /// 95 % interval.
    package var predictedRange: ClosedRange<Double>
    package var realisedHits: Int
    /// Pico-dollars.
    package var predictedCost: Double
    package var realisedCost: Int128
    /// Hits and cost of the entries that turned out best, one by one: where two of them reach one question both count it.
    package var oracleHits: Int
    package var oracleCost: Int128
  }

  package static let sizes = [10, 100, 1_000, 10_000]
  /// By day, then size.
  package private(set) var rows: [Row] = []
  /// Candidates at the end of the log, in the order that a list of the next day would have.
  package private(set) var candidates: [PrecacheCandidate] = []
  /// Clusters left out at the end of the log, by rule.
  package private(set) var leftOut: [CandidateRule: Int] = [:]
  /// Requests of dense clusters that were not compared with all listed questions: they may have been hits.
  package private(set) var unsearched = 0

  package init(_ rules: CandidateRules, _ reach: ListReach) {
    let trace = rules.context.cache.trace
    let periods = Self.periods(trace.times)
    var state = WalkState(rules, reach)
    var volumes = VolumeForecast()
    var calibrations = Self.sizes.map { _ in (hits: Calibration(), cost: Calibration()) }
    for (index, period) in periods.enumerated() {
      if index > 0 {
        let list = state.list()
        let day = state.replay(period.positions, list)
        unsearched += day.unsearched
        for (size, sums) in day.sizes.enumerated() {
          if !period.isHalf {
            let requests = volumes.requests(on: period.day)
            let promised = state.promised(sums, requests: requests)
            let hits = calibrations[size].hits.corrected(promised.map(\.hits))
            rows.append(
              Row(
                day: period.day, size: Self.sizes[size], listed: min(Self.sizes[size], list.count),
                requests: period.positions.count, forecastRequests: requests, predictedHits: hits,
                predictedRange: calibrations[size].hits.interval(hits, isGuess: volumes.isGuess(on: period.day)),
                realisedHits: sums.hits, predictedCost: calibrations[size].cost.corrected(promised.map(\.cost)),
                realisedCost: sums.cost, oracleHits: sums.oracleHits, oracleCost: sums.oracleCost))
            calibrations[size].hits.learn(predicted: hits, realised: Double(sums.hits))
          }
          let promised = state.promised(sums, requests: Double(period.positions.count))
          calibrations[size].hits.learn(promised: promised.map(\.hits), realised: sums.served.map(\.hits))
          let (hits, cost) = promised.reduce((0, 0)) { ($0.0 + $1.hits, $0.1 + $1.cost) }
          calibrations[size].cost.learn(
            promised: promised.map(\.cost), realised: sums.served.map(\.cost), hit: hits == 0 ? 0 : cost / hits)
        }
      }
      state.add(period.positions, daysSince: index == 0 ? 0 : period.day - periods[index - 1].day)
      if !period.isHalf || index == 1 {
        let first = periods[0].isHalf && period.isHalf ? periods[0].positions.count : 0
        volumes.add(day: period.day, requests: period.positions.count + first)
      }
    }
    candidates = state.list()
    leftOut = state.leftOut
  }

  package struct Period: Sendable, Equatable {
    package var day: Int
    package var positions: Range<Int>
    /// Half of the first day: a list made in its first half is tried on the second, so that the second day's prediction is
    /// corrected too. It is in no row.
    package var isHalf: Bool

    package init(day: Int, positions: Range<Int>, isHalf: Bool) {
      self.day = day
      self.positions = positions
      self.isHalf = isHalf
    }
  }

  package static func periods(_ times: [Int64]) -> [Period] {
    var days: [Period] = []
    for (position, time) in times.enumerated() {
      let day = Timestamp.dayNumber(time)
      if days.last?.day == day {
        days[days.count - 1].positions = days[days.count - 1].positions.lowerBound..<position + 1
      } else {
        days.append(Period(day: day, positions: position..<position + 1, isHalf: false))
      }
    }
    guard let first = days.first, first.positions.count > 1 else { return days }
    let middle = first.positions.count / 2
    days[0] = Period(day: first.day, positions: 0..<middle, isHalf: true)
    days.insert(Period(day: first.day, positions: middle..<first.positions.count, isHalf: true), at: 1)
    return days
  }
}
