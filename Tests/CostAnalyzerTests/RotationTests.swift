import CostAnalyzer
import Foundation
import Testing

/// Logs that grow, are renamed, compressed and compressed otherwise between nights: every request counts once.
@Suite("Rotated logs")
struct RotationTests {
  private static let start: Int64 = 1_767_571_200  // 2026-01-05

  /// Without an id, but for some.
  static func line(_ number: Int) -> String {
    let id = number % 7 == 0 ? #""id":"r\#(number)","# : ""
    return """
      {"schema":"traffic/1",\(id)"ts":\(start + Int64(number) * 600),"user":"u\(number % 3)","model":"gpt-4o",\
      "usage":{"input":\(100 + number % 5),"output":5}}

      """
  }

  static func lines(_ numbers: Range<Int>) -> [UInt8] { numbers.flatMap { Array(line($0).utf8) } }

  static func night(
    _ inputs: [String], _ store: StateStore, day: Int, progress: (@Sendable (String) -> Void)? = nil
  ) throws -> Nightly {
    var analysis = Analysis.Request(inputs: [])
    analysis.ledgerOnly = true
    if let progress { analysis.progress = { stage, _, _, _ in progress(stage) } }
    var request = Nightly.Request(
      inputs: inputs, analysis: analysis, now: (start + Int64(day + 1) * 86_400 + 7_200) * 1_000_000)
    request.windowDays = 3_000
    return try Nightly(request, store)
  }

  /// The twin reads everything that was ever logged, as one file.
  private static func ledger(_ bytes: [UInt8]) throws -> Ledger {
    var log = try Ingest.read([bytes])
    PriceBook(models: log.models, tables: [.builtin()]).price(&log)
    return Ledger(log)
  }

