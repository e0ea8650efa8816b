import CostAnalyzer
import Foundation
import Testing

/// Every key's neighbours, from pairs of keys.
private func graph(keyCount: Int, _ pairs: [(UInt32, UInt32, Float, UInt8)]) -> NeighbourGraph {
  var lists = [[(key: UInt32, cosine: Float, refusals: UInt8)]](repeating: [], count: keyCount)
  for (a, b, cosine, refusals) in pairs {
    lists[Int(a)].append((b, cosine, refusals))
    lists[Int(b)].append((a, cosine, refusals))
  }
  var graph = NeighbourGraph(offsets: [0], neighbours: [], cosines: [], refusals: [])
  for list in lists {
    for pair in list.sorted(by: { ($1.cosine, $0.key) < ($0.cosine, $1.key) }) {
      graph.neighbours.append(pair.key)
      graph.cosines.append(pair.cosine)
      graph.refusals.append(pair.refusals)
    }
    graph.offsets.append(graph.neighbours.count)
  }
  return graph
}

private func trace(_ keys: [UInt32], keyCount: Int) -> ReplayTrace {
  ReplayTrace(
    times: keys.indices.map(Int64.init), keys: keys, costs: keys.map { Int64($0) + 1 }, keyCount: keyCount)
}

@Suite("vCache, by hand")
struct VCacheExamples {
  private let noPairs = graph(keyCount: 1, [])

  @Test("A key that is asked again and again learns from four answers, and serves from then on")
  func repeats() {
    let outcome = replayVCache(
      trace([UInt32](repeating: 0, count: 50), keyCount: 1), graph: noPairs,
      setting: VCacheSetting(errorBound: 0.05, floor: 0.7), sameAnswer: { _, _ in true })
    // One insertion and four explores; then t = 0.5 ± 0.18, and α = 0.994 at a cosine of 1 makes every request a hit.
    #expect(outcome.inserts == 1 && outcome.explores == 4 && outcome.exactHits == 45)
    #expect(outcome.savedExactPico == 45 && outcome.semanticHits == 0 && outcome.wrongObservations == 0)
  }

  @Test("Under a bound far below what it can be sure of, a young entry serves only now and then")
  func tightBound() {
    // After four explores t = 0.5 ± 0.18: 1 is 2.74 deviations away, so α is that of 2.5, 0.9938, and δ/(1 − α) = 0.16.
    var explores = 0
    for seed in 0..<2000 as Range<UInt64> {
      explores +=
        replayVCache(
          trace([UInt32](repeating: 0, count: 6), keyCount: 1), graph: noPairs,
          setting: VCacheSetting(errorBound: 0.001, floor: 0.7, seed: seed), sameAnswer: { _, _ in true }
        ).explores
    }
    // The sixth request is served with a probability of 0.161: in 2,000 seeds 322 times, give or take 16.
    #expect(abs(5 * 2000 - explores - 322) < 65, "\(explores)")
  }

  @Test("Where no answers can be compared nothing is learnt, nothing served, and everything inserted")
  func unknown() {
    let outcome = replayVCache(
      trace([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], keyCount: 2), graph: graph(keyCount: 2, [(0, 1, 0.9, 0)]),
      setting: VCacheSetting(errorBound: 0.9, floor: 0.7), sameAnswer: { _, _ in nil })
    #expect(outcome.hits == 0 && outcome.observations == 0 && outcome.inserts == 2 && outcome.explores == 11)
  }

  @Test("A neighbour that answers rightly keeps the request out of the cache, one that does not lets it in")
  func insertion() {
    let pairs = graph(keyCount: 3, [(0, 1, 0.9, 0), (0, 2, 0.8, 0)])
    let outcome = replayVCache(
      trace([0, 1, 2, 2], keyCount: 3), graph: pairs, setting: VCacheSetting(errorBound: 0.01, floor: 0.7),
      sameAnswer: { request, server in request == 1 || server == 2 })
    // 0 enters; 1 finds it right; 2 finds it wrong and enters; the last finds its own entry.
    #expect(outcome.inserts == 2 && outcome.explores == 3 && outcome.wrongObservations == 1)
  }

