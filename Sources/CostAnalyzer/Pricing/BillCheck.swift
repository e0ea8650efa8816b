/// The log's own bills beside tokens × price, where both are known. A bill is believed; that it is far from the price is said.
package struct BillCheck: Sendable {
  package struct Line: Sendable, Equatable {
    package var model: String
    package var requests = 0
    /// Pico-dollars.
    package var billed: Int128 = 0
    package var priced: Int128 = 0

    /// Billed by priced.
    package var ratio: Double { priced > 0 ? Double(billed) / Double(priced) : .infinity }
    /// Beyond what discounts and rounding explain.
    package var isOff: Bool { requests > 0 && !(0.8...1.25).contains(ratio) }
  }

  package private(set) var total = Line(model: "")
  /// By model as reports call it, the largest difference first.
  package let lines: [Line]

  package init(_ log: RequestLog, _ prices: PriceBook) {
    var lines: [String: Line] = [:]
    var byModel = log.models.map { Line(model: $0.display) }
    log.requests.forEach { request in
      guard request.flags.contains(.billed), !request.flags.contains(.gatewayHit), !request.isError,
        !request.flags.contains(.estimated), let price = prices.cost(of: request.usage, for: request)
      else { return }
      byModel[Int(request.model)].requests += 1
      byModel[Int(request.model)].billed += Int128(request.cost)
      byModel[Int(request.model)].priced += Int128(price)
    }
    for line in byModel where line.requests > 0 {
      lines[line.model, default: Line(model: line.model)].add(line)
      total.add(line)
    }
    self.lines = lines.values.sorted {
      let (left, right) = (($0.billed - $0.priced).magnitude, ($1.billed - $1.priced).magnitude)
      return left != right ? left > right : $0.model < $1.model
    }
  }
}

extension BillCheck.Line {
  fileprivate mutating func add(_ other: Self) {
    requests += other.requests
    billed += other.billed
    priced += other.priced
  }
}
