import CostAnalyzer
import Foundation

/// vCache in plain loops: entries in an array, every observation kept, each curve fitted from scratch when it is asked.
struct NaiveVCache {
  struct Entry {
    var key: UInt32
    var insertedBy: Int
    /// With the two that every entry starts with.
    var observations: [(cosine: Double, isRight: Bool)] = [(0, false), (1, true)]
  }

  let trace: ReplayTrace
  let graph: NeighbourGraph
  let setting: VCacheSetting
  var entries: [Entry] = []
  var outcome = VCacheOutcome()
  var hits: [NaiveHit] = []

  init(
    _ trace: ReplayTrace, _ graph: NeighbourGraph, _ setting: VCacheSetting, sameAnswer: (Int, Int) -> Bool?
  ) {
    self.trace = trace
    self.graph = graph
    self.setting = setting
    outcome.requests = trace.keys.count
    var random = TestRandom(setting.seed)
    for request in trace.keys.indices {
      ask(request, draw: Double(random.next() >> 11) / 9_007_199_254_740_992, sameAnswer)
    }
  }

  private mutating func ask(_ request: Int, draw: Double, _ sameAnswer: (Int, Int) -> Bool?) {
    let key = trace.keys[request]
    let before = entries.count
    entries.removeAll { entry in
      setting.ttl.map { Int128(trace.times[entry.insertedBy]) + Int128($0) <= Int128(trace.times[request]) } ?? false
    }
    outcome.expirations += before - entries.count

    var best: (place: Int, cosine: Float)?
    for (place, entry) in entries.enumerated() {
      if entry.key == key {
        best = (place, 1)
        break
      }
      guard let cosine = cosine(key, entry.key) else { continue }
      // Entries come oldest first, so that a later one must be strictly nearer.
      if best.map({ cosine > $0.cosine }) ?? true { best = (place, cosine) }
    }
    guard let best else { return insert(request) }
    let entry = entries[best.place]
    if draw < exploitProbability(entry, best.cosine) {
      let isExact = entry.key == key
      if isExact {
        outcome.exactHits += 1
        outcome.savedExactPico += Int128(trace.costs[request])
      } else {
        outcome.semanticHits += 1
        outcome.savedSemanticPico += Int128(trace.costs[request])
      }
      hits.append(
        NaiveHit(
          request: request, kind: isExact ? .exact : .semantic, servedBy: entry.insertedBy, cosine: best.cosine))
      return
    }
    outcome.explores += 1
    let isRight = sameAnswer(request, entry.insertedBy)
    if let isRight {
      outcome.observations += 1
      outcome.wrongObservations += isRight ? 0 : 1
      entries[best.place].observations.append((rounded(best.cosine), isRight))
    }
    if isRight != true && entry.key != key { insert(request) }
  }

  private mutating func insert(_ request: Int) {
    entries.append(Entry(key: trace.keys[request], insertedBy: request))
    outcome.inserts += 1
  }

  private func cosine(_ key: UInt32, _ other: UInt32) -> Float? {
    for pair in graph.offsets[Int(key)]..<graph.offsets[Int(key) + 1] where graph.neighbours[pair] == other {
      let isRefused = graph.refusals[pair] & setting.guards != 0
      return graph.cosines[pair] >= setting.floor && !isRefused ? graph.cosines[pair] : nil
    }
    return nil
  }

  private func rounded(_ cosine: Float) -> Double { Double((min(max(cosine, 0), 1) * 1000).rounded()) / 1000 }

  /// min(1, δ / (1 − α)), where α is the best over ε of (1 − ε) times the lower bound of P(right) at confidence 1 − ε.
  func exploitProbability(_ entry: Entry, _ cosine: Float) -> Double {
    let n = entry.observations.count
    if n < 6 { return 0 }
    let s = rounded(cosine)
    let wrong = entry.observations.filter { !$0.isRight }.map(\.cosine).max()!
    let right = entry.observations.filter(\.isRight).map(\.cosine).min()!
    var alpha = 0.0
    for step in 0...19 {
      let z = Double(step) / 4
      let confidence = 1 - erfc(z / 2.0.squareRoot()) / 2
      if wrong <= right {
        if (wrong + right) / 2 + z * (1 / (5 * Double(n))).squareRoot() < s { alpha = max(alpha, confidence) }
      } else {
        let fit = naiveLogisticFit(entry.observations.map { ($0.cosine, $0.isRight) })
        if fit.slope <= 0.000_001 { return 0 }
        let variance = fit.covariance[0][0] + 2 * s * fit.covariance[0][1] + s * s * fit.covariance[1][1]
        let logit = fit.intercept + fit.slope * s - z * variance.squareRoot()
        alpha = max(alpha, confidence / (1 + exp(-logit)))
      }
    }
    return min(1, setting.errorBound / (1 - alpha))
  }
}

/// Newton's method on every observation, with steps that are halved until the likelihood rises.
func naiveLogisticFit(
  _ observations: [(x: Double, y: Bool)]
) -> (intercept: Double, slope: Double, covariance: [[Double]]) {
  func likelihood(_ a: Double, _ b: Double) -> Double {
    observations.map { -log1p(exp($0.y ? -(a + b * $0.x) : a + b * $0.x)) }.reduce(0, +)
  }
  var (a, b) = (0.0, 0.0)
  var inverse = [[0.0, 0.0], [0.0, 0.0]]
  for _ in 0..<60 {
    var gradient = [0.0, 0.0]
    var information = [[0.0, 0.0], [0.0, 0.0]]
    for (x, y) in observations {
      let p = 1 / (1 + exp(-(a + b * x)))
      for (i, u) in [1, x].enumerated() {
        gradient[i] += ((y ? 1 : 0) - p) * u
        for (j, v) in [1, x].enumerated() { information[i][j] += p * (1 - p) * u * v }
      }
    }
    let determinant = information[0][0] * information[1][1] - information[0][1] * information[1][0]
    inverse = [
      [information[1][1] / determinant, -information[0][1] / determinant],
      [-information[1][0] / determinant, information[0][0] / determinant],
    ]
    let step = inverse.map { $0[0] * gradient[0] + $0[1] * gradient[1] }
    if abs(step[0]) + abs(step[1]) < 1e-9 * (1 + abs(a) + abs(b)) { break }
    var size = 1.0
    while size > 1e-6, likelihood(a + size * step[0], b + size * step[1]) < likelihood(a, b) { size /= 2 }
    a += size * step[0]
    b += size * step[1]
  }
  return (a, b, inverse)
}
