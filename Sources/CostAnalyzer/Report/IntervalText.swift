extension ClusterBootstrap.Interval {
  /// Both ends in dollars; nobody saves more than the bill.
  func text(within bill: Int128) -> String {
    func money(_ value: Double) -> String { MoneyText.readable(min(bill, Int128(value.rounded()))) }
    return "\(money(lower)) … \(money(upper))"
  }
}
