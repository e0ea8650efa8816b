import CZstd

/// Streams the content of a zstd file: any number of frames, skippable frames between them, checksums verified.
///
/// Owns the C stream and ends it in `deinit`. A frame that is cut off ends as `.truncated` after everything decodable
/// was delivered; bytes that are no frame end as `.corrupt`.
package final class ZstdReader: ByteSource {
  private let bytes: FileBytes
  private let stream: OpaquePointer
  private var guardian: ExpansionGuard
  private var insideFrame = false
  /// How many bytes the decoder asked for.
  private var wanted = 1
  /// The last call filled its buffer: the decoder may hold more output.
  private var holdsOutput = false
  private var finished: StreamEnd?
  package var end: StreamEnd { finished ?? .complete }

  package init(_ bytes: FileBytes, limits: InputLimits) {
    self.bytes = bytes
    guardian = ExpansionGuard(ratio: limits.maxExpansion)
    guard let stream = ZSTD_createDCtx() else { preconditionFailure("zstd could not allocate a stream") }
    self.stream = stream
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Int32(limits.maxWindowLog))
  }

  deinit { ZSTD_freeDCtx(stream) }

  package func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard finished == nil else { return 0 }
    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
    while output.pos < output.size {
      let available = bytes.available()
      var input = ZSTD_inBuffer(src: available.baseAddress, size: min(available.count, nextStep), pos: 0)
      let before = output.pos
      // Also called with no input left: the decoder may still hold output that did not fit before.
      let status = ZSTD_decompressStream(stream, &output, &input)
      bytes.consume(input.pos)
      if ZSTD_isError(status) != 0 {
        finish(Self.reason(status))
        break
      }
      if !guardian.allows(more: output.pos - before, consumed: bytes.consumed) {
        finish(.expansionLimit)
        break
      }
      if input.pos > 0 || output.pos > before { insideFrame = status != 0 }
      wanted = max(1, status)
      holdsOutput = output.pos == output.size
      if available.isEmpty && output.pos == before {
        finish(bytes.failure.map { .readFailed($0) } ?? (insideFrame ? .truncated : .complete))
        break
      }
    }
    return output.pos
  }

  /// One block or one block header a call, and nothing before held output is out: when a call fails, zstd does not say
  /// how much of its output was good, and all that was decoded before the damage must count.
  private var nextStep: Int {
    let blockHeader = 3
    if holdsOutput { return 0 }
    return wanted > blockHeader ? wanted - blockHeader : wanted
  }

  private func finish(_ end: StreamEnd) { finished = end }

  static func reason(_ status: Int) -> StreamEnd {
    switch ZSTD_getErrorCode(status) {
    case ZSTD_error_frameParameter_windowTooLarge: .windowTooLarge
    case ZSTD_error_prefix_unknown: .corrupt("bytes that are no zstd frame")
    default: .corrupt(String(cString: ZSTD_getErrorName(status)))
    }
  }
}
