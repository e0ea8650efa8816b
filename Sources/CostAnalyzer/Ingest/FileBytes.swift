#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why reading bytes stopped.
package enum StreamEnd: Equatable, Sendable {
  case complete
  /// The compressed stream ends inside a frame; everything before the cut was delivered.
  case truncated
  /// The bytes are not what the container promises.
  case corrupt(String)
  /// A frame asks for more memory than the window limit allows (log2 of the window).
  case windowTooLarge
  /// The output grew past the allowed ratio to the input.
  case expansionLimit
  case readFailed(String)
  /// A file that is one JSON array, or records over several lines, and ends inside.
  case openArray

  /// One word for reports and `run.json`.
  package var name: String {
    switch self {
    case .complete: "complete"
    case .truncated: "truncated"
    case .corrupt: "corrupt"
    case .windowTooLarge: "window_too_large"
    case .expansionLimit: "expansion_limit"
    case .readFailed: "read_failed"
    case .openArray: "open_array"
    }
  }

  package var explanation: String {
    switch self {
    case .complete: "read to the end"
    case .truncated: "the compressed stream is cut off; all lines before the cut were used"
    case .corrupt(let what): "the compressed stream is damaged (\(what)); all lines before the damage were used"
    case .windowTooLarge: "a frame needs a larger window than allowed; raise input.maxWindowLog if you trust the file"
    case .expansionLimit: "the stream expands more than input.maxExpansion allows; raise it if you trust the file"
    case .readFailed(let what): "reading failed: \(what)"
    case .openArray: "the JSON array is not closed; all records before the end were used"
    }
  }
}

/// Buffered raw bytes of a file descriptor that can look ahead.
///
/// Not `Sendable`: one reader owns it.
package final class FileBytes {
  private let descriptor: Int32
  private let owned: Bool
  private let buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private(set) var atEnd = false
  private(set) var failure: String?
  /// Bytes handed out so far.
  private(set) var consumed = 0
  /// Bytes that may still be read.
  private var left: Int

  /// As large as is worth it for a file of `size` bytes: a directory of 100,000 small files asks for as many buffers.
  static func bufferSize(for size: Int) -> Int { min(1 << 18, max(size + 1, 1 << 10)) }

  /// - Parameter limit: bytes after which the file counts as ended.
  package init(descriptor: Int32, owned: Bool, bufferSize: Int = 1 << 18, limit: Int = .max) {
    self.descriptor = descriptor
    self.owned = owned
    left = limit
    buffer = .allocate(byteCount: bufferSize, alignment: 64)
  }

  deinit {
    buffer.deallocate()
    if owned { close(descriptor) }
  }

  /// The bytes at hand; reads more when there are none. Empty at the end of the file.
  func available() -> UnsafeRawBufferPointer {
    if start == end { fill() }
    return UnsafeRawBufferPointer(rebasing: buffer[start..<end])
  }

  /// At least `count` bytes when the file has them.
  func peek(_ count: Int) -> UnsafeRawBufferPointer {
    if start > 0 {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      end -= start
      start = 0
    }
    while end < count && !atEnd { fill() }
    return UnsafeRawBufferPointer(rebasing: buffer[start..<end])
  }

  func consume(_ count: Int) {
    start += count
    consumed += count
  }

  private func fill() {
    if start == end {
      start = 0
      end = 0
    }
    while !atEnd {
      let got = read(descriptor, buffer.baseAddress! + end, min(buffer.count - end, left))
      if got > 0 {
        end += got
        left -= got
        return
      }
      if got == 0 {
        atEnd = true
      } else if errno != EINTR {
        failure = String(cString: strerror(errno))
        atEnd = true
      }
    }
  }
}
