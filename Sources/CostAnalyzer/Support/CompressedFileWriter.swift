import CZstd
import Foundation

/// Writes a file through a bounded buffer, as one zstd frame with a checksum when its name ends in `.zst`.
///
/// The file appears under its name only when it is complete.
package final class CompressedFileWriter {
  private let path: String
  private let temporaryPath: String
  private let handle: FileHandle
  private let stream: OpaquePointer?
  private var input: [UInt8] = []
  private var output: [UInt8]
  private let capacity = 1 << 20
  private var isFinished = false
  /// Bytes given so far.
  package private(set) var plainBytes: Int64 = 0
  /// Bytes written to the file so far.
  package private(set) var fileBytes: Int64 = 0

  /// - Parameters:
  ///   - isPrivate: mode 0600, for files with text from a log.
  ///   - compresses: nil goes by the name.
  package init(path: String, level: Int32 = 3, isPrivate: Bool = false, compresses: Bool? = nil) throws {
    self.path = path
    // Of this process alone: neither another run's nor a file of the user.
    temporaryPath = path + ".\(ProcessInfo.processInfo.processIdentifier).partial"
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw AnalyzerError(.output, "\(path) is a directory", hint: "name a file")
    }
    guard
      FileManager.default.createFile(
        atPath: temporaryPath, contents: nil, attributes: isPrivate ? [.posixPermissions: 0o600] : nil),
      let handle = FileHandle(forWritingAtPath: temporaryPath)
    else {
      throw AnalyzerError(
        .output, "cannot write \(path)", hint: "Check that the directory exists and that you may write to it.")
    }
    self.handle = handle
    output = []
    input.reserveCapacity(capacity + 65_536)
    guard compresses ?? path.hasSuffix(".zst") else {
      stream = nil
      return
    }
    stream = ZSTD_createCCtx()
    guard let stream else { throw AnalyzerError(.output, "zstd is out of memory") }
    _ = ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, level)
    _ = ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
    output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
  }

  deinit {
    if let stream { ZSTD_freeCCtx(stream) }
    if !isFinished {
      try? handle.close()
      try? FileManager.default.removeItem(atPath: temporaryPath)
    }
  }

  package func write(_ bytes: [UInt8]) throws {
    input.append(contentsOf: bytes)
    plainBytes += Int64(bytes.count)
    if input.count >= capacity { try flush(end: false) }
  }

  /// Completes the file and gives it its name.
  package func finish() throws {
    try flush(end: true)
    do {
      try handle.close()
    } catch {
      throw AnalyzerError(.output, "cannot complete \(path)", hint: error.localizedDescription)
    }
    // Replaces a file in one step, and never a directory.
    guard rename(temporaryPath, path) == 0 else {
      throw AnalyzerError(.output, "cannot complete \(path): \(String(cString: strerror(errno)))")
    }
    isFinished = true
  }

  private func flush(end: Bool) throws {
    defer { input.removeAll(keepingCapacity: true) }
    guard let stream else { return try store(input, count: input.count) }
    let mode = end ? ZSTD_e_end : ZSTD_e_continue
    var consumed = 0
    while true {
      var produced = 0
      let left = input.withUnsafeBytes { source in
        output.withUnsafeMutableBytes { target in
          var from = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: consumed)
          var to = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          let result = ZSTD_compressStream2(stream, &to, &from, mode)
          consumed = from.pos
          produced = to.pos
          return result
        }
      }
      guard ZSTD_isError(left) == 0 else {
        throw AnalyzerError(.output, "zstd: \(String(cString: ZSTD_getErrorName(left)))")
      }
      try store(output, count: produced)
      if end ? left == 0 : consumed == input.count { return }
    }
  }

  private func store(_ bytes: [UInt8], count: Int) throws {
    guard count > 0 else { return }
    do {
      try handle.write(contentsOf: bytes[..<count])
    } catch {
      throw AnalyzerError(.output, "cannot write \(path)", hint: error.localizedDescription)
    }
    fileBytes += Int64(count)
  }
}
