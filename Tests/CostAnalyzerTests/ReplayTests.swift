import CostAnalyzer
import Testing

/// A trace from words such as `"A0 B3"`: a key, a time and, where it matters, a cost after a slash.
private func trace(_ text: String) -> ReplayTrace {
  var trace = ReplayTrace(times: [], keys: [], costs: [], keyCount: 26)
  for word in text.split(separator: " ") {
    let parts = word.dropFirst().split(separator: "/")
    trace.keys.append(UInt32(word.utf8.first! - UInt8(ascii: "A")))
    trace.times.append(Int64(parts[0])!)
    trace.costs.append(parts.count > 1 ? Int64(parts[1])! : 1)
  }
  return trace
}

private func replay(
  _ text: String, _ policy: EvictionPolicy = .lru, capacity: Int? = nil, ttl: Int64? = nil
) -> CacheOutcome {
  replayCache(trace(text), setting: CacheSetting(ttl: ttl, capacity: capacity, policy: policy))
}

@Suite("Exact cache, by hand")
struct ExactCacheExamples {
  @Test("An unbounded cache misses each key once and saves the costs of the repeats")
  func unbounded() {
    let outcome = replay("A0/5 B1/7 A2/11 B3/13 A4/17")
    #expect(outcome == CacheOutcome(requests: 5, exactHits: 3, savedExactPico: 41, peakEntries: 2))
  }

  @Test("An entry is gone at the very moment of its expiry, and a hit does not extend it")
  func expiryBoundary() {
    let outcome = replay("A0 A9 A10 A19 A20", ttl: 10)
    #expect(outcome == CacheOutcome(requests: 5, exactHits: 2, savedExactPico: 2, expirations: 2, peakEntries: 1))
  }

  @Test("Requests at one time are replayed in order, and a TTL of zero serves none of them")
  func equalTimes() {
    #expect(replay("A5 A5 B5 A5", ttl: 1).hits == 2)
    let none = replay("A5 A5 A5", ttl: 0)
    #expect(none == CacheOutcome(requests: 3, exactHits: 0, expirations: 2, peakEntries: 1))
  }

  @Test("An expiry beyond the last representable time never comes")
  func overflow() {
    let late = Int64.max - 1
    #expect(replay("A\(late) A\(Int64.max) A\(Int64.max)", ttl: 1).hits == 1)
    #expect(replay("A\(late) A\(Int64.max) A\(Int64.max)", ttl: 2).hits == 2)
    #expect(replay("A\(Int64.min) A-2 A-1 A\(Int64.max)", ttl: .max).hits == 1)
  }

