import CKernels

/// Unit vectors of texts, row by row. Every row has Euclidean length 1, or is all zero for a text without features.
package struct VectorMatrix: Sendable {
  package var count: Int
  /// A multiple of 16; rows are padded with zeros.
  package var dimensions: Int
  package var values: [Float]

  package init(count: Int, dimensions: Int) {
    self.count = count
    self.dimensions = (dimensions + 15) / 16 * 16
    values = [Float](repeating: 0, count: count * self.dimensions)
  }

  package func row(_ index: Int) -> ArraySlice<Float> { values[index * dimensions..<(index + 1) * dimensions] }

  /// Fixed-order dot product: the same bits on every machine. This is the cosine that reports and replays use.
  package func cosine(_ a: Int, _ b: Int) -> Float {
    values.withUnsafeBufferPointer {
      ca_dot($0.baseAddress! + a * dimensions, $0.baseAddress! + b * dimensions, dimensions)
    }
  }

  /// Scales a row to length 1; a row that no 32-bit factor can scale becomes zero.
  static func normalize(_ row: UnsafeMutableBufferPointer<Float>) {
    var squares = 0.0
    for value in row { squares += Double(value) * Double(value) }
    let scale = squares > 0 && squares.isFinite ? Float(1 / squares.squareRoot()) : 0
    for index in row.indices { row[index] = scale > 0 && scale.isFinite ? row[index] * scale : 0 }
  }
}

/// Turns normalised texts into vectors. Thresholds mean something only for one embedder, so each has an identity.
package protocol Embedder: Sendable {
  /// Name and version; part of the report, of stored vectors and of the run identity.
  var identity: String { get }
  func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix
  /// Whether a vector depends on its text alone, so that it may be stored and used again.
  var isPerText: Bool { get }
  /// Whether it gets texts with their capitals.
  var seesCase: Bool { get }
}

/// An embedder that hands over what it has while it works, so that a failure loses nothing.
package protocol IncrementalEmbedder: Embedder {
  /// `onBatch` gets places of texts and their vectors, in this order, as they come.
  func embed(
    _ texts: [[UInt8]], onBatch: (_ places: [Int], _ vectors: VectorMatrix) throws -> Void
  ) throws -> VectorMatrix
}

extension Embedder {
  package var isPerText: Bool { true }
  package var seesCase: Bool { true }
}
