import CostAnalyzer
import Foundation

/// What `neighbours` prints. The JSON keys are an interface: later versions add keys and rename none.
struct NeighboursSummary: Encodable {
  var schema = "neighbours/1"
  var lines: Int
  var rejected: Int
  /// Distinct texts, or cache keys of a log.
  var entries: Int
  var repeats: Int
  var isLog: Bool
  var embedder: String
  var vectors: Analysis.VectorCounts
  var threshold: Double
  var pairs: Int
  var entriesWithNeighbour: Int
  var denseEntries: Int
  var denseClusters: Int
  var timings: [TimingSummary]
  var peakRssBytes: Int
  var instructions = InstructionSet.current.rawValue

  init(_ corpus: TextCorpus, _ found: NearDuplicates, threshold: Double, timings: [StageTiming]) {
    lines = corpus.lines
    rejected = corpus.rejects.total
    entries = corpus.entries.count
    repeats = corpus.entries.reduce(0) { $0 + max(0, $1.count - 1) }
    isLog = corpus.isLog
    embedder = found.embedder
    vectors = found.vectors
    self.threshold = threshold
    pairs = found.pairs
    entriesWithNeighbour = found.entriesWithNeighbour
    denseEntries = found.denseClusters.reduce(0) { $0 + $1.count }
    denseClusters = found.denseClusters.count
    self.timings = timings.map(TimingSummary.init)
    peakRssBytes = ProcessUsage.now().peakRSS
  }

  func text(_ corpus: TextCorpus, _ found: NearDuplicates, out: String?) -> String {
    let unit = isLog ? "cache keys" : "texts"
    var lines = [
      "Read      \(NumberText.grouped(entries)) distinct \(unit) in \(NumberText.grouped(self.lines)) lines"
        + " (\(NumberText.grouped(repeats)) repeats, \(NumberText.grouped(rejected)) lines rejected)"
    ]
    for entry in corpus.rejects.entries {
      let places = entry.places.map { "\(corpus.files[$0.file].path):\($0.line)" }.joined(separator: " ")
      lines.append(
        "Rejected  \(NumberText.grouped(entry.count)) lines: \(entry.reason.explanation), first \(HostileText.visible(places, limit: 500))"
      )
    }
    lines.append(
      "Embedder  \(HostileText.visible(embedder)), \(NumberText.grouped(vectors.computed)) vectors computed, "
        + "\(NumberText.grouped(vectors.reused)) kept from earlier runs")
    lines.append(
      "Pairs     \(NumberText.grouped(pairs)) with cosine ≥ \(threshold), all \(denseClusters > 0 ? "but those inside dense clusters" : "of them"); "
        + "\(NumberText.grouped(entriesWithNeighbour)) \(unit) have a neighbour")
    if denseClusters > 0 {
      lines.append(
        "Dense     \(NumberText.grouped(denseEntries)) \(unit) in \(NumberText.grouped(denseClusters)) clusters have so many "
          + "neighbours that pairs inside them are not listed (--all-pairs lists them)")
    }
    for pair in found.closest {
      func shown(_ entry: UInt32) -> String {
        HostileText.visible(
          String(decoding: corpus.texts[Int(corpus.entries[Int(entry)].text)], as: UTF8.self), limit: 60)
      }
      lines.append("  \(NumberText.fixed(Double(pair.cosine), 4))  \(shown(pair.a))  |  \(shown(pair.b))")
    }
    let seconds = timings.map { "\($0.stage) \(NumberText.fixed($0.wallS, 2)) s" }.joined(separator: ", ")
    lines.append("Time      \(seconds); peak memory \(NumberText.fixed(Double(peakRssBytes) / 1e6, 0)) MB")
    if let out { lines.append("Written   \(HostileText.visible(out, limit: 2000))") }
    return lines.joined(separator: "\n")
  }
}
