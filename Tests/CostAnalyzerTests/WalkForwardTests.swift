import CostAnalyzer
import Foundation
import Testing

/// Pre-cache lists of every day, against plain loops that forget nothing and index nothing.
@Suite("Walk-forward")
struct WalkForwardTests {
  /// Questions of two templates and others, asked on several days by a few users, with vectors in the log.
  private func log(_ rng: inout SeededGenerator) throws -> String {
    let distinct = Int.random(in: 12...50, using: &rng)
    let spread = Double.random(in: 0.1...0.6, using: &rng)
    let vectors = (0..<distinct).map { index -> String in
      let values = (0..<6).map { (index % 4 == $0 ? 1 : 0) + Double.random(in: -spread...spread, using: &rng) }
      return "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
    }
    var time: Int64 = 1_767_600_000
    let step = Int64.random(in: 1_000...9_000, using: &rng)
    let lines = (0..<distinct * 5).map { index in
      time += index % 40 == 39 ? 200_000 : Int64.random(in: 0...step, using: &rng)
      let key = min(Int.random(in: 0..<distinct, using: &rng), Int.random(in: 0..<distinct, using: &rng))
      let disputed = "one of \(index % 4) quite unlike words x\(index % 4)"
      let answer = key % 5 == 0 ? disputed : "the answer about thing \(key)"
      return SampleLogs.line(
        index, time: time, user: Int.random(in: 0...4, using: &rng), model: "gpt-4o",
        question: "why is report \(key % 5) \(key % 7 == 0 ? "not " : "")ready, case w\(key)x",
        input: Int.random(in: 10...90, using: &rng), output: 10, answer: answer,
        extra: #","embedding":\#(vectors[key])"#)
    }
    return try SampleLogs.file(lines.joined(separator: "\n"))
  }

  @Test("It gives what plain loops over all days and pairs give, with dense keys and without", arguments: [1, 2, 3, 4])
  func equalsNaive(_ seed: UInt64) throws {
    var rng = SeededGenerator(seed)
    var rule = DenseRule()
    (rule.stride, rule.hits, rule.smallestGroup) = (3, 2, 10)
    var (rows, hits, dense, bounded) = (0, 0, 0, 0)
    for round in 0..<6 {
      var options = AnalysisOptions()
      options.precache.minUsers = 2
      options.precache.halfLife = [.hours(24), .hours(12), .unlimited][round % 3]
      options.cache.threshold = [0.85, 0.95, 1][round / 2]
      var context = try SampleLogs.context(try log(&rng), options)
      let guards = try GuardSet()
      context.similarity.findNeighbours(
        context.cache, context.log.prompts, threshold: 0.8, guards: guards, denseRule: nil, threads: 2)
      let expected = NaiveWalk(context)
      context.similarity.findNeighbours(
        context.cache, context.log.prompts, threshold: 0.8, guards: guards, denseRule: rule, denseListed: 2, threads: 2)
      dense += context.similarity.denseKeys
      let walk = CachingCandidates(context).walkForward
      #expect(walk.unsearched == 0)
      #expect(walk.rows.count == expected.rows.count)
      for (row, naive) in zip(walk.rows, expected.rows) {
        let pair = "\(row)\n\(naive)"
        let isSame =
          row.day == naive.day && row.size == naive.size && row.listed == naive.listed
          && row.requests == naive.requests && row.realisedHits == naive.realisedHits
          && row.realisedCost == naive.realisedCost && row.oracleHits == naive.oracleHits
          && row.oracleCost == naive.oracleCost
        #expect(isSame, "\(pair)")
        let isNear =
          abs(row.predictedHits - naive.predictedHits) <= 1e-9 * (1 + naive.predictedHits)
          && abs(row.predictedCost - naive.predictedCost) <= 1e-9 * (1 + naive.predictedCost)
        #expect(isNear, "\(pair)")
        #expect(row.realisedHits <= row.oracleHits && row.realisedCost <= row.oracleCost)
        #expect(row.predictedRange.contains(row.predictedHits))
        hits += row.realisedHits
        if row.realisedHits < row.oracleHits { bounded += 1 }
      }
      #expect(walk.candidates.map(\.key) == expected.lastList)
      rows += walk.rows.count
    }
    #expect(rows > 40 && hits > 100 && dense > 10 && bounded > 0, "or this tests too little")
  }

  @Test("No earlier row changes when a log goes on")
  func knowsNoFuture() throws {
    var rng = SeededGenerator(11)
    let lines = try String(contentsOfFile: try log(&rng), encoding: .utf8).split(separator: "\n")
    let day = lines.map { String($0.firstMatch(of: /"ts":(\d+)/)!.1) }.map { Int($0)! / 86_400 }
    var options = AnalysisOptions()
    options.precache.minUsers = 2
    options.cache.threshold = 0.9
    func rows(_ count: Int) throws -> [WalkForward.Row] {
      let context = try SampleLogs.context(try SampleLogs.file(lines[..<count].joined(separator: "\n")), options)
      return CachingCandidates(context).walkForward.rows
    }
    let all = try rows(lines.count)
    var compared = 0
    for end in Set(day).sorted().dropFirst(1).prefix(5) {
      let before = try rows(day.firstIndex { $0 > end } ?? lines.count)
      #expect(before == Array(all.prefix(before.count)))
      compared += before.count
    }
    #expect(compared > 20)
  }

  @Test("The first day is tried in halves, and a gap of days is one step")
  func periods() {
    let day = Timestamp.day
    let times: [Int64] = [0, 1, 2, day - 1, day, 4 * day, 4 * day + 1]
    #expect(
      WalkForward.periods(times) == [
        .init(day: 0, positions: 0..<2, isHalf: true), .init(day: 0, positions: 2..<4, isHalf: true),
        .init(day: 1, positions: 4..<5, isHalf: false), .init(day: 4, positions: 5..<7, isHalf: false),
      ])
    #expect(WalkForward.periods([5]) == [.init(day: 0, positions: 0..<1, isHalf: false)])
    #expect(WalkForward.periods([]).isEmpty)
  }

