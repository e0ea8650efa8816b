/// Two runs side by side: what each figure is, by how much it differs, and whether the intervals leave room for chance.
package struct RunComparison: Sendable {
  package enum Value: Sendable, Equatable {
    case usd(Amount)
    case count(Int)
    /// Of requests, or of semantic hits.
    case share(Double)
  }

  package struct Figure: Sendable {
    package var name: String
    package var a: Value?
    package var b: Value?
    /// 95 %, in the units of the value: dollars or a share.
    package var aInterval: ClosedRange<Double>?
    package var bInterval: ClosedRange<Double>?

    package init(
      name: String, a: Value?, b: Value?, aInterval: ClosedRange<Double>? = nil, bInterval: ClosedRange<Double>? = nil
    ) {
      (self.name, self.a, self.b, self.aInterval, self.bInterval) = (name, a, b, aInterval, bInterval)
    }

    /// Nil where one of them has no interval.
    package var overlaps: Bool? {
      guard let aInterval, let bInterval else { return nil }
      return aInterval.overlaps(bInterval)
    }

    package var difference: Value? {
      switch (a, b) {
      case (.usd(let a), .usd(let b)): .usd(Amount(b.pico - a.pico))
      case (.count(let a), .count(let b)): .count(b - a)
      case (.share(let a), .share(let b)): .share(b - a)
      default: nil
      }
    }
  }

  package struct Option: Sendable, Equatable {
    package var name: String
    package var a: String?
    package var b: String?
  }

  package struct Run: Sendable {
    package var runID: String
    package var path: String
    package var figures: RunFigures
  }

  package let a: Run
  package let b: Run
  package let haveSameInputs: Bool
  package let figures: [Figure]
  /// Those that differ, by name.
  package let options: [Option]

  package init(_ first: RunFolder, _ second: RunFolder) throws {
    let (one, two) = (try first.document(), try second.document())
    a = Run(runID: first.runID, path: first.path, figures: one.figures)
    b = Run(runID: second.runID, path: second.path, figures: two.figures)
    haveSameInputs = first.inputs == second.inputs
    figures = Self.figures(a.figures, b.figures)
    let (ours, theirs) = (try OptionValues.of(yaml: one.optionsYAML), try OptionValues.of(yaml: two.optionsYAML))
    options = Set(ours.keys).union(theirs.keys).sorted().filter { ours[$0] != theirs[$0] }
      .map { Option(name: $0, a: ours[$0], b: theirs[$0]) }
  }

  private static func figures(_ a: RunFigures, _ b: RunFigures) -> [Figure] {
    func usd(_ name: String, _ value: (RunFigures) -> Amount?) -> Figure {
      Figure(name: name, a: value(a).map(Value.usd), b: value(b).map(Value.usd))
    }
    // In dollars, and as a share of the bill: what can be compared when the bills differ.
    func estimates(_ name: String, _ value: (RunFigures) -> Estimate?) -> [Figure] {
      var dollars = usd(name) { value($0)?.usd }
      (dollars.aInterval, dollars.bInterval) = (value(a)?.interval(per: 1e12), value(b)?.interval(per: 1e12))
      func ofBill(_ run: RunFigures) -> Value? {
        guard let estimate = value(run), run.bill.pico > 0 else { return nil }
        return .share(Double(estimate.usd.pico) / Double(run.bill.pico))
      }
      return [
        dollars,
        Figure(
          name: name + ", of the bill", a: ofBill(a), b: ofBill(b),
          aInterval: value(a)?.interval(per: Double(a.bill.pico)),
          bInterval: value(b)?.interval(per: Double(b.bill.pico))),
      ]
    }
    func share(_ name: String, _ value: (RunFigures) -> Double?) -> Figure {
      Figure(name: name, a: value(a).map(Value.share), b: value(b).map(Value.share))
    }
    func lever(_ id: String, _ figures: RunFigures) -> RunFigures.Lever? { figures.levers.first { $0.id == id } }
    var rows = [
      usd("bill") { $0.bill }, Figure(name: "requests", a: .count(a.requests), b: .count(b.requests)),
      usd("safe saving") { $0.safe }, usd("defensible saving") { $0.defensible },
    ]
    rows += estimates("all levers together") { $0.joint }
    // Levers of both, in the order of the first.
    let levers = a.levers + b.levers.filter { lever($0.id, a) == nil }
    for own in levers where own.alone != nil || lever(own.id, b)?.alone != nil {
      rows += estimates(own.title) { lever(own.id, $0)?.alone }
    }
    rows += [
      share("exact hits, of the requests") { lever(ExactCacheStrategy.id, $0)?.requests },
      share("hits with semantic ones, of the requests") { lever(SemanticCacheStrategy.id, $0)?.requests },
    ]
    var wrong = share("wrong semantic hits") { $0.wrongHits?.estimate }
    (wrong.aInterval, wrong.bInterval) = (a.wrongHits?.interval, b.wrongHits?.interval)
    return rows + [wrong]
  }
}

extension Estimate {
  /// - Parameter unit: pico-dollars.
  fileprivate func interval(per unit: Double) -> ClosedRange<Double>? {
    guard let lower, let upper, lower <= upper, unit > 0 else { return nil }
    return Double(lower.pico) / unit...Double(upper.pico) / unit
  }
}

extension RunFigures.Share {
  fileprivate var interval: ClosedRange<Double> { lower...max(lower, upper) }
}
