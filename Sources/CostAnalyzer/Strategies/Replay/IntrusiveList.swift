/// Doubly linked lists over the numbers `0 ..< count`, each in at most one of them; every operation takes constant time.
///
/// Most policies need one list, the default.
struct IntrusiveList {
  private struct Links {
    var previous: UInt32
    var next: UInt32
  }

  /// One pair of links for each number, and after them one sentinel a list that closes its ring.
  private let links: ScratchArray<Links>
  private let count: Int

  init(count: Int, lists: Int = 1) {
    self.count = count
    links = ScratchArray(repeating: Links(previous: 0, next: 0), count: count + lists)
    for number in count..<count + lists { links[number] = Links(previous: UInt32(number), next: UInt32(number)) }
  }

  mutating func append(_ number: Int, to list: Int = 0) {
    let sentinel = count + list
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

  mutating func popFirst(of list: Int = 0) -> Int {
    guard let first = first(of: list) else { preconditionFailure("the list is empty") }
    remove(first)
    return first
  }

  func first(of list: Int = 0) -> Int? { next(after: count + list) }

  /// The number that was appended after this one; nil where this is the last.
  func next(after number: Int) -> Int? {
    let next = Int(links[number].next)
    return next < count ? next : nil
  }
}
