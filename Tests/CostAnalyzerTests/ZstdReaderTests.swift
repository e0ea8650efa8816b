import CostAnalyzer
import Testing

@Suite("Zstd reader")
struct ZstdReaderTests {
  private static let corpus: [UInt8] = {
    var random = TestRandom(7)
    return (0..<(1 << 19)).map { $0 % 40 == 39 ? 10 : 97 + UInt8(truncatingIfNeeded: random.next() % 12) }
  }()

  /// Text that compresses a little.
  static func text(_ count: Int, seed: Int = 7) -> [UInt8] { Array(corpus[seed * 13..<seed * 13 + count]) }

  /// Magic, frame header (window descriptor only), one raw block.
  private static func rawFrame(windowByte: UInt8, _ content: [UInt8]) -> [UInt8] {
    let header = UInt32(content.count) << 3 | 1
    return [0x28, 0xB5, 0x2F, 0xFD, 0x00, windowByte] + (0..<3).map { UInt8(truncatingIfNeeded: header >> (8 * $0)) }
      + content
  }

  @Test("a hand-made frame of one raw block gives its three bytes")
  func handMade() throws {
    let result = try decode(Self.rawFrame(windowByte: 0, Array("abc".utf8)), as: .zstd, bufferSize: 16)
    #expect(result.bytes == Array("abc".utf8) && result.end == .complete)
  }

