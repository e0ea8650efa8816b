/// Decoded bytes of one input, whatever its container.
///
/// `read` fills the buffer as far as it can and returns the count; 0 means the end, and `end` then says which one.
package protocol ByteSource: AnyObject {
  func read(into target: UnsafeMutableRawBufferPointer) -> Int
  var end: StreamEnd { get }
}

/// Limits that keep a hostile file from taking the machine.
package struct InputLimits: Sendable, Equatable {
  /// log2 of the largest zstd window that is decoded (27 = 128 MiB, what `zstd -d` allows by itself).
  package var maxWindowLog = 27
  /// Decoded bytes allowed per compressed byte, once more than 64 MiB have been decoded.
  package var maxExpansion = 4096
  /// Longest line in bytes.
  package var maxLineBytes = 16 << 20
  /// Decoded bytes after which a file is left, for a look at its beginning; whole blocks are read.
  package var maxBytesPerFile: Int?

  package init() {}
}

/// How the bytes of an input are wrapped.
package enum Container: String, Sendable {
  case plain, zstd, gzip
  /// Length-prefixed zstd streams, one a record.
  case framedZstd = "framed_zstd"

  /// Told by the first bytes, never by the name. `refusal` is set for containers that are recognised and not read.
  package static func detect(_ head: UnsafeRawBufferPointer) -> (container: Container, refusal: String?) {
    func matches(_ magic: [UInt8], at offset: Int = 0) -> Bool {
      head.count >= offset + magic.count && magic.indices.allSatisfy { head[offset + $0] == magic[$0] }
    }
    if matches([0x28, 0xB5, 0x2F, 0xFD]) { return (.zstd, nil) }
    if head.count >= 4, (0x50...0x5F).contains(head[0]), matches([0x2A, 0x4D, 0x18], at: 1) { return (.zstd, nil) }
    if matches([0x1F, 0x8B]) { return (.gzip, nil) }
    if matches(Array("PAR1".utf8)) {
      return (
        .plain,
        "a Parquet file, which is not read: write it as JSON Lines first, for example duckdb -c \"COPY (FROM 'log.parquet') TO 'log.jsonl' (FORMAT json)\""
      )
    }
    if matches([0x28, 0xB5, 0x2F, 0xFD], at: 4) { return (.framedZstd, nil) }
    return (.plain, nil)
  }

  package func open(_ bytes: FileBytes, limits: InputLimits) -> any ByteSource {
    switch self {
    case .plain: PlainReader(bytes)
    case .zstd: ZstdReader(bytes, limits: limits)
    case .gzip: GzipReader(bytes, limits: limits)
    case .framedZstd: FramedZstdReader(bytes, limits: limits)
    }
  }
}

/// Guards the ratio of decoded to compressed bytes.
struct ExpansionGuard {
  let ratio: Int
  private let freeBytes = 64 << 20
  private(set) var decoded = 0

  init(ratio: Int) { self.ratio = ratio }

  mutating func allows(more: Int, consumed: Int) -> Bool {
    decoded += more
    return decoded <= freeBytes || decoded / max(1, consumed) <= ratio
  }
}

/// Bytes as they are.
package final class PlainReader: ByteSource {
  private let bytes: FileBytes
  package var end: StreamEnd { bytes.failure.map { .readFailed($0) } ?? .complete }

  package init(_ bytes: FileBytes) { self.bytes = bytes }

  package func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    let available = bytes.available()
    let count = min(available.count, target.count)
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: available[..<count]))
    bytes.consume(count)
    return count
  }
}
