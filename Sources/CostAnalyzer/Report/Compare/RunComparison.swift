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
    a = Run(runID: first.runID, path: first.path, figures: try first.document().figures)
    b = Run(runID: second.runID, path: second.path, figures: try second.document().figures)
    haveSameInputs = first.inputs == second.inputs
    figures = Self.figures(a.figures, b.figures)
    let (one, two) = (first.options, second.options)
    options = Set(one.keys).union(two.keys).sorted().filter { one[$0] != two[$0] }
      .map { Option(name: $0, a: one[$0], b: two[$0]) }
  }

  private static func figures(_ a: RunFigures, _ b: RunFigures) -> [Figure] {
    func usd(_ name: String, _ value: (RunFigures) -> Amount?) -> Figure {
      Figure(name: name, a: value(a).map(Value.usd), b: value(b).map(Value.usd))
    }
    func estimate(_ name: String, _ value: (RunFigures) -> Estimate?) -> Figure {
      var figure = usd(name) { value($0)?.usd }
      (figure.aInterval, figure.bInterval) = (value(a)?.interval, value(b)?.interval)
      return figure
    }
    func share(_ name: String, _ value: (RunFigures) -> Double?) -> Figure {
      Figure(name: name, a: value(a).map(Value.share), b: value(b).map(Value.share))
    }
    func lever(_ id: String, _ figures: RunFigures) -> RunFigures.Lever? { figures.levers.first { $0.id == id } }
    var rows = [
      usd("bill") { $0.bill }, Figure(name: "requests", a: .count(a.requests), b: .count(b.requests)),
      usd("safe saving") { $0.safe }, usd("defensible saving") { $0.defensible },
      estimate("all levers together") { $0.joint },
      share("of the bill") { run in
        run.joint.flatMap { run.bill.pico == 0 ? nil : Double($0.usd.pico) / Double(run.bill.pico) }
      },
    ]
    // Levers of both, in the order of the first.
    let levers = a.levers + b.levers.filter { lever($0.id, a) == nil }
    rows += levers.filter { $0.alone != nil || lever($0.id, b)?.alone != nil }.map { own in
      estimate(own.title + ", alone") { lever(own.id, $0)?.alone }
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
  /// In dollars.
  fileprivate var interval: ClosedRange<Double>? {
    guard let lower, let upper, lower <= upper else { return nil }
    return Double(lower.pico) / 1e12...Double(upper.pico) / 1e12
  }
}

extension RunFigures.Share {
  fileprivate var interval: ClosedRange<Double> { lower...max(lower, upper) }
}
