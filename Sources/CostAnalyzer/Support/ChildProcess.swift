import Foundation

/// Runs another program and waits for it.
enum ChildProcess {
  struct Outcome {
    /// Exit status, 128 plus the signal that ended it, or 127 when there is no such program.
    let status: Int32
    let output: String
    let errors: String
  }

  /// `input` must fit a pipe (64 KB). Output goes through files, which cannot fill up and block as pipes do.
  static func run(
    _ program: String, _ arguments: [String], input: String = "",
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(AnalyzerError) -> Outcome {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = environment
    let stdin = Pipe()
    do {
      process.standardInput = stdin
      process.standardOutput = try writer(folder.file("out"))
      process.standardError = try writer(folder.file("err"))
      // Before the start: a program that reads nothing cannot break the pipe then.
      try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try stdin.fileHandleForWriting.close()
      try process.run()
      process.waitUntilExit()
    } catch {
      throw AnalyzerError(.input, "cannot start \(program): \(error.localizedDescription)")
    }
    func text(_ name: String) -> String {
      String(decoding: FileManager.default.contents(atPath: folder.file(name)) ?? Data(), as: UTF8.self)
    }
    let wasKilled = process.terminationReason == .uncaughtSignal
    return Outcome(
      status: wasKilled ? 128 + process.terminationStatus : process.terminationStatus, output: text("out"),
      errors: text("err"))
  }

  private static func writer(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }
}
