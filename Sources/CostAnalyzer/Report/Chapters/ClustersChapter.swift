/// Questions worth caching, the list of them, and what such lists would have been worth.
struct ClustersChapter {
  private let analysis: Analysis
  private let candidates: CachingCandidates

  init(_ analysis: Analysis, _ candidates: CachingCandidates) {
    (self.analysis, self.candidates) = (analysis, candidates)
  }

  func section() -> ReportDocument.Section {
    let minUsers = analysis.options.precache.minUsers
    var blocks: [ReportBlock] = [
      .paragraph(
        """
        Questions that one cache entry would answer (no TTL, cosine ≥ \
        \(NumberText.fixed(analysis.options.cache.threshold, 2)), guards on); the largest saving first. Questions asked by \
        fewer than \(minUsers) users are not shown, \(others(analysis.options.privacy.content)). *Answers agree* is the share of \
        its newest answers that agree with each other.
        """)
    ]
    let top = Array(candidates.shown.filter { !$0.isWithheld }.prefix(analysis.options.report.topRows))
    if !top.isEmpty { blocks.append(.table(ReportTable(PrecacheTables.biggest(top)))) }
    if let chart = chart() { blocks.append(.chart(.clusters(chart))) }
    blocks += [.paragraph(counts(minUsers)), .paragraph(list())]
    return ReportDocument.Section(
      "Questions worth caching", blocks + PrecacheTables.walkForwardBlocks(candidates.walkForward))
  }

  private func others(_ mode: ContentPolicy.Mode) -> String {
    switch mode {
    case .none: "and of the others no text (`--content none`)"
    case .hashed: "the others by a hash of their text (`--content hashed`)"
    case .redacted: "nor those with private data in them"
    case .full: "the others whatever they hold (`--content full`)"
    }
  }

  private func chart() -> ClusterChart? {
    if candidates.curve.isEmpty { return nil }
    return ClusterChart(points: candidates.curve.map { .init(clusters: $0.clusters, saved: Amount($0.saved)) })
  }

  private func counts(_ minUsers: Int) -> String {
    let withheld = candidates.shown.count { $0.isWithheld }
    let few = candidates.ofFewUsers
    return """
      `clusters.csv` holds \(ReportWords.count(candidates.shown.count, "cluster")), \(NumberText.grouped(withheld)) of them \
      without their question. \(ReportWords.count(few.clusters, "cluster")) of fewer than \(minUsers) users \
      (\(ReportWords.count(few.requests, "request")), \(MoneyText.readable(few.cost))) are in no table.
      """
  }

  private func list() -> String {
    let precache = candidates.precache
    let leftOut = precache.leftOut.map { "\(NumberText.grouped($0.clusters)) (\($0.reason))" }
    return "`precache.jsonl` holds \(ReportWords.count(precache.candidates.count, "candidate"))."
      + (leftOut.isEmpty ? "" : " Clusters left out: \(leftOut.joined(separator: ", ")).")
  }
}
