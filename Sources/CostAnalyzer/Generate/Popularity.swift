/// How often each intent of a pool is asked: Zipf, with ranks that drift from day to day.
struct Popularity: Sendable {
  static let exponent = 0.9
  private static let suggestions = 10
  private static let viralShare = 0.2

  private var ranks: [[[Int]]]
  private var tables: [[WeightedTable]] = []
  private let seed: UInt64
  /// Chance of a rank to change hands on a day, beyond the slow drift that every log has.
  private let driftRate: Double
  /// The intent everybody of an area asks about on this day, if any.
  private var viral: [Int?]
  private var day = 0

  init(catalog: IntentCatalog, seed: UInt64, drift: Double) {
    self.seed = seed
    driftRate = drift
    viral = Array(repeating: nil, count: catalog.pools.count)
    ranks = catalog.pools
    var random = SeededRandom(seed: seed, stream: 4, index: 0)
    for area in ranks.indices {
      // Small pools hold families; a steep popularity would make the mix hang on which family comes first.
      for pool in ranks[area].indices { random.shuffle(&ranks[area][pool]) }
      tables.append(ranks[area].map { WeightedTable(zipf: $0.count, exponent: $0.count > 10 ? Self.exponent : 0.3) })
    }
  }

  /// Moves the ranks on to a day, one day after the other.
  mutating func advance(to newDay: Int) {
    while day < newDay {
      day += 1
      var random = SeededRandom(seed: seed, stream: 5, index: day)
      for area in ranks.indices {
        for pool in ranks[area].indices { drift(area, pool, &random) }
      }
      if driftRate > 0 { change() }
    }
  }

  /// Topics fade and come up at any rank, and some areas get a topic of the day.
  private mutating func change() {
    var random = SeededRandom(seed: seed, stream: 8, index: day)
    for area in ranks.indices {
      for pool in ranks[area].indices where ranks[area][pool].count > 10 {
        let count = ranks[area][pool].count
        for rank in 0..<count where random.chance(driftRate) { ranks[area][pool].swapAt(rank, random.below(count)) }
      }
      viral[area] = random.chance(2 * driftRate) ? random.pick(ranks[area][IntentCatalog.Pool.faq.rawValue]) : nil
    }
  }

  private mutating func drift(_ area: Int, _ pool: Int, _ random: inout SeededRandom) {
    let count = ranks[area][pool].count
    guard count > 10 else { return }
    for _ in 0..<count / 15 {
      let rank = random.below(count)
      let other = min(count - 1, rank + 1 + random.below(1 + rank / 4 + count / 50))
      ranks[area][pool].swapAt(rank, other)
    }
    // Something new is on everybody's mind.
    ranks[area][pool].swapAt(3 + random.below(7), random.below(count))
  }

  /// One of the questions the start page of an app suggests: the most asked of the day.
  func suggested(_ area: Int, _ random: inout SeededRandom) -> Int {
    ranks[area][IntentCatalog.Pool.faq.rawValue][random.below(Self.suggestions)]
  }

  func draw(_ area: Int, _ pool: IntentCatalog.Pool, _ random: inout SeededRandom) -> Int {
    if pool == .faq, let topic = viral[area], random.chance(Self.viralShare) { return topic }
    return ranks[area][pool.rawValue][tables[area][pool.rawValue].draw(&random)]
  }
}
