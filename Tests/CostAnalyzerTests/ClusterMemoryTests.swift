import CostAnalyzer
import Foundation
import GRDB
import Testing

@Suite("Clusters from night to night")
struct ClusterMemoryTests {
  private typealias Keys = [ClusterTrace.Key]

  private static func key(_ number: Int, _ requests: Int) -> ClusterTrace.Key {
    .init(Hash128("key \(number)"), requests)
  }

  /// The definition: again and again the pair that shares most among what is left.
  private static func twin(known: [Int64: Keys], tonight: [Keys], next: Int64) -> [Int64] {
    func shared(_ a: Keys, _ b: Keys) -> Int {
      var sum = 0
      for x in a { for y in b where x.identity == y.identity { sum += min(x.requests, y.requests) } }
      return sum
    }
    var known = known
    var ids = [Int64?](repeating: nil, count: tonight.count)
    while true {
      var best: (shared: Int, id: Int64, cluster: Int)?
      for (id, keys) in known.sorted(by: { $0.key < $1.key }) {
        for cluster in tonight.indices where ids[cluster] == nil {
          let count = shared(keys, tonight[cluster])
          if count > best?.shared ?? 0 { best = (count, id, cluster) }
        }
      }
      guard let best else { break }
      ids[best.cluster] = best.id
      known[best.id] = nil
    }
    var next = next
    for cluster in tonight.indices where ids[cluster] == nil {
      ids[cluster] = next
      next += 1
    }
    return ids.map { $0! }
  }

  private static func nights(_ count: Int, _ rng: inout SeededGenerator) -> [[Keys]] {
    (0..<count).map { _ in
      (0..<Int.random(in: 0...8, using: &rng)).map { _ in
        Set((0..<Int.random(in: 1...6, using: &rng)).map { _ in Int.random(in: 0...20, using: &rng) }).sorted()
          .map { key($0, Int.random(in: 1...4, using: &rng)) }
      }
    }
  }

  @Test(
    "A split keeps its id with the larger part, a merge that of the larger; of equals the smaller id; others are new")
  func examples() {
    let (a, b) = ([Self.key(1, 5), Self.key(2, 3)], [Self.key(3, 4)])
    func ids(_ tonight: [Keys], _ known: [Int64: Keys]) -> [Int64] {
      ClusterMatching.ids(known: known, tonight: tonight, next: 10)
    }
    #expect(ids([b, a], [1: a, 2: b]) == [2, 1])
    #expect(ids([[Self.key(2, 3)], [Self.key(1, 5)]], [1: a]) == [10, 1], "split")
    #expect(ids([a + b], [1: b, 2: a]) == [2], "merge")
    #expect(ids([[Self.key(1, 5), Self.key(3, 9)]], [7: [Self.key(1, 9)], 4: [Self.key(3, 5)]]) == [4], "equals")
    #expect(ids([[Self.key(8, 1)], a, [Self.key(9, 1)]], [1: a]) == [10, 1, 11])
    #expect(ids([], [1: a]).isEmpty && ids([a, b], [:]) == [10, 11])
  }

