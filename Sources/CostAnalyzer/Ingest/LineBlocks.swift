import CTextScan

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whole lines of one file, with readable padding behind them for the JSON scanner.
///
/// Written by the reader, then only read; handed from one thread to the next between stages, never shared while written.
package final class LineBlock: @unchecked Sendable {
  // SAFETY: a block is written by LineBlockReader alone and handed over after the last write; decoders only read it.
  private(set) var storage: UnsafeMutableRawBufferPointer
  var count = 0
  package var file = 0
  package var isFirstOfFile = false
  /// Set for the last block of a file that ends without a newline because its stream is damaged.
  package var lastLineIsCut = false
  /// A line longer than the limit was skipped in front of the block's lines.
  package var overlongBefore = 0

  init(capacity: Int) {
    storage = .allocate(byteCount: capacity + ca_padding(), alignment: 64)
  }

  deinit { storage.deallocate() }

  var capacity: Int { storage.count - ca_padding() }
  package var lines: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<count]) }

  /// Calls the body for each line without its line feed; `isCut` says that damage ended it. A byte order mark at the start
  /// of a file is skipped.
  func forEachLine(_ body: (_ line: UnsafeRawBufferPointer, _ isCut: Bool) -> Void) {
    let bytes = lines
    var start = 0
    if isFirstOfFile, overlongBefore == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    while start < bytes.count {
      let rest = bytes.count - start
      let newline = memchr(bytes.baseAddress! + start, 10, rest)
      let length = newline.map { (bytes.baseAddress! + start).distance(to: UnsafeRawPointer($0)) } ?? rest
      body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]), lastLineIsCut && newline == nil)
      start += length + 1
    }
  }

  func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity * 2 + ca_padding(), alignment: 64)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
    storage.deallocate()
    storage = larger
  }
}

