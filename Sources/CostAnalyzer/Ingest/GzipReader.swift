import CZlib

/// Streams the content of a gzip file with any number of members.
package final class GzipReader: ByteSource {
  private let bytes: FileBytes
  private var stream = z_stream()
  private var guardian: ExpansionGuard
  private var insideMember = true
  private var finished: StreamEnd?
  package var end: StreamEnd { finished ?? .complete }

  package init(_ bytes: FileBytes, limits: InputLimits) {
    self.bytes = bytes
    guardian = ExpansionGuard(ratio: limits.maxExpansion)
    guard ca_inflate_init_gzip(&stream) == Z_OK else { preconditionFailure("zlib could not allocate a stream") }
  }

  deinit { inflateEnd(&stream) }

  package func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard finished == nil else { return 0 }
    stream.next_out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(clamping: target.count)
    let capacity = Int(stream.avail_out)
    while stream.avail_out > 0 {
      let available = bytes.available()
      if available.isEmpty && !insideMember {
        finished = bytes.failure.map { .readFailed($0) } ?? .complete
        break
      }
      let head = available.bindMemory(to: UInt8.self)
      if !insideMember {
        // Zero padding behind the last member is legal; anything else must be a new member.
        if head[0] == 0 {
          bytes.consume(1)
          continue
        }
        inflateReset(&stream)
        insideMember = true
      }
      stream.next_in = UnsafeMutablePointer(mutating: head.baseAddress!)
      stream.avail_in = UInt32(head.count)
      let roomBefore = stream.avail_out
      let status = inflate(&stream, Z_NO_FLUSH)
      bytes.consume(head.count - Int(stream.avail_in))
      if !guardian.allows(more: Int(roomBefore - stream.avail_out), consumed: bytes.consumed) {
        finished = .expansionLimit
        break
      }
      if status == Z_STREAM_END {
        insideMember = false
      } else if status != Z_OK && status != Z_BUF_ERROR {
        finished = .corrupt(stream.msg.map { String(cString: $0) } ?? "zlib error \(status)")
        break
      } else if available.isEmpty && stream.avail_out == roomBefore {
        // Only now: the decoder may have held output that did not fit before.
        finished = bytes.failure.map { .readFailed($0) } ?? .truncated
        break
      }
    }
    return capacity - Int(stream.avail_out)
  }
}
