/// A doubly linked list over the numbers `0 ..< count`, each in it at most once; every operation takes constant time.
struct IntrusiveList {
  private struct Links {
    var previous: UInt32
    var next: UInt32
  }

  /// One pair of links for each number, and at the end the sentinel that closes the ring.
  private var links: [Links]
  private let sentinel: Int

  init(count: Int) {
    sentinel = count
    links = [Links](repeating: Links(previous: UInt32(count), next: UInt32(count)), count: count + 1)
  }

  mutating func append(_ number: Int) {
    let last = links[sentinel].previous
    links[number] = Links(previous: last, next: UInt32(sentinel))
    links[Int(last)].next = UInt32(number)
    links[sentinel].previous = UInt32(number)
  }

  mutating func remove(_ number: Int) {
    let old = links[number]
    links[Int(old.previous)].next = old.next
    links[Int(old.next)].previous = old.previous
  }

  var first: Int? {
    let first = Int(links[sentinel].next)
    return first == sentinel ? nil : first
  }

  mutating func popFirst() -> Int {
    let first = Int(links[sentinel].next)
    precondition(first != sentinel, "the list is empty")
    remove(first)
    return first
  }
}
