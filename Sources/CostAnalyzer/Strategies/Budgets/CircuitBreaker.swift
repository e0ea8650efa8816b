/// Refuses everything for a while once spend runs at a multiple of what is usual.
///
/// It trips on the request that brings spend of the last `window` above `multiple` times the average of such a stretch over
/// the `baseline` before it, provided the log covers that baseline. What was refused was not spent, so a breaker that closes
/// again looks at an emptier window.
package struct CircuitBreaker: Sendable {
  package struct Trip: Sendable, Equatable {
    package var time: Int64
    /// Pico-dollars of the window that tripped it, and what is usual for one.
    package var spent: Int128
    package var usual: Int128
    package var refused = 0
    package var refusedCost: Int128 = 0
    package var refusedUsers: Set<UInt32> = []
  }

  private let multiple: Double?
  private let window: Int64
  private let baseline: Int64
  private let coolDown: Int64
  private let floor: Int128
  private var openUntil = Int64.min
  private var first: Int64?
  /// What was served, by time; from `past` on in the baseline, from `recent` on in the window.
  private var times: [Int64] = []
  private var costs: [PicoDollars] = []
  private var past = 0
  private var recent = 0
  private var pastSpend: Int128 = 0
  private var recentSpend: Int128 = 0
  package private(set) var trips: [Trip] = []

  init(_ options: AnalysisOptions.Budgets.Breaker) {
    multiple = options.multiple
    window = options.window.micros!
    baseline = options.baseline.micros!
    coolDown = options.coolDown.micros!
    floor = Int128((options.floorUSD * 1e12).rounded())
  }

  func isOpen(at time: Int64) -> Bool { time < openUntil }

  mutating func refuse(_ request: Request) {
    trips[trips.count - 1].refused += 1
    trips[trips.count - 1].refusedCost += Int128(request.cost)
    trips[trips.count - 1].refusedUsers.insert(request.user)
  }

  mutating func serve(_ request: Request) {
    guard let multiple else { return }
    let now = request.time
    first = first ?? now
    times.append(now)
    costs.append(request.cost)
    recentSpend += Int128(request.cost)
    while times[recent] <= now - window {
      recentSpend -= Int128(costs[recent])
      pastSpend += Int128(costs[recent])
      recent += 1
    }
    while past < recent && times[past] <= now - window - baseline {
      pastSpend -= Int128(costs[past])
      past += 1
    }
    guard now - first! >= window + baseline, recentSpend > floor else { return }
    let usual = Double(pastSpend) * Double(window) / Double(baseline)
    if Double(recentSpend) > multiple * usual {
      trips.append(Trip(time: now, spent: recentSpend, usual: Int128(usual.rounded())))
      openUntil = now + coolDown
    }
  }
}
