/// Vectors of texts, from the state file where it has them and from the embedder where it has not.
package struct StoredVectors: Sendable {
  package private(set) var matrix: VectorMatrix
  package private(set) var computed = 0
  package private(set) var reused = 0
  /// Why vectors could not be read or kept; they were computed then, and the figures are the same.
  package private(set) var problem: AnalyzerError?

  /// What is computed between two writes to the state file: what a failure or a kill can cost.
  private static let portion = 8192

  /// - Parameters:
  ///   - needed: texts that are not needed get a zero row; nil needs all.
  ///   - store: nil keeps nothing.
  package init(
    _ texts: [[UInt8]], needed: [Bool]? = nil, embedder: any Embedder, store: StateStore?, threads: Int
  ) throws {
    if !embedder.isPerText {
      precondition(needed == nil, "vectors that depend on each other are all needed")
      matrix = try embedder.embed(texts, threads: threads)
      computed = texts.count
      return
    }
    let keys = texts.map { $0.withUnsafeBytes { Hash128($0) } }
    matrix = VectorMatrix(count: 0, dimensions: 0)
    var found = [Bool](repeating: false, count: texts.count)
    do {
      if let store, let dimensions = try store.vectorDimensions(embedder: embedder.identity) {
        matrix = VectorMatrix(count: texts.count, dimensions: dimensions)
        found = try store.loadVectors(embedder: embedder.identity, keys: keys, needed: needed, into: &matrix)
      }
    } catch let error as AnalyzerError {
      problem = error
    }
    reused = found.count { $0 }
    let missing = texts.indices.filter { !found[$0] && needed?[$0] ?? true }
    computed = missing.count
    func keep(_ places: [Int], _ fresh: VectorMatrix) throws {
      let own = places.map { missing[$0] }
      try place(fresh, at: own, count: texts.count, embedder.identity)
      guard let store, problem == nil else { return }
      do {
        try store.saveVectors(embedder: embedder.identity, keys: own.map { keys[$0] }, of: fresh)
      } catch let error as AnalyzerError {
        problem = error
      }
    }
    if let embedder = embedder as? any IncrementalEmbedder {
      _ = try embedder.embed(missing.map { texts[$0] }, onBatch: keep)
    } else {
      for start in stride(from: 0, to: missing.count, by: Self.portion) {
        let places = Array(start..<min(missing.count, start + Self.portion))
        try keep(places, embedder.embed(places.map { texts[missing[$0]] }, threads: threads))
      }
    }
    if matrix.count == 0 { matrix = VectorMatrix(count: texts.count, dimensions: 16) }
  }

  /// Copies rows of an embedder to the rows of their texts.
  private mutating func place(_ fresh: VectorMatrix, at texts: [Int], count: Int, _ identity: String) throws {
    if matrix.count == 0 { matrix = VectorMatrix(count: count, dimensions: fresh.dimensions) }
    let width = matrix.dimensions
    guard fresh.dimensions == width else {
      throw AnalyzerError(
        .input, "\(identity) gave vectors of \(fresh.dimensions) numbers, earlier ones have \(width)",
        hint: "use another state file (--state FILE), or name the model that made the earlier ones")
    }
    for (row, text) in texts.enumerated() {
      matrix.values.replaceSubrange(text * width..<(text + 1) * width, with: fresh.row(row))
    }
  }
}