  @Test(
    "content comes back whole, whatever the sizes of content, buffers and frames",
    arguments: [1, 7, 1000, 1 << 17], [5, 1 << 18])
  func matrix(bufferSize: Int, chunkSize: Int) throws {
    for size in [0, 1, bufferSize - 1, bufferSize, bufferSize + 1, 3 * bufferSize + 5]
    where chunkSize > 5 || size < 10_000 {
      // Frames whose header says nothing, says the size, and has no checksum.
      for (checksum, contentSize) in [(true, false), (true, true), (false, false), (false, true)] {
        for frames in 1...3 where frames == 1 || size < 10_000 {
          var stream: [UInt8] = []
          var expected: [UInt8] = []
          for frame in 0..<frames {
            let content = Self.text(size, seed: frame + 1)
            stream += Pack.zstd(content, checksum: checksum, contentSize: contentSize)
            if frame == 0 { stream += Pack.skippable(Array("index of frames".utf8)) + Pack.skippable([], kind: 15) }
            expected += content
          }
          let result = try decode(stream, as: .zstd, bufferSize: bufferSize, chunkSize: chunkSize)
          #expect(
            result.bytes == expected && result.end == .complete,
            "size \(size), \(frames) frames, checksum \(checksum), size known \(contentSize): \(result.end)")
        }
      }
    }
  }

  @Test(
    "a stream cut at any byte delivers every block before the cut and ends as truncated", arguments: [1, 3, 8, 4096])
  func cutAnywhere(bufferSize: Int) throws {
    let pieces = ["first piece\n", String(repeating: "sec ond ", count: 30), "third piece\n"].map { Array($0.utf8) }
    let frame = Pack.zstd(pieces)
    let second = Pack.zstd([Array("next frame\n".utf8)])
    let stream = frame.bytes + second.bytes
    // Blocks one and three stand raw in the stream and are delivered byte for byte; block two whole or not at all.
    let frameHeader = 6
    let blockHeader = 3
    let starts = [frameHeader, frame.ends[0], frame.ends[1], frame.bytes.count + frameHeader]
    #expect(starts.map { (stream[$0] >> 1) & 3 } == [0, 2, 0, 0])
    func raw(_ text: [UInt8], from start: Int, cut: Int) -> [UInt8] {
      Array(text.prefix(max(0, cut - start - blockHeader)))
    }
    for cut in 0...stream.count {
      let expected =
        raw(pieces[0], from: starts[0], cut: cut) + (cut >= frame.ends[1] ? pieces[1] : [])
        + raw(pieces[2], from: starts[2], cut: cut) + raw(Array("next frame\n".utf8), from: starts[3], cut: cut)
      let atBoundary = [0, frame.bytes.count, stream.count].contains(cut)
      for chunkSize in [1, 6, 1 << 18] {
        let result = try decode(Array(stream[..<cut]), as: .zstd, bufferSize: bufferSize, chunkSize: chunkSize)
        #expect(result.bytes == expected, "cut at \(cut), chunks of \(chunkSize)")
        #expect(result.end == (atBoundary ? .complete : .truncated), "cut at \(cut), chunks of \(chunkSize)")
      }
    }
  }

  @Test("a cut inside a skippable frame is truncated")
  func cutSkippable() throws {
    let stream = Pack.zstd(Array("abc\n".utf8)) + Pack.skippable([1, 2, 3, 4, 5])
    for missing in 1...12 {
      let result = try decode(Array(stream.dropLast(missing)), as: .zstd, bufferSize: 64)
      #expect(result.bytes == Array("abc\n".utf8) && result.end == .truncated, "\(missing) bytes missing")
    }
  }

  @Test(
    "everything in front of a damaged block is delivered, whatever the buffer size", arguments: [1, 5, 64, 1 << 20])
  func damagedBlock(bufferSize: Int) throws {
    let pieces = ["first piece\n", "second piece\n", "third\n"].map { Array($0.utf8) }
    for damaged in 0...2 {
      var stream = Pack.zstd(pieces)
      // Three blocks; the type of one becomes 3, which is reserved. The first one stands behind magic and frame header.
      let headerOfFirst = 6
      stream.bytes[damaged == 0 ? headerOfFirst : stream.ends[damaged - 1]] |= 0b110
      for chunkSize in [1, 1 << 18] {
        let result = try decode(stream.bytes, as: .zstd, bufferSize: bufferSize, chunkSize: chunkSize)
        #expect(result.bytes == Array(pieces[..<damaged].joined()), "block \(damaged)")
        #expect(result.end.name == "corrupt")
      }
    }
  }

  @Test("a wrong checksum is corrupt, with all content delivered")
  func checksum() throws {
    var stream = Pack.zstd(Self.text(300_000))
    stream[stream.count - 1] ^= 1
    for bufferSize in [4096, 1 << 20] {
      let result = try decode(stream, as: .zstd, bufferSize: bufferSize)
      #expect(result.bytes == Self.text(300_000) && result.end.name == "corrupt")
    }
  }

  @Test("trailing garbage is corrupt, with all content delivered")
  func garbage() throws {
    for (bufferSize, chunkSize) in [(4, 1), (3, 1 << 18), (1 << 20, 1 << 18)] {
      let result = try decode(
        Pack.zstd(Array("abc".utf8)) + Array("not a frame".utf8), as: .zstd, bufferSize: bufferSize,
        chunkSize: chunkSize)
      #expect(result.bytes == Array("abc".utf8) && result.end == .corrupt("bytes that are no zstd frame"))
    }
  }

  @Test("random damage never crashes, and never delivers more than a clean end may")
  func randomDamage() throws {
    var random = TestRandom(11)
    let content = Self.text(5000)
    let stream = Pack.zstd([Array(content[..<2500]), Array(content[2500...])]).bytes
    for _ in 0..<300 {
      var damaged = stream
      damaged[Int.random(in: 0..<stream.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let small = try decode(damaged, as: .zstd, bufferSize: 100)
      let large = try decode(damaged, as: .zstd, bufferSize: 1 << 20)
      // Only the checksum's own bytes and unused header bits can leave the content alone.
      #expect(small.bytes == large.bytes && small.end == large.end)
      if small.end == .complete { #expect(small.bytes == content) }
    }
  }

  @Test("a window above the limit is refused, and read when the limit is raised")
  func window() throws {
    var limits = InputLimits()
    let frame = Pack.zstd([Self.text(1000)], windowLog: 20).bytes
    limits.maxWindowLog = 19
    #expect(try decode(frame, as: .zstd, bufferSize: 4096, limits: limits).end == .windowTooLarge)
    limits.maxWindowLog = 20
    #expect(try decode(frame, as: .zstd, bufferSize: 4096, limits: limits).bytes == Self.text(1000))
    // Window descriptor: five bits of log2 − 10, three bits of eighths.
    let log27: UInt8 = (27 - 10) << 3
    let log28: UInt8 = (28 - 10) << 3
    #expect(try decode(Self.rawFrame(windowByte: log27, [65]), as: .zstd, bufferSize: 8).bytes == [65])
    #expect(try decode(Self.rawFrame(windowByte: log28, [65]), as: .zstd, bufferSize: 8).end == .windowTooLarge)
    limits.maxWindowLog = 28
    #expect(try decode(Self.rawFrame(windowByte: log28, [65]), as: .zstd, bufferSize: 8, limits: limits).bytes == [65])
  }

  @Test("what stands before a frame with too large a window is delivered")
  func windowLater() throws {
    let stream = Pack.zstd(Array("abc\n".utf8)) + Self.rawFrame(windowByte: (28 - 10) << 3, [65])
    let result = try decode(stream, as: .zstd, bufferSize: 4096)
    #expect(result.bytes == Array("abc\n".utf8) && result.end == .windowTooLarge)
  }

  @Test("an expansion bomb is stopped just behind the free 64 MiB, and read when the limit is raised")
  func bomb() throws {
    // Run-length blocks: three bytes of header, the byte; 128 KiB each. 600 blocks are 75 MiB in 2.4 kB.
    let block = 1 << 17
    var stream: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, (17 - 10) << 3]
    for index in 0..<600 {
      let header = UInt32(block) << 3 | 1 << 1 | (index == 599 ? 1 : 0)
      stream += (0..<3).map { UInt8(truncatingIfNeeded: header >> (8 * $0)) } + [0]
    }
    let stopped = try decode(stream, as: .zstd, bufferSize: 1 << 20, keep: false)
    #expect(stopped.end == .expansionLimit)
    #expect(stopped.count == (64 << 20) + block)
    var limits = InputLimits()
    limits.maxExpansion = block
    let allowed = try decode(stream, as: .zstd, bufferSize: 1 << 20, limits: limits, keep: false)
    #expect(allowed.end == .complete && allowed.count == 600 * block)
  }

  @Test("no bytes, and a lone skippable frame, are complete and empty")
  func nothing() throws {
    for stream in [[], Pack.skippable([1, 2, 3]), Pack.skippable([]), Pack.zstd([])] {
      let result = try decode(stream, as: .zstd, bufferSize: 10)
      #expect(result.bytes.isEmpty && result.end == .complete)
    }
  }

  @Test("the container is told by its first bytes")
  func detection() {
    func detect(_ bytes: [UInt8]) -> (Container, Bool) {
      bytes.withUnsafeBytes {
        let found = Container.detect($0)
        return (found.container, found.refusal != nil)
      }
    }
    #expect(detect([0x28, 0xB5, 0x2F, 0xFD]) == (.zstd, false))
    #expect(detect(Pack.skippable([], kind: 9)) == (.zstd, false))
    #expect(detect([0x60, 0x2A, 0x4D, 0x18]) == (.plain, false))
    #expect(detect([0x1F, 0x8B]) == (.gzip, false))
    #expect(detect([0x1F]) == (.plain, false))
    #expect(detect([]) == (.plain, false))
    #expect(detect(Array("{\"a\":1}".utf8)) == (.plain, false))
    #expect(detect(Array("PAR1....".utf8)) == (.plain, true))
    #expect(detect([0, 0, 2, 0x6D, 0x28, 0xB5, 0x2F, 0xFD]) == (.framedZstd, false))
  }
}
