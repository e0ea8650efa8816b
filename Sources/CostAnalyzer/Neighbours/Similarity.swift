/// Vectors of the cache keys of a trace and every pair of neighbours at or above the lowest threshold of the sweep.
package struct Similarity: Sendable {
  package var embedder = ""
  /// Vectors that were computed in this run, those taken from the state file, and why that failed if it did.
  package var computedVectors = 0
  package var reusedVectors = 0
  package var storeProblem: AnalyzerError?
  package var vectors = VectorMatrix(count: 0, dimensions: 16)
  /// Row of each dense key in `vectors`.
  package var rows: [UInt32] = []
  /// Row of each text, by its index in `PromptTable.texts`.
  private var rowOfText: [UInt32: UInt32] = [:]
  /// What the guards see of each row; those of a rekeyed trace are known.
  private var signaturesOfTexts: [GuardSet.Signature] = []
  private var knowsSignatures = false
  package var graph = NeighbourGraph.empty(keyCount: 0)
  /// Pairs found, and pairs each guard refuses, in `GuardSet` order.
  package var pairs = 0
  package var refusedPairs = [Int](repeating: 0, count: GuardSet.names.count)
  package var texts = 0
  /// Keys whose pairs among each other are listed only in part.
  package var denseKeys = 0
  /// There are more pairs than the options allow; the graph is empty then.
  package var hasTooManyPairs = false

  package init() {}

  /// Embeds every distinct normalised text of the trace once. Vectors in the log win over the embedder when they are whole.
  package static func embed(
    _ cache: CacheTrace, _ prompts: PromptTable, embedder: any Embedder = HashedNgramEmbedder(),
    cascade: Cascade? = nil, store: StateStore? = nil, threads: Int
  ) throws -> Similarity {
    var similarity = Similarity()
    var texts: [UInt32] = []
    var logged: [[Float]] = []
    for key in cache.keys {
      let entry = prompts.keys[Int(key)]
      if let row = similarity.rowOfText[entry.text] {
        similarity.rows.append(row)
        continue
      }
      similarity.rowOfText[entry.text] = UInt32(texts.count)
      similarity.rows.append(UInt32(texts.count))
      texts.append(entry.text)
      logged.append(prompts.prompts[Int(entry.firstPrompt)].embedding)
    }
    let ownVectors = LoggedEmbedder(vectors: logged)
    let embedder: any Embedder = ownVectors ?? embedder
    var needed: [Bool]?
    similarity.embedder = embedder.identity
    if ownVectors == nil, let cascade {
      needed = try cascade.needed(
        texts.map { prompts.embedded($0, seesCase: cascade.first.seesCase) }, groups: groups(cache),
        rows: similarity.rows, store: store, threads: threads)
      similarity.embedder += " behind \(cascade.first.identity) at \(NumberText.fixed(Double(cascade.floor), 2))"
    }
    let stored = try StoredVectors(
      texts.map { prompts.embedded($0, seesCase: embedder.seesCase) }, needed: needed, embedder: embedder, store: store,
      threads: threads)
    similarity.vectors = stored.matrix
    similarity.computedVectors = stored.computed
    similarity.reusedVectors = stored.reused
    similarity.storeProblem = stored.problem
    similarity.texts = texts.count
    return similarity
  }

  /// Finds the neighbours inside each group and asks the guards about every pair.
  ///
  /// - Parameter denseListed: how many of its nearest dense neighbours a dense key lists.
  package mutating func findNeighbours(
    _ cache: CacheTrace, _ prompts: PromptTable, threshold: Float, guards: GuardSet, maxPairs: Int = .max,
    denseRule: DenseRule? = DenseRule(), denseListed: Int = 64, threads: Int
  ) {
    graph = .empty(keyCount: cache.keys.count)
    let groups = Self.groups(cache)
    let join = ExactNeighbours(
      matrix: vectors, groups: groups, rows: rows, threshold: threshold, denseRule: denseRule, threads: threads)
    if !knowsSignatures {
      // One for each text, from its first wording: the same text stands in many scopes.
      var firstWordings: [UInt32] = []
      for (key, row) in rows.enumerated() where Int(row) == firstWordings.count {
        firstWordings.append(cache.keys[key])
      }
      let firstKeys = firstWordings
      signaturesOfTexts = parallelMap(firstKeys.count, threads: threads) {
        guards.signature(of: GuardText(key: firstKeys[$0], of: prompts))
      }
    }
    let signatures = rows.map { signaturesOfTexts[Int($0)] }
    var lists = NeighbourLists(keyCount: cache.keys.count)
    let isWhole = join.forEach(mapping: { pairs in
      pairs.map {
        (pair: $0, refusals: guards.refusals(signatures[Int($0.a)], signatures[Int($0.b)], cosine: $0.cosine))
      }
    }) { found in
      for (pair, refusals) in found {
        for bit in refusedPairs.indices where refusals >> UInt8(bit) & 1 == 1 { refusedPairs[bit] += 1 }
        lists.add(pair, refusals: refusals)
      }
      pairs += found.count
      return pairs <= maxPairs
    }
    guard isWhole else {
      hasTooManyPairs = true
      return
    }
    denseKeys = join.dense.keys.count
    var search: DenseSearch?
    if denseKeys > 0 {
      var restBelow = [Float](repeating: -1, count: cache.keys.count)
      var groupOf = [UInt32](repeating: .max, count: cache.keys.count)
      var numberGroupOf = groupOf
      var numberGroups: [NumberGroup: UInt32] = [:]
      for nearest in join.nearestDense(limit: denseListed) {
        restBelow[Int(nearest.key)] = nearest.restBelow ?? -1
        let group = cache.groups[Int(nearest.key)]
        groupOf[Int(nearest.key)] = group
        let numbers = NumberGroup(group: group, quantities: signatures[Int(nearest.key)].quantities)
        let next = UInt32(numberGroups.count)
        numberGroupOf[Int(nearest.key)] = numberGroups[numbers, default: next]
        if numberGroups[numbers] == nil { numberGroups[numbers] = next }
        for (other, cosine) in nearest.neighbours {
          lists.add(
            from: nearest.key, to: other, cosine: cosine,
            refusals: guards.refusals(signatures[Int(nearest.key)], signatures[Int(other)], cosine: cosine))
        }
      }
      search = DenseSearch(
        restBelow: restBelow, groups: groupOf, numberGroups: numberGroupOf, matrix: vectors, rows: rows, guards: guards,
        signatures: signatures)
    }
    graph = lists.graph()
    graph.dense = search
  }

  /// The same vectors for the keys of another trace over the same texts; their neighbours are still to be found, with the
  /// same guards.
  package func rekeyed(_ cache: CacheTrace, _ prompts: PromptTable) -> Similarity {
    var similarity = self
    similarity.rows = cache.keys.map { rowOfText[prompts.keys[Int($0)].text]! }
    similarity.knowsSignatures = !signaturesOfTexts.isEmpty
    similarity.pairs = 0
    similarity.denseKeys = 0
    similarity.refusedPairs = refusedPairs.map { _ in 0 }
    return similarity
  }

  private struct NumberGroup: Hashable {
    var group: UInt32
    var quantities: UInt64
  }

  /// The dense keys of each group of scope and context.
  private static func groups(_ cache: CacheTrace) -> [[UInt32]] {
    var groups = [[UInt32]](repeating: [], count: cache.groups.max().map { Int($0) + 1 } ?? 0)
    for (dense, group) in cache.groups.enumerated() { groups[Int(group)].append(UInt32(dense)) }
    return groups
  }
}