  @Test("A volume is forecast from the same weekday, and before there is one from days of its kind")
  func volume() {
    // Day 4 since 1970 was a Monday.
    var forecast = VolumeForecast()
    #expect(forecast.requests(on: 4) == 0 && forecast.isGuess(on: 4))
    for (day, requests) in [(4, 100), (5, 100), (6, 100), (7, 100), (8, 200)] {
      forecast.add(day: day, requests: requests)
    }
    #expect(forecast.isGuess(on: 9) && !forecast.isGuess(on: 11))
    #expect(forecast.requests(on: 9) > 150 && forecast.requests(on: 9) < 160)
    forecast.add(day: 9, requests: 40)
    #expect(forecast.requests(on: 10) == 40)
    forecast.add(day: 10, requests: 30)
    #expect(forecast.requests(on: 11) == 100, "the Monday before; nothing is known of growth")
    forecast.add(day: 11, requests: 200)
    #expect(forecast.requests(on: 12) == 200, "the Tuesday before, doubled as Monday was")
  }

  @Test("What lists of the past did corrects the next promise, the last days most, and misses widen the interval")
  func calibration() {
    var calibration = Calibration()
    #expect(calibration.corrected([10, 20, 30]) == 60)
    // Five hits of each class count as the others do: (50 + 5 · 0.625) / (100 + 5) for the new ones.
    calibration.learn(promised: [100, 0, 60], realised: [50, 0, 50])
    #expect(abs(calibration.corrected([1, 0, 0]) - (50 + 5 * 0.625) / 105) < 1e-12)
    #expect(abs(calibration.corrected([0, 1, 0]) - 0.625) < 1e-12)
    #expect(abs(calibration.corrected([0, 0, 1]) - (50 + 5 * 0.625) / 65) < 1e-12)
    for _ in 0..<20 { calibration.learn(promised: [0, 0, 60], realised: [0, 0, 60]) }
    #expect(calibration.corrected([0, 0, 10]) > 9.5 && calibration.corrected([0, 0, 10]) < 10)
    var dollars = Calibration()
    dollars.learn(promised: [1e9, 0, 0], realised: [2e9, 0, 0], hit: 1e8)
    #expect(abs(dollars.corrected([0, 1, 0]) - 2) < 1e-12)
    let narrow = calibration.interval(100, isGuess: false)
    let guess = calibration.interval(100, isGuess: true)
    calibration.learn(predicted: 100, realised: 20)
    let wide = calibration.interval(100, isGuess: false)
    #expect(narrow.lowerBound > wide.lowerBound && narrow.upperBound < wide.upperBound)
    #expect(guess.lowerBound < narrow.lowerBound && calibration.interval(0, isGuess: false).contains(0))
  }
}

/// The rows as the specification words them.
private struct NaiveWalk {
  struct Row {
    var day = 0
    var size = 0
    var listed = 0
    var requests = 0
    var realisedHits = 0
    var realisedCost: Int128 = 0
    var oracleHits = 0
    var oracleCost: Int128 = 0
    var predictedHits = 0.0
    var predictedCost = 0.0
  }

  var rows: [Row] = []
  var lastList: [UInt32] = []