  @Test("A pair below the floor, or that a guard refuses, is no neighbour")
  func noNeighbour() {
    let pairs = graph(keyCount: 2, [(0, 1, 0.8, 2)])
    func explores(floor: Float, guards: UInt8) -> Int {
      replayVCache(
        trace([0, 1], keyCount: 2), graph: pairs,
        setting: VCacheSetting(errorBound: 0.01, floor: floor, guards: guards), sameAnswer: { _, _ in true }
      ).explores
    }
    #expect(explores(floor: 0.7, guards: 1) == 1)
    #expect(explores(floor: 0.85, guards: 1) == 0)
    #expect(explores(floor: 0.7, guards: 2) == 0)
  }

  @Test("What an entry has learnt goes with it")
  func expiry() {
    let keys = [UInt32](repeating: 0, count: 40)
    let setting = VCacheSetting(errorBound: 0.5, floor: 0.7, ttl: 10)
    let outcome = replayVCache(trace(keys, keyCount: 1), graph: noPairs, setting: setting) { _, _ in true }
    // Four lives of ten requests: an insertion, four explores and five hits each.
    #expect(outcome.inserts == 4 && outcome.expirations == 3 && outcome.explores == 16 && outcome.exactHits == 20)
  }
}

@Suite("vCache against its naive twin")
struct VCacheOracleTests {
  @Test(
    "Hit for hit on random logs, for every bound, floor, TTL, set of guards and share of unknown answers",
    arguments: 0..<5)
  func random(_ part: Int) {
    var semanticHits = 0
    var wrongObservations = 0
    for seed in 0..<100 {
      var random = TestRandom(UInt64(part * 1000 + seed))
      let keyCount = Int.random(in: 2...10, using: &random)
      var pairs: [(UInt32, UInt32, Float, UInt8)] = []
      for a in 0..<UInt32(keyCount) {
        for b in 0..<a where Int.random(in: 0..<4, using: &random) > 0 {
          // Few different cosines make ties frequent.
          let cosine = Float(Int.random(in: 10...16, using: &random)) / 16
          pairs.append(
            (a, b, cosine, UInt8.random(in: 0...3, using: &random) & UInt8.random(in: 0...3, using: &random)))
        }
      }
      let graph = graph(keyCount: keyCount, pairs)
      let keys = (0..<Int.random(in: 1...200, using: &random)).map { _ in
        UInt32.random(in: 0..<UInt32(keyCount), using: &random)
      }
      var trace = trace(keys, keyCount: keyCount)
      trace.times = keys.map { _ in Int64.random(in: 0...300, using: &random) }.sorted()
      // The answer to a key changes now and then; some answers are unknown.
      let meaning = keys.map { key in Int(key) % 3 + (Int.random(in: 0..<12, using: &random) == 0 ? 1 : 0) }
      let isUnknown = keys.map { _ in Int.random(in: 0..<10, using: &random) == 0 }
      func same(_ request: Int, _ server: Int) -> Bool? {
        isUnknown[request] ? nil : meaning[request] == meaning[server]
      }
      for _ in 0..<4 {
        let setting = VCacheSetting(
          errorBound: [0.01, 0.05, 0.2, 0.5].randomElement(using: &random)!,
          floor: Float(Int.random(in: 10...15, using: &random)) / 16,
          ttl: [nil, nil, 0, 20, 100, .max].randomElement(using: &random)!,
          guards: UInt8.random(in: 0...3, using: &random), seed: random.next())
        var hits: [NaiveHit] = []
        let fast = replayVCache(trace, graph: graph, setting: setting, sameAnswer: same) {
          hits.append(NaiveHit(request: $0, kind: $1, servedBy: $2, cosine: $3))
        }
        let naive = NaiveVCache(trace, graph, setting, sameAnswer: same)
        #expect(fast == naive.outcome, "part \(part), seed \(seed), \(setting)")
        #expect(hits == naive.hits, "part \(part), seed \(seed), \(setting)")
        semanticHits += fast.semanticHits
        wrongObservations += fast.wrongObservations
      }
    }
    #expect(semanticHits > 500 && wrongObservations > 500, "or this compares nothing")
  }

