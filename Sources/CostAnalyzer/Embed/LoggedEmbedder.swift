/// Vectors that the gateway wrote into the log. Used when every prompt of the replay carries one of the same length.
package struct LoggedEmbedder: Embedder {
  package let identity: String
  package let isPerText = false
  private let vectors: [[Float]]

  /// `vectors[i]` belongs to text `i`. Nil unless all are present and of one length.
  package init?(vectors: [[Float]]) {
    guard let length = vectors.first?.count, length > 0, vectors.allSatisfy({ $0.count == length }) else { return nil }
    self.vectors = vectors
    identity = "logged-\(length)"
  }

  package func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
    precondition(texts.count == vectors.count, "one vector a text")
    var matrix = VectorMatrix(count: texts.count, dimensions: vectors.first?.count ?? 16)
    let width = matrix.dimensions
    matrix.values.withUnsafeMutableBufferPointer { values in
      for (index, vector) in vectors.enumerated() {
        let row = UnsafeMutableBufferPointer(rebasing: values[index * width..<(index + 1) * width])
        for (place, value) in vector.enumerated() { row[place] = value }
        VectorMatrix.normalize(row)
      }
    }
    return matrix
  }
}