/// Cuts the decoded bytes of many inputs into blocks of whole lines.
///
/// The block size is fixed, so the cut never depends on the thread count. Used from one thread at a time.
package final class LineBlockReader: @unchecked Sendable {
  // SAFETY: `nextBatch` is called by one job of a parallelMap at a time; batches are ordered by concurrentPerform's end.
  /// Four blocks fit a core's second-level cache: what was just decompressed is parsed before it leaves it.
  package static let blockBytes = 1 << 19
  private static let batchBlocks = 4

  private let files: [InputFile]
  private let limits: InputLimits
  private let digestSizes: [Int]?
  private var current = 0
  private var source: (any ByteSource)?
  private var digested: DigestedSource?
  private var carry: [UInt8] = []
  private var skippingLine = false
  private var overlong = 0
  private var pool: [LineBlock] = []
  package private(set) var ends: [InputEnd]
  /// Inputs that cannot be opened or are recognised and not read.
  package private(set) var problems: [InputProblem] = []
  /// Compressed bytes taken so far, for the progress line.
  private var openBytes: FileBytes?
  private var doneBytes = 0
  var bytesRead: Int { doneBytes + (openBytes?.consumed ?? 0) }

  /// - Parameter digestSizes: decoded bytes after which an input's hash is wanted, rising, beside that of all of it; nil hashes
  ///   nothing.
  package init(files: [InputFile], limits: InputLimits, digestSizes: [Int]? = nil) {
    self.files = files
    self.limits = limits
    self.digestSizes = digestSizes
    ends = files.map { _ in InputEnd() }
  }

  package func recycle(_ blocks: [LineBlock]) {
    for block in blocks where block.capacity == Self.blockBytes && pool.count < 2 * Self.batchBlocks {
      pool.append(block)
    }
  }

  /// The next blocks in order; empty at the end of the last input.
  package func nextBatch() -> [LineBlock] {
    var batch: [LineBlock] = []
    var bytes = 0
    while batch.count < 512, bytes < Self.batchBlocks * Self.blockBytes, let block = nextBlock() {
      bytes += block.count
      batch.append(block)
    }
    return batch
  }

  private func openNext() -> Bool {
    while current < files.count {
      let path = files[current].path
      let descriptor = path == "-" ? 0 : open(path, O_RDONLY)
      if descriptor < 0 {
        problems.append(
          InputProblem(path: path, reason: "unreadable", explanation: String(cString: strerror(errno))))
        current += 1
        continue
      }
      let size = path == "-" ? .max : files[current].bytes
      // What a log has grown by since it was hashed is for the next run.
      let limit = files[current].sha256.isEmpty ? .max : size
      let bytes = FileBytes(
        descriptor: descriptor, owned: path != "-", bufferSize: FileBytes.bufferSize(for: min(size, 1 << 18)),
        limit: limit)
      let (container, refusal) = Container.detect(bytes.peek(8))
      if let refusal {
        problems.append(InputProblem(path: path, reason: "unsupported_container", explanation: refusal))
        current += 1
        continue
      }
      ends[current].container = container
      openBytes = bytes
      let opened = container.open(bytes, limits: limits)
      digested = digestSizes.map { DigestedSource(opened, at: $0) }
      source = digested ?? opened
      return true
    }
    return false
  }

  private func closeCurrent() {
    ends[current].end = source!.end
    ends[current].digests = digested?.digests ?? []
    doneBytes += openBytes!.consumed
    source = nil
    digested = nil
    openBytes = nil
    current += 1
  }

  private func nextBlock() -> LineBlock? {
    while true {
      if source != nil, ends[current].decodedBytes >= limits.maxBytesPerFile ?? .max {
        ends[current].isSample = true
        carry.removeAll()
        skippingLine = false
        closeCurrent()
      }
      if source == nil && !openNext() { return nil }
      if let block = fillBlock() { return block }
    }
  }

  /// Fills one block from the current input, or closes the input and returns what is left of it (nil when nothing is).
  private func fillBlock() -> LineBlock? {
    // A small file gets a small block, so that a directory of 100,000 files does not take 100 GiB.
    let size = files[current].bytes
    let small = ends[current].container == .plain && size > 0 && size < Self.blockBytes / 4
    let block = small ? LineBlock(capacity: size + 64) : (pool.popLast() ?? LineBlock(capacity: Self.blockBytes))
    block.file = current
    block.lastLineIsCut = false
    block.isFirstOfFile = ends[current].decodedBytes == 0
    block.count = 0
    while block.capacity <= carry.count { block.grow() }
    carry.withUnsafeBytes { block.storage.copyMemory(from: $0) }
    block.count = carry.count
    carry.removeAll(keepingCapacity: true)
    while true {
      let room = UnsafeMutableRawBufferPointer(rebasing: block.storage[block.count..<block.capacity])
      var got = source!.read(into: room)
      if ends[current].decodedBytes == 0, RecordSource.isNeeded(UnsafeRawBufferPointer(rebasing: room[..<got])) {
        let records = RecordSource(source!)
        source = records
        got = records.cut(room, got)
        if got == 0 { continue }
      }
      ends[current].decodedBytes += got
      block.count += got
      if skippingLine, !dropOverlong(block) {
        if got > 0 { continue }
      }
      if got == 0 {
        block.lastLineIsCut = source!.end != .complete && block.count > 0 && block.storage[block.count - 1] != 10
        skippingLine = false
        closeCurrent()
        return finish(block)
      }
      if block.count < block.capacity { continue }
      if let newline = lastNewline(block) {
        carry.append(contentsOf: block.storage[(newline + 1)..<block.count])
        block.count = newline + 1
        return finish(block)
      }
      if block.count > limits.maxLineBytes {
        overlong += 1
        skippingLine = true
        block.count = 0
      } else {
        block.grow()
      }
    }
  }

  /// While inside an overlong line: drops bytes up to its newline. True once the newline was found.
  private func dropOverlong(_ block: LineBlock) -> Bool {
    guard let newline = memchr(block.storage.baseAddress!, 10, block.count) else {
      block.count = 0
      return false
    }
    let rest = block.storage.baseAddress!.distance(to: newline) + 1
    memmove(block.storage.baseAddress!, block.storage.baseAddress! + rest, block.count - rest)
    block.count -= rest
    skippingLine = false
    return true
  }

  private func lastNewline(_ block: LineBlock) -> Int? {
    var index = block.count - 1
    while index >= 0 {
      if block.storage[index] == 10 { return index }
      index -= 1
    }
    return nil
  }

  private func finish(_ block: LineBlock) -> LineBlock? {
    if block.count == 0 && overlong == 0 { return nil }
    block.overlongBefore = overlong
    overlong = 0
    return block
  }
}