  @Test("The expiry of an evicted entry does not touch the one that replaced it")
  func staleExpiry() {
    let outcome = replay("A0 B1 A2 A11 A12", capacity: 1, ttl: 10)
    #expect(
      outcome
        == CacheOutcome(requests: 5, exactHits: 1, savedExactPico: 1, evictions: 2, expirations: 1, peakEntries: 1))
  }

  @Test(
    "A cache of one entry serves only runs, under every online policy",
    arguments: EvictionPolicy.allCases.filter { $0 != .belady })
  func capacityOne(_ policy: EvictionPolicy) {
    let outcome = replay("A0 A1 B2 A3 B4 B5", policy, capacity: 1)
    #expect(outcome == CacheOutcome(requests: 6, exactHits: 2, savedExactPico: 2, evictions: 3, peakEntries: 1))
  }

  @Test("LRU keeps what was used, FIFO what came last")
  func recencyAgainstInsertion() {
    let lru = replay("A0 B1 A2 C3 A4", .lru, capacity: 2)
    #expect(lru == CacheOutcome(requests: 5, exactHits: 2, savedExactPico: 2, evictions: 1, peakEntries: 2))
    let fifo = replay("A0 B1 A2 C3 A4", .fifo, capacity: 2)
    #expect(fifo == CacheOutcome(requests: 5, exactHits: 1, savedExactPico: 1, evictions: 2, peakEntries: 2))
  }

  @Test("LFU keeps the frequent, and of equals the recently used")
  func frequency() {
    #expect(replay("A0 A1 B2 C3 A4 C5", .lfu, capacity: 2).hits == 3)
    #expect(replay("A0 B1 C2 B3", .lfu, capacity: 2).hits == 1)
    #expect(replay("A0 B1 C2 A3", .lfu, capacity: 2).hits == 0)
  }

  @Test("LFU forgets the frequency of what was evicted")
  func frequencyForgotten() {
    // A returns with one use, so that the second C pushes it out again in spite of its two earlier ones.
    let outcome = replay("A0 A1 B2 B3 B4 C5 A6 C7 A8", .lfu, capacity: 2)
    #expect(outcome == CacheOutcome(requests: 9, exactHits: 3, savedExactPico: 3, evictions: 4, peakEntries: 2))
  }

  @Test("GDSF keeps the dear entry until the inflation has caught up, a tie going to the least recently used")
  func ageing() {
    // Priorities: A 3, B 1; C pushes B out (L = 1) and gets 2; D pushes C out (L = 2) and gets 3, as A has; E: A goes.
    #expect(replay("A0/3 B1 C2 D3 A4", .gdsf, capacity: 2).hits == 1)
    #expect(replay("A0/3 B1 C2 D3 E4 A5", .gdsf, capacity: 2).hits == 0)
    let outcome = replay("A0/3 B1 C2 D3 E4 D5", .gdsf, capacity: 2)
    #expect(outcome == CacheOutcome(requests: 6, exactHits: 1, savedExactPico: 1, evictions: 3, peakEntries: 2))
  }

  @Test("GDSF raises a priority at a hit by the inflation of that moment and the cost of the insertion")
  func refreshedPriority() {
    // At time 4 A gets 2 + 2 × 3 = 8, whatever the hit itself costs. E to I push out priorities 3 to 7; I, with 8 as A
    // has, was used later, so that J pushes out A.
    #expect(replay("A0/3 B1 C2 D3 A4/0 E5 F6 G7 H8 I9 A10", .gdsf, capacity: 2).hits == 2)
    #expect(replay("A0/3 B1 C2 D3 A4/0 E5 F6 G7 H8 I9 J10 A11", .gdsf, capacity: 2).hits == 1)
  }

  @Test("SIEVE spares what was used once each round, and its hand goes on where it stopped")
  func hand() {
    // D: A is spared, B leaves, the hand stops at C. B: C leaves. E: D leaves, though A is older and unmarked at first.
    let outcome = replay("A0 B1 C2 A3 D4 A5 B6 E7 A8 B9", .sieve, capacity: 3)
    #expect(outcome == CacheOutcome(requests: 10, exactHits: 4, savedExactPico: 4, evictions: 3, peakEntries: 3))
    // All are marked: the hand comes round to A. Then it starts over at B.
    #expect(replay("A0 B1 A2 B3 C4 B5", .sieve, capacity: 2).hits == 3)
    #expect(replay("A0 B1 A2 B3 C4 A5", .sieve, capacity: 2).hits == 2)
  }

  @Test("S3-FIFO remembers what left its small queue, and what comes back stays in the main one")
  func ghost() {
    // Small holds A, main B to J. K pushes out A, A comes back from the ghost and pushes out K, L pushes B out of the
    // overfull main for good, B pushes out L, K comes back and pushes out B; L comes back and pushes C out of main.
    let outcome = replay("A0 B1 C2 D3 E4 F5 G6 H7 I8 J9 K10 A11 L12 B13 K14 A15 K16 L17 L18", .s3fifo, capacity: 10)
    #expect(outcome == CacheOutcome(requests: 19, exactHits: 3, savedExactPico: 3, evictions: 6, peakEntries: 10))
  }

  @Test("S3-FIFO takes two uses to go from the small queue to the main one, and one to stay there")
  func promotion() {
    #expect(replay("A0 A1 B2 C3 D4 E5 F6 G7 H8 I9 J10 K11 A12", .s3fifo, capacity: 10).hits == 1)
    // A moves up, so that B leaves; its use having been spent, L then takes K and M, for want of small, C.
    #expect(replay("A0 A1 A2 B3 C4 D5 E6 F7 G8 H9 I10 J11 K12 A13", .s3fifo, capacity: 10).hits == 3)
    #expect(replay("A0 A1 A2 B3 C4 D5 E6 F7 G8 H9 I10 J11 K12 B13", .s3fifo, capacity: 10).hits == 2)
    #expect(replay("A0 A1 A2 B3 B3 C4 D5 E6 F7 G8 H9 I10 J11 K12 B13 A14", .s3fifo, capacity: 10).hits == 5)
  }

  @Test("S3-FIFO does not remember what has expired")
  func expiredIsForgotten() {
    // A expires in small and enters small again, where K pushes it out; remembered, it would have gone to main.
    let head = "A0 B1 C1 D1 E1 F1 G1 H1 I1 J1"
    #expect(replay(head + " A10 K10 A10", .s3fifo, capacity: 10, ttl: 10).evictions == 2)
    #expect(replay(head + " A10 K10 A10 L10 A10", .s3fifo, capacity: 10, ttl: 10).hits == 1)
  }

  @Test("Bélády does not keep an incoming entry that is used last")
  func bypass() {
    let outcome = replay("A0 B1 C2 A3 B4 C5", .belady, capacity: 2)
    #expect(outcome == CacheOutcome(requests: 6, exactHits: 2, savedExactPico: 2, evictions: 2, peakEntries: 2))
  }

  @Test("Bélády counts a use at the entry's own expiry as never")
  func uselessNextUse() {
    let outcome = replay("A0 B2 A10 B11", .belady, capacity: 1, ttl: 10)
    #expect(outcome == CacheOutcome(requests: 4, exactHits: 1, savedExactPico: 1, evictions: 2, peakEntries: 1))
  }

  @Test("Of entries that are never used again Bélády drops the older")
  func beladyTie() {
    // Had A stayed instead of B, it would have expired before C came.
    let outcome = replay("A0 B5 C10", .belady, capacity: 1, ttl: 10)
    #expect(outcome == CacheOutcome(requests: 3, evictions: 2, peakEntries: 1))
  }

  @Test("With a finite TTL an online policy can beat Bélády, but not the proven bound")
  func beladyIsNoBoundForFiniteTTL() {
    // Bélády keeps A for its use at 18 and loses B. GDSF misses A there, and the fresh A then serves the use at 22.
    let text = "A0/2 B2/10 X16/1 X17/1 A18/2 B19/10 A22/2"
    #expect(replay(text, .belady, capacity: 2, ttl: 20).hits == 2)
    #expect(replay(text, .gdsf, capacity: 2, ttl: 20).hits == 3)
    #expect(mostHitsOfAnyPolicy(trace(text), ttl: 20, capacity: 2) == 3)
    #expect(exactHitBound(trace(text), ttl: 20, capacity: 2) == 3)
  }

  @Test("An empty log has an empty outcome", arguments: EvictionPolicy.allCases)
  func empty(_ policy: EvictionPolicy) {
    #expect(replay("", policy, capacity: 1, ttl: 1) == CacheOutcome())
    #expect(replayCacheGrid(trace(""), settings: [], threads: 2).isEmpty)
  }
}

