import CostAnalyzer
import Testing

@Suite("Length-prefixed zstd")
struct FramedZstdTests {
  static func framed(_ frame: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt32(frame.count).bigEndian) { Array($0) } + frame
  }

  private static func records(_ count: Int) -> [[UInt8]] {
    (0..<count).map { Array("{\"n\":\($0),\"text\":\"\(String(repeating: "x", count: $0 * 37 % 500))\"}".utf8) }
  }

  private static func lines(_ records: [[UInt8]]) -> [UInt8] { records.flatMap { $0 + [10] } }

  @Test("each record is a line, whatever the sizes of buffers", arguments: [1, 2, 7, 100, 1 << 16])
  func sizes(bufferSize: Int) throws {
    let records = Self.records(30)
    let stream = records.flatMap { Self.framed(Pack.zstd($0)) }
    for chunk in [8, 13, 1000, 1 << 18] {
      let result = try decode(stream, as: .framedZstd, bufferSize: bufferSize, chunkSize: chunk)
      #expect(result.bytes == Self.lines(records) && result.end == .complete)
    }
  }

  @Test("a record may be several frames, or none")
  func frames() throws {
    let stream = Self.framed(Pack.zstd(Array("{\"a\"".utf8)) + Pack.zstd(Array(":1}".utf8))) + Self.framed([])
    let result = try decode(stream, as: .framedZstd, bufferSize: 64)
    #expect(result.bytes == Array("{\"a\":1}\n\n".utf8) && result.end == .complete)
  }

  @Test("a stream cut anywhere is truncated, after all whole records")
  func cut() throws {
    let records = Self.records(3)
    let parts = records.map { Self.framed(Pack.zstd($0)) }
    let stream = parts.flatMap { $0 }
    let ends = [0, parts[0].count, parts[0].count + parts[1].count, stream.count]
    for length in 0...stream.count {
      let result = try decode(Array(stream[..<length]), as: .framedZstd, bufferSize: 64)
      #expect(result.end == (ends.contains(length) ? .complete : .truncated), "\(length)")
      let whole = Self.lines(Array(records[..<(ends.lastIndex { $0 <= length }!)]))
      #expect(result.bytes.starts(with: whole))
    }
  }

  @Test("a damaged record costs nothing but itself")
  func damaged() throws {
    let records = Self.records(4)
    var parts = records.map { Self.framed(Pack.zstd($0)) }
    parts[1][8...] = ArraySlice(repeating: 0xFF, count: parts[1].count - 8)
    let short = Pack.zstd(records[2])
    parts[2] = Self.framed(Array(short.dropLast(3)))
    let result = try decode(parts.flatMap { $0 }, as: .framedZstd, bufferSize: 1 << 12)
    guard case .corrupt = result.end else {
      Issue.record("\(result.end)")
      return
    }
    let lines = result.bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
    #expect(lines.first == records[0] && lines.dropLast().last == records[3] && lines.count == 5)
  }

  @Test("lines of the log are what the same records are without the framing")
  func log() throws {
    let lines = (0..<20).map { Array(trafficLine(["id": "\"\($0)\""]).utf8) }
    let framed = try Ingest.read([lines.flatMap { Self.framed(Pack.zstd($0)) }])
    let plain = try Ingest.read([lines.flatMap { $0 + [10] }])
    #expect(framed.described == plain.described && framed.counts.accepted == 20)
    #expect(framed.ends.map(\.container) == [.framedZstd])
  }
}
