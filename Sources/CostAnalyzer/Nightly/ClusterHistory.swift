/// The clusters of a night under the ids that the state knows them by, and what they cost by day.
package struct ClusterHistory: Sendable {
  package struct Member: Sendable {
    package var id: Int64
    package var trace: ClusterTrace
  }

  /// Tonight's, by number.
  package private(set) var members: [Member] = []
  /// Days that tonight's logs tell about: what earlier nights said of them is replaced.
  package private(set) var days: Set<Int> = []
  /// By day and cluster: `days` from tonight's logs, others as the nights before had them. Named by the id.
  package private(set) var totals: [DailyTotal] = []

  package init() {}

  /// By number.
  var ids: [Int: Int64] { Dictionary(uniqueKeysWithValues: members.map { ($0.trace.number, $0.id) }) }

  /// - Parameters:
  ///   - days: with a cacheable request, in the window.
  ///   - known: as of the night before.
  package init(_ traces: [ClusterTrace], days: Set<Int>, known: StateStore.KnownClusters) {
    self.days = days
    let ids = ClusterMatching.ids(known: known.keys, tonight: traces.map(\.keys), next: known.next)
    members = zip(ids, traces).map { id, trace in
      var trace = trace
      trace.days.removeAll { !days.contains($0.day) }
      return Member(id: id, trace: trace)
    }
    totals = known.totals.filter { !days.contains($0.day) }
    for member in members {
      for day in member.trace.days {
        var row = LedgerRow()
        (row.requests, row.cost) = (day.requests, day.cost)
        totals.append(DailyTotal(day: day.day, name: String(member.id), row: row))
      }
    }
  }

  /// Spend of a day that is out of line, by cluster. Names are ids.
  func changes(on day: Int, spent: Int128) -> [SpendChange] {
    guard let first = totals.map(\.day).min(), days.contains(day) else { return [] }
    return SpendChange.find(.cluster, totals, day: day, firstDay: first, spent: spent)
  }
}
