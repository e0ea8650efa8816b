/// xoshiro256**, seeded by SplitMix64: the same numbers on every machine, which Foundation does not promise.
package struct SeededRandom: Sendable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  package init(seed: UInt64) {
    var state = seed
    a = Self.splitMix(&state)
    b = Self.splitMix(&state)
    c = Self.splitMix(&state)
    d = Self.splitMix(&state)
  }

  /// An independent stream for one thing (a request, an intent, a record), whatever was drawn before.
  init(seed: UInt64, stream: UInt64, index: Int) {
    var state = seed ^ (stream &* 0xd6e8_feb8_6659_fd93)
    let base = Self.splitMix(&state)
    state = base ^ UInt64(truncatingIfNeeded: index)
    self.init(seed: Self.splitMix(&state))
  }

  package mutating func next() -> UInt64 {
    let product = b &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = d << 45 | d >> 19
    return result
  }

  /// A number in `0..<bound`; the bias of the multiplication is far below what a log could show.
  package mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  package mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }

  /// A number in `0..<1` with 53 bits.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  package mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  mutating func shuffle<T>(_ values: inout [T]) {
    guard values.count > 1 else { return }
    for last in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(last, below(last + 1))
    }
  }

  static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Draws indices by integer weights, so that no rounding can differ between machines.
struct WeightedTable: Sendable {
  private var cumulative: [UInt64] = []

  init(_ weights: [UInt64]) {
    var total: UInt64 = 0
    for weight in weights {
      total += weight
      cumulative.append(total)
    }
  }

  /// Zipf weights for `count` ranks.
  init(zipf count: Int, exponent: Double) {
    self.init((0..<max(count, 1)).map { UInt64((1e9 / portablePower(Double($0 + 1), exponent)).rounded()) })
  }

  func draw(_ random: inout SeededRandom) -> Int {
    let target = UInt64(random.below(Int(cumulative[cumulative.count - 1])))
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// `base` to an exponent in `0..<2`, from square roots and products only: both are exact by IEEE 754, `pow` is not.
func portablePower(_ base: Double, _ exponent: Double) -> Double {
  var rest = exponent
  var result = 1.0
  if rest >= 1 {
    result = base
    rest -= 1
  }
  var root = base
  for _ in 0..<24 where rest > 0 {
    root = root.squareRoot()
    rest *= 2
    if rest >= 1 {
      result *= root
      rest -= 1
    }
  }
  return result
}