/// The graph of the given pairs of letters, in both directions.
private func graph(_ pairs: [(Character, Character, Float, UInt8)]) -> NeighbourGraph {
  var lists = [[(key: UInt32, cosine: Float, refusals: UInt8)]](repeating: [], count: 26)
  for (one, other, cosine, refusals) in pairs {
    let (one, other) = (Int(one.asciiValue!) - 65, Int(other.asciiValue!) - 65)
    lists[one].append((UInt32(other), cosine, refusals))
    lists[other].append((UInt32(one), cosine, refusals))
  }
  return graph(lists)
}

private func graph(_ lists: [[(key: UInt32, cosine: Float, refusals: UInt8)]]) -> NeighbourGraph {
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

/// The hits of a semantic replay as words such as `"2<0"`: request 2 was served by the entry of request 0.
private func served(_ text: String, _ graph: NeighbourGraph, _ setting: CacheSetting) -> [String] {
  var hits: [String] = []
  _ = replayCache(trace(text), graph: graph, setting: setting) { request, kind, servedBy, cosine in
    hits.append("\(request)\(kind == .exact ? "=" : "<")\(servedBy)")
  }
  return hits
}

@Suite("Semantic cache, by hand")
struct SemanticCacheExamples {
  private func setting(_ threshold: Float, ttl: Int64? = nil, guards: UInt8 = 0) -> CacheSetting {
    CacheSetting(threshold: threshold, ttl: ttl, guards: guards)
  }

  @Test("A neighbour at the threshold serves, and the books tell exact from semantic hits")
  func kinds() {
    let pairs = graph([("A", "B", 0.75, 0)])
    let outcome = replayCache(
      trace("A0/2 B1/3 A2/5 B3/7"), graph: pairs, setting: setting(0.75), onHit: nil)
    #expect(
      outcome
        == CacheOutcome(
          requests: 4, exactHits: 1, semanticHits: 2, savedExactPico: 5, savedSemanticPico: 10, peakEntries: 1))
    #expect(served("A0 B1", pairs, setting(0.76)).isEmpty)
  }

  @Test("An exact entry serves before any neighbour")
  func exactFirst() {
    let pairs = graph([("A", "B", 0.9, 1)])
    #expect(served("A0 B1 B2", pairs, setting(0.5, guards: 1)) == ["2=1"])
  }

  @Test("The highest cosine serves, and of equal cosines the entry inserted earlier")
  func choice() {
    let pairs = graph([("A", "C", 0.8, 0), ("B", "C", 0.9, 0), ("D", "C", 0.9, 0)])
    #expect(served("A0 B1 D2 C3", pairs, setting(0.7)) == ["3<1"])
    #expect(served("A0 D1 B2 C3", pairs, setting(0.7)) == ["3<1"])
    #expect(served("D5 B5 C5", pairs, setting(0.7)) == ["2<0"])
  }

  @Test("An entry that was replaced after its expiry is the younger one")
  func replacedEntry() {
    // B expires at 10 and comes back behind D.
    let pairs = graph([("B", "C", 0.9, 0), ("D", "C", 0.9, 0)])
    #expect(served("B0 D5 B10 C11", pairs, setting(0.7, ttl: 10)) == ["3<1"])
    #expect(served("B0 D5 C9", pairs, setting(0.7, ttl: 10)) == ["2<0"])
    #expect(served("B0 D5 C10", pairs, setting(0.7, ttl: 10)) == ["2<1"])
  }

  @Test("A guard refuses its pair only while it is on, and the next best entry serves instead")
  func guards() {
    let pairs = graph([("A", "C", 0.8, 0), ("B", "C", 0.9, 2)])
    #expect(served("A0 B1 C2", pairs, setting(0.7, guards: 0)) == ["2<1"])
    #expect(served("A0 B1 C2", pairs, setting(0.7, guards: 1)) == ["2<1"])
    #expect(served("A0 B1 C2", pairs, setting(0.7, guards: 3)) == ["2<0"])
  }

  @Test("A hit inserts nothing: what is near only to the served request still misses")
  func hitsDoNotInsert() {
    let pairs = graph([("A", "B", 0.9, 0), ("B", "C", 0.9, 0)])
    #expect(served("A0 B1 C2 B3", pairs, setting(0.8)) == ["1<0", "3<0"])
  }

  @Test("From a threshold of 1 upwards only exact hits count")
  func exactOnly() {
    let pairs = graph([("A", "B", 1, 0)])
    #expect(served("A0 B1 B2", pairs, setting(1)) == ["2=1"])
    #expect(served("A0 B1 B2", pairs, setting(0.999)) == ["1<0", "2<0"])
  }
}

