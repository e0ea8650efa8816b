/// A doubly linked list over the keys `0 ..< keyCount`, each in it at most once; every operation takes constant time.
struct IntrusiveList {
  private struct Links {
    var previous: UInt32
    var next: UInt32
  }

  /// One pair of links for each key, and at the end the sentinel that closes the ring.
  private var links: [Links]
  private let sentinel: Int

  init(keyCount: Int) {
    sentinel = keyCount
    links = [Links](repeating: Links(previous: UInt32(keyCount), next: UInt32(keyCount)), count: keyCount + 1)
  }

  mutating func append(_ key: Int) {
    let last = links[sentinel].previous
    links[key] = Links(previous: last, next: UInt32(sentinel))
    links[Int(last)].next = UInt32(key)
    links[sentinel].previous = UInt32(key)
  }

  mutating func remove(_ key: Int) {
    let old = links[key]
    links[Int(old.previous)].next = old.next
    links[Int(old.next)].previous = old.previous
  }

  mutating func popFirst() -> Int {
    let first = Int(links[sentinel].next)
    precondition(first != sentinel, "the list is empty")
    remove(first)
    return first
  }
}
