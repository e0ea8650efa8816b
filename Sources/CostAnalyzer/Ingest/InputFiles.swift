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

  /// Links to files are followed, links to directories below `directory` are not: they could lead in circles.
  private static func filesBelow(_ directory: String) -> [String] {
    var found: [String] = []
    var open = [directory.hasSuffix("/") ? directory : directory + "/"]
    while let folder = open.popLast() {
      guard let stream = opendir(folder) else { continue }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasPrefix(".") { continue }
        let path = folder + name
        // Most file systems say what an entry is; asking for each one takes longer than all the rest.
        switch Int(entry.pointee.d_type) {
        case Int(DT_REG): found.append(path)
        case Int(DT_DIR): open.append(path + "/")
        case Int(DT_LNK): if fileType(path) == S_IFREG { found.append(path) }
        case Int(DT_UNKNOWN):
          let type = fileType(path, followingLinks: false)
          if type == S_IFDIR { open.append(path + "/") } else if fileType(path) == S_IFREG { found.append(path) }
        default: break
        }
      }
    }
    return sortedByBytes(found)
  }

  private static func sortedByBytes(_ paths: [String]) -> [String] {
    paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    let paths = (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
    return sortedByBytes(paths.flatMap { fileType($0) == S_IFDIR ? filesBelow($0) : [$0] })
  }

  private static func fileType(_ path: String, followingLinks: Bool = true) -> mode_t {
    var info = stat()
    return (followingLinks ? stat(path, &info) : lstat(path, &info)) == 0 ? info.st_mode & S_IFMT : 0
  }

  /// Checks and hashes every file. A file whose content was already seen is a problem `repeated_file`, not an input:
  /// the same log fed twice counts once.
  package static func identify(_ paths: [String], threads: Int) -> (files: [InputFile], problems: [InputProblem]) {
    let results = parallelMap(paths.count, threads: threads) { identify(paths[$0], hashing: true) }
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

  /// Checks every file without reading it: sizes only, no hashes, and repetitions stay.
  static func examine(_ paths: [String]) -> (files: [InputFile], problems: [InputProblem]) {
    var files: [InputFile] = []
    var problems: [InputProblem] = []
    for path in paths {
      switch identify(path, hashing: false) {
      case .failure(let refused): problems.append(refused.problem)
      case .success(let file): files.append(file)
      }
    }
    return (files, problems)
  }

  private struct Refused: Error { var problem: InputProblem }

  private static func identify(_ path: String, hashing: Bool) -> Result<InputFile, Refused> {
    if path == "-" { return .success(InputFile(path: path, bytes: 0, sha256: "")) }
    func refuse(_ reason: String, _ explanation: String) -> Result<InputFile, Refused> {
      .failure(Refused(problem: InputProblem(path: path, reason: reason, explanation: explanation)))
    }
    // Without waiting: opening a FIFO would else last until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { return refuse("unreadable", String(cString: strerror(errno))) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return refuse("not_a_file", "neither a regular file nor a directory (a FIFO is read as - from standard input)")
    }
    if !hashing {
      close(descriptor)
      return .success(InputFile(path: path, bytes: Int(info.st_size), sha256: ""))
    }
    let bytes = FileBytes(descriptor: descriptor, owned: true, bufferSize: FileBytes.bufferSize(for: Int(info.st_size)))
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