  @Test("Random nights: the pairs that share most are matched as a search over all pairs matches them")
  func matching() {
    var rng = SeededGenerator(31)
    for _ in 0..<300 {
      let nights = Self.nights(2, &rng)
      var known: [Int64: Keys] = [:]
      for keys in nights[0] { known[Int64.random(in: 1...40, using: &rng)] = keys }
      #expect(
        ClusterMatching.ids(known: known, tonight: nights[1], next: 41)
          == Self.twin(known: known, tonight: nights[1], next: 41))
    }
  }

  /// One cluster a list of keys, all requests on the first of `days`.
  private static func history(_ night: [Keys], _ store: StateStore, on day: Int, days: [Int]? = nil) throws
    -> ClusterHistory
  {
    let days = days ?? [day - 1]
    let traces = night.enumerated().map { number, keys in
      let requests = keys.reduce(0) { $0 + $1.requests }
      return ClusterTrace(
        number: number, keys: keys, days: [.init(day: days[0], requests: requests, cost: Int128(requests) * 7)])
    }
    return ClusterHistory(traces, days: Set(days), known: try store.clusters(before: day, lastDay: day - 1))
  }

  private static func remember(_ history: ClusterHistory, _ store: StateStore, on day: Int) throws {
    try store.remember(night: day, AlertChanges(), history)
  }

  @Test(
    "Random nights through the state, each run twice or on another log first: ids are those of a twin that keeps all")
  func memory() throws {
    var rng = SeededGenerator(32)
    for _ in 0..<8 {
      let scratch = try Scratch()
      let store = try StateStore(path: scratch.path("state.sqlite"))
      var known: [Int64: (night: Int, keys: Keys)] = [:]
      var (next, day) = (Int64(1), 20_000)
      var costs: [Int: [String: Int128]] = [:]
      for night in Self.nights(12, &rng) {
        day += [1, 1, 1, 2, 40].randomElement(using: &rng)!
        let remembered = known.filter { $0.value.night >= day - StateStore.clusterNights }
        let ids = Self.twin(known: remembered.mapValues(\.keys), tonight: night, next: next)
        // A night that was interrupted, or saw another log, leaves nothing of itself behind.
        if Bool.random(using: &rng) {
          let days = [day - Int.random(in: 1...2, using: &rng), day - 1]
          try Self.remember(try Self.history(Self.nights(1, &rng)[0], store, on: day, days: days), store, on: day)
          for told in days { costs[told] = nil }
        }
        for _ in 0..<2 {
          let history = try Self.history(night, store, on: day)
          #expect(history.members.map(\.id) == ids)
          try Self.remember(history, store, on: day)
        }
        for (id, keys) in zip(ids, night) { known[id] = (day, keys) }
        next = max(next, (ids.max() ?? 0) + 1)
        costs[day - 1] = Dictionary(
          uniqueKeysWithValues: zip(ids, night).map { (String($0), Int128($1.reduce(0) { $0 + $1.requests }) * 7) })
        #expect(try store.check().isEmpty)
      }
      var found: [Int: [String: Int128]] = [:]
      for total in try store.clusters(before: day + 1, lastDay: day).totals {
        found[total.day, default: [:]][total.name] = total.row.cost
      }
      #expect(found == costs.filter { !$0.value.isEmpty && $0.key >= day - StateStore.clusterDays })
    }
  }

  @Test("An earlier night changes nothing; dropped requests take the days of clusters with them nine weeks later")
  func care() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    for day in [20_000, 20_100] {
      try Self.remember(try Self.history([[Self.key(day, 2)]], store, on: day), store, on: day)
    }
    let before = try store.clusters(before: 20_200, lastDay: 20_060)
    #expect(before.totals.map(\.day) == [19_999, 20_099] && before.next == 3 && before.keys.keys.sorted() == [])
    try Self.remember(try Self.history([[Self.key(5, 9)]], store, on: 20_050), store, on: 20_050)
    #expect(try store.clusters(before: 20_200, lastDay: 20_060).totals == before.totals)
    _ = try store.dropRequests(before: 20_062)
    #expect(try store.clusters(before: 20_200, lastDay: 20_060).totals.map(\.day) == [19_999, 20_099])
    _ = try store.dropRequests(before: 20_063)
    #expect(try store.clusters(before: 20_200, lastDay: 20_060).totals.map(\.day) == [20_099])
    #expect(try store.check().isEmpty && store.clusters(before: 20_101, lastDay: 20_100).next == 3)
  }

  @Test("Spoilt clusters, hit rates, judgements and alerts are found by the check, each with what is wrong")
  func check() throws {
    let scratch = try Scratch()
    let path = scratch.path("state.sqlite")
    let store = try StateStore(path: path)
    let subject = Alert.Subject(.model, "m", "higher")
    try store.remember(
      night: 20_000, AlertChanges([subject], since: .init(), on: 20_000),
      try Self.history([[Self.key(1, 2)], [Self.key(2, 3)]], store, on: 20_000),
      .init(day: 19_999, hits: DayHits(requests: 9, exact: 3, semantic: 5), setting: "s"))
    #expect(try store.check().isEmpty)
    let database = try DatabaseQueue(path: path)
    for (spoil, problem) in [
      ("UPDATE cluster_day SET requests = requests + 1", "do not add up"),
      ("DELETE FROM cluster_total", "have no sum"),
      ("UPDATE cluster SET last_night = 1", "before it was first found"),
      ("UPDATE cache_day SET semantic_hits = 10", "no part of its requests"),
      ("INSERT INTO judgement VALUES (x'00', x'00', 1, 0, '')", "about no pair"),
      ("INSERT INTO night (day) VALUES (3); UPDATE alert SET last_night = 3", "ended before they began"),
    ] {
      try database.write { try $0.execute(sql: spoil) }
      #expect(try store.check().contains { $0.contains(problem) }, "\(spoil)")
    }
    // A row that points nowhere.
    try database.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA foreign_keys = OFF; DELETE FROM cluster WHERE id = 1")
    }
    #expect(try store.check().contains("a row of cluster_key points nowhere"))
  }
}
