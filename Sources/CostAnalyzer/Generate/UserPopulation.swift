/// Who asks: heavy-tailed users in a few tenants, each at home in one product area.
struct UserPopulation: Sendable {
  struct User: Sendable {
    var name: String
    var tenant: String
  }

  static let tenants: [String] = ["aurora", "borealis", "cobalt", "delta", "ember", "fjord"]

  private(set) var users: [User] = []
  private let areaTable: WeightedTable
  /// Users at home in an area, heaviest first.
  private var home: [[Int]]
  private var homeTables: [WeightedTable] = []
  private let seed: UInt64

  init(users count: Int, seed: UInt64) {
    self.seed = seed
    var random = SeededRandom(seed: seed, stream: 2, index: 0)
    areaTable = WeightedTable(ProductArea.all.map(\.weight))
    let tenantTable = WeightedTable([30, 24, 18, 12, 10, 6])
    home = Array(repeating: [], count: ProductArea.all.count)
    for number in 0..<count {
      let digits = String(number + 1)
      let name = "u-" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
      users.append(User(name: name, tenant: Self.tenants[tenantTable.draw(&random)]))
      home[areaTable.draw(&random)].append(number)
    }
    for area in home.indices {
      // A small log may leave an area without users of its own: lend it some.
      while home[area].count < min(3, count) { home[area].append(random.below(count)) }
      random.shuffle(&home[area])
      homeTables.append(WeightedTable(zipf: home[area].count, exponent: 0.85))
    }
  }

  /// An area by its share of the traffic, and mostly one of its own users.
  func draw(_ random: inout SeededRandom) -> (area: Int, user: Int) {
    let area = areaTable.draw(&random)
    let home = random.chance(0.92) ? area : areaTable.draw(&random)
    return (area, self.home[home][homeTables[home].draw(&random)])
  }

  /// The model a user works with in an area: mostly the one the app was built with.
  func model(of user: Int, area: Int) -> Int {
    var random = SeededRandom(seed: seed, stream: 3, index: user * ProductArea.all.count + area)
    return random.chance(0.88) ? ProductArea.all[area].model : TrafficModel.mix.draw(&random)
  }
}

/// How often each intent of a pool is asked: Zipf, with ranks that drift from day to day.
struct Popularity: Sendable {
  static let exponent = 0.9
  private static let suggestions = 10

  private var ranks: [[[Int]]]
  private var tables: [[WeightedTable]] = []
  private let seed: UInt64
  private var day = 0

  init(catalog: IntentCatalog, seed: UInt64) {
    self.seed = seed
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
    ranks[area][pool.rawValue][tables[area][pool.rawValue].draw(&random)]
  }
}

/// What kinds of requests an area gets.
enum KindMix {
  static let tables: [WeightedTable] = ProductArea.all.map { area in
    // In the order of `IntentCatalog.Pool`: faq, foreign, small talk, code, sum, complex, time, personal, template.
    switch area.app {
    case "code-assistant": WeightedTable([330, 35, 15, 270, 25, 205, 45, 15, 60])
    case "ticket-triage": WeightedTable([170, 30, 10, 5, 5, 25, 40, 25, 690])
    case "contract-review": WeightedTable([400, 40, 15, 5, 15, 220, 40, 25, 240])
    default: WeightedTable([538, 70, 45, 10, 20, 87, 57, 75, 98])
    }
  }
}
