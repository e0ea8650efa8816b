import CKernels

/// The codes of all vectors of a matrix under the bound that suits them and a threshold best.
struct NeighbourFilter: Sendable {
  private static let widths = [32, 48, 64, 96, 128]
  private static let tile = 256
  /// Up to here any axes do; from there on the best width is searched for.
  private static let (fewPairs, manyPairs) = (200_000, 10_000_000)

  let bound: CosineBound
  let codes: CosineBound.Codes

  /// - Parameter pairs: how many pairs will be looked at; few are not worth a search for the best width.
  init(_ matrix: VectorMatrix, threshold: Float, pairs: Int, threads: Int) {
    let isSmall = pairs < Self.fewPairs
    let axes =
      isSmall
      ? PrincipalAxes(coordinates: Self.widths[0] - 2, of: matrix.dimensions)
      : PrincipalAxes(of: matrix, count: Self.widths.last! - 2)
    let candidates = Self.widths.filter { $0 - 2 < axes.count + 16 }
    let sample = Self.sample(matrix, axes)
    let bounds = candidates.map { CosineBound(width: $0, largest: sample.largest.prefix($0 - 2)) }
    bound =
      pairs < Self.manyPairs
      ? bounds[bounds.count / 2]
      : bounds.map { ($0, Self.cost($0, sample, threshold)) }.min { $0.1 < $1.1 }!.0
    let chosen = bound
    let parts = parallelMap((matrix.count + Self.tile - 1) / Self.tile, threads: threads) { index in
      let range = index * Self.tile..<min(matrix.count, (index + 1) * Self.tile)
      return Self.rotate(matrix, range, axes, heads: chosen.heads).withUnsafeBufferPointer {
        chosen.encode($0, count: range.count)
      }
    }
    var all = CosineBound.Codes(values: [], errors: [])
    all.values.reserveCapacity(matrix.count * bound.layout.width)
    for part in parts {
      all.values.append(contentsOf: part.values)
      all.errors.append(contentsOf: part.errors)
    }
    codes = all
  }

  /// Rows of `matrix` in the coordinates of the first axes, `heads` each.
  private static func rotate(_ matrix: VectorMatrix, _ range: Range<Int>, _ axes: PrincipalAxes, heads: Int) -> [Float]
  {
    var rotated = [Float](repeating: 0, count: range.count * heads)
    matrix.values.withUnsafeBufferPointer {
      ca_dot_tile(
        $0.baseAddress! + range.lowerBound * matrix.dimensions, range.count, axes.values, heads, matrix.dimensions,
        &rotated)
    }
    return rotated
  }

  private struct Sample {
    var heads: [Float]
    var count: Int
    var axes: Int
    var largest: [Float]
  }

  /// Vectors spread evenly over the matrix, in all axes.
  private static func sample(_ matrix: VectorMatrix, _ axes: PrincipalAxes) -> Sample {
    let stride = max(1, matrix.count / 2048)
    var sample = Sample(heads: [], count: 0, axes: axes.count, largest: [Float](repeating: 0, count: axes.count))
    for row in Swift.stride(from: 0, to: matrix.count, by: stride) {
      let head = rotate(matrix, row..<row + 1, axes, heads: axes.count)
      for axis in 0..<axes.count { sample.largest[axis] = max(sample.largest[axis], abs(head[axis])) }
      sample.heads.append(contentsOf: head)
      sample.count += 1
    }
    return sample
  }

  /// What a pair costs, in units of one coordinate of a code: the code's width, and the full product of those that pass,
  /// which is mostly waiting for a row from far memory.
  private static func cost(_ bound: CosineBound, _ sample: Sample, _ threshold: Float) -> Double {
    let fullProduct = bound.layout.isa == Int32(CA_ISA_AVX512) ? 30_000.0 : 12_000
    var heads: [Float] = []
    for row in 0..<sample.count {
      heads.append(contentsOf: sample.heads[row * sample.axes..<row * sample.axes + bound.heads])
    }
    let codes = heads.withUnsafeBufferPointer { bound.encode($0, count: sample.count) }
    let all = (0..<UInt32(sample.count)).map { $0 }
    let (rows, columns) = (
      bound.rows(codes, all[...].prefix(tile), threshold: threshold), bound.columns(codes, all[...])
    )
    var buffer: [UInt32] = []
    let blocks = 0..<columns.terms.count / CosineBound.blockColumns
    let passing = bound.survivors(rows, columns, blocks: blocks, into: &buffer)
    let (own, others) = (min(tile, sample.count), sample.count)
    return Double(bound.layout.width) + fullProduct * Double(max(0, passing - own)) / Double(own * others)
  }
}
