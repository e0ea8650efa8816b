/// An array of fixed length for the inner loops of the replays, zeroed or filled at birth.
///
/// It has one owner for its life: a copy of it is the same array. So nothing is checked for being shared, which is what a
/// Swift array pays for on every change. Indices are checked in debug builds.
struct ScratchArray<Element: BitwiseCopyable> {
  private final class Owner {
    let base: UnsafeMutablePointer<Element>
    init(_ base: UnsafeMutablePointer<Element>) { self.base = base }
    deinit { base.deallocate() }
  }

  private let owner: Owner
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating element: Element, count: Int) {
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: element, count: count)
    owner = Owner(base)
    self.count = count
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      assert((0..<count).contains(index), "index out of range")
      return base[index]
    }
    @inline(__always) nonmutating set {
      assert((0..<count).contains(index), "index out of range")
      base[index] = newValue
    }
  }
}