  @Test("Same seed, same outcome; another seed, other choices")
  func seeds() {
    var random = TestRandom(5)
    let keys = (0..<2000).map { _ in UInt32.random(in: 0..<40, using: &random) }
    let trace = trace(keys, keyCount: 40)
    let graph = graph(keyCount: 40, [])
    func hits(_ seed: UInt64) -> [Int] {
      var hits: [Int] = []
      let setting = VCacheSetting(errorBound: 0.001, floor: 0.7, seed: seed)
      _ = replayVCache(trace, graph: graph, setting: setting, sameAnswer: { _, _ in true }) { request, _, _, _ in
        hits.append(request)
      }
      return hits
    }
    #expect(hits(1) == hits(1) && hits(1) != hits(2) && !hits(1).isEmpty)
  }
}

@Suite("What vCache promises")
struct VCacheBoundTests {
  /// Entries whose true curves are logistic, each with its own threshold and slope, and requests at random cosines to them.
  @Test(
    "Where the true curves are logistic, wrong answers stay within the bound on average", arguments: [0.01, 0.02, 0.05])
  func logisticWorld(_ bound: Double) {
    var (wrong, asked) = (0, 0)
    for seed in 1...3 as ClosedRange<UInt64> {
      var random = TestRandom(seed)
      let (hubs, requests) = (25, 12_000)
      let thresholds = (0..<hubs).map { _ in Double.random(in: 0.7...0.97, using: &random) }
      let slopes = (0..<hubs).map { _ in Double.random(in: 20...120, using: &random) }
      var keys = (0..<UInt32(hubs)).map { $0 }
      var pairs: [(UInt32, UInt32, Float, UInt8)] = []
      var isRight = [Bool](repeating: true, count: hubs)
      for request in hubs..<hubs + requests {
        let hub = Int.random(in: 0..<hubs, using: &random)
        let cosine = Float.random(in: 0.7...1, using: &random)
        keys.append(UInt32(request))
        pairs.append((UInt32(request), UInt32(hub), cosine, 0))
        let p = 1 / (1 + exp(-slopes[hub] * (Double(cosine) - thresholds[hub])))
        isRight.append(Double.random(in: 0..<1, using: &random) < p)
      }
      let outcome = replayVCache(
        trace(keys, keyCount: keys.count), graph: graph(keyCount: keys.count, pairs),
        setting: VCacheSetting(errorBound: bound, floor: 0.7, seed: seed),
        sameAnswer: { request, _ in isRight[request] }
      ) { request, _, _, _ in wrong += isRight[request] ? 0 : 1 }
      asked += requests
      #expect(outcome.hitRate > 0.1, "seed \(seed): \(outcome.hitRate)")
    }
    #expect(Double(wrong) <= bound * Double(asked), "\(wrong) of \(asked)")
  }

  @Test(
    "Banking77 in random order stays within the bounds", .enabled(if: Self.bankingFile != nil && Self.embedder != nil))
  func banking() throws {
    var stream = try LabelledStream(path: try #require(Self.bankingFile), meaningField: "category")
    #expect(stream.texts.count == 10_003 && stream.rejects.isEmpty)
    stream.shuffle(seed: 3)
    let neighbours = try StreamNeighbours(
      stream, floor: 0.8, embedder: try #require(Self.embedder), guards: GuardSet(), normalizer: TextNormalizer(),
      threads: 2)
    let evaluation = CacheEvaluation(
      stream, neighbours, floor: 0.8, mask: 127, errorBounds: [0.01, 0.02, 0.05], seed: 3, threads: 2)
    let rows = evaluation.rows.filter { $0.policy == .vcache }
    #expect(rows.count == 6)
    for row in rows { #expect(row.wrongOfAll <= row.errorBound! && row.hits > 500, "\(row)") }
  }

  private static let bankingFile: String? = TestData.shared.map { $0 + "/data/questions/banking77_train.csv" }
  private static let embedder: (any Embedder)? = try? EmbedderCatalog.named("wordllama")
}