/// SplitMix64, so that every run draws the same logs.
private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func trace(requests: ClosedRange<Int>, keys: ClosedRange<Int>) -> ReplayTrace {
    var trace = ReplayTrace(times: [], keys: [], costs: [], keyCount: Int.random(in: keys, using: &self))
    var time = Int64.random(in: -20...20, using: &self)
    for _ in 0..<Int.random(in: requests, using: &self) {
      time += Bool.random(using: &self) ? 0 : Int64.random(in: 1...5, using: &self)
      trace.times.append(time)
      // The smaller of two draws makes low keys frequent.
      let draw = (0..<2).map { _ in Int.random(in: 0..<trace.keyCount, using: &self) }
      trace.keys.append(UInt32(draw.min()!))
      trace.costs.append(Int64.random(in: 0...6, using: &self))
      trace.latencies.append(UInt32.random(in: 0...9, using: &self))
      trace.embeddingCosts.append(Int64.random(in: 0...3, using: &self))
    }
    return trace
  }

  mutating func ttl() -> Int64? { [nil, 0, 1, 3, 7, 15, 40, 200, .max].randomElement(using: &self)! }
  mutating func capacity() -> Int? { [nil, 1, 2, 3, 4, 6, 9, 10, 20, 31].randomElement(using: &self)! }

  mutating func graph(keyCount: Int) -> NeighbourGraph {
    var lists = [[(key: UInt32, cosine: Float, refusals: UInt8)]](repeating: [], count: keyCount)
    for one in 0..<keyCount {
      for other in 0..<one where Bool.random(using: &self) {
        // Few different cosines make ties frequent.
        let cosine = Float(Int.random(in: 10...16, using: &self)) / 16
        let refusals = UInt8.random(in: 0...7, using: &self) & UInt8.random(in: 0...7, using: &self)
        lists[one].append((UInt32(other), cosine, refusals))
        lists[other].append((UInt32(one), cosine, refusals))
      }
    }
    return CostAnalyzerTests.graph(lists)
  }
}

