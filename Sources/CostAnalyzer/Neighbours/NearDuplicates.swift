/// All pairs of near-identical texts of a corpus: the result of `analyze neighbours`.
package struct NearDuplicates: Sendable {
  package private(set) var embedder: String
  package private(set) var vectors: Analysis.VectorCounts
  /// Pairs that were found and handed over.
  package private(set) var pairs = 0
  /// Entries that have a neighbour, dense ones included.
  package private(set) var entriesWithNeighbour = 0
  /// Clusters of entries with very many neighbours; pairs inside them are not listed.
  package private(set) var denseClusters: [[UInt32]] = []
  package private(set) var closest: [ExactNeighbours.Pair] = []
  package private(set) var storeProblem: AnalyzerError?

  private static let closestKept = 10

  /// - Parameters:
  ///   - listsDense: lists every pair, however many there are.
  ///   - consume: gets the pairs in portions, in an order that does not depend on the thread count.
  package init(
    _ corpus: TextCorpus, embedder: any Embedder, store: StateStore?, threshold: Float, listsDense: Bool, threads: Int,
    clock: inout StageClock, consume: ([ExactNeighbours.Pair]) throws -> Void
  ) throws {
    let stored = try clock.measure("embed", rows: { $0.matrix.count }) {
      try StoredVectors(
        corpus.embedded(seesCase: embedder.seesCase), embedder: embedder, store: store, threads: threads)
    }
    self.embedder = embedder.identity
    vectors = Analysis.VectorCounts(computed: stored.computed, reused: stored.reused)
    storeProblem = stored.problem
    let rows = corpus.entries.map(\.text)
    let join = clock.measure("prepare", rows: { _ in rows.count }) {
      ExactNeighbours(
        matrix: stored.matrix, groups: corpus.groups, rows: rows, threshold: threshold,
        denseRule: listsDense ? nil : DenseRule(), threads: threads)
    }
    var hasNeighbour = [Bool](repeating: false, count: rows.count)
    for key in join.dense.keys { hasNeighbour[Int(key)] = true }
    var (pairs, closest) = (0, [ExactNeighbours.Pair]())
    try clock.measure("join", rows: { pairs }) {
      _ = try join.forEach { portion in
        pairs += portion.count
        for pair in portion {
          hasNeighbour[Int(pair.a)] = true
          hasNeighbour[Int(pair.b)] = true
        }
        let least = closest.count < Self.closestKept ? -1 : closest.last!.cosine
        let close = closest + portion.filter { $0.cosine >= least }
        closest = Array(close.sorted(by: Self.isCloser).prefix(Self.closestKept))
        try consume(portion)
        return true
      }
    }
    self.pairs = pairs
    self.closest = closest
    entriesWithNeighbour = hasNeighbour.count { $0 }
    denseClusters = join.dense.clusters()
  }

  private static func isCloser(_ x: ExactNeighbours.Pair, _ y: ExactNeighbours.Pair) -> Bool {
    x.cosine != y.cosine ? x.cosine > y.cosine : (x.a, x.b) < (y.a, y.b)
  }
}
