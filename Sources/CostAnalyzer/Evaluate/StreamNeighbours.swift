/// A labelled stream as a replay sees it: requests with one normalised text have one key, and the neighbours of every key
/// are found once for all policies.
package struct StreamNeighbours: Sendable {
  package let embedder: String
  package let trace: ReplayTrace
  package let graph: NeighbourGraph

  /// A pair takes some 35 bytes.
  package static let maxPairs = 50_000_000

  /// - Parameter floor: least cosine of a neighbour.
  package init(
    _ stream: LabelledStream, floor: Float, embedder: any Embedder, guards: GuardSet, normalizer: TextNormalizer,
    threads: Int
  ) throws {
    self.embedder = embedder.identity
    let texts = stream.texts
    let normalized = texts.map { text -> (key: [UInt8], embedded: [UInt8]) in
      let result = normalizer.normalize(text)
      return (result.normalized, embedder.seesCase ? result.cased : result.normalized)
    }
    var keyOf: [[UInt8]: UInt32] = [:]
    var firsts: [Int] = []
    var keys: [UInt32] = []
    for (index, text) in normalized.enumerated() {
      let key = keyOf[text.key] ?? UInt32(firsts.count)
      if key == firsts.count {
        keyOf[text.key] = key
        firsts.append(index)
      }
      keys.append(key)
    }
    trace = ReplayTrace(
      times: [Int64](repeating: 0, count: keys.count), keys: keys, costs: [Int64](repeating: 0, count: keys.count),
      keyCount: firsts.count)

    let firstRequests = firsts
    let vectors = try embedder.embed(firstRequests.map { normalized[$0].embedded }, threads: threads)
    let numbers = (0..<UInt32(firsts.count)).map { $0 }
    guard
      let pairs = ExactNeighbours.pairs(
        matrix: vectors, groups: [numbers], rows: numbers, threshold: floor, limit: Self.maxPairs, threads: threads)
    else {
      throw AnalyzerError(
        .input,
        "more than \(NumberText.grouped(Self.maxPairs)) pairs at or above \(NumberText.fixed(Double(floor), 2))",
        hint: "raise --floor")
    }
    let signatures = parallelMap(firstRequests.count, threads: threads) { key in
      let request = firstRequests[key]
      return guards.signature(of: GuardText(original: Array(texts[request].utf8), normalized: normalized[request].key))
    }
    let refusals = parallelMap(pairs.count, threads: threads) { index in
      let pair = pairs[index]
      return guards.refusals(signatures[Int(pair.a)], signatures[Int(pair.b)], cosine: pair.cosine)
    }
    var lists = NeighbourLists(keyCount: firsts.count)
    for (pair, refused) in zip(pairs, refusals) { lists.add(pair, refusals: refused) }
    graph = lists.graph()
  }
}
