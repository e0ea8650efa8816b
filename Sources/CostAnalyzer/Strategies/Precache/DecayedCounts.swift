import Foundation

/// Requests and cost of many things, of which older days count less: half as much for each half-life.
struct DecayedCounts: Sendable {
  private(set) var requests: [Double]
  /// Pico-dollars.
  private(set) var costs: [Double]
  private let halfLife: Int64?

  /// - Parameter halfLife: microseconds; nil where all days count the same.
  init(count: Int, halfLife: Int64?) {
    requests = [Double](repeating: 0, count: count)
    costs = requests
    self.halfLife = halfLife
  }

  mutating func add(_ index: Int, cost: Int64) {
    requests[index] += 1
    costs[index] += Double(cost)
  }

  /// Lets days pass.
  mutating func age(days: Int) {
    guard let halfLife, days > 0 else { return }
    let factor = exp2(-Double(days) * Double(Timestamp.day) / Double(halfLife))
    for index in requests.indices {
      requests[index] *= factor
      costs[index] *= factor
    }
  }

  /// Dearer first, then more asked, then older.
  func isBefore(_ a: Int, _ b: Int) -> Bool { (costs[a], requests[a], b) > (costs[b], requests[b], a) }
}
