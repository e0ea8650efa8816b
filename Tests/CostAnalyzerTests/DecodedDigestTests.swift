import CostAnalyzer
import Foundation
import Testing

@Suite("What inputs decode to")
struct DecodedDigestTests {
  private static func digests(_ file: [UInt8], _ sizes: [Int]?) throws -> InputEnd {
    let folder = try TestFolder()
    var reader = LogReader(settings: nil, threads: 2)
    reader.needs.text = false
    reader.needs.digestSizes = sizes
    let path = try folder.write(file, as: "log")
    return try #require(reader.read([InputFile(path: path, bytes: file.count, sha256: "")]).ends.first)
  }

  /// The twin hashes slices of what is in memory.
  private static func naive(_ bytes: [UInt8], _ sizes: [Int]) -> [DecodedDigest] {
    (sizes.filter { $0 > 0 && $0 <= bytes.count } + [bytes.count]).map { size in
      bytes[..<size].withUnsafeBytes { DecodedDigest(bytes: size, hash: Hash128($0)) }
    }
  }

  @Test("Wrapped in any way, bytes have the hash they have in memory, at every size asked for and in all")
  func random() throws {
    var rng = SeededGenerator(11)
    for round in 0..<20 {
      // Some larger than a block of lines.
      let isLarge = round % 5 == 4
      let count = Int.random(in: isLarge ? 150...300 : 1...200, using: &rng)
      let padding = String(repeating: "x", count: isLarge ? 4_000 : 0)
      let lines = (0..<count).map { (number: Int) -> [UInt8] in
        Array("{\"n\":\(number),\"x\":\"\(UInt64.random(in: 0 ... .max, using: &rng))\(padding)\"}".utf8)
      }
      let bytes: [UInt8] = lines.flatMap { $0 + [10] }
      let sizes = Set((0..<8).map { _ in Int.random(in: 0...bytes.count + 50, using: &rng) } + [0, bytes.count])
        .sorted()
      let half = bytes.count / 2
      let wrapped: [[UInt8]] = [
        bytes, Pack.zstd(bytes),
        Pack.zstd(Array(bytes[..<half])) + Pack.skippable([1]) + Pack.zstd(Array(bytes[half...])),
        Pack.gzip([Array(bytes[..<half]), Array(bytes[half...])]).bytes,
        lines.flatMap { FramedZstdTests.framed(Pack.zstd($0)) },
      ]
      for file in wrapped {
        #expect(try Self.digests(file, sizes).digests == Self.naive(bytes, sizes))
      }
      #expect(try Self.digests(bytes, nil).digests.isEmpty)
    }
  }

  @Test("Of an array its own bytes are hashed, not the lines it is cut into; of a cut stream what came out of it")
  func odd() throws {
    let array = Array("\u{FEFF}[{\"a\":1},\n {\"a\":2}]\n".utf8)
    #expect(try Self.digests(Pack.zstd(array), [4]).digests == Self.naive(array, [4]))
    #expect(try Self.digests([], [0, 3]).digests == Self.naive([], []))
    let pieces = (0..<4).map { number in Array(String(repeating: "{\"n\":\(number)}\n", count: 40).utf8) }
    let stream = Pack.zstd(pieces)
    let end = try Self.digests(Array(stream.bytes[..<stream.ends[1]]), [100])
    #expect(end.end == .truncated && end.digests == Self.naive(pieces[0] + pieces[1], [100]))
  }

  @Test("Hexadecimal digits of a hash give it back, and nothing else does")
  func hexadecimal() {
    let hash = Hash128("a text")
    #expect(
      Hash128(hex: hash.hex) == hash && Hash128(hex: String(repeating: "0", count: 32)) == Hash128(low: 0, high: 0))
    for text in ["", "12", String(repeating: "g", count: 32), hash.hex + "0"] { #expect(Hash128(hex: text) == nil) }
  }
}
