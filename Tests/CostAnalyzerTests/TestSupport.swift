import CZlib
import CZstd
import CostAnalyzer
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A directory that goes away with the test.
final class TestFolder {
  let path = NSTemporaryDirectory() + "ingest-" + UUID().uuidString
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = path + "/" + name
    if name.contains("/") {
      let parent = (file as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    }
    try #require(FileManager.default.createFile(atPath: file, contents: Data(bytes)))
    return file
  }
}

/// Files of the repository and of the reference data beside it.
enum TestData {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func fixture(_ name: String) -> String { repositoryFile("fixtures/\(name)") }
  static func repositoryFile(_ name: String) -> String { repository.appendingPathComponent(name).path }

  /// One small log of every format, in order of their names.
  static let formatFixtures: [String] = {
    let folder = repository.appendingPathComponent("fixtures")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".jsonl") }.sorted().map { folder.appendingPathComponent($0).path }
  }()

  /// `LLM_COST_SHARED`, else `shared` beside the repository; nil when neither is there.
  static let shared: String? = {
    let candidates: [String?] = [
      ProcessInfo.processInfo.environment["LLM_COST_SHARED"],
      repository.deletingLastPathComponent().appendingPathComponent("shared").path,
    ]
    return candidates.compactMap(\.self).first { FileManager.default.fileExists(atPath: $0 + "/data/formats") }
  }()
  static var hasShared: Bool { shared != nil }

  static func formats(_ name: String) throws -> String { try #require(shared) + "/data/formats/" + name }

  static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  static func lines(_ path: String) throws -> [[UInt8]] { try bytes(path).split(separator: 10).map(Array.init) }
}

/// SplitMix64: the same numbers on every machine.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Makes compressed streams, piece by piece: each piece ends in a flush, so a cut behind it leaves it decodable.
enum Pack {
  /// `ends[i]` is the length of the stream once piece i is in it.
  struct Stream {
    var bytes: [UInt8] = []
    var ends: [Int] = []
  }

  static func zstd(
    _ pieces: [[UInt8]], checksum: Bool = true, contentSize: Bool = false, windowLog: Int32? = nil
  ) -> Stream {
    let context = ZSTD_createCCtx()!
    defer { ZSTD_freeCCtx(context) }
    func set(_ parameter: ZSTD_cParameter, _ value: Int32) {
      precondition(ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)) == 0)
    }
    set(ZSTD_c_compressionLevel, 1)
    set(ZSTD_c_checksumFlag, checksum ? 1 : 0)
    set(ZSTD_c_contentSizeFlag, contentSize ? 1 : 0)
    if let windowLog { set(ZSTD_c_windowLog, windowLog) }
    if contentSize {
      let size = UInt64(pieces.reduce(0) { $0 + $1.count })
      precondition(ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context, size)) == 0)
    }
    var stream = Stream()
    func feed(_ piece: [UInt8], _ mode: ZSTD_EndDirective) {
      var output = [UInt8](repeating: 0, count: ZSTD_compressBound(piece.count) + 64)
      let produced = piece.withUnsafeBytes { source in
        output.withUnsafeMutableBytes { target in
          var from = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
          var to = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          precondition(ZSTD_compressStream2(context, &to, &from, mode) == 0)
          return to.pos
        }
      }
      stream.bytes += output[..<produced]
    }
    for piece in pieces {
      feed(piece, ZSTD_e_flush)
      stream.ends.append(stream.bytes.count)
    }
    feed([], ZSTD_e_end)
    return stream
  }

  static func zstd(_ bytes: [UInt8], checksum: Bool = true, contentSize: Bool = false) -> [UInt8] {
    zstd([bytes], checksum: checksum, contentSize: contentSize).bytes
  }

  /// A zstd frame that decoders skip.
  static func skippable(_ content: [UInt8], kind: UInt8 = 0) -> [UInt8] {
    [0x50 | kind, 0x2A, 0x4D, 0x18] + withUnsafeBytes(of: UInt32(content.count).littleEndian) { Array($0) } + content
  }

  static func gzip(_ pieces: [[UInt8]]) -> Stream {
    var stream = Stream()
    var z = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    precondition(deflateInit2_(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK)
    defer { deflateEnd(&z) }
    func feed(_ piece: [UInt8], _ mode: Int32) {
      var input = piece
      var output = [UInt8](repeating: 0, count: Int(deflateBound(&z, UInt(piece.count))) + 64)
      let capacity = output.count
      input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
          z.next_in = source.baseAddress
          z.avail_in = UInt32(source.count)
          z.next_out = target.baseAddress
          z.avail_out = UInt32(target.count)
          let status = deflate(&z, mode)
          precondition(status == Z_OK || status == Z_STREAM_END)
        }
      }
      stream.bytes += output[..<(capacity - Int(z.avail_out))]
    }
    for piece in pieces {
      feed(piece, Z_SYNC_FLUSH)
      stream.ends.append(stream.bytes.count)
    }
    feed([], Z_FINISH)
    return stream
  }
}

