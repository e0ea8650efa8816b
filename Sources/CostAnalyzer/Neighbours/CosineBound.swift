import CKernels

/// Short integer codes of unit vectors whose product is never below their cosine, to rounding: a filter without loss.
///
/// A vector x is rotated to principal axes and split into a head (its first `heads` coordinates) and a tail, whose norm
/// t is kept. With x̂ the head rounded to integers and e the rounding error,
///
///     x·y  ≤  x̂·ŷ + t(x) t(y) + |e(x)| + |e(y)| + 1.5 (|e(x)|² + |e(y)|²)
///
/// by Cauchy–Schwarz (x̂ is at most 1 + |e| long). The first two terms are one integer product, the tail being one more
/// coordinate, rounded up; the error of a column is added to its product, that of a row taken from the row's limit.
struct CosineBound: Sendable {
  /// More than float arithmetic can be off in rotated coordinates of unit vectors, and in the axes' orthogonality.
  private static let tailMargin: Float = 1e-5
  private static let margin = 1e-4
  /// Largest codes: products of two must stay far from the ends of 32 bits.
  private static let (narrowLevels, narrowTails): (Float, Float) = (127, 254)
  private static let (wideLevels, wideTails): (Float, Float) = (2047, 16_000)
  static let blockColumns = 64
  /// The tail stands before the head, in two places.
  private static let firstHead = 2
  /// A tail is no longer than this, its margin included.
  private static let longest: Float = 1.01

  let layout: ca_filter
  /// Leading coordinates that are kept.
  let heads: Int
  /// Value of one integer step of the places behind `layout.coarse`; before, it is `coarseFactor` times as large.
  private let step: Float

  private var isNarrow: Bool { layout.isa == Self.avx512 }
  private var bytesPerValue: Int { isNarrow ? 1 : 2 }
  private static let avx512 = Int32(CA_ISA_AVX512)
  private var coarseFactor: Float { Float(1 << (layout.shift / 2)) }

  /// - Parameters:
  ///   - width: coordinates of a code, a multiple of 4; two of them hold the tail.
  ///   - largest: the largest coordinate of each head axis in some sample, which the steps are fitted to. Others may be
  ///     larger: that costs sharpness, not correctness.
  init(width: Int, largest: ArraySlice<Float>) {
    precondition(width % 4 == 0 && largest.count <= width - 2, "a code holds the head and two places for the tail")
    heads = largest.count
    let largest = Array(largest)
    let isa = ca_isa()
    let isNarrow = isa == Self.avx512
    let (levels, tails) = isNarrow ? (Self.narrowLevels, Self.narrowTails) : (Self.wideLevels, Self.wideTails)
    guard isNarrow else {
      step = max((largest.max() ?? 0) / levels, Self.longest / tails)
      layout = ca_filter(isa: isa, width: width, coarse: 0, shift: 0)
      return
    }
    // The tail and the first axes, which vary most, take larger steps; where the others begin is a matter of their error.
    var best = (error: Float.infinity, coarse: 4, doublings: UInt32(0), step: Float(1))
    for coarse in stride(from: 4, through: min(20, width), by: 4) {
      let front = largest.prefix(coarse - Self.firstHead)
      let rest = largest.dropFirst(front.count)
      let needed = max((front.max() ?? 0) / levels, Self.longest / tails)
      var step = max((rest.max() ?? 0) / levels, needed / 8)
      let doublings = UInt32(max(0, (needed / step).exponent + ((needed / step).significand > 1 ? 1 : 0)))
      step = max(step, needed / Float(1 << doublings))
      let factor = Float(1 << doublings)
      let error = step * step * (Float(coarse) * factor * factor + Float(rest.count))
      if error < best.error { best = (error, coarse, doublings, step) }
    }
    step = best.step
    layout = ca_filter(isa: isa, width: width, coarse: best.coarse, shift: 2 * best.doublings)
  }

  /// Integer codes of vectors, `layout.width` each: the tail, zero, the head's coordinates, zeros.
  struct Codes: Sendable {
    var values: [Int16]
    /// Length of each head's rounding error.
    var errors: [Float]
    var count: Int { errors.count }
  }

  func encode(_ rotated: UnsafeBufferPointer<Float>, count: Int) -> Codes {
    var codes = Codes(
      values: [Int16](repeating: 0, count: count * layout.width), errors: [Float](repeating: 0, count: count))
    let coarseStep = step * coarseFactor
    let units = (0..<heads).map { Self.firstHead + $0 < layout.coarse ? coarseStep : step }
    let inverse = units.map { 1 / $0 }
    let levels: Float = isNarrow ? Self.narrowLevels : Self.wideLevels
    codes.values.withUnsafeMutableBufferPointer { values in
      for vector in 0..<count {
        let head = rotated.baseAddress! + vector * heads
        let code = values.baseAddress! + vector * layout.width
        var (length, error): (Float, Float) = (0, 0)
        for axis in 0..<heads {
          let value = head[axis]
          let rounded = max(-levels, min(levels, (value * inverse[axis]).rounded()))
          code[Self.firstHead + axis] = Int16(rounded)
          let miss = value - rounded * units[axis]
          length += value * value
          error += miss * miss
        }
        // Vectors are unit or zero; for a zero vector this is a bound as well.
        let tail = ((max(0, 1 - length) + Self.tailMargin).squareRoot() / coarseStep).rounded(.up)
        code[0] = Int16(tail)
        codes.errors[vector] = error.squareRoot() * 1.001
      }
    }
    return codes
  }

