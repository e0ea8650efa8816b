/// Vectors of the cache keys of a trace and every pair of neighbours at or above the lowest threshold of the sweep.
package struct Similarity: Sendable {
  package var embedder = ""
  package var vectors = VectorMatrix(count: 0, dimensions: 16)
  /// Row of each dense key in `vectors`.
  package var rows: [UInt32] = []
  package var graph = NeighbourGraph.empty(keyCount: 0)
  /// Pairs found, and pairs each guard refuses, in `GuardSet` order.
  package var pairs = 0
  package var refusedPairs = [Int](repeating: 0, count: GuardSet.names.count)
  package var texts = 0
  /// There are more pairs than the options allow; the graph is empty then.
  package var hasTooManyPairs = false

  package init() {}

  /// Embeds every distinct normalised text of the trace once.
  package static func embed(_ cache: CacheTrace, _ prompts: PromptTable, threads: Int) throws -> Similarity {
    var similarity = Similarity()
    var rowOfText: [UInt32: UInt32] = [:]
    var texts: [[UInt8]] = []
    var logged: [[Float]] = []
    for key in cache.keys {
      let entry = prompts.keys[Int(key)]
      if let row = rowOfText[entry.text] {
        similarity.rows.append(row)
        continue
      }
      rowOfText[entry.text] = UInt32(texts.count)
      similarity.rows.append(UInt32(texts.count))
      texts.append(prompts.texts[Int(entry.text)])
      logged.append(prompts.prompts[Int(entry.firstPrompt)].embedding)
    }
    let embedder: any Embedder = LoggedEmbedder(vectors: logged) ?? HashedNgramEmbedder()
    similarity.embedder = embedder.identity
    similarity.vectors = try embedder.embed(texts, threads: threads)
    similarity.texts = texts.count
    return similarity
  }

  /// Finds the neighbours inside each group and asks the guards about every pair.
  package mutating func findNeighbours(
    _ cache: CacheTrace, _ prompts: PromptTable, threshold: Float, guards: GuardSet, maxPairs: Int = .max, threads: Int
  ) {
    var groups = [[UInt32]](repeating: [], count: prompts.groups.count)
    for (dense, key) in cache.keys.enumerated() { groups[Int(prompts.keys[Int(key)].group)].append(UInt32(dense)) }
    graph = .empty(keyCount: cache.keys.count)
    guard
      let found = ExactNeighbours.pairs(
        matrix: vectors, groups: groups, rows: rows, threshold: threshold, limit: maxPairs, threads: threads)
    else {
      hasTooManyPairs = true
      return
    }
    pairs = found.count
    let signatures = parallelMap(cache.keys.count, threads: threads) {
      guards.signature(of: GuardText(key: cache.keys[$0], of: prompts))
    }
    var refusals = [UInt8](repeating: 0, count: found.count)
    for (index, pair) in found.enumerated() {
      refusals[index] = guards.refusals(
        signatures[Int(pair.a)], signatures[Int(pair.b)], cosine: pair.cosine)
      for bit in refusedPairs.indices where refusals[index] >> UInt8(bit) & 1 == 1 { refusedPairs[bit] += 1 }
    }
    graph = Self.graph(found, refusals, keyCount: cache.keys.count)
  }

  /// Each key's list falls by cosine; equals stand in key order.
  private static func graph(_ pairs: [ExactNeighbours.Pair], _ refusals: [UInt8], keyCount: Int) -> NeighbourGraph {
    var offsets = [Int](repeating: 0, count: keyCount + 1)
    for pair in pairs {
      offsets[Int(pair.a) + 1] += 1
      offsets[Int(pair.b) + 1] += 1
    }
    for key in 0..<keyCount { offsets[key + 1] += offsets[key] }
    var next = offsets
    var order = [UInt32](repeating: 0, count: pairs.count * 2)
    for (index, pair) in pairs.enumerated() {
      for key in [Int(pair.a), Int(pair.b)] {
        order[next[key]] = UInt32(index)
        next[key] += 1
      }
    }
    var neighbours = [UInt32](repeating: 0, count: order.count)
    var cosines = [Float](repeating: 0, count: order.count)
    var masks = [UInt8](repeating: 0, count: order.count)
    for key in 0..<keyCount {
      let own = UInt32(key)
      func other(_ index: UInt32) -> UInt32 {
        let pair = pairs[Int(index)]
        return pair.a == own ? pair.b : pair.a
      }
      let sorted = order[offsets[key]..<offsets[key + 1]].sorted {
        let (x, y) = (pairs[Int($0)].cosine, pairs[Int($1)].cosine)
        return x != y ? x > y : other($0) < other($1)
      }
      for (position, index) in sorted.enumerated() {
        neighbours[offsets[key] + position] = other(index)
        cosines[offsets[key] + position] = pairs[Int(index)].cosine
        masks[offsets[key] + position] = refusals[Int(index)]
      }
    }
    return NeighbourGraph(offsets: offsets, neighbours: neighbours, cosines: cosines, refusals: masks)
  }
}
