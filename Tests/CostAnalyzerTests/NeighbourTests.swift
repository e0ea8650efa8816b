import CKernels
import CostAnalyzer
import Testing

@Suite struct NeighbourTests {
  private func matrix(_ rows: [[Float]]) -> VectorMatrix {
    LoggedEmbedder(vectors: rows).map { try! $0.embed(rows.map { _ in [] }, threads: 1) }!
  }

  @Test("the join finds exactly the pairs that looking at every pair finds", arguments: [1, 2, 3])
  func bruteForce(_ seed: UInt64) throws {
    var rng = SeededGenerator(seed)
    for _ in 0..<12 {
      let count = Int.random(in: 1...420, using: &rng)
      let width = [3, 16, 40].randomElement(using: &rng)!
      let vectors = matrix((0..<count).map { _ in (0..<width).map { _ in Float.random(in: -1...1.4, using: &rng) } })
      let groupCount = Int.random(in: 1...5, using: &rng)
      var groups = [[UInt32]](repeating: [], count: groupCount)
      for key in 0..<count { groups[Int.random(in: 0..<groupCount, using: &rng)].append(UInt32(key)) }
      let threshold = Float.random(in: 0.3...0.95, using: &rng)
      let rows = (0..<count).map(UInt32.init)
      let found = try #require(
        ExactNeighbours.pairs(matrix: vectors, groups: groups, rows: rows, threshold: threshold, threads: 2))
      #expect(
        (ExactNeighbours.pairs(
          matrix: vectors, groups: groups, rows: rows, threshold: threshold, limit: found.count, threads: 2)?.count
          ?? -1)
          == found.count)
      #expect(
        found.isEmpty
          || ExactNeighbours.pairs(
            matrix: vectors, groups: groups, rows: rows, threshold: threshold, limit: found.count - 1, threads: 2)
            == nil
      )
      var expected: Set<String> = []
      for group in groups {
        for (i, a) in group.enumerated() {
          for b in group[(i + 1)...] where vectors.cosine(Int(a), Int(b)) >= threshold { expected.insert("\(a) \(b)") }
        }
      }
      #expect(Set(found.map { "\($0.a) \($0.b)" }) == expected)
      #expect(found.count == expected.count)
      #expect(
        found == ExactNeighbours.pairs(matrix: vectors, groups: groups, rows: rows, threshold: threshold, threads: 1))
    }
  }

  /// Unit vectors around a few centres, with some zero rows and one far axis: what a bound must survive.
  private func clustered(_ count: Int, width: Int, using rng: inout SeededGenerator) -> VectorMatrix {
    let centres = (0..<6).map { _ in (0..<width).map { _ in Float.random(in: -1...1, using: &rng) } }
    let spread = Float.random(in: 0.05...0.6, using: &rng)
    let rows = (0..<count).map { index -> [Float] in
      if index % 97 == 13 { return [Float](repeating: 0, count: width) }
      if index % 89 == 5 { return (0..<width).map { $0 == width - 1 ? 1 : 0 } }
      let centre = centres.randomElement(using: &rng)!
      return centre.map { $0 + Float.random(in: -spread...spread, using: &rng) }
    }
    return matrix(rows)
  }

  @Test(
    "every instruction set finds the same pairs, and they are all pairs",
    arguments: [(0, 3), (0, 100), (0, 512), (1, 100), (1, 384), (2, 16), (2, 100), (2, 256), (2, 512)])
  func instructionSets(_ isa: Int32, _ width: Int) throws {
    var rng = SeededGenerator(UInt64(width))
    for _ in 0..<4 {
      let count = Int.random(in: 2...700, using: &rng)
      let vectors = clustered(count, width: width, using: &rng)
      let threshold = Float.random(in: 0.2...0.98, using: &rng)
      let keys = (0..<UInt32(count)).map { $0 }
      ca_limit_isa(isa)
      defer { ca_limit_isa(.max) }
      let found = try #require(
        ExactNeighbours.pairs(matrix: vectors, groups: [keys], rows: keys, threshold: threshold, threads: 2))
      var expected: Set<UInt64> = []
      for a in 0..<count {
        for b in a + 1..<max(count, a + 1) where vectors.cosine(a, b) >= threshold {
          expected.insert(UInt64(a) << 32 | UInt64(b))
        }
      }
      #expect(Set(found.map { UInt64($0.a) << 32 | UInt64($0.b) }) == expected)
      #expect(found.count == expected.count)
      #expect(found.allSatisfy { $0.cosine == vectors.cosine(Int($0.a), Int($0.b)) })
    }
  }

  @Test("pairs of two dense keys are left out, all others stand, and dense keys that hang together are one cluster")
  func dense() throws {
    var rng = SeededGenerator(11)
    var rule = DenseRule()
    rule.stride = 5
    rule.hits = 3
    rule.smallestGroup = 40
    for round in 0..<12 {
      let count = round == 0 ? 39 : Int.random(in: 40...300, using: &rng)
      let vectors = clustered(count, width: 24, using: &rng)
      let threshold = Float.random(in: 0.5...0.9, using: &rng)
      let keys = (0..<UInt32(count)).map { $0 }
      func near(_ a: Int, _ b: Int) -> Bool { a != b && vectors.cosine(min(a, b), max(a, b)) >= threshold }
      // A zero vector has no neighbour and takes no part.
      let placed = keys.filter { vectors.cosine(Int($0), Int($0)) > 0 }
      let sampled = placed.count < rule.smallestGroup ? [] : rule.sample(placed)
      let isDense = (0..<count).map { key in sampled.filter { near(key, Int($0)) }.count >= rule.hits }
      var expected: Set<UInt64> = []
      for a in 0..<count {
        for b in a + 1..<max(count, a + 1) where near(a, b) && !(isDense[a] && isDense[b]) {
          expected.insert(UInt64(a) << 32 | UInt64(b))
        }
      }
      for threads in [1, 3] {
        let join = ExactNeighbours(
          matrix: vectors, groups: [keys], rows: keys, threshold: threshold, denseRule: rule, threads: threads)
        var found: [ExactNeighbours.Pair] = []
        let isWhole = join.forEach {
          found += $0
          return true
        }
        #expect(isWhole)
        #expect(join.dense.keys == keys.filter { isDense[Int($0)] })
        #expect(Set(found.map { UInt64($0.a) << 32 | UInt64($0.b) }) == expected)
        #expect(found.count == expected.count)
        let clusters = join.dense.clusters()
        #expect(clusters.flatMap { $0 }.sorted() == join.dense.keys)
        for (index, cluster) in clusters.enumerated() {
          for other in clusters[(index + 1)...] {
            // Two clusters share no sampled neighbour that made a member dense; linked members are never apart.
            #expect(Set(cluster).isDisjoint(with: other))
            #expect(cluster.count >= other.count)
          }
        }
      }
    }
  }

  @Test("two templates that alternate are both found dense")
  func rhythm() {
    let count = 4_096
    var vectors = VectorMatrix(count: count, dimensions: 16)
    for row in 0..<count { vectors.values[row * 16 + row % 2] = 1 }
    var rule = DenseRule()
    rule.smallestGroup = 1_000
    let keys = (0..<UInt32(count)).map { $0 }
    let join = ExactNeighbours(
      matrix: vectors, groups: [keys], rows: keys, threshold: 0.9, denseRule: rule, threads: 2)
    var pairs = 0
    let isWhole = join.forEach {
      pairs += $0.count
      return true
    }
    #expect(isWhole && join.dense.keys.count == count && pairs == 0)
    #expect(join.dense.clusters().map(\.count) == [count / 2, count / 2])
  }

  @Test("vectors in a log that no float can scale are zero or left out, and stop nothing")
  func extremeVectors() throws {
    let vectors = ["[1e39,1]", "[1e-43,0]", "[1e-46,1e-46]", "[3e38,3e38]", "[1,1]", "[0,0]"]
    let lines = vectors.enumerated().map { index, vector in
      SampleLogs.line(
        index, time: 1_767_600_000 + Int64(index), user: 1, model: "gpt-4o", question: "question number \(index)",
        input: 1, output: 1, extra: #","embedding":\#(vector)"#)
    }
    for kept in [lines, Array(lines.dropFirst())] {
      let similarity = try SampleLogs.context(try SampleLogs.file(kept.joined(separator: "\n"))).similarity
      #expect(similarity.vectors.values.allSatisfy { $0.isFinite })
      #expect(similarity.embedder == (kept.count == 6 ? "hashed-ngrams-512-v1" : "logged-2"))
    }
  }

  @Test("the fixed-order cosine is the dot product in double precision, to float rounding")
  func cosine() throws {
    var rng = SeededGenerator(4)
    let vectors = matrix((0..<60).map { _ in (0..<512).map { _ in Float.random(in: -1...1, using: &rng) } })
    for a in 0..<60 {
      for b in 0..<60 {
        let exact = zip(vectors.row(a), vectors.row(b)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(Double(vectors.cosine(a, b)) - exact) < 1e-5)
      }
    }
  }

  @Test("texts get unit vectors, the same ones whatever the thread count, and like texts are nearer than unlike ones")
  func embedding() throws {
    let texts = [
      "how do i reset my password", "how can i reset the password", "opening hours of the berlin office", "", "reset",
    ]
    .map { Array($0.utf8) }
    let one = try HashedNgramEmbedder().embed(texts, threads: 1)
    #expect(one.values == (try HashedNgramEmbedder().embed(texts, threads: 3)).values)
    for row in [0, 1, 2, 4] { #expect(abs(one.cosine(row, row) - 1) < 1e-5) }
    #expect(one.cosine(3, 3) == 0)
    #expect(one.cosine(0, 1) > one.cosine(0, 2))
  }

  @Test("above the limit of pairs the semantic lever is not run, with the reason, and the rest of the report stands")
  func tooManyPairs() throws {
    let lines = (0..<30).map { index in
      SampleLogs.line(
        index, time: 1_767_600_000 + Int64(index), user: 1, model: "gpt-4o", question: "question number word\(index)",
        input: 10,
        output: 10, extra: #","embedding":[1,1,0.\#(index)]"#)
    }
    var request = Analysis.Request(inputs: [try SampleLogs.file(lines.joined(separator: "\n"))])
    request.options.cache.maxPairs = 100
    let analysis = try Analysis.run(request)
    #expect(analysis.outcomes.first { $0.id == SemanticCacheStrategy.id }?.notRun?.contains("cache.maxPairs") == true)
    #expect(analysis.outcomes.first { $0.id == ExactCacheStrategy.id }?.notRun == nil)
    request.options.cache.maxPairs = 1000
    #expect(try Analysis.run(request).outcomes.first { $0.id == SemanticCacheStrategy.id }?.notRun == nil)
  }

  @Test("vectors of the log are used when every prompt has one, and not when one is missing")
  func logged() throws {
    func lines(_ last: String) throws -> String {
      try SampleLogs.file(
        (0..<3).map { index in
          SampleLogs.line(
            index, time: 1_767_600_000 + Int64(index), user: index, model: "gpt-4o", question: "question \(index)",
            input: 1, output: 1,
            extra: index < 2 ? #","embedding":[\#(index),1,0.5]"# : last)
        }.joined(separator: "\n"))
    }
    #expect(try SampleLogs.context(try lines(#","embedding":[0.1,1,0.5]"#)).similarity.embedder == "logged-3")
    #expect(try SampleLogs.context(try lines("")).similarity.embedder == "hashed-ngrams-512-v1")
  }
}
