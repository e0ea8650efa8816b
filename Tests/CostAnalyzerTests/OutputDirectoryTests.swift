import CostAnalyzer
import Foundation
import Testing

@Suite("Report directory")
struct OutputDirectoryTests {
  /// Files of a report that `OutputDirectory` takes for its own.
  private static func files(_ text: String, extra: [String] = []) -> [(name: String, content: Data)] {
    let names = ["report.md"] + extra
    let listed = names.map { "\"\($0)\": \"x\"" }.joined(separator: ", ")
    return names.map { ($0, Data("\(text) \($0)".utf8)) }
      + [(OutputDirectory.marker, Data("{\"schema\": \"\(RunManifest.schema)\", \"files\": {\(listed)}}".utf8))]
  }

  private static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

  private static func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test(
    "A report appears in a new place with its parents, readable for its owner only, and nothing stays beside it but the lock"
  )
  func publishesNew() throws {
    let scratch = try Scratch()
    try OutputDirectory(path: scratch.path("a/b/report")).publish(Self.files("one"))
    #expect(try scratch.names("a/b/report") == ["report.md", "run.json"])
    #expect(try scratch.names("a/b") == [".report.lock", "report"])
    #expect(try Self.mode(scratch.path("a/b/report")) == 0o700)
    for name in try scratch.names("a/b/report") { #expect(try Self.mode(scratch.path("a/b/report/\(name)")) == 0o600) }
    #expect(try scratch.data("a/b/.report.lock").isEmpty)
  }

  @Test("An older report is replaced as a whole: files that are no longer written are gone")
  func replaces() throws {
    let scratch = try Scratch()
    try OutputDirectory(path: scratch.path("r")).publish(Self.files("one", extra: ["old.csv"]))
    try OutputDirectory(path: scratch.path("r")).publish(Self.files("two"))
    #expect(try scratch.names("r") == ["report.md", "run.json"])
    #expect(try scratch.data("r/report.md") == Data("two report.md".utf8))
    #expect(try scratch.names() == [".r.lock", "r"])
  }

  @Test("A link to a report stays a link, and what it points to is replaced")
  func followsLinks() throws {
    let scratch = try Scratch()
    try OutputDirectory(path: scratch.path("real")).publish(Self.files("one"))
    try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "real")
    try OutputDirectory(path: scratch.path("link")).publish(Self.files("two"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("link")) == "real")
    #expect(try scratch.data("real/report.md") == Data("two report.md".utf8))
  }

