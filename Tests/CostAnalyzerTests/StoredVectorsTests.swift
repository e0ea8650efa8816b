import CostAnalyzer
import Foundation
import Synchronization
import Testing

/// Gives each text a vector of its own bytes, and counts.
private final class CountingEmbedder: Embedder {
  let identity: String
  let calls = Mutex(0)
  let failsAfter: Int
  init(_ identity: String, failsAfter: Int = .max) {
    self.identity = identity
    self.failsAfter = failsAfter
  }

  func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
    let total = calls.withLock { calls in
      calls += texts.count
      return calls
    }
    if total > failsAfter { throw AnalyzerError(.input, "the endpoint is down") }
    var matrix = VectorMatrix(count: texts.count, dimensions: 16)
    for (row, text) in texts.enumerated() {
      for (place, byte) in text.prefix(16).enumerated() { matrix.values[row * 16 + place] = Float(byte) / 255 }
    }
    return matrix
  }
}

@Suite("Stored vectors")
struct StoredVectorsTests {
  private func texts(_ range: Range<Int>) -> [[UInt8]] { range.map { Array("text \($0)".utf8) } }

  @Test("A second run computes only what is new, and gets the same bits")
  func reuse() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let first = try StoredVectors(texts(0..<300), embedder: CountingEmbedder("a"), store: store, threads: 2)
    #expect(first.computed == 300 && first.reused == 0 && first.problem == nil)
    let embedder = CountingEmbedder("a")
    let again = try StoredVectors(
      texts(0..<300), embedder: embedder, store: StateStore(path: scratch.path("state.sqlite")), threads: 2)
    #expect(again.computed == 0 && again.reused == 300 && embedder.calls.withLock { $0 } == 0)
    #expect(again.matrix.values == first.matrix.values)
    let grown = try StoredVectors(texts(100..<450).reversed(), embedder: embedder, store: store, threads: 2)
    #expect(grown.computed == 150 && grown.reused == 200 && embedder.calls.withLock { $0 } == 150)
    let plain = try StoredVectors(texts(100..<450).reversed(), embedder: embedder, store: nil, threads: 2)
    #expect(grown.matrix.values == plain.matrix.values && plain.computed == 350)
  }

  @Test("Vectors of two embedders never mix, and one that depends on the corpus is never kept")
  func identities() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    _ = try StoredVectors(texts(0..<10), embedder: CountingEmbedder("a"), store: store, threads: 1)
    #expect(try StoredVectors(texts(0..<10), embedder: CountingEmbedder("b"), store: store, threads: 1).computed == 10)
    for _ in 0..<2 {
      #expect(try StoredVectors(texts(0..<10), embedder: HashedNgramEmbedder(), store: store, threads: 1).reused == 0)
    }
  }

  @Test("A text that is not needed has a zero row, also when its vector is stored")
  func needed() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let needed = (0..<20).map { $0 % 3 == 0 }
    let fresh = try StoredVectors(
      texts(0..<20), needed: needed, embedder: CountingEmbedder("a"), store: nil, threads: 1)
    _ = try StoredVectors(texts(0..<20), embedder: CountingEmbedder("a"), store: store, threads: 1)
    let stored = try StoredVectors(
      texts(0..<20), needed: needed, embedder: CountingEmbedder("a"), store: store, threads: 1)
    #expect(stored.matrix.values == fresh.matrix.values && stored.reused == 7 && fresh.computed == 7)
    #expect(stored.matrix.row(1).allSatisfy { $0 == 0 } && !stored.matrix.row(3).allSatisfy { $0 == 0 })
  }

  @Test("What was computed before an embedder failed is kept")
  func failure() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    #expect(throws: AnalyzerError.self) {
      try StoredVectors(texts(0..<9_000), embedder: CountingEmbedder("a", failsAfter: 8_500), store: store, threads: 1)
    }
    let rest = try StoredVectors(texts(0..<9_000), embedder: CountingEmbedder("a"), store: store, threads: 1)
    #expect(rest.reused == 8_192 && rest.computed == 808)
  }

  @Test("What an endpoint gave before it broke is kept, batch by batch")
  func brokenEndpoint() throws {
    struct Breaking: IncrementalEmbedder {
      let identity = "a"
      func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix { try embed(texts) { _, _ in } }
      func embed(_ texts: [[UInt8]], onBatch: ([Int], VectorMatrix) throws -> Void) throws -> VectorMatrix {
        let counting = CountingEmbedder("a")
        for start in [0, 5] {
          let places = Array((start..<start + 5).reversed())
          try onBatch(places, counting.embed(places.map { texts[$0] }, threads: 1))
        }
        throw AnalyzerError(.input, "the endpoint is down")
      }
    }
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    #expect(throws: AnalyzerError.self) {
      try StoredVectors(texts(0..<30), embedder: Breaking(), store: store, threads: 1)
    }
    let rest = try StoredVectors(texts(0..<30), embedder: CountingEmbedder("a"), store: store, threads: 1)
    #expect(rest.reused == 10 && rest.computed == 20)
    let plain = try StoredVectors(texts(0..<30), embedder: CountingEmbedder("a"), store: nil, threads: 1)
    #expect(rest.matrix.values == plain.matrix.values)
  }

  @Test("A run says how many vectors it computed, and its report does not depend on it")
  func wholeRun() throws {
    let scratch = try Scratch()
    let log = try scratch.write(TrafficLine.log(TrafficLine.plain(12)), to: "log.jsonl")
    var request = Analysis.Request(inputs: [log])
    request.embedder = CountingEmbedder("a")
    request.store = try StateStore(path: scratch.path("state.sqlite"))
    let first = try Analysis.run(request)
    let second = try Analysis.run(request)
    #expect(first.vectors.computed > 0 && first.vectors.reused == 0)
    #expect(second.vectors.computed == 0 && second.vectors.reused == first.vectors.computed)
    let files = try [first, second].map { try $0.reportFiles(environment: [:]) }
    #expect(files[0].map(\.content) == files[1].map(\.content))
  }
}
