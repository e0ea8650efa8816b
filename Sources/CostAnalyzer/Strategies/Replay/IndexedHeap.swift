/// A minimum heap over the keys `0 ..< count`, each in it at most once, that finds a key's place in constant time.
///
/// Priorities in the heap must differ from each other; then the minimum, and with it every replay, is unique.
struct IndexedHeap<Priority: Comparable & BitwiseCopyable> {
  private struct Node {
    var priority: Priority
    var key: UInt32
  }

  /// Four children a node: half the levels of a binary heap, and siblings lie side by side in memory.
  private let arity = 4
  private let nodes: ScratchArray<Node>
  private var count = 0
  /// The place in `nodes` of every key that is in the heap; of other keys anything.
  private let places: ScratchArray<UInt32>

  /// - Parameter filler: any priority.
  init(count: Int, filler: Priority) {
    nodes = ScratchArray(repeating: Node(priority: filler, key: 0), count: count)
    places = ScratchArray(repeating: 0, count: count)
  }

  func priority(of key: Int) -> Priority { nodes[Int(places[key])].priority }

  mutating func insert(_ key: Int, _ priority: Priority) {
    let node = Node(priority: priority, key: UInt32(key))
    count += 1
    moveUp(node, from: count - 1)
  }

  mutating func update(_ key: Int, _ priority: Priority) {
    settle(Node(priority: priority, key: UInt32(key)), at: Int(places[key]))
  }

  mutating func remove(_ key: Int) {
    let hole = Int(places[key])
    count -= 1
    let last = nodes[count]
    if hole < count { settle(last, at: hole) }
  }

  mutating func popMinimum() -> (key: Int, priority: Priority) {
    precondition(count > 0, "the heap is empty")
    let minimum = nodes[0]
    remove(Int(minimum.key))
    return (Int(minimum.key), minimum.priority)
  }

  /// Puts the node where it belongs, given a place whose old node is no longer needed.
  private mutating func settle(_ node: Node, at hole: Int) {
    if hole > 0, node.priority < nodes[(hole - 1) / arity].priority {
      moveUp(node, from: hole)
    } else {
      moveDown(node, from: hole)
    }
  }

  private mutating func moveUp(_ node: Node, from start: Int) {
    var hole = start
    while hole > 0 {
      let parent = (hole - 1) / arity
      guard node.priority < nodes[parent].priority else { break }
      place(nodes[parent], at: hole)
      hole = parent
    }
    place(node, at: hole)
  }

  private mutating func moveDown(_ node: Node, from start: Int) {
    var hole = start
    while let child = smallestChild(of: hole), nodes[child].priority < node.priority {
      place(nodes[child], at: hole)
      hole = child
    }
    place(node, at: hole)
  }

  private func smallestChild(of parent: Int) -> Int? {
    let first = parent * arity + 1
    guard first < count else { return nil }
    var smallest = first
    for child in first + 1..<max(first + 1, min(first + arity, count))
    where nodes[child].priority < nodes[smallest].priority {
      smallest = child
    }
    return smallest
  }

  private mutating func place(_ node: Node, at index: Int) {
    nodes[index] = node
    places[Int(node.key)] = UInt32(index)
  }
}