@Suite("Replays against their naive twins")
struct ReplayOracleTests {
  /// Every dimension of the grid at once: threshold, guards, TTL, sliding or not, capacity, policy.
  @Test("A replay equals the naive one figure for figure and hit for hit on random logs", arguments: 0..<10)
  func replays(_ part: Int) {
    for seed in 0..<50 {
      var dice = Dice(state: UInt64(part * 1_000 + seed))
      let trace = dice.trace(requests: 1...60, keys: 1...14)
      let graph = dice.graph(keyCount: trace.keyCount)
      for policy in EvictionPolicy.allCases {
        for _ in 0..<6 {
          var setting = CacheSetting(
            threshold: Float(Int.random(in: 10...17, using: &dice)) / 16, ttl: dice.ttl(),
            guards: UInt8.random(in: 0...7, using: &dice), isSliding: Bool.random(using: &dice),
            capacity: dice.capacity(), policy: policy)
          // The queues of SIEVE and S3-FIFO are told of one victim at a time.
          if ![.sieve, .s3fifo].contains(policy) { setting.evictBatch = Int.random(in: 1...3, using: &dice) }
          var hits: [NaiveHit] = []
          let fast = replayCache(trace, graph: graph, setting: setting) { request, kind, servedBy, cosine in
            hits.append(NaiveHit(request: request, kind: kind, servedBy: servedBy, cosine: cosine))
          }
          let naive = NaiveCache(trace, graph, setting)
          #expect(fast == naive.outcome, "part \(part), seed \(seed), \(setting)")
          #expect(hits == naive.hits, "part \(part), seed \(seed), \(setting)")
        }
      }
    }
  }

  @Test("A larger log with deep heaps equals the naive replay", arguments: EvictionPolicy.allCases)
  func deepHeaps(_ policy: EvictionPolicy) {
    var dice = Dice(state: 77)
    let trace = dice.trace(requests: 1_500...1_500, keys: 300...300)
    for (capacity, ttl) in [(20, nil), (60, 900), (120, 2_000)] as [(Int, Int64?)] {
      let setting = CacheSetting(ttl: ttl, capacity: capacity, policy: policy)
      let fast = replayCache(trace, setting: setting)
      #expect(fast.evictions > 0)
      #expect(fast == NaiveCache(trace, nil, setting).outcome)
    }
  }

  @Test("No way of caching has more hits than the bound, and without expiry Bélády reaches the most")
  func bruteForce() {
    for seed in 0..<150 {
      var dice = Dice(state: UInt64(200_000 + seed))
      let trace = dice.trace(requests: 1...9, keys: 2...4)
      let capacity = Int.random(in: 1...2, using: &dice)
      let ttl = dice.ttl()
      let most = mostHitsOfAnyPolicy(trace, ttl: ttl, capacity: capacity)
      #expect(most <= exactHitBound(trace, ttl: ttl, capacity: capacity), "seed \(seed)")
      #expect(
        mostHitsOfAnyPolicy(trace, ttl: nil, capacity: capacity)
          == exactHitBound(trace, ttl: nil, capacity: capacity), "seed \(seed)")
      #expect(
        mostHitsOfAnyPolicy(trace, ttl: ttl, capacity: trace.keyCount)
          == exactHitBound(trace, ttl: ttl, capacity: nil), "seed \(seed)")
    }
  }
}

