/// Vectors of texts, from the state file where it has them and from the embedder where it has not.
package struct StoredVectors: Sendable {
  package private(set) var matrix: VectorMatrix
  package private(set) var computed = 0
  package private(set) var reused = 0
  /// Why vectors could not be read or kept; they were computed then, and the figures are the same.
  package private(set) var problem: AnalyzerError?

  /// What an embedder computes before it is stored: what a failure or a kill can cost.
  private static let portion = 8192

  /// - Parameter store: nil keeps nothing.
  package init(_ texts: [[UInt8]], embedder: any Embedder, store: StateStore?, threads: Int) throws {
    guard let store, embedder.isPerText else {
      matrix = try embedder.embed(texts, threads: threads)
      computed = texts.count
      return
    }
    let keys = texts.map { $0.withUnsafeBytes { Hash128($0) } }
    matrix = VectorMatrix(count: 0, dimensions: 0)
    var found = [Bool](repeating: false, count: texts.count)
    do {
      if let dimensions = try store.vectorDimensions(embedder: embedder.identity) {
        matrix = VectorMatrix(count: texts.count, dimensions: dimensions)
        found = try store.loadVectors(embedder: embedder.identity, keys: keys, into: &matrix)
      }
    } catch let error as AnalyzerError {
      problem = error
    }
    let missing = texts.indices.filter { !found[$0] }
    reused = texts.count - missing.count
    computed = missing.count
    for start in stride(from: 0, to: missing.count, by: Self.portion) {
      let portion = Array(missing[start..<min(missing.count, start + Self.portion)])
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
      if problem != nil { continue }
      do {
        try store.saveVectors(embedder: embedder.identity, keys: portion.map { keys[$0] }, of: fresh)
      } catch let error as AnalyzerError {
        problem = error
      }
    }
  }
}
