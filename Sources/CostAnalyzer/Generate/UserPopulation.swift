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
