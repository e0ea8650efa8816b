import CostAnalyzer
import Testing

@Suite("Gzip reader")
struct GzipReaderTests {
  /// `printf 'abc\n' | gzip -n`
  private static let handMade: [UInt8] = [
    0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x4B, 0x4C, 0x4A, 0xE6, 0x02, 0, 0x4E, 0x81, 0x88, 0x47, 4, 0, 0, 0,
  ]

  @Test("what gzip wrote is read", arguments: [1, 2, 4, 5, 100])
  func handMade(bufferSize: Int) throws {
    let result = try decode(Self.handMade, as: .gzip, bufferSize: bufferSize)
    #expect(result.bytes == Array("abc\n".utf8) && result.end == .complete)
  }

  @Test(
    "content comes back whole, whatever the sizes of content, buffers and members",
    arguments: [1, 7, 1000, 1 << 17], [5, 1 << 18])
  func matrix(bufferSize: Int, chunkSize: Int) throws {
    for size in [0, 1, bufferSize - 1, bufferSize, bufferSize + 1, 3 * bufferSize + 5]
    where chunkSize > 5 || size < 10_000 {
      for members in 1...3 where members == 1 || size < 10_000 {
        let content = (0..<members).map { ZstdReaderTests.text(size, seed: $0 + 1) }
        for padding in [0, 3] {
          let stream = content.flatMap { Pack.gzip([$0]).bytes + [UInt8](repeating: 0, count: padding) }
          let result = try decode(stream, as: .gzip, bufferSize: bufferSize, chunkSize: chunkSize)
          #expect(
            result.bytes == Array(content.joined()) && result.end == .complete,
            "size \(size), \(members) members, \(padding) zeros: \(result.end)")
        }
      }
    }
  }

  @Test("a stream cut at any byte delivers what is decodable, whatever the buffer size, and ends as truncated")
  func cutAnywhere() throws {
    let pieces = ["first piece\n", "second\n", String(repeating: "a", count: 700) + "\n"].map { Array($0.utf8) }
    let content = Array(pieces.joined())
    let stream = Pack.gzip(pieces)
    for cut in 1...stream.bytes.count {
      let whole = try decode(Array(stream.bytes[..<cut]), as: .gzip, bufferSize: 4096)
      let flushed = zip(pieces, stream.ends).reduce(0) { $0 + ($1.1 <= cut ? $1.0.count : 0) }
      #expect(content.starts(with: whole.bytes) && whole.bytes.count >= flushed, "cut at \(cut)")
      #expect(whole.end == (cut == stream.bytes.count ? .complete : .truncated), "cut at \(cut)")
      for (bufferSize, chunkSize) in [(1, 1), (3, 1 << 18), (100, 7)] {
        let parts = try decode(Array(stream.bytes[..<cut]), as: .gzip, bufferSize: bufferSize, chunkSize: chunkSize)
        #expect(parts.bytes == whole.bytes && parts.end == whole.end, "cut at \(cut), buffer of \(bufferSize)")
      }
    }
  }

  @Test("a wrong checksum, a wrong length and garbage are corrupt, with all content delivered")
  func damage() throws {
    var wrongChecksum = Self.handMade
    wrongChecksum[16] ^= 1
    var wrongLength = Self.handMade
    wrongLength[20] = 5
    for stream in [
      wrongChecksum, wrongLength, Self.handMade + Array("hello".utf8), Self.handMade + [0, 0] + Array("x\n".utf8),
    ] {
      for bufferSize in [1, 4, 4096] {
        let result = try decode(stream, as: .gzip, bufferSize: bufferSize)
        #expect(result.bytes == Array("abc\n".utf8) && result.end.name == "corrupt", "\(result)")
      }
    }
  }

  @Test("random damage never crashes, and gives the same with any buffer size")
  func randomDamage() throws {
    var random = TestRandom(13)
    let content = ZstdReaderTests.text(3000)
    let stream = Pack.gzip([content]).bytes
    for _ in 0..<300 {
      var damaged = stream
      damaged[Int.random(in: 2..<stream.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let small = try decode(damaged, as: .gzip, bufferSize: 64)
      let large = try decode(damaged, as: .gzip, bufferSize: 1 << 20)
      #expect(small.bytes == large.bytes && small.end == large.end)
      if small.end == .complete { #expect(small.bytes == content) }
    }
  }

  @Test("an expansion bomb is stopped by the limit")
  func bomb() throws {
    let zeros = [UInt8](repeating: 0, count: 70 << 20)
    let stream = Pack.gzip([zeros]).bytes
    var limits = InputLimits()
    limits.maxExpansion = 100
    let stopped = try decode(stream, as: .gzip, bufferSize: 1 << 20, limits: limits, keep: false)
    #expect(stopped.end == .expansionLimit && stopped.count <= 65 << 20)
    let allowed = try decode(stream, as: .gzip, bufferSize: 1 << 20, keep: false)
    #expect(allowed.end == .complete && allowed.count == 70 << 20)
  }
}
