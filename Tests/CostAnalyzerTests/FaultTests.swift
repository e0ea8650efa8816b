import CostAnalyzer
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What goes wrong around a run: each has a message and an exit code (docs/nightly.md), and leaves what was there intact.
@Suite("Faults", .serialized)
struct FaultTests {
  private struct Fixture {
    let scratch: Scratch
    let program: Program
    let log: String

    init() throws {
      scratch = try Scratch()
      var program = Program(scratch: scratch)
      program.environment["SOURCE_DATE_EPOCH"] = "1767830400"
      self.program = program
      log = try scratch.write(TrafficLine.log(TrafficLine.plain(40)), to: "log.jsonl")
    }

    func run(in folder: String, limit: Int? = nil) throws -> Program.Result {
      try shell("$A run '\(log)' --embedder hashed --out '\(folder)/report' --state '\(folder)/state.sqlite'", limit)
    }

    func night(in folder: String, _ log: String? = nil, limit: Int? = nil) throws -> Program.Result {
      let log = log ?? self.log
      return try shell(
        "$A nightly '\(log)' --embedder hashed --out '\(folder)/nights' --state '\(folder)/state.sqlite'", limit)
    }

    /// - Parameter limit: of the size of a file, in blocks of 512 bytes.
    private func shell(_ command: String, _ limit: Int?) throws -> Program.Result {
      try program.shell((limit.map { "ulimit -f \($0); " } ?? "") + command)
    }

    /// Name, without hidden ones, and bytes of every file below.
    func content(_ folder: String) throws -> [String: Data] {
      var all: [String: Data] = [:]
      for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where !name.contains("sqlite") {
        var isDirectory: ObjCBool = false
        let path = folder + "/" + name
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue {
          all[name] = try Data(contentsOf: URL(fileURLWithPath: path))
        }
      }
      return all
    }
  }

  @Test("A file that may not grow: the run says which and fails, the old report and the state are as they were")
  func fileSizeLimit() throws {
    let fixture = try Fixture()
    let folder = fixture.scratch.path("there")
    #expect(try fixture.run(in: folder).status == 0)
    let before = try fixture.content(folder + "/report")
    let full = try fixture.run(in: folder, limit: 4)
    #expect(full.status == 1 && full.error.contains("File too large") && full.error.contains("intact"), "\(full.error)")
    #expect(try fixture.content(folder + "/report") == before)
    #expect(try fixture.scratch.names("there").filter { $0.contains(".new") }.isEmpty, "nothing half-written stays")
    #expect(try fixture.program.run("history", "--state", folder + "/state.sqlite").status == 0)
    #expect(try fixture.run(in: folder).status == 0)
  }

