import CostAnalyzer
import Testing

@Suite("Line blocks")
struct LineBlockTests {
  private static let block = LineBlockReader.blockBytes

  private struct Piece {
    var file: Int
    var bytes: [UInt8]
    var isFirst: Bool
    var isCut: Bool
    var overlong: Int
  }

  private static func pieces(_ contents: [[UInt8]], limits: InputLimits = InputLimits()) throws -> ([Piece], [InputEnd])
  {
    let folder = try TestFolder()
    var files: [InputFile] = []
    for (index, content) in contents.enumerated() {
      let path = try folder.write(content, as: "\(index)")
      files.append(InputFile(path: path, bytes: content.count, sha256: ""))
    }
    let reader = LineBlockReader(files: files, limits: limits)
    var pieces: [Piece] = []
    while case let batch = reader.nextBatch(), !batch.isEmpty {
      pieces += batch.map {
        Piece(
          file: $0.file, bytes: Array($0.lines), isFirst: $0.isFirstOfFile, isCut: $0.lastLineIsCut,
          overlong: $0.overlongBefore)
      }
      reader.recycle(batch)
    }
    return (pieces, reader.ends)
  }

  private static func line(_ length: Int) -> [UInt8] { [UInt8](repeating: 120, count: length) }

  @Test("two short lines are one block")
  func simple() throws {
    let (pieces, ends) = try Self.pieces([Array("ab\ncd\n".utf8)])
    #expect(pieces.count == 1 && pieces[0].bytes == Array("ab\ncd\n".utf8) && pieces[0].isFirst && !pieces[0].isCut)
    #expect(ends == [InputEnd(container: .plain, end: .complete, decodedBytes: 6)])
  }

  @Test("lines as long as a block, a little shorter and a little longer stay whole", arguments: [0, 1, 2, 3, 4, 5])
  func lengths(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    let around = [
      Self.block - 2, Self.block - 1, Self.block, Self.block + 1, 3 * Self.block, 0, 1, 5000, Self.block / 2,
    ]
    var content: [UInt8] = []
    for _ in 0..<9 {
      content += Self.line(around.randomElement(using: &random)!)
      content.append(10)
    }
    if seed.isMultiple(of: 2) { content += Array("no newline at the end".utf8) }
    for packed in [content, Pack.zstd(content), Pack.gzip([content]).bytes] {
      let (pieces, ends) = try Self.pieces([packed])
      var joined: [UInt8] = []
      pieces.forEach { joined.append(contentsOf: $0.bytes) }
      let isSame = joined == content  // outside the macro, which would describe megabytes
      #expect(isSame)
      #expect(pieces.dropLast().allSatisfy { $0.bytes.last == 10 })
      #expect(pieces.map(\.isFirst) == [true] + [Bool](repeating: false, count: pieces.count - 1))
      #expect(ends[0].decodedBytes == content.count && ends[0].end == .complete)
    }
  }

  @Test("blocks never hold lines of two files, and empty files hold none")
  func files() throws {
    let (pieces, ends) = try Self.pieces([Array("a\nb".utf8), [], Array("c".utf8), Array("\n\n".utf8)])
    #expect(pieces.map(\.file) == [0, 2, 3])
    #expect(pieces.map(\.bytes) == [Array("a\nb".utf8), Array("c".utf8), Array("\n\n".utf8)])
    #expect(pieces.allSatisfy { $0.isFirst && !$0.isCut })
    #expect(ends.map(\.decodedBytes) == [3, 0, 1, 2])
  }

  @Test("a last line without a newline is marked as cut only when the stream is damaged")
  func cut() throws {
    let packed = Pack.zstd([Array("one\ntw".utf8)])
    let (whole, _) = try Self.pieces([packed.bytes])
    #expect(whole.map(\.isCut) == [false])
    let (cut, ends) = try Self.pieces([Array(packed.bytes.dropLast(2))])
    #expect(cut.map(\.isCut) == [true] && cut[0].bytes == Array("one\ntw".utf8) && ends[0].end == .truncated)
    let (clean, _) = try Self.pieces([Array(Pack.zstd([Array("one\ntwo\n".utf8)]).bytes.dropLast(2))])
    #expect(clean.map(\.isCut) == [false])
  }

