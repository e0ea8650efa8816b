import CZstd

/// Streams what the OpenTelemetry collector's file exporter writes for `compression: zstd` in its default mode: for each
/// record its length (four bytes, big-endian), then one zstd stream of that length without a line break.
///
/// A damaged record costs nothing but itself: the length says where the next one begins.
final class FramedZstdReader: ByteSource {
  private let bytes: FileBytes
  private let stream: OpaquePointer
  private var guardian: ExpansionGuard
  /// Compressed bytes of the record at hand that were not read yet; nil between records.
  private var left: Int?
  private var insideFrame = false
  private var damage: StreamEnd?
  private var finished: StreamEnd?
  var end: StreamEnd { finished.map { $0 == .complete ? damage ?? $0 : $0 } ?? .complete }

  init(_ bytes: FileBytes, limits: InputLimits) {
    self.bytes = bytes
    guardian = ExpansionGuard(ratio: limits.maxExpansion)
    guard let stream = ZSTD_createDCtx() else { preconditionFailure("zstd could not allocate a stream") }
    self.stream = stream
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Int32(limits.maxWindowLog))
  }

  deinit { ZSTD_freeDCtx(stream) }

  func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
    while finished == nil && output.pos < output.size {
      guard let length = left else {
        beginRecord()
        continue
      }
      let available = bytes.available()
      if length > 0 && available.isEmpty {
        finished = bytes.failure.map { .readFailed($0) } ?? .truncated
        break
      }
      var input = ZSTD_inBuffer(src: available.baseAddress, size: min(available.count, length), pos: 0)
      let before = output.pos
      let status = ZSTD_decompressStream(stream, &output, &input)
      bytes.consume(input.pos)
      left = length - input.pos
      if ZSTD_isError(status) != 0 {
        skipRecord(because: ZstdReader.reason(status))
      } else if !guardian.allows(more: output.pos - before, consumed: bytes.consumed) {
        finished = .expansionLimit
      } else {
        if input.pos > 0 || output.pos > before { insideFrame = status != 0 }
        if left == 0 && output.pos < output.size { endRecord(&output) }
      }
    }
    return output.pos
  }

  private func beginRecord() {
    let head = bytes.peek(4)
    if head.count < 4 {
      let end: StreamEnd = head.isEmpty ? .complete : .truncated
      finished = bytes.failure.map { .readFailed($0) } ?? end
      return
    }
    left = head[..<4].reduce(0) { $0 << 8 | Int($1) }
    bytes.consume(4)
  }

  /// What is left of the record is read over; the line that it began ends as bad JSON.
  private func skipRecord(because reason: StreamEnd) {
    damage = damage ?? reason
    insideFrame = false
    ZSTD_DCtx_reset(stream, ZSTD_reset_session_only)
    while let rest = left, rest > 0, case let available = bytes.available(), !available.isEmpty {
      bytes.consume(min(rest, available.count))
      left = rest - min(rest, available.count)
    }
  }

  /// All of the record's bytes are in, and the decoder left room: it holds no more output.
  private func endRecord(_ output: inout ZSTD_outBuffer) {
    if insideFrame { skipRecord(because: .corrupt("a record that is shorter than its frame")) }
    output.dst.storeBytes(of: 10, toByteOffset: output.pos, as: UInt8.self)
    output.pos += 1
    left = nil
  }
}
