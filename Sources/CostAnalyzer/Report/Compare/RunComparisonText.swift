/// A comparison as Markdown and as JSON.
extension RunComparison {
  package var markdown: String {
    var text = "# Two runs side by side\n\n" + Self.line("A", a) + Self.line("B", b) + "\n"
    text += haveSameInputs ? "Both read the same logs.\n\n" : "They read different logs.\n\n"
    var table = Table(
      "comparison",
      [
        .init("figure", "figure"), .init("a", "A"), .init("a_interval", "95 %"), .init("b", "B"),
        .init("b_interval", "95 %"), .init("difference", "B − A"), .init("overlap", "intervals overlap"),
      ])
    for figure in figures {
      let overlap = figure.overlaps.map { $0 ? "yes" : "**no**" } ?? "–"
      table.add(
        .text(figure.name), Self.cell(figure.a), Self.cell(figure.aInterval, as: figure.a), Self.cell(figure.b),
        Self.cell(figure.bInterval, as: figure.b), Self.difference(figure.difference), .markdown(overlap))
    }
    text += table.markdown()
    text += """

      Levers by what each saves alone. Where intervals overlap, the difference may be chance; where bills differ, compare the \
      shares. What a run lacks is –.

      """
    if options.isEmpty { return text + "\nTheir options are the same.\n" }
    var differences = Table("options", [.init("option", "option that differs"), .init("a", "A"), .init("b", "B")])
    for option in options { differences.add(.text(option.name), .text(option.a ?? ""), .text(option.b ?? "")) }
    return text + "\n" + differences.markdown()
  }

  private static func line(_ name: String, _ run: Run) -> String {
    let (from, to) = (run.figures.firstRequest, run.figures.lastRequest)
    let embedder = run.figures.embedder.isEmpty ? "" : ", embedder \(HostileText.markdown(run.figures.embedder))"
    return
      "- **\(name)**: \(HostileText.markdown(run.path, limit: 500)), run `\(run.runID)`, \(from) to \(to)\(embedder)\n"
  }

  private static func cell(_ value: Value?) -> Table.Cell {
    switch value {
    case .usd(let amount): .usd(amount.pico)
    case .count(let count): .int(count)
    case .share(let share): .share(share)
    case nil: .empty
    }
  }

  /// Shares differ by percentage points.
  private static func difference(_ value: Value?) -> Table.Cell {
    guard case .share(let share) = value else { return cell(value) }
    return .markdown(NumberText.fixed(100 * share, 1) + " points")
  }

  private static func cell(_ interval: ClosedRange<Double>?, as value: Value?) -> Table.Cell {
    guard let interval else { return .empty }
    func text(_ end: Double) -> String {
      if case .share = value { return NumberText.fixed(100 * end, 1) + " %" }
      return MoneyText.readable(Int128((end * 1e12).rounded()))
    }
    return .markdown("\(text(interval.lowerBound)) … \(text(interval.upperBound))")
  }

  /// Schema `compare/1`. Dollars are decimal strings, shares fractions.
  package struct Summary: Encodable, Sendable {
    package struct Side: Encodable, Sendable {
      var runId: String
      var path: String
      var firstRequest: String
      var lastRequest: String
      var embedder: String
    }
    package struct Row: Encodable, Sendable {
      var figure: String
      var unit: String
      var a: String?
      var aLower: String?
      var aUpper: String?
      var b: String?
      var bLower: String?
      var bUpper: String?
      var difference: String?
      var overlap: Bool?
    }
    package struct Difference: Encodable, Sendable {
      var option: String
      var a: String?
      var b: String?
    }
    package var schema = "compare/1"
    package var a: Side
    package var b: Side
    package var sameInputs: Bool
    package var figures: [Row]
    package var options: [Difference]
  }

  package var summary: Summary {
    func side(_ run: Run) -> Summary.Side {
      Summary.Side(
        runId: run.runID, path: run.path, firstRequest: run.figures.firstRequest,
        lastRequest: run.figures.lastRequest, embedder: run.figures.embedder)
    }
    return Summary(
      a: side(a), b: side(b), sameInputs: haveSameInputs, figures: figures.map(Self.row),
      options: options.map { .init(option: $0.name, a: $0.a, b: $0.b) })
  }

  private static func row(_ figure: Figure) -> Summary.Row {
    let unit =
      switch figure.a ?? figure.b {
      case .usd: "usd"
      case .count: "requests"
      case .share, nil: "share"
      }
    func text(_ value: Value?) -> String? {
      switch value {
      case .usd(let amount): MoneyText.exact(amount.pico)
      case .count(let count): String(count)
      case .share(let share): NumberText.fixed(share, 6)
      case nil: nil
      }
    }
    func end(_ value: Double?) -> String? {
      value.map { unit == "usd" ? MoneyText.exact(Int128(($0 * 1e12).rounded())) : NumberText.fixed($0, 6) }
    }
    return Summary.Row(
      figure: figure.name, unit: unit, a: text(figure.a), aLower: end(figure.aInterval?.lowerBound),
      aUpper: end(figure.aInterval?.upperBound), b: text(figure.b), bLower: end(figure.bInterval?.lowerBound),
      bUpper: end(figure.bInterval?.upperBound), difference: text(figure.difference), overlap: figure.overlaps)
  }
}