  static func expect(_ store: StateStore, _ night: Nightly, _ all: [UInt8], _ comment: String) throws {
    let twin = try ledger(all)
    #expect(
      Dictionary(uniqueKeysWithValues: try store.daily(.total).map { (Timestamp.dayText($0.day), $0.row) })
        == Dictionary(uniqueKeysWithValues: twin.days.map { ($0.name, $0.row) }), "\(comment)")
    #expect(night.analysis.ledger.total == twin.total && night.missing.isEmpty, "\(comment): \(night.missing)")
    #expect(try store.check().isEmpty)
  }

  @Test("Plain, then grown, then rotated and compressed under another name, then compressed otherwise: one log")
  func oneLog() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: folder.path + "/state.sqlite")
    let live = try folder.write(Self.lines(0..<30), as: "logs/app.log")
    var night = try Self.night([folder.path + "/logs"], store, day: 0)
    #expect(night.inputs == [.added: 1] && night.newRequests == 30)
    try folder.write(Self.lines(0..<50), as: "logs/app.log")
    night = try Self.night([folder.path + "/logs"], store, day: 1)
    #expect(night.inputs == [.appended: 1] && night.total.requests == 50)
    // It grew once more before it was compressed; a new one has its name.
    try folder.write(Pack.zstd(Self.lines(0..<60)), as: "logs/app-2026.log.zst")
    try folder.write(Self.lines(60..<70), as: "logs/app.log")
    night = try Self.night([folder.path + "/logs"], store, day: 2)
    #expect(night.inputs == [.appended: 1, .added: 1])
    try Self.expect(store, night, Self.lines(0..<70), "grown and compressed")
    #expect(try store.sources().map(\.path).sorted() == [folder.path + "/logs/app-2026.log.zst", live])
    try FileManager.default.removeItem(atPath: folder.path + "/logs/app-2026.log.zst")
    try folder.write(Pack.gzip([Self.lines(0..<60)]).bytes, as: "logs/old.gz")
    night = try Self.night([folder.path + "/logs"], store, day: 3)
    #expect(night.inputs == [.known: 2] && night.newRequests == 0)
    try Self.expect(store, night, Self.lines(0..<70), "compressed otherwise")
    // A copy beside it is the same log too, and the first stays where it is.
    try folder.write(Self.lines(0..<60), as: "logs/old")
    night = try Self.night([folder.path + "/logs"], store, day: 4)
    #expect(night.inputs == [.known: 3])
    try Self.expect(store, night, Self.lines(0..<70), "copied")
    #expect(try store.sources().map(\.path).sorted() == [live, folder.path + "/logs/old.gz"])
  }

  @Test(
    "A log that begins like one that is still there is another log; of several that are gone the longest is continued")
  func beginnings() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: folder.path + "/state.sqlite")
    let first = try folder.write(Self.lines(0..<10), as: "a.log")
    _ = try Self.night([first], store, day: 0)
    let copy = try folder.write(Self.lines(0..<20), as: "b.log")
    var night = try Self.night([first, copy], store, day: 0)
    #expect(night.inputs == [.added: 2] && night.total.requests == 28, "two with an id stand in both")
    for path in [first, copy] { try FileManager.default.removeItem(atPath: path) }
    let whole = try folder.write(Pack.zstd(Self.lines(0..<30)), as: "c.zst")
    night = try Self.night([whole], store, day: 1)
    #expect(night.inputs == [.appended: 1] && night.missing == [first])
    #expect(try store.sources().map(\.path) == [first, whole])
    // Neither an empty log nor an empty frame is the beginning of anything.
    let empty = try ["e1", "e2"].map { try folder.write($0 == "e1" ? [] : Pack.zstd([UInt8]()), as: $0) }
    night = try Self.night([whole] + empty, store, day: 2)
    #expect(night.inputs == [.known: 1, .added: 2])
    for path in empty { try FileManager.default.removeItem(atPath: path) }
    let other = try folder.write(Self.lines(40..<45), as: "d.log")
    night = try Self.night([whole, other], store, day: 3)
    #expect(night.inputs == [.known: 1, .added: 1])
  }

  @Test("A stream that was cut off when it was read is continued by the whole one")
  func truncated() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: folder.path + "/state.sqlite")
    let stream = Pack.zstd([Self.lines(0..<20), Self.lines(20..<40)])
    let path = try folder.write(Array(stream.bytes[..<(stream.ends[0] + 5)]), as: "a.zst")
    var night = try Self.night([path], store, day: 0)
    #expect(night.problems.map(\.reason) == ["truncated"] && night.total.requests == 20)
    // The same night again says the same.
    night = try Self.night([path], store, day: 0)
    #expect(night.problems.map(\.reason) == ["truncated"] && night.inputs == [.added: 1] && night.newRequests == 20)
    try FileManager.default.removeItem(atPath: path)
    let whole = try folder.write(stream.bytes, as: "b.zst")
    night = try Self.night([whole], store, day: 1)
    #expect(night.inputs == [.appended: 1] && night.problems.isEmpty)
    try Self.expect(store, night, Self.lines(0..<40), "whole")
  }

  @Test("A state of an earlier version knows its logs by their bytes, as it did")
  func withoutDigests() throws {
    let folder = try TestFolder()
    let path = folder.path + "/state.sqlite"
    let store = try StateStore(path: path)
    let log = try folder.write(Self.lines(0..<10), as: "a.log")
    _ = try Self.night([log], store, day: 0)
    guard
      try Program(scratch: try Scratch()).shell("sqlite3 '\(path)' 'UPDATE source SET decoded_hash = NULL'").status == 0
    else {
      print("SKIPPED: a state of an earlier version, there is no sqlite3 here")
      return
    }
    try folder.write(Self.lines(0..<20), as: "a.log")
    let night = try Self.night([log], store, day: 1)
    #expect(night.inputs == [.appended: 1])
    try Self.expect(store, night, Self.lines(0..<20), "appended")
  }

  @Test("What a log grows by while the night runs is for the next one")
  func growing() throws {
    let folder = try TestFolder()
    let store = try StateStore(path: folder.path + "/state.sqlite")
    let log = try folder.write(Self.lines(0..<30), as: "a.log")
    let more = Data(Self.lines(30..<40))
    var night = try Self.night([log], store, day: 0) { stage in
      guard stage == "finding inputs", let file = FileHandle(forWritingAtPath: log) else { return }
      defer { try? file.close() }
      _ = try? file.seekToEnd()
      try? file.write(contentsOf: more)
    }
    #expect(try TestData.bytes(log) == Self.lines(0..<40))
    try Self.expect(store, night, Self.lines(0..<30), "while it grew")
    #expect(night.analysis.log.inputs.map(\.bytes) == [Self.lines(0..<30).count])
    night = try Self.night([log], store, day: 1)
    #expect(night.inputs == [.appended: 1])
    try Self.expect(store, night, Self.lines(0..<40), "the next night")
  }

  /// A gateway's folder: one log that grows, and what became of earlier ones.
  private struct Gateway {
    let folder: TestFolder
    var live: [UInt8] = []
    var rotated: [(name: String, bytes: [UInt8])] = []
    private var names = 0

    init(_ folder: TestFolder) { self.folder = folder }

    private func wrapped(_ bytes: [UInt8], _ rng: inout SeededGenerator) -> [UInt8] {
      let half = bytes.count / 2
      return switch Int.random(in: 0..<5, using: &rng) {
      case 0: bytes
      case 1: Pack.gzip([bytes]).bytes
      case 2: Pack.zstd(bytes)
      case 3: Pack.zstd(Array(bytes[..<half])) + Pack.zstd(Array(bytes[half...]))
      default: bytes.split(separator: 10).flatMap { FramedZstdTests.framed(Pack.zstd(Array($0))) }
      }
    }

    mutating func write(_ rng: inout SeededGenerator) throws {
      try? FileManager.default.removeItem(atPath: folder.path + "/logs")
      try folder.write(live, as: "logs/app.log")
      for log in rotated { try folder.write(wrapped(log.bytes, &rng), as: "logs/" + log.name) }
    }

    mutating func rotate(_ rng: inout SeededGenerator) {
      if live.isEmpty { return }
      if Bool.random(using: &rng) {
        // app.log.1 becomes app.log.2.
        for index in rotated.indices where rotated[index].name.hasPrefix("app.log.") {
          let number = Int(rotated[index].name.dropFirst("app.log.".count))!
          rotated[index].name = "app.log.\(number + 1)"
        }
        rotated.append(("app.log.1", live))
      } else {
        names += 1
        rotated.append((["app-\(names).log", "\(names)"].randomElement(using: &rng)!, live))
      }
      live = []
    }
  }

  @Test("Whatever rotations and wrappings, the ledger is that of one read over everything, and the window holds it all")
  func random() throws {
    var rng = SeededGenerator(12)
    for round in 0..<12 {
      let folder = try TestFolder()
      let store = try StateStore(path: folder.path + "/state.sqlite")
      var gateway = Gateway(folder)
      var (all, next): ([UInt8], Int) = ([], 0)
      for day in 0..<8 {
        for _ in 0..<Int.random(in: 1...3, using: &rng) {
          let count = Int.random(in: day == 0 ? 1...6 : 0...6, using: &rng)
          let new = Self.lines(next..<(next + count))
          next += count
          gateway.live += new
          all += new
          if Int.random(in: 0..<3, using: &rng) == 0 { gateway.rotate(&rng) }
        }
        try gateway.write(&rng)
        let night = try Self.night([folder.path + "/logs"], store, day: day)
        try Self.expect(store, night, all, "round \(round), night \(day)")
        #expect(night.inputs[.rewritten] == nil)
        let again = try Self.night([folder.path + "/logs"], store, day: day)
        #expect(again.inputs == night.inputs && again.newLines == night.newLines, "the same night again")
      }
    }
  }
}
