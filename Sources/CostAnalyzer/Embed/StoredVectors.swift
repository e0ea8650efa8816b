/// Vectors of texts, from the state file where it has them and from the embedder where it has not.
package struct StoredVectors: Sendable {
  package private(set) var matrix: VectorMatrix
  package private(set) var computed = 0
  package private(set) var reused = 0
  /// Why vectors could not be read or kept; they were computed then, and the figures are the same.
  package private(set) var problem: AnalyzerError?

  /// - Parameters:
  ///   - needed: texts that are not needed get a zero row; nil needs all.
  ///   - store: nil keeps nothing.
  package init(
    _ texts: [[UInt8]], needed: [Bool]? = nil, embedder: any Embedder, store: StateStore?, threads: Int
  ) throws {
    if embedder.isPerText == false {
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
    for start in stride(from: 0, to: missing.count, by: embedder.portion) {
      let portion = Array(missing[start..<min(missing.count, start + embedder.portion)])
      let fresh = try embedder.embed(portion.map { texts[$0] }, threads: threads)
      if matrix.count == 0 { matrix = VectorMatrix(count: texts.count, dimensions: fresh.dimensions) }
      let width = matrix.dimensions
      guard fresh.dimensions == width else {
        throw AnalyzerError(
          .input, "\(embedder.identity) gave vectors of \(fresh.dimensions) numbers, earlier ones have \(width)",
          hint: "use another state file (--state FILE), or name the model that made the earlier ones")
      }
      for (row, text) in portion.enumerated() {
        matrix.values.replaceSubrange(text * width..<(text + 1) * width, with: fresh.row(row))
      }
      guard let store, problem == nil else { continue }
      do {
        try store.saveVectors(embedder: embedder.identity, keys: portion.map { keys[$0] }, of: fresh)
      } catch let error as AnalyzerError {
        problem = error
      }
    }
    if matrix.count == 0 { matrix = VectorMatrix(count: texts.count, dimensions: 16) }
  }
}
