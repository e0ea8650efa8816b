/// A model that is priced otherwise than on the night before: another table, another contract, or a dated price that began.
package struct PriceChange: Sendable, Equatable {
  package var model: String
  /// Lines of `PriceText`.
  package var before: String
  package var now: String

  static let unpriced = "no price"

  /// The price in force of every model that the log names, by what it is called; who answered counts where the log says so.
  package static func prices(_ book: PriceBook, at time: Int64) -> [String: String] {
    let lines = book.entries.map { entry in
      let isOther = !entry.name.responded.isEmpty && entry.name.responded != entry.name.display
      let name = entry.name.display + (isOther ? " (answered by \(entry.name.responded))" : "")
      return (name, entry.resolution.row.map { PriceText.line($0.version(at: time)) } ?? unpriced)
    }
    return Dictionary(lines, uniquingKeysWith: { first, _ in first })
  }

  /// By model. One that was not there before has no change.
  static func find(_ prices: [String: String], since known: [String: String]) -> [PriceChange] {
    prices.sorted { $0.key < $1.key }.compactMap { model, price in
      guard let before = known[model], before != price else { return nil }
      return PriceChange(model: model, before: before, now: price)
    }
  }
}
