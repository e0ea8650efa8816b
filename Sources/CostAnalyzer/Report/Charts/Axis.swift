/// A linear axis from 0 (or below) to a round number.
struct Axis {
  private let least: Double
  private let most: Double
  private let from: Double
  private let to: Double
  let ticks: [Double]
  private let step: Double

  /// - Parameters:
  ///   - values: what must fit; 0 is always on the axis.
  ///   - from: pixel of the least value.
  ///   - to: pixel of the greatest.
  init(_ values: [Double], from: Double, to: Double, steps: Int = 4) {
    let (low, high) = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
    let step = Self.roundStep((high > low ? high - low : 1) / Double(steps))
    let (first, last) = ((low / step).rounded(.down), max(1, (high / step).rounded(.up)))
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    (least, most) = (first * step, last * step)
    (self.from, self.to, self.step) = (from, to, step)
  }

  func callAsFunction(_ value: Double) -> Double { from + (to - from) * (value - least) / (most - least) }

  /// A tick that is pico-dollars, with the digits that tell it from the next one.
  func money(_ tick: Double) -> String {
    let decimals = step >= 1e12 ? 0 : step >= 1e10 ? 2 : step >= 1e8 ? 4 : step >= 1e6 ? 6 : 12
    return MoneyText.usd(Int128(tick.rounded()), decimals: decimals, grouped: true)
  }

  /// A tick that is a plain number, likewise.
  func number(_ tick: Double) -> String {
    step >= 1 ? NumberText.grouped(Int(tick.rounded())) : NumberText.fixed(tick, step >= 0.1 ? 1 : step >= 0.01 ? 2 : 4)
  }

  /// 1, 2 or 5 times a power of ten.
  private static func roundStep(_ step: Double) -> Double {
    var power = 1.0
    while power * 10 <= step { power *= 10 }
    while power > step { power /= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * 0.999 } ?? 10 * power
  }
}