  init(_ context: StrategyContext) {
    let trace = context.cache.trace
    let graph = context.similarity.graph
    let (threshold, mask) = (Float(context.options.cache.threshold), context.options.guardMask)
    let setting = CacheSetting(threshold: threshold, ttl: nil, guards: mask)
    var server = Array(0..<trace.count)
    for hit in NaiveCache(trace, graph, setting).hits { server[hit.request] = hit.servedBy }
    let clusters = LeaderClusters(server: server, keys: trace.keys)
    let rules = CandidateRules(context, clusters, SameAnswer(context.log))
    let days = trace.times.map { Timestamp.dayNumber($0) }

    func answers(_ listed: UInt32, _ key: UInt32) -> Bool {
      if listed == key { return true }
      guard threshold < 1 else { return false }
      return (graph.offsets[Int(key)]..<graph.offsets[Int(key) + 1]).contains {
        graph.neighbours[$0] == listed && graph.cosines[$0] >= threshold && graph.refusals[$0] & mask == 0
      }
    }
    func weight(_ position: Int, _ end: Int) -> Double {
      guard let halfLife = context.options.precache.halfLife.micros else { return 1 }
      return exp2(-Double(days[end - 1] - days[position]) * Double(Timestamp.day) / Double(halfLife))
    }
    /// The list made of the requests before `end`, and all clusters with a candidate.
    func list(_ end: Int) -> (keys: [UInt32], cluster: [Int], all: Set<Int>) {
      var candidates: [(cost: Double, requests: Double, cluster: Int, key: UInt32)] = []
      for cluster in 0..<clusters.count {
        let positions = clusters.positions(of: cluster).map(Int.init).filter { $0 < end }
        guard case .candidate(let candidate) = rules.verdict(on: cluster, requests: positions.count) else { continue }
        candidates.append(
          (
            positions.reduce(0) { $0 + weight($1, end) * Double(trace.costs[$1]) },
            positions.reduce(0) { $0 + weight($1, end) }, cluster, candidate.key
          ))
      }
      candidates.sort { ($0.cost, $0.requests, $1.cluster) > ($1.cost, $1.requests, $0.cluster) }
      var keys: [UInt32] = []
      var cluster: [Int] = []
      for candidate in candidates where !keys.contains(candidate.key) {
        keys.append(candidate.key)
        cluster.append(candidate.cluster)
      }
      return (keys, cluster, Set(candidates.map(\.cluster)))
    }

    var steps = WalkForward.periods(trace.times)
    var volumes = VolumeForecast()
    var calibrations = WalkForward.sizes.map { _ in (hits: Calibration(), cost: Calibration()) }
    var earlier: [Set<Int>] = []
    if steps[0].isHalf { volumes.add(day: steps[0].day, requests: days.filter { $0 == steps[0].day }.count) }
    let first = steps.removeFirst()
    if !first.isHalf { volumes.add(day: first.day, requests: first.positions.count) }
    for step in steps {
      let end = step.positions.lowerBound
      let (keys, numbers, candidates) = list(end)
      let age = numbers.map { number in earlier.reversed().prefix { $0.contains(number) }.count }
      earlier.append(candidates)
      let all = (0..<end).reduce(0) { $0 + weight($1, end) }
      let forecast = volumes.requests(on: step.day)
      for (index, size) in WalkForward.sizes.enumerated() {
        let listed = keys.prefix(size)
        func isHit(_ position: Int) -> Bool { listed.contains { answers($0, trace.keys[position]) } }
        let hits = step.positions.filter(isHit)
        let past = (0..<end).filter(isHit)
        var row = Row()
        (row.day, row.size, row.listed, row.requests) = (step.day, size, listed.count, step.positions.count)
        row.realisedHits = hits.count
        row.realisedCost = hits.reduce(0) { $0 + Int128(trace.costs[$1]) }
        let served = keys.map { key in step.positions.filter { answers(key, trace.keys[$0]) } }
        let reached = Set(served.flatMap(\.self))
        row.oracleHits = min(reached.count, served.map(\.count).sorted(by: >).prefix(size).reduce(0, +))
        func cost(_ positions: some Sequence<Int>) -> Int128 { positions.reduce(0) { $0 + Int128(trace.costs[$1]) } }
        row.oracleCost = min(cost(reached), served.map { cost($0) }.sorted(by: >).prefix(size).reduce(0, +))
        func byAge(_ positions: [Int], _ value: (Int) -> Double) -> [Double] {
          (0..<3).map { group in
            positions.filter { position in
              min(2, age[keys.firstIndex { answers($0, trace.keys[position]) }!]) == group
            }.reduce(0) { $0 + value($1) }
          }
        }
        let weights = byAge(past) { weight($0, end) / all }
        let costs = byAge(past) { weight($0, end) / all * Double(trace.costs[$0]) }
        row.predictedHits = calibrations[index].hits.corrected(weights.map { $0 * forecast })
        row.predictedCost = calibrations[index].cost.corrected(costs.map { $0 * forecast })
        if !step.isHalf { rows.append(row) }
        let requests = Double(step.positions.count)
        calibrations[index].hits.learn(promised: weights.map { $0 * requests }, realised: byAge(hits) { _ in 1 })
        let perHit = weights.reduce(0, +) == 0 ? 0 : costs.reduce(0, +) / weights.reduce(0, +)
        calibrations[index].cost.learn(
          promised: costs.map { $0 * requests }, realised: byAge(hits) { Double(trace.costs[$0]) }, hit: perHit)
      }
      if !step.isHalf { volumes.add(day: step.day, requests: step.positions.count) }
    }
    lastList = list(trace.count).keys
  }
}
