/// Doubly linked lists over the keys `0 ..< keyCount`, each key in at most one of them; every operation takes constant time.
///
/// Most policies need one list, the default.
struct IntrusiveList {
  private struct Links {
    var previous: UInt32
    var next: UInt32
  }

  /// One pair of links for each key, and after them one sentinel a list that closes its ring.
  private var links: [Links]
  private let keyCount: Int

  init(keyCount: Int, lists: Int = 1) {
    self.keyCount = keyCount
    links = (0..<keyCount + lists).map { Links(previous: UInt32($0), next: UInt32($0)) }
  }

  mutating func append(_ key: Int, to list: Int = 0) {
    let sentinel = keyCount + list
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

  mutating func popFirst(of list: Int = 0) -> Int {
    guard let first = first(of: list) else { preconditionFailure("the list is empty") }
    remove(first)
    return first
  }

  func first(of list: Int = 0) -> Int? { next(after: keyCount + list) }

  /// The key that was appended after this one; nil where this is the last.
  func next(after key: Int) -> Int? {
    let next = Int(links[key].next)
    return next < keyCount ? next : nil
  }
}
