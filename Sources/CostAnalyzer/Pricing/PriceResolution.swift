/// Which price a logged model name has.
package enum PriceResolution: Sendable, Equatable {
  /// A row, and the stated rules that led from the name to it, in the order applied; none for the exact name.
  case priced(row: PriceRow, rules: [String])
  /// No row. `tried` lists the names looked up; `conflicting` the rows of different price that the rules led to alike.
  case unpriced(tried: [String], conflicting: [String])

  package var row: PriceRow? {
    if case .priced(let row, _) = self { row } else { nil }
  }

  /// One line for people: the row and the rules, or why there is none.
  package var summary: String {
    switch self {
    case .priced(let row, let rules):
      rules.isEmpty ? row.name : "\(row.name) (\(rules.joined(separator: ", ")))"
    case .unpriced(let tried, let conflicting):
      conflicting.isEmpty
        ? "unpriced, tried \(tried.joined(separator: ", "))"
        : "unpriced, prices differ between \(conflicting.joined(separator: ", "))"
    }
  }
}

extension PriceTable {
  /// Finds the price of a model as a log names it, by its exact name or by the rules of `ModelNameRules`.
  ///
  /// Names are tried by rising `NameCandidate.Rank`. The first rank at which rows are found decides; when those rows
  /// differ in price, the name is ambiguous and has none. Costs some microseconds: resolve each distinct name once.
  /// - Parameter provider: the seller as the log names it (`openai`, `azure.ai.openai`, `aws.bedrock`, …), if it does.
  package func resolve(model: String, provider: String?) -> PriceResolution {
    guard !model.isEmpty, model.utf8.count <= Self.longestName else { return .unpriced(tried: [], conflicting: []) }
    let seller = ProviderNames.seller(provider, knownTo: self)
    var open = ModelNameRules.start(model, seller: seller)
    var seen = Set(open.map(\.name))
    var tried: [String] = []
    while let rank = open.map(\.rank).min(), tried.count < Self.mostCandidates {
      let group = open.filter { $0.rank == rank }
      open.removeAll { $0.rank == rank }
      tried += group.map(\.name)
      let found = group.flatMap { candidate in
        rows(named: candidate.asLogged ?? "", lowercased: candidate.name)
          .filter { seller?.sells($0) ?? true }
          .map { (row: $0, rules: candidate.rules) }
      }
      if let first = found.first {
        let agree = found.allSatisfy { $0.row.chargesTheSame(as: first.row) }
        return agree
          ? .priced(row: first.row, rules: first.rules + first.row.notes)
          : .unpriced(tried: tried, conflicting: found.map(\.row.name))
      }
      for candidate in group {
        for next in ModelNameRules.rewrites(of: candidate, seller: seller, table: self)
        where seen.insert(next.name).inserted {
          open.append(next)
        }
      }
    }
    return .unpriced(tried: tried, conflicting: [])
  }

  private static let longestName = 512
  private static let mostCandidates = 200
}
