/// When requests arrive: low at night, two peaks a working day, a dip at the weekend.
///
/// Streams hour by hour, so its memory is one hour of arrival times.
struct ArrivalProcess: Sendable {
  /// Weight of each UTC hour of a working day.
  private static let hours: [UInt64] = [
    14, 10, 8, 7, 8, 12, 24, 48, 82, 108, 118, 104, 84, 92, 112, 116, 100, 78, 56, 46, 40, 34, 26, 18,
  ]
  /// Percent of a working day, Monday first.
  private static let weekdays: [UInt64] = [104, 108, 106, 102, 90, 42, 36]
  private static let hourMilliseconds: Int64 = 3_600_000

  private let startMilliseconds: Int64
  private let firstWeekday: Int
  private let hourCount: Int
  private let totalWeight: UInt64
  private let count: UInt64
  private var random: SeededRandom
  private var hour = 0
  private var weightSoFar: UInt64 = 0
  private var given: UInt64 = 0
  /// Times left in the current hour, latest first.
  private var pending: [Int64] = []

  init(count: Int, days: Int, startEpochSeconds: Int64, seed: UInt64) {
    startMilliseconds = startEpochSeconds * 1000
    // 1970-01-01 was a Thursday.
    firstWeekday = Int((startEpochSeconds / 86_400 + 3) % 7)
    hourCount = days * 24
    var total: UInt64 = 0
    for hour in 0..<days * 24 { total += Self.weight(hour, firstWeekday) }
    totalWeight = total
    self.count = UInt64(count)
    random = SeededRandom(seed: seed, stream: 1, index: 0)
  }

  private static func weight(_ hour: Int, _ firstWeekday: Int) -> UInt64 {
    hours[hour % 24] * weekdays[(hour / 24 + firstWeekday) % 7]
  }

  /// The next arrival in epoch milliseconds, in order; nil after `count` of them.
  mutating func next() -> Int64? {
    while pending.isEmpty {
      guard hour < hourCount else { return nil }
      weightSoFar += Self.weight(hour, firstWeekday)
      let due = count * weightSoFar / totalWeight
      let begin = startMilliseconds + Int64(hour) * Self.hourMilliseconds
      for _ in given..<due { pending.append(begin + Int64(random.below(Int(Self.hourMilliseconds)))) }
      pending.sort(by: >)
      given = due
      hour += 1
    }
    return pending.removeLast()
  }
}

/// A min-heap of things due at a time; equal times leave in the order they came.
struct TimedQueue<Element: Sendable>: Sendable {
  private struct Entry: Sendable {
    var time: Int64
    var order: Int
    var element: Element

    func isBefore(_ other: Entry) -> Bool { (time, order) < (other.time, other.order) }
  }

  private var heap: [Entry] = []
  private var order = 0

  var nextTime: Int64? { heap.first?.time }

  mutating func push(_ element: Element, at time: Int64) {
    heap.append(Entry(time: time, order: order, element: element))
    order += 1
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.element }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != parent else { return first.element }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