@Suite("Laws of the replays")
struct ReplayLawTests {
  private static let traces: [ReplayTrace] = (0..<40).map { seed in
    var dice = Dice(state: UInt64(300_000 + seed))
    return dice.trace(requests: 100...200, keys: 2...30)
  }
  private static let ttls: [Int64?] = [0, 1, 2, 5, 12, 30, 80, 400, .max, nil]
  private static let capacities: [Int?] = [1, 2, 3, 5, 8, 13, 21, 30, nil]

  private func hits(_ trace: ReplayTrace, _ policy: EvictionPolicy, ttl: Int64? = nil, capacity: Int? = nil) -> Int {
    replayCache(trace, setting: CacheSetting(ttl: ttl, capacity: capacity, policy: policy)).hits
  }

  @Test("Hits do not fall as the TTL of an unbounded cache grows")
  func longerTTL() {
    for trace in Self.traces {
      let hits = Self.ttls.map { self.hits(trace, .lru, ttl: $0) }
      #expect(hits == hits.sorted())
    }
  }

  @Test("Hits do not fall as an LRU or Bélády cache without expiry grows", arguments: [EvictionPolicy.lru, .belady])
  func stackProperty(_ policy: EvictionPolicy) {
    for trace in Self.traces {
      let hits = Self.capacities.map { self.hits(trace, policy, capacity: $0) }
      #expect(hits == hits.sorted())
    }
  }

  @Test("Without expiry no policy has more hits than Bélády, and with it none more than the bound")
  func bounds() {
    for trace in Self.traces {
      for capacity in Self.capacities {
        let bestWithoutExpiry = hits(trace, .belady, capacity: capacity)
        for policy in EvictionPolicy.allCases {
          #expect(hits(trace, policy, capacity: capacity) <= bestWithoutExpiry)
          #expect(hits(trace, policy, ttl: 30, capacity: capacity) <= exactHitBound(trace, ttl: 30, capacity: capacity))
        }
      }
    }
  }

  @Test("A saving lies between nothing and the cost of the log, and counts hits where each costs one")
  func savings() {
    for var trace in Self.traces {
      let cost = trace.costs.reduce(into: Int128(0)) { $0 += Int128($1) }
      for policy in EvictionPolicy.allCases {
        let setting = CacheSetting(ttl: 40, capacity: 4, policy: policy)
        #expect(0...cost ~= replayCache(trace, setting: setting).savedPico)
      }
      trace.costs = trace.costs.map { _ in 1 }
      let outcome = replayCache(trace, setting: CacheSetting(ttl: 40, capacity: 4, policy: .lru))
      #expect(outcome.savedPico == Int128(outcome.hits))
    }
  }

  @Test("A grid gives what single replays give, on one thread and on two", arguments: [1, 2])
  func exactGrid(_ threads: Int) {
    let settings = Self.ttls.flatMap { ttl in
      Self.capacities.flatMap { capacity in
        EvictionPolicy.allCases.map { CacheSetting(ttl: ttl, capacity: capacity, policy: $0) }
      }
    }
    for trace in Self.traces.prefix(5) {
      let single = settings.map { replayCache(trace, setting: $0) }
      #expect(replayCacheGrid(trace, settings: settings, threads: threads) == single)
    }
  }

  @Test("A semantic grid gives what single replays give, and at a threshold of 1 what an exact cache gives")
  func semanticGrid() {
    for (seed, trace) in Self.traces.prefix(6).enumerated() {
      var dice = Dice(state: UInt64(400_000 + seed))
      let graph = dice.graph(keyCount: trace.keyCount)
      var settings: [CacheSetting] = []
      for ttl in Self.ttls {
        for threshold: Float in [0.6, 0.75, 0.9, 1] {
          for policy in EvictionPolicy.allCases {
            settings += [nil, 1, 4, 12].map {
              CacheSetting(
                threshold: threshold, ttl: ttl, guards: 5, isSliding: seed % 2 == 1, capacity: $0, policy: policy)
            }
          }
        }
      }
      let single = settings.map { replayCache(trace, graph: graph, setting: $0) }
      for threads in [1, 2] {
        #expect(replayCacheGrid(trace, graph: graph, settings: settings, threads: threads) == single)
      }
      for (setting, outcome) in zip(settings, single) where setting.threshold == 1 {
        #expect(outcome == replayCache(trace, setting: setting))
      }
    }
  }
}
