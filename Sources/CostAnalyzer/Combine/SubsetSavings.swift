/// What every subset of the levers saves, by clusters of requests (groups of users, days). Subsets are bit masks over the
/// levers; sums are pico-dollars.
struct SubsetSavings: Sendable {
  /// Users beyond this many share clusters, and so do days: a bootstrap costs the same for any log.
  static let maximumGroups = 1_024

  let levers: Int
  var subsets: Int { 1 << levers }
  private(set) var bill: Int128 = 0
  /// Cost of the requests that no lever touches.
  private(set) var untouched: Int128 = 0
  /// Cluster by cluster, all subsets of each. Requests without a user count to their day.
  private(set) var byUser: [Int128] = []
  private(set) var byDay: [Int128] = []
  /// Cost of all requests, by the same clusters.
  private(set) var billByUser: [Int128] = []
  private(set) var billByDay: [Int128] = []

  private struct Sums {
    var bill: Int128 = 0
    var untouched: Int128 = 0
    var byUser: [Int128]
    var byDay: [Int128]
    var billByUser: [Int128]
    var billByDay: [Int128]
  }

  /// - Parameter replayed: the subset that is replayed in the place of each: a lever that does another's work replaces it.
  init(_ log: RequestLog, _ effects: [any LeverEffect], replayed: [Int], threads: Int) {
    levers = effects.count
    let subsets = 1 << effects.count
    var occurring: Set<Int> = []
    log.requests.forEach { occurring.insert(Timestamp.dayNumber($0.time)) }
    let number = Dictionary(
      uniqueKeysWithValues: occurring.sorted().enumerated().map { ($1, $0 % Self.maximumGroups) })
    let days = min(occurring.count, Self.maximumGroups)
    let isNamed = log.users.map { !$0.isEmpty }
    let groups = min(log.users.count, Self.maximumGroups)
    let chunk = 4_096
    let chunks = (log.requests.count + chunk - 1) / chunk
    let workers = max(1, min(threads, chunks))
    // One set of sums a worker: integers add up to the same in any order.
    let parts = parallelMap(workers, threads: threads) { worker -> Sums in
      var sums = Sums(
        byUser: [Int128](repeating: 0, count: (groups + days) * subsets),
        byDay: [Int128](repeating: 0, count: days * subsets),
        billByUser: [Int128](repeating: 0, count: groups + days), billByDay: [Int128](repeating: 0, count: days))
      var replay = RequestReplay(effects)
      for index in stride(from: worker, to: chunks, by: workers) {
        for request in index * chunk..<min((index + 1) * chunk, log.requests.count) {
          let entry = log.requests[request]
          let day = number[Timestamp.dayNumber(entry.time)]!
          let user = isNamed[Int(entry.user)] ? Int(entry.user) % groups : groups + day
          sums.bill += Int128(entry.cost)
          sums.billByUser[user] += Int128(entry.cost)
          sums.billByDay[day] += Int128(entry.cost)
          guard replay.run(request, cost: entry.cost) else {
            sums.untouched += Int128(entry.cost)
            continue
          }
          for subset in 0..<subsets {
            let saving = replay.saving(replayed[subset])
            sums.byUser[user * subsets + subset] += saving
            sums.byDay[day * subsets + subset] += saving
          }
        }
      }
      return sums
    }
    byUser = [Int128](repeating: 0, count: (groups + days) * subsets)
    byDay = [Int128](repeating: 0, count: days * subsets)
    billByUser = [Int128](repeating: 0, count: groups + days)
    billByDay = [Int128](repeating: 0, count: days)
    for part in parts {
      bill += part.bill
      untouched += part.untouched
      for place in byUser.indices { byUser[place] += part.byUser[place] }
      for place in byDay.indices { byDay[place] += part.byDay[place] }
      for place in billByUser.indices { billByUser[place] += part.billByUser[place] }
      for place in billByDay.indices { billByDay[place] += part.billByDay[place] }
    }
  }

  /// Of all requests, before what levers cost whoever is served.
  func total(_ subset: Int) -> Int128 {
    stride(from: subset, to: byDay.count, by: subsets).reduce(0) { $0 + byDay[$1] }
  }
}

/// One request under every subset of the levers.
private struct RequestReplay {
  private let effects: [any LeverEffect]
  private var states: [RequestState]
  /// Subsets of the levers that touch the request.
  private var reached: [Int] = []
  private var touching = 0

  init(_ effects: [any LeverEffect]) {
    self.effects = effects
    states = [RequestState](repeating: RequestState(cost: 0), count: 1 << effects.count)
  }

  /// False where no lever touches the request: then nothing is saved.
  mutating func run(_ request: Int, cost: PicoDollars) -> Bool {
    states[0] = RequestState(cost: cost)
    reached.removeAll(keepingCapacity: true)
    reached.append(0)
    touching = 0
    for (bit, effect) in effects.enumerated() {
      var alone = states[0]
      effect.apply(to: &alone, request: request)
      if alone == states[0] { continue }
      touching |= 1 << bit
      for place in reached.indices {
        let subset = reached[place]
        var state = states[subset]
        effect.apply(to: &state, request: request)
        states[subset | 1 << bit] = state
        reached.append(subset | 1 << bit)
      }
    }
    return touching != 0
  }

  func saving(_ subset: Int) -> Int128 {
    let state = states[subset & touching]
    return Int128(state.logged) - Int128(state.cost) - Int128(state.charges)
  }
}
