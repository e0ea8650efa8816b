import CKernels

/// Orthonormal directions that carry as much of a set of vectors' length as possible, most first: the leading
/// eigenvectors of their second-moment matrix, by orthogonal iteration.
///
/// A filter that uses them is exact for *any* orthonormal axes; good ones only make it sharper. So a few iterations on a
/// sample are enough, and nothing here needs to be the same bits on every machine.
struct PrincipalAxes: Sendable {
  private static let sampleRows = 4096
  private static let iterations = 6

  let count: Int
  let dimensions: Int
  /// `count` rows of `dimensions` floats.
  let values: [Float]

  /// - Parameter count: at most as many axes as the vectors have dimensions.
  init(of matrix: VectorMatrix, count: Int) {
    self.count = min(count, matrix.dimensions)
    dimensions = matrix.dimensions
    let moments = Self.secondMoments(matrix)
    var state: UInt64 = 1
    var axes = (0..<self.count * dimensions).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
    }
    Self.orthonormalize(&axes, self.count, dimensions)
    var product = axes
    for _ in 0..<Self.iterations {
      ca_dot_tile(axes, self.count, moments, dimensions, dimensions, &product)
      swap(&axes, &product)
      Self.orthonormalize(&axes, self.count, dimensions)
    }
    values = axes
  }

  /// The first coordinates as they are: for so few pairs that finding better axes costs more than they save.
  init(coordinates count: Int, of dimensions: Int) {
    self.count = min(count, dimensions)
    self.dimensions = dimensions
    var axes = [Float](repeating: 0, count: self.count * dimensions)
    for index in 0..<self.count { axes[index * dimensions + index] = 1 }
    values = axes
  }

  /// `dimensions × dimensions`, from rows spread evenly over the matrix.
  private static func secondMoments(_ matrix: VectorMatrix) -> [Float] {
    let stride = max(1, (matrix.count + sampleRows - 1) / sampleRows)
    let sampled = Array(Swift.stride(from: 0, to: matrix.count, by: stride))
    let width = (sampled.count + 15) / 16 * 16
    var columns = [Float](repeating: 0, count: matrix.dimensions * width)
    for (place, row) in sampled.enumerated() {
      for (axis, value) in matrix.row(row).enumerated() { columns[axis * width + place] = value }
    }
    var moments = [Float](repeating: 0, count: matrix.dimensions * matrix.dimensions)
    ca_dot_tile(columns, matrix.dimensions, columns, matrix.dimensions, width, &moments)
    return moments
  }

  /// Gram–Schmidt, twice for each row; a row that the earlier ones span becomes zero, which the filter's bound allows.
  private static func orthonormalize(_ rows: inout [Float], _ count: Int, _ dimensions: Int) {
    rows.withUnsafeMutableBufferPointer { rows in
      for index in 0..<count {
        let own = UnsafeMutableBufferPointer(rebasing: rows[index * dimensions..<(index + 1) * dimensions])
        VectorMatrix.normalize(own)
        for _ in 0..<2 {
          for earlier in 0..<index {
            let base = rows.baseAddress! + earlier * dimensions
            let share = ca_dot(base, own.baseAddress!, dimensions)
            for axis in 0..<dimensions { own[axis] -= share * base[axis] }
          }
          if ca_dot(own.baseAddress!, own.baseAddress!, dimensions) < 1e-8 { own.update(repeating: 0) }
          VectorMatrix.normalize(own)
        }
      }
    }
  }
}