  @Test("An empty directory is taken, one with foreign files is refused and left alone")
  func refusesForeign() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("empty"), withIntermediateDirectories: true)
    try OutputDirectory(path: scratch.path("empty")).publish(Self.files("one"))
    try FileManager.default.createDirectory(atPath: scratch.path("mine"), withIntermediateDirectories: true)
    _ = try scratch.write("diary", to: "mine/diary.txt")
    let message = Self.message { _ = try OutputDirectory(path: scratch.path("mine")) }
    #expect(
      message.contains("diary.txt") && message.contains("will not be replaced") && message.contains("new directory"))
    #expect(try scratch.names("mine") == ["diary.txt"])
    // A manifest of something else, and notes put into a report.
    _ = try scratch.write("{\"schema\": \"other/1\", \"files\": {}}", to: "mine/run.json")
    #expect(Self.message { _ = try OutputDirectory(path: scratch.path("mine")) }.contains("will not be replaced"))
    _ = try scratch.write("note", to: "empty/notes.txt")
    #expect(Self.message { _ = try OutputDirectory(path: scratch.path("empty")) }.contains("notes.txt"))
    #expect(try scratch.names("empty") == ["notes.txt", "report.md", "run.json"])
  }

  @Test("Foreign files that appear while the run works are noticed before the directory is replaced")
  func noticesLateFiles() throws {
    let scratch = try Scratch()
    let output = try OutputDirectory(path: scratch.path("r"))
    try FileManager.default.createDirectory(atPath: scratch.path("r"), withIntermediateDirectories: true)
    _ = try scratch.write("diary", to: "r/diary.txt")
    #expect(Self.message { try output.publish(Self.files("one")) }.contains("diary.txt"))
    #expect(try scratch.names("r") == ["diary.txt"])
  }

  @Test("Files in a folder of the report come and go with it, and what somebody put beside them is noticed")
  func folders() throws {
    let scratch = try Scratch()
    let one = Self.files("one", extra: ["charts/a.svg", "charts/b.svg"])
    try OutputDirectory(path: scratch.path("r")).publish(one)
    #expect(try scratch.names("r") == ["charts", "report.md", "run.json"])
    #expect(try scratch.names("r/charts") == ["a.svg", "b.svg"])
    #expect(try Self.mode(scratch.path("r/charts")) == 0o700 && Self.mode(scratch.path("r/charts/a.svg")) == 0o600)
    try OutputDirectory(path: scratch.path("r")).publish(Self.files("two", extra: ["charts/a.svg"]))
    #expect(try scratch.names("r/charts") == ["a.svg"])
    _ = try scratch.write("note", to: "r/charts/note.txt")
    #expect(Self.message { _ = try OutputDirectory(path: scratch.path("r")) }.contains("charts/note.txt"))
    try FileManager.default.removeItem(atPath: scratch.path("r/charts/note.txt"))
    // A folder of somebody, one in our folder, and a link under the name of ours.
    for name in ["r/mine", "r/charts/deep"] {
      try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
      #expect(
        Self.message { _ = try OutputDirectory(path: scratch.path("r")) }.contains("will not be replaced"), "\(name)")
      try FileManager.default.removeItem(atPath: scratch.path(name))
    }
    try FileManager.default.removeItem(atPath: scratch.path("r/charts"))
    try FileManager.default.createDirectory(atPath: scratch.path("elsewhere"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: scratch.path("r/charts"), withDestinationPath: "../elsewhere")
    #expect(Self.message { _ = try OutputDirectory(path: scratch.path("r")) }.contains("holds charts,"))
  }

  @Test("A file in the way is refused")
  func refusesFile() throws {
    let scratch = try Scratch()
    let file = try scratch.write("x", to: "r")
    #expect(Self.message { _ = try OutputDirectory(path: file) }.contains("is a file"))
  }

  @Test("A second holder is refused and told which process on which host holds the directory since when")
  func refusesSecondHolder() throws {
    let scratch = try Scratch()
    do {
      let first = try OutputDirectory(path: scratch.path("r"))
      let message = Self.message { _ = try OutputDirectory(path: scratch.path("r")) }
      #expect(message.contains("another run is writing") && message.contains("process \(getpid()) on "))
      #expect(message.contains(/since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/) && !message.contains("on ,"))
      try first.publish(Self.files("one"))
    }
    try OutputDirectory(path: scratch.path("r")).publish(Self.files("two"))
  }

  @Test("What a killed run left behind is cleaned up by the next one")
  func cleansUp() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path(".r.new/deep"), withIntermediateDirectories: true)
    _ = try scratch.write("half", to: ".r.new/report.md")
    _ = try scratch.write("process 1 on elsewhere", to: ".r.lock")
    try OutputDirectory(path: scratch.path("r")).publish(Self.files("one"))
    #expect(try scratch.names() == [".r.lock", "r"])
    #expect(try scratch.names("r") == ["report.md", "run.json"])
  }

  @Test("A lock file that is a link is not followed")
  func refusesLinkedLock() throws {
    let scratch = try Scratch()
    let victim = try scratch.write("precious", to: "victim")
    try FileManager.default.createSymbolicLink(atPath: scratch.path(".r.lock"), withDestinationPath: victim)
    #expect(Self.message { _ = try OutputDirectory(path: scratch.path("r")) }.contains("cannot write beside"))
    #expect(try scratch.data("victim") == Data("precious".utf8))
  }

  @Test("A place that cannot be written gives an error that names it and the next step")
  func readOnlyParent() throws {
    let scratch = try Scratch()
    // Root may write anywhere but into /proc.
    var parent = "/proc"
    if geteuid() != 0 {
      parent = scratch.path("locked")
      try FileManager.default.createDirectory(
        atPath: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o500])
    }
    for path in [parent + "/report", parent + "/deep/report"] {
      let message = Self.message { try OutputDirectory(path: path).publish(Self.files("one")) }
      #expect(message.contains(parent) && message.contains("--out"), "\(message)")
    }
  }

  @Test(
    "Killed at any moment, a run leaves the earlier report whole, and the next one succeeds", .timeLimit(.minutes(1)))
  func survivesKill() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    let log = try scratch.write(TrafficLine.log(TrafficLine.plain(60)), to: "log.jsonl")
    let arguments = ["run", log, "--out", scratch.path("r"), "--no-state", "--quiet", "--threads", "1"]
    let clock = ContinuousClock()
    var first: Program.Result?
    let time = try clock.measure { first = try program.run(Program.path, arguments) }
    #expect(first?.status == 0, "\(first?.error ?? "")")
    let before = try scratch.files("r")
    #expect(before["run.json"] != nil)
    var random = SeededRandom(seed: UInt64(getpid()))
    var killed = 0
    for round in 0..<10 {
      let child = try program.start(Program.path, arguments, name: "killed")
      let micros = Double(time.components.attoseconds) / 1e12 + Double(time.components.seconds) * 1e6
      if round % 2 == 0 {
        usleep(UInt32(micros * Double(random.next() % 1000) / 1000))
      } else {
        // The moments that matter are those in which files are written and swapped.
        for _ in 0..<20_000 where !FileManager.default.fileExists(atPath: scratch.path(".r.new")) { usleep(100) }
        usleep(UInt32(random.next() % 12_000))
      }
      kill(child, SIGKILL)
      if Program.wait(child) == 128 + SIGKILL { killed += 1 }
      // The same input gives the same bytes: whichever of the two reports stands, it is this one.
      #expect(try scratch.files("r") == before)
    }
    #expect(killed > 0)
    let last = try program.run(Program.path, arguments)
    #expect(last.status == 0, "\(last.error)")
    #expect(try scratch.files("r") == before)
    #expect(try scratch.names() == [".r.lock", "killed.err", "killed.out", "log.jsonl", "r"])
  }

  @Test(
    "Of two runs at once on one directory, the second says who holds it and exits with 1; when the first is killed, it may write"
  )
  func twoRuns() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    let log = try scratch.write(TrafficLine.log(TrafficLine.plain(4)), to: "log.jsonl")
    // The first waits for its standard input, which nobody writes.
    #expect(mkfifo(scratch.path("pipe"), 0o600) == 0)
    let writer = open(scratch.path("pipe"), O_RDWR)
    defer { close(writer) }
    let first = try program.start(
      Program.path, ["run", "-", "--out", scratch.path("r"), "--no-state"], input: scratch.path("pipe"), name: "first")
    for _ in 0..<1000 where ((try? scratch.data(".r.lock")) ?? Data()).isEmpty { usleep(10_000) }
    let second = try program.run("run", log, "--out", scratch.path("r"), "--no-state")
    #expect(
      second.status == 1 && second.error.contains("another run is writing")
        && second.error.contains("process \(first) on "), "\(second.error)")
    #expect(second.out.isEmpty)
    kill(first, SIGKILL)
    _ = Program.wait(first)
    let third = try program.run("run", log, "--out", scratch.path("r"), "--no-state")
    #expect(third.status == 0, "\(third.error)")
    #expect(FileManager.default.fileExists(atPath: scratch.path("r/report.md")))
  }
}