  /// A valid line of exactly `length` bytes.
  private static func traffic(_ length: Int) -> [UInt8] {
    let empty = trafficLine(["padding": "\"\""]).utf8.count
    return Array(trafficLine(["padding": "\"\(String(repeating: "x", count: length - empty))\""]).utf8)
  }

  @Test("a line over the limit is rejected with its number, and the lines around it survive")
  func overlong() throws {
    var limits = InputLimits()
    limits.maxLineBytes = 2 * Self.block
    let short = Array(trafficLine().utf8)
    let content = [
      short, Self.traffic(limits.maxLineBytes), Self.traffic(limits.maxLineBytes + 1), short,
      Self.traffic(7 * Self.block + 3), Self.line(9 * Self.block), short, [], Self.traffic(limits.maxLineBytes - 1),
    ]
    let bytes = Array(content.joined(separator: [10])) + [10]
    for packed in [bytes, Pack.zstd(bytes)] {
      let log = try Ingest.read([packed, short + Array("\n{bad\n".utf8)], limits: limits)
      #expect(
        log.rejectList == [
          "bad_json:1:2", "bad_json=1", "line_too_long:0:3", "line_too_long:0:5", "line_too_long:0:6",
          "line_too_long=3",
        ])
      #expect(log.counts.lines == 11 && log.counts.accepted == 6 && log.counts.blank == 1)
    }
  }

  @Test("an overlong line that is the first, the last or the only one is counted once")
  func overlongEnds() throws {
    var limits = InputLimits()
    limits.maxLineBytes = 1024
    let short = Array(trafficLine().utf8)
    for length in [1025, Self.block, 3 * Self.block] {
      let long = Self.line(length)
      let alone = try Ingest.read([long], limits: limits)
      #expect(alone.rejectList == ["line_too_long:0:1", "line_too_long=1"] && alone.counts.lines == 1)
      let first = try Ingest.read([long + [10] + short], limits: limits)
      #expect(first.rejectList == ["line_too_long:0:1", "line_too_long=1"] && first.counts.accepted == 1)
      let last = try Ingest.read([short + [10] + long], limits: limits)
      #expect(last.rejectList == ["line_too_long:0:2", "line_too_long=1"] && last.counts.accepted == 1)
    }
  }

  @Test("line numbers of rejects are right across blocks and files, whatever the lengths", arguments: [1, 4])
  func numbers(threads: Int) throws {
    var random = TestRandom(5)
    var contents: [[UInt8]] = []
    var expected: [String] = []
    for file in 0..<3 {
      var content: [UInt8] = []
      for line in 1...40 {
        if expected.count < RejectLedger.placesKept, Int.random(in: 0..<8, using: &random) == 0 {
          content += Array("{broken\n".utf8)
          expected.append("bad_json:\(file):\(line)")
        } else {
          content += Self.traffic(Int.random(in: 200..<120_000, using: &random)) + [10]
        }
      }
      contents.append(content)
    }
    let log = try Ingest.read(contents, threads: threads)
    #expect(log.rejectList == expected + ["bad_json=\(expected.count)"])
    #expect(expected.count == RejectLedger.placesKept && log.counts.lines == 120)
    expect(addsUp: log.counts)
  }

  @Test("two thousand small files in a tree are read in the order of their paths")
  func manyFiles() throws {
    let folder = try TestFolder()
    for index in 0..<2000 {
      let line = trafficLine(["id": "\"r\(index)\"", "user": "\"u\(index)\""]) + (index == 1234 ? "\n{bad" : "")
      let name = "d\(10 + index / 400)/e\(10 + index / 40 % 10)/f\(1000 + index).jsonl"
      let bytes = Array(line.utf8)
      try folder.write(index.isMultiple(of: 100) ? Pack.zstd(bytes) : bytes, as: name)
    }
    let log = Ingest.read(paths: [folder.path], threads: 2)
    #expect(log.inputs.count == 2000 && log.problems.isEmpty)
    #expect(log.counts.lines == 2001 && log.counts.accepted == 2000)
    #expect(log.users == (0..<2000).map { "u\($0)" })
    #expect(log.rejectList == ["bad_json:1234:2", "bad_json=1"])
    #expect(log.ends.allSatisfy { $0.end == .complete })
  }
}
