import CostAnalyzer
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Input files")
struct InputFilesTests {
  @Test("a directory is searched recursively, sorted by path, without hidden files")
  func directory() throws {
    let folder = try TestFolder()
    for name in ["b.jsonl", "a/z.jsonl", "a/b/c.jsonl", ".hidden", ".git/x", "a/.cache/y", "a.jsonl"] {
      try folder.write([1], as: name)
    }
    let (files, problems) = InputFiles.discover([folder.path])
    #expect(files == ["a.jsonl", "a/b/c.jsonl", "a/z.jsonl", "b.jsonl"].map { folder.path + "/" + $0 })
    #expect(problems.isEmpty)
    #expect(InputFiles.discover([folder.path + "/"]).files == files)
  }

  @Test("a symbolic link to a directory is searched like the directory")
  func link() throws {
    let folder = try TestFolder()
    try folder.write([1], as: "real/a.jsonl")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/current", withDestinationPath: folder.path + "/real")
    let (files, problems) = InputFiles.discover([folder.path + "/current"])
    #expect(files == [folder.path + "/current/a.jsonl"] && problems.isEmpty, "\(files) \(problems)")
  }

  @Test("arguments keep their order, and a path named twice is read once")
  func order() throws {
    let folder = try TestFolder()
    let b = try folder.write([1], as: "b")
    let a = try folder.write([2], as: "a")
    #expect(InputFiles.discover([b, a, b, "-", folder.path, "-"]).files == [b, a, "-"])
  }

  @Test("globs are expanded, and a file whose name looks like one is taken as it is")
  func globs() throws {
    let folder = try TestFolder()
    let one = try folder.write([1], as: "log-1.jsonl")
    let two = try folder.write([2], as: "log-2.jsonl")
    let inside = try folder.write([3], as: "log-dir/x.jsonl")
    let odd = try folder.write([4], as: "what[1].jsonl")
    #expect(InputFiles.discover([folder.path + "/log-*"]).files == [one, two, inside])
    #expect(InputFiles.discover([folder.path + "/log-[2-9].jsonl"]).files == [two])
    #expect(InputFiles.discover([odd]).files == [odd])
    let nothing = InputFiles.discover([folder.path + "/*.csv"])
    #expect(nothing.files.isEmpty && nothing.problems.map(\.reason) == ["no_match"])
  }

  @Test("a missing file and a directory without files are problems that name the path")
  func missing() throws {
    let folder = try TestFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/empty", withIntermediateDirectories: true)
    try folder.write([1], as: "hidden/.only")
    let (files, problems) = InputFiles.discover(
      [folder.path + "/nope.jsonl", folder.path + "/empty", folder.path + "/hidden"])
    #expect(files.isEmpty)
    #expect(problems.map(\.reason) == ["not_found", "empty_directory", "empty_directory"])
    #expect(problems.map(\.path) == ["nope.jsonl", "empty", "hidden"].map { folder.path + "/" + $0 })
  }

  @Test("a FIFO is refused at once instead of waiting for a writer")
  func fifo() throws {
    let folder = try TestFolder()
    let path = folder.path + "/fifo"
    try #require(mkfifo(path, 0o600) == 0)
    let (files, problems) = InputFiles.identify([path], threads: 1)
    #expect(files.isEmpty && problems.map(\.reason) == ["not_a_file"])
    try folder.write([1], as: "log")
    #expect(InputFiles.discover([folder.path]).files == [folder.path + "/log"])
  }

  @Test("a file that cannot be read is a problem with the system's reason")
  func unreadable() throws {
    let folder = try TestFolder()
    let path = try folder.write([1], as: "secret")
    try #require(chmod(path, 0) == 0)
    if geteuid() == 0 {
      print(
        "SKIPPED for root, who may read everything: permission denied. A file that fails when read is tried instead.")
    } else {
      let (files, problems) = InputFiles.identify([path], threads: 1)
      #expect(files.isEmpty && problems.map(\.reason) == ["unreadable"])
      #expect(problems.first?.explanation == "Permission denied")
    }
    #if os(Linux)
      // A regular file by its type whose first page cannot be read.
      let (files, problems) = InputFiles.identify(["/proc/self/mem"], threads: 1)
      #expect(files.isEmpty && problems.map(\.reason) == ["unreadable"])
      #expect(problems.first?.explanation == "Input/output error")
    #endif
  }

  @Test("size and SHA-256 are those of the raw bytes")
  func identity() throws {
    let folder = try TestFolder()
    let path = try folder.write(Array("abc".utf8), as: "abc")
    let (files, _) = InputFiles.identify([path], threads: 1)
    // FIPS 180-2, appendix B.1.
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(files == [InputFile(path: path, bytes: 3, sha256: known)])
  }

  @Test("the same content under two names is read once, empty files are no repetition", arguments: [1, 3])
  func repeated(threads: Int) throws {
    let folder = try TestFolder()
    let a = try folder.write(Array("same".utf8), as: "a")
    let b = try folder.write(Array("same".utf8), as: "b")
    let c = try folder.write([], as: "c")
    let d = try folder.write([], as: "d")
    let (files, problems) = InputFiles.identify([a, b, c, d], threads: threads)
    #expect(files.map(\.path) == [a, c, d])
    #expect(problems.map(\.path) == [b] && problems.map(\.reason) == ["repeated_file"])
  }

  @Test("a file that vanishes, and a directory, between discovery and reading are reported")
  func vanished() throws {
    let folder = try TestFolder()
    let good = try folder.write(Array((trafficLine() + "\n").utf8), as: "good")
    let reader = LogReader(settings: Ingest.settings, threads: 1)
    let log = reader.read([folder.path + "/gone", folder.path, good].map { InputFile(path: $0, bytes: 5, sha256: "") })
    #expect(log.problems.map(\.reason) == ["unreadable"] && log.problems.first?.path == folder.path + "/gone")
    #expect(log.ends.map(\.end.name) == ["complete", "read_failed", "complete"])
    #expect(log.counts.accepted == 1)
  }
}
