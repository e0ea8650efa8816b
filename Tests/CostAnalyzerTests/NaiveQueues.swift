// SIEVE and S3-FIFO as their papers word them: plain arrays of keys, searched from the front.

/// What an eviction policy keeps beside the entries themselves.
protocol NaiveQueues {
  mutating func hit(_ key: UInt32)
  mutating func expire(_ key: UInt32)
  /// The key enters; where the cache is full, the key that leaves for it.
  mutating func miss(_ key: UInt32, isFull: Bool) -> UInt32?
}

struct NaiveSIEVE: NaiveQueues {
  /// Oldest first.
  private var queue: [(key: UInt32, isVisited: Bool)] = []
  private var hand = 0

  mutating func hit(_ key: UInt32) {
    for place in queue.indices where queue[place].key == key { queue[place].isVisited = true }
  }

  mutating func expire(_ key: UInt32) {
    let place = queue.firstIndex { $0.key == key }!
    queue.remove(at: place)
    if place < hand { hand -= 1 }
    if hand == queue.count { hand = 0 }
  }

  mutating func miss(_ key: UInt32, isFull: Bool) -> UInt32? {
    let victim = isFull ? evict() : nil
    queue.append((key, false))
    return victim
  }

  private mutating func evict() -> UInt32 {
    while queue[hand].isVisited {
      queue[hand].isVisited = false
      hand = (hand + 1) % queue.count
    }
    let victim = queue.remove(at: hand).key
    if hand == queue.count { hand = 0 }
    return victim
  }
}

struct NaiveS3FIFO: NaiveQueues {
  /// Oldest first.
  private var small: [(key: UInt32, uses: Int)] = []
  private var main: [(key: UInt32, uses: Int)] = []
  private var ghost: [UInt32] = []
  private var hasEvicted = false
  private let smallSize: Int
  private let mainSize: Int
  private let ghostSize: Int

  init(capacity: Int) {
    smallSize = max(1, Int(Double(capacity) * 0.1))
    mainSize = capacity - smallSize
    ghostSize = Int(Double(capacity) * 0.9)
  }

  mutating func hit(_ key: UInt32) {
    for place in small.indices where small[place].key == key { small[place].uses += 1 }
    for place in main.indices where main[place].key == key { main[place].uses += 1 }
  }

  mutating func expire(_ key: UInt32) {
    small.removeAll { $0.key == key }
    main.removeAll { $0.key == key }
  }

  mutating func miss(_ key: UInt32, isFull: Bool) -> UInt32? {
    let isInGhost = ghost.contains(key)
    ghost.removeAll { $0 == key }
    var victim: UInt32?
    while isFull && victim == nil {
      hasEvicted = true
      victim = main.count > mainSize || small.isEmpty ? evictFromMain() : evictFromSmall()
    }
    if isInGhost || (!hasEvicted && small.count >= smallSize) {
      main.append((key, 0))
    } else {
      small.append((key, 0))
    }
    return victim
  }

  private mutating func evictFromSmall() -> UInt32? {
    while !small.isEmpty {
      let oldest = small.removeFirst()
      if oldest.uses >= 2 {
        main.append((oldest.key, 0))
        continue
      }
      ghost.append(oldest.key)
      if ghost.count > ghostSize { ghost.removeFirst() }
      return oldest.key
    }
    return nil
  }

  private mutating func evictFromMain() -> UInt32? {
    while !main.isEmpty {
      let oldest = main.removeFirst()
      if oldest.uses == 0 { return oldest.key }
      main.append((oldest.key, min(oldest.uses, 3) - 1))
    }
    return nil
  }
}