/// What a reader delivers from a stream, read `bufferSize` bytes at a time from chunks of `chunkSize`.
func decode(
  _ stream: [UInt8], as container: Container, bufferSize: Int, chunkSize: Int = 1 << 18,
  limits: InputLimits = InputLimits(), keep: Bool = true
) throws -> (bytes: [UInt8], count: Int, end: StreamEnd) {
  var template = Array((NSTemporaryDirectory() + "ingest-XXXXXX").utf8CString)
  let descriptor = mkstemp(&template)
  try #require(descriptor >= 0)
  unlink(template)
  try #require(write(descriptor, stream, stream.count) == stream.count && lseek(descriptor, 0, SEEK_SET) == 0)
  let source = container.open(
    FileBytes(descriptor: descriptor, owned: true, bufferSize: chunkSize), limits: limits)
  var result: [UInt8] = []
  var count = 0
  var buffer = [UInt8](repeating: 0xAA, count: bufferSize)
  while true {
    let got = buffer.withUnsafeMutableBytes { source.read(into: $0) }
    if got == 0 { break }
    // A short read is allowed only as the last one.
    if keep { result += buffer[..<got] }
    count += got
  }
  return (result, count, source.end)
}

/// Reads logs the way a run does.
enum Ingest {
  static let settings: TextSettings? = try? TextSettings()

  static func read(
    paths: [String], threads: Int = 1, limits: InputLimits = InputLimits(), needs: IngestNeeds = IngestNeeds()
  ) -> RequestLog {
    let (found, missing) = InputFiles.discover(paths)
    let (files, refused) = InputFiles.identify(found, threads: threads)
    var reader = LogReader(settings: settings, threads: threads)
    reader.limits = limits
    reader.needs = needs
    var log = reader.read(files)
    log.problems = missing + refused + log.problems
    return log
  }

  /// One file per content, named in order.
  static func read(
    _ contents: [[UInt8]], threads: Int = 1, limits: InputLimits = InputLimits(), needs: IngestNeeds = IngestNeeds()
  ) throws -> RequestLog {
    let folder = try TestFolder()
    var paths: [String] = []
    for (index, content) in contents.enumerated() { paths.append(try folder.write(content, as: "\(1000 + index)")) }
    return read(paths: paths, threads: threads, limits: limits, needs: needs)
  }

  static func read(lines: [String], threads: Int = 1, limits: InputLimits = InputLimits()) throws -> RequestLog {
    try read([Array(lines.map { $0 + "\n" }.joined().utf8)], threads: threads, limits: limits)
  }
}

/// A line of our own schema. Values are raw JSON; an empty one leaves the field out.
func trafficLine(_ fields: KeyValuePairs<String, String> = [:]) -> String {
  var values = [
    ("schema", "\"traffic/1\""), ("ts", "\"2026-01-05T08:00:00Z\""), ("model", "\"gpt-4o-mini\""),
    ("usage", "{\"input\":10,\"output\":5}"),
  ]
  for (key, value) in fields {
    if let known = values.firstIndex(where: { $0.0 == key }) {
      values[known].1 = value
    } else {
      values.append((key, value))
    }
  }
  return "{" + values.filter { !$0.1.isEmpty }.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
}

extension RequestLog {
  var all: [Request] { (0..<requests.count).map { requests[$0] } }

  /// `reason:file:line`, as far as places are kept, then `reason=count`.
  var rejectList: [String] {
    rejects.entries.flatMap { entry in
      entry.places.map { "\(entry.reason.rawValue):\($0.file):\($0.line)" } + [
        "\(entry.reason.rawValue)=\(entry.count)"
      ]
    }
  }

  /// Places of the first file only: `reason:line`.
  var rejectLines: [String] {
    rejects.entries.flatMap { entry in entry.places.map { "\(entry.reason.rawValue):\($0.line)" } }.sorted()
  }

  /// Every field of every request, with texts instead of numbers.
  var described: [String] {
    (0..<requests.count).map { index in
      let r = requests[index]
      let model = models[Int(r.model)]
      let prompt = r.prompt == Request.noText ? nil : prompts.prompts[Int(r.prompt)]
      let key = prompt.map { prompts.keys[Int($0.key)] }
      return [
        Timestamp.text(r.time), "\(r.cost)", "\(r.usage)", "\(r.latencyMs)", model.requested, model.responded,
        users[Int(r.user)], tenants[Int(r.tenant)], "\(tagSets[Int(r.tags)])", "\(r.flags.rawValue)", "\(r.tier)",
        "\(r.format)", "\(r.prompt)", prompt.map { String(decoding: $0.text, as: UTF8.self) } ?? "-",
        prompt.map { "\($0.stepKeys) \($0.simple) \(String(describing: $0.rule)) \($0.turns) \($0.answerRequest)" }
          ?? "-",
        prompt.map { String(decoding: $0.answer, as: UTF8.self) } ?? "-",
        key.map {
          "\(prompts.groups[Int($0.group)].hex) \(String(decoding: prompts.texts[Int($0.text)], as: UTF8.self))"
        }
          ?? "-",
        answerSketches.count > 0 ? "\(answerSketches[index])" : "-",
      ].joined(separator: "|")
    }
  }
}

func expect(addsUp counts: IngestCounts, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(
    counts.records == counts.accepted + counts.duplicates + counts.rejected + counts.skipped
      && counts.lines <= counts.records + counts.blank, "\(counts)",
    sourceLocation: sourceLocation)
}
