/// When each key could next be used, for Bélády's policy: the positions of all requests that its entry may serve, which are
/// those of the key itself and, below a threshold of 1, those of its listed neighbours that no guard refuses.
struct FutureUses: Sendable {
  /// The positions of key k lie at `offsets[k] ..< offsets[k + 1]`, rising.
  private(set) var offsets: [Int]
  private(set) var positions: [UInt32]

  /// - Parameter setting: its threshold and guards matter.
  init(_ trace: ReplayTrace, graph: NeighbourGraph?, setting: CacheSetting) {
    let neighbours = setting.threshold < 1 ? graph : nil
    var counts = [Int](repeating: 0, count: trace.keyCount + 1)
    for key in trace.keys {
      counts[Int(key) + 1] += 1
      neighbours?.forEachAccepted(Int(key), setting) { counts[$0 + 1] += 1 }
    }
    for key in 0..<trace.keyCount { counts[key + 1] += counts[key] }
    offsets = counts
    positions = [UInt32](repeating: 0, count: counts[trace.keyCount])
    for (request, key) in trace.keys.enumerated() {
      positions[counts[Int(key)]] = UInt32(request)
      counts[Int(key)] += 1
      neighbours?.forEachAccepted(Int(key), setting) { other in
        positions[counts[other]] = UInt32(request)
        counts[other] += 1
      }
    }
  }

  /// The first use of a key after a request, looked for from `cursor` on, which moves there; `UInt32.max` is never.
  func next(of key: Int, after request: Int, cursor: inout UInt32) -> UInt32 {
    let end = offsets[key + 1]
    var place = max(Int(cursor), offsets[key])
    // Most steps are short; an entry that was long out of the cache has a long one.
    var stride = 1
    while place + stride < end, Int(positions[place + stride]) <= request {
      place += stride
      stride *= 2
    }
    while place < end, Int(positions[place]) <= request {
      stride = max(1, stride / 2)
      place += place + stride < end && Int(positions[place + stride]) <= request ? stride : 1
    }
    cursor = UInt32(place)
    return place < end ? positions[place] : .max
  }
}
