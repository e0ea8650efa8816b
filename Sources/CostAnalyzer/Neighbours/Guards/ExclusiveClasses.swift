/// Groups of terms that exclude each other (adults / children / students; today / tomorrow), written `a | b` where a and b
/// mean the same.
package struct ExclusiveClasses: Sendable {
  /// `class << 16 | member`, ascending, each once.
  package typealias Members = [UInt32]

  private var table = PhraseTable()
  /// Apart from the others: "joint account" is one of several accounts, and "joint" alone narrows.
  private var narrowingTable = PhraseTable()
  private var memberCount = 0
  private var classCount = 0
  /// Classes whose terms also count when only one text has one: they narrow a question that is open without them.
  private var narrowing: Set<UInt32> = []

  package init() {}

  package mutating func add(_ members: [String], isNarrowing: Bool = false) {
    for (member, names) in members.enumerated() {
      for name in names.split(separator: "|") {
        if isNarrowing {
          narrowingTable.add(String(name), id: classCount << 16 | member)
        } else {
          table.add(String(name), id: classCount << 16 | member)
        }
      }
    }
    if isNarrowing { narrowing.insert(UInt32(classCount)) }
    classCount += 1
  }

  package func members(in words: [GuardWord]) -> Members {
    Set((table.ids(in: words) + narrowingTable.ids(in: words)).map(UInt32.init)).sorted()
  }

  /// Whether some class has a member on each side that the other side lacks, or a narrowing class differs at all.
  package func differ(_ a: Members, _ b: Members) -> Bool {
    if a == b { return false }
    var (i, j) = (0, 0)
    var onlyA: UInt32?
    var onlyB: UInt32?
    while i < a.count || j < b.count {
      let x = i < a.count ? a[i] : .max
      let y = j < b.count ? b[j] : .max
      if x == y {
        i += 1
        j += 1
        continue
      }
      let owner = min(x, y) >> 16
      if narrowing.contains(owner) { return true }
      if x < y {
        onlyA = owner
        i += 1
      } else {
        onlyB = owner
        j += 1
      }
      // The members of one class stand together, so its two leftovers are met without another class between them.
      if onlyA == onlyB { return true }
    }
    return false
  }
}
