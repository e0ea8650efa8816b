import Foundation

/// One cache replayed over a log, with what it did to every request.
package struct SingleReplay: Sendable {
  package enum Fate: String, Sendable {
    case miss, exact, semantic
    /// Never asked of the cache: a rule keeps the request out.
    case skipped
  }

  package struct Row: Sendable {
    package var fate = Fate.skipped
    /// The request that inserted the serving entry.
    package var server: UInt32 = 0
    package var cosine: Float = 0
  }

  package var setting: CacheSetting
  package var outcome: CacheOutcome
  /// By accepted request, in the order of the files.
  package var rows: [Row]
  package var embedder: String
  package var billPico: Int128
  /// How many of the semantic hits would have been wrong; nil for an exact cache.
  package var verification: Verification?
  package var timings: [StageTiming] = []
  package var problems: [InputProblem] = []

  init(_ log: RequestLog, _ cache: CacheTrace, _ similarity: Similarity, _ setting: CacheSetting) {
    self.setting = setting
    embedder = similarity.embedder
    billPico = cache.cost
    var rows = [Row](repeating: Row(), count: log.requests.count)
    for request in cache.requests { rows[Int(request)].fate = .miss }
    outcome = replayCache(
      cache.trace, graph: setting.threshold < 1 ? similarity.graph : nil, setting: setting
    ) { position, kind, server, cosine in
      rows[Int(cache.requests[position])] = Row(
        fate: kind == .exact ? .exact : .semantic, server: cache.requests[server], cosine: cosine)
    }
    self.rows = rows
  }

  /// `request,outcome,server,cosine`: requests are numbers of accepted requests from 0, in the order of the files.
  package var csv: Data {
    var text = "request,outcome,server,cosine\n"
    for (request, row) in rows.enumerated() {
      switch row.fate {
      case .miss, .skipped: text += "\(request),\(row.fate.rawValue),,\n"
      case .exact, .semantic: text += "\(request),\(row.fate.rawValue),\(row.server),\(row.cosine)\n"
      }
    }
    return Data(text.utf8)
  }
}