  /// A side of a tile as the kernel wants it.
  struct Side: Sendable {
    var bytes: [UInt8]
    /// Rows: what a product must exceed. Columns: what is added to it.
    var terms: [Int32]
  }

  /// Rows, filled up to a multiple of four with rows that nothing passes.
  func rows(_ codes: Codes, _ picked: ArraySlice<UInt32>, threshold: Float) -> Side {
    let padded = (picked.count + 3) / 4 * 4
    let width = layout.width
    var side = Side(
      bytes: [UInt8](repeating: 0, count: padded * width * bytesPerValue),
      terms: [Int32](repeating: .max, count: padded))
    side.bytes.withUnsafeMutableBytes { bytes in
      for (row, vector) in picked.enumerated() {
        let code = codes.values[Int(vector) * width..<(Int(vector) + 1) * width]
        var (coarse, fine) = (0, 0)
        if isNarrow {
          let narrow = bytes.bindMemory(to: Int8.self).baseAddress! + row * width
          for (axis, value) in code.enumerated() {
            narrow[axis] = Int8(truncatingIfNeeded: value)
            if axis >= layout.coarse { fine += Int(value) } else if axis >= Self.firstHead { coarse += Int(value) }
          }
          // A tail of up to 254 is split over two places, against the same column value twice.
          let tail = code[code.startIndex]
          narrow[0] = Int8(min(127, tail))
          narrow[1] = Int8(tail - min(127, tail))
        } else {
          let wide = bytes.bindMemory(to: Int16.self).baseAddress! + row * width
          for (axis, value) in code.enumerated() { wide[axis] = value }
        }
        // Narrow columns are stored with 128 added to every coordinate of the head.
        let offset = isNarrow ? 128 * (coarse << Int(layout.shift) + fine) : 0
        side.terms[row] = limit(threshold, error: codes.errors[Int(vector)], offset: offset)
      }
    }
    return side
  }

  /// Columns in blocks of 64, the last one filled up with columns that pass nothing.
  func columns(_ codes: Codes, _ picked: ArraySlice<UInt32>) -> Side {
    let width = layout.width
    let blocks = (picked.count + Self.blockColumns - 1) / Self.blockColumns
    let blockValues = Self.blockColumns * width
    var side = Side(
      bytes: [UInt8](repeating: 0, count: blocks * blockValues * bytesPerValue),
      terms: [Int32](repeating: -1 << 30, count: blocks * Self.blockColumns))
    side.bytes.withUnsafeMutableBytes { bytes in
      for (column, vector) in picked.enumerated() {
        let code = codes.values[Int(vector) * width..<(Int(vector) + 1) * width]
        let (block, lane) = (column / Self.blockColumns * blockValues, column % Self.blockColumns)
        if isNarrow {
          let narrow = bytes.baseAddress! + block + lane * 4
          let tail = UInt8(code[code.startIndex])
          for (axis, value) in code.enumerated() {
            let shifted = axis < Self.firstHead ? tail : UInt8(value + 128)
            narrow.storeBytes(of: shifted, toByteOffset: axis / 4 * 256 + axis % 4, as: UInt8.self)
          }
        } else {
          let wide = bytes.bindMemory(to: Int16.self).baseAddress! + block + lane / 16 * 16 * width + lane % 16 * 2
          for (axis, value) in code.enumerated() { wide[axis / 2 * 32 + axis % 2] = value }
        }
        side.terms[column] = bias(error: codes.errors[Int(vector)])
      }
    }
    return side
  }

  /// Positions (row << 16 | column, counted from the first block) that the bound lets through.
  func survivors(_ rows: Side, _ columns: Side, blocks: Range<Int>, into buffer: inout [UInt32]) -> Int {
    let room = rows.terms.count * blocks.count * Self.blockColumns
    if buffer.count < room { buffer = [UInt32](repeating: 0, count: room) }
    var layout = layout
    return columns.bytes.withUnsafeBytes { bytes in
      columns.terms.withUnsafeBufferPointer { terms in
        rows.bytes.withUnsafeBytes { rowBytes in
          ca_filter_tile(
            &layout, rowBytes.baseAddress!, rows.terms, rows.terms.count,
            bytes.baseAddress! + blocks.lowerBound * Self.blockColumns * layout.width * bytesPerValue,
            terms.baseAddress! + blocks.lowerBound * Self.blockColumns, blocks.count, &buffer)
        }
      }
    }
  }

  /// Raises the threshold of one row, never by more than asked for.
  func raise(_ side: inout Side, row: Int, from old: Float, to new: Float) {
    let units = (Double(new) - Double(old)) / (Double(step) * Double(step))
    side.terms[row] += Int32(min(0x1p28, units).rounded(.down))
  }

  private func slack(_ error: Float) -> Double { Double(error) + 1.5 * Double(error) * Double(error) }

  private func bias(error: Float) -> Int32 {
    Int32((slack(error) / (Double(step) * Double(step))).rounded(.up))
  }

  private func limit(_ threshold: Float, error: Float, offset: Int) -> Int32 {
    let least = (Double(threshold) - Self.margin - slack(error)) / (Double(step) * Double(step))
    return Int32(max(-0x1p29, least.rounded(.down) - 1) + Double(offset))
  }
}