  @Test("A night on a full disk fails with a message, and the next one gives what an undisturbed one would have given")
  func fullDisk() throws {
    let fixture = try Fixture()
    guard let disk = TemporaryDisk(kilobytes: 2_048) else {
      print("SKIPPED: a full disk, mounting a small file system needs root on Linux")
      return
    }
    let first = try fixture.night(in: disk.path)
    #expect(first.status == 0, "\(first.error)")
    let more = try fixture.scratch.write(
      TrafficLine.log(
        (0..<40).map { index in
          var line = TrafficLine()
          line.question = "And how do I archive project \(index % 5)?"
          (line.user, line.minute) = ("u-\(index % 7)", 3_000 + index)
          return line
        }), to: "more.jsonl")
    let before = try fixture.content(disk.path + "/nights")
    try disk.fill()
    let full = try fixture.night(in: disk.path, more)
    #expect(full.status == 1, "\(full.out)")
    #expect(full.error.contains("full") || full.error.contains("No space left"), "\(full.error)")
    #expect(try fixture.content(disk.path + "/nights") == before)
    try disk.empty()
    let check = try fixture.program.run("state", "check", "--state", disk.path + "/state.sqlite")
    #expect(check.status == 0, "\(check.out)")
    try disk.grow(kilobytes: 8_192)
    #expect(try fixture.night(in: disk.path, more).status == 0)
    let undisturbed = fixture.scratch.path("undisturbed")
    #expect(try fixture.night(in: undisturbed).status == 0)
    #expect(try fixture.night(in: undisturbed, more).status == 0)
    func report(_ folder: String) throws -> [String: Data] { try fixture.content(folder + "/nights") }
    let (healed, expected) = (try report(disk.path), try report(undisturbed))
    #expect(Set(healed.keys) == Set(expected.keys) && expected.count > 10)
    for (name, data) in expected { #expect(healed[name] == data, "\(name)") }
  }

  @Test("A place that may only be read: reports and states are refused with the path, and nothing is lost")
  func readOnly() throws {
    let fixture = try Fixture()
    guard let disk = TemporaryDisk(kilobytes: 4_096) else {
      print("SKIPPED: a read-only file system, mounting one needs root on Linux")
      return
    }
    #expect(try fixture.run(in: disk.path).status == 0)
    let before = try fixture.content(disk.path)
    try disk.makeReadOnly()
    let run = try fixture.run(in: disk.path)
    #expect(run.status == 1 && run.error.contains("Read-only file system"), "\(run.error)")
    let elsewhere = try fixture.program.run(
      "run", fixture.log, "--embedder", "hashed", "--out", fixture.scratch.path("other"), "--state",
      disk.path + "/state.sqlite")
    #expect(elsewhere.status == 1 && elsewhere.error.contains("is written, but"), "\(elsewhere.error)")
    #expect(try fixture.scratch.names("other").contains("report.md"))
    let night = try fixture.program.run(
      "nightly", fixture.log, "--embedder", "hashed", "--out", fixture.scratch.path("nights"), "--state",
      disk.path + "/state.sqlite")
    #expect(night.status == 1 && night.error.contains("state.sqlite"), "\(night.error)")
    #expect(try fixture.content(disk.path) == before)
  }

  @Test("A second run on the same directory says who holds it, and leaves it alone")
  func secondRun() throws {
    let fixture = try Fixture()
    let folder = fixture.scratch.path("there")
    #expect(try fixture.run(in: folder).status == 0)
    let before = try fixture.content(folder + "/report")
    let lock = try FileLock(path: folder + "/.report.lock")
    let second = try fixture.run(in: folder)
    #expect(second.status == 1 && second.error.contains("another run is writing"), "\(second.error)")
    #expect(second.error.contains("process \(getpid()) on "))
    withExtendedLifetime(lock) {}
    #expect(try fixture.content(folder + "/report") == before)
  }
}

/// A small file system of the test's own, gone with it. Linux, and root.
final class TemporaryDisk {
  let path: String
  private let scratch: Scratch

  init?(kilobytes: Int) {
    guard geteuid() == 0, let scratch = try? Scratch(), CacheServers.which("mount") != nil else { return nil }
    self.scratch = scratch
    path = scratch.path("disk")
    guard (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil,
      (try? Program(scratch: scratch).shell("mount -t tmpfs -o size=\(kilobytes)k tmpfs '\(path)'"))?.status == 0
    else { return nil }
  }

  func makeReadOnly() throws { try remount("ro") }
  func grow(kilobytes: Int) throws { try remount("size=\(kilobytes)k") }

  /// With a file of the rest of its room.
  func fill() throws { _ = try Program(scratch: scratch).shell("cat /dev/zero > '\(path)/filler'") }
  func empty() throws { try FileManager.default.removeItem(atPath: path + "/filler") }

  private func remount(_ option: String) throws {
    let result = try Program(scratch: scratch).shell("mount -o remount,\(option) '\(path)'")
    if result.status != 0 { throw AnalyzerError(.output, result.error) }
  }

  deinit { _ = try? Program(scratch: scratch).shell("umount -l '\(path)'") }
}
