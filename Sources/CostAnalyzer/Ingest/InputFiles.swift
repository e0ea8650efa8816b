import Crypto
import Foundation

/// One input as found on disk (or standard input).
package struct InputFile: Sendable, Equatable {
  /// As the user wrote it, or found below a directory; `-` is standard input.
  package var path: String
  package var bytes: Int
  /// SHA-256 of the raw bytes, lower-case hex; empty for standard input, which can be read only once.
  package var sha256: String

  package init(path: String, bytes: Int, sha256: String) {
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// An input that was named and cannot be used.
package struct InputProblem: Sendable, Equatable {
  package var path: String
  package var reason: String
  package var explanation: String

  /// What was wrong with the streams of inputs that ended early.
  static func damage(_ files: [InputFile], _ ends: [InputEnd]) -> [InputProblem] {
    zip(files, ends).compactMap { file, end in
      end.end == .complete
        ? nil : InputProblem(path: file.path, reason: end.end.name, explanation: end.end.explanation)
    }
  }
}

/// Turns command-line arguments into the list of files to read.
package enum InputFiles {
  /// Expands directories (recursively, hidden files left out) and globs, sorts what it finds by path, and opens nothing.
  /// Arguments keep their order; a path found twice is read once.
  package static func discover(_ arguments: [String]) -> (files: [String], problems: [InputProblem]) {
    var files: [String] = []
    var problems: [InputProblem] = []
    var seen: Set<String> = []
    func add(_ path: String) { if seen.insert(path).inserted { files.append(path) } }
    for argument in arguments {
      if argument == "-" {
        add(argument)
        continue
      }
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory) {
        if isDirectory.boolValue {
          let found = filesBelow(argument)
          if found.isEmpty {
            problems.append(InputProblem(path: argument, reason: "empty_directory", explanation: "no file below it"))
          }
          found.forEach(add)
        } else {
          add(argument)
        }
      } else if argument.contains(where: { "*?[".contains($0) }) {
        let found = matches(argument)
        if found.isEmpty {
          problems.append(InputProblem(path: argument, reason: "no_match", explanation: "no file matches the pattern"))
        }
        found.forEach(add)
      } else {
        problems.append(InputProblem(path: argument, reason: "not_found", explanation: "no such file"))
      }
    }
    return (files, problems)
  }

  private static func filesBelow(_ directory: String) -> [String] {
    // The walker follows no links, not even the one it starts from.
    let start = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
    guard let walker = FileManager.default.enumerator(atPath: start) else { return [] }
    var found: [String] = []
    while let relative = walker.nextObject() as? String {
      let hidden = relative.split(separator: "/").contains { $0.hasPrefix(".") }
      let path = directory.hasSuffix("/") ? directory + relative : directory + "/" + relative
      if !hidden, fileType(path) == S_IFREG { found.append(path) }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    let paths = (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
    return paths.flatMap { fileType($0) == S_IFDIR ? filesBelow($0) : [$0] }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func fileType(_ path: String) -> mode_t {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & S_IFMT : 0
  }

  /// Checks and hashes every file. A file whose content was already seen is a problem `repeated_file`, not an input:
  /// the same log fed twice counts once.
  package static func identify(_ paths: [String], threads: Int) -> (files: [InputFile], problems: [InputProblem]) {
    let results = parallelMap(paths.count, threads: threads) { identify(paths[$0]) }
    var files: [InputFile] = []
    var problems: [InputProblem] = []
    var firstWithContent: [String: String] = [:]
    for result in results {
      switch result {
      case .failure(let refused): problems.append(refused.problem)
      case .success(let file):
        if !file.sha256.isEmpty, file.bytes > 0, let first = firstWithContent[file.sha256] {
          problems.append(
            InputProblem(path: file.path, reason: "repeated_file", explanation: "same content as \(first); read once"))
        } else {
          firstWithContent[file.sha256] = file.path
          files.append(file)
        }
      }
    }
    return (files, problems)
  }

  private struct Refused: Error { var problem: InputProblem }

  private static func identify(_ path: String) -> Result<InputFile, Refused> {
    if path == "-" { return .success(InputFile(path: path, bytes: 0, sha256: "")) }
    func refuse(_ reason: String, _ explanation: String) -> Result<InputFile, Refused> {
      .failure(Refused(problem: InputProblem(path: path, reason: reason, explanation: explanation)))
    }
    guard fileType(path) == S_IFREG else {
      return refuse("not_a_file", "neither a regular file nor a directory (a FIFO is read as - from standard input)")
    }
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return refuse("unreadable", String(cString: strerror(errno))) }
    let bytes = FileBytes(descriptor: descriptor, owned: true)
    var hash = SHA256()
    while case let chunk = bytes.available(), !chunk.isEmpty {
      hash.update(bufferPointer: chunk)
      bytes.consume(chunk.count)
    }
    if let failure = bytes.failure { return refuse("unreadable", failure) }
    let digest = hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    return .success(InputFile(path: path, bytes: bytes.consumed, sha256: digest))
  }
}
