/// An amount of money that files hold as decimal dollars, every digit of it: `0.0432`.
package struct Amount: Codable, Sendable, Hashable, Comparable {
  package var pico: Int128

  package init(_ pico: Int128) { self.pico = pico }

  package static func < (a: Amount, b: Amount) -> Bool { a.pico < b.pico }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let pico = Self.pico(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an amount in dollars: \(text)")
    }
    self.pico = pico
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(MoneyText.exact(pico))
  }

  /// Sums do not fit what `MoneyText.parse` reads, which is the cost of one request.
  private static func pico(_ text: String) -> Int128? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let last = parts[0].utf8.last, (48...57).contains(last), fraction.utf8.count <= 12 else { return nil }
    return Int128(parts[0] + fraction + String(repeating: "0", count: 12 - fraction.utf8.count))
  }
}

/// An amount with its 95 % interval, where there is one.
package struct Estimate: Codable, Sendable, Equatable {
  package var usd: Amount
  package var lower: Amount?
  package var upper: Amount?

  package init(_ pico: Int128, _ interval: ClusterBootstrap.Interval? = nil, within bill: Int128) {
    usd = Amount(pico)
    lower = interval.map { Amount(Int128($0.lower.rounded())) }
    // Nobody saves more than the bill.
    upper = interval.map { Amount(min(bill, Int128($0.upper.rounded()))) }
  }
}
