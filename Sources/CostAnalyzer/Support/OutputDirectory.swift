import CSystem
import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A report directory that appears whole or not at all. Names of files may have a folder in front: `charts/daily.svg`.
///
/// Files are written to a hidden sibling, flushed, and swapped in with one rename; a crash before that leaves the old
/// report untouched. A lock file beside it keeps a second run out and says who holds it.
package final class OutputDirectory {
  /// The file that marks a directory as ours. A directory without it is never replaced.
  package static let marker = "run.json"
  private let path: String
  private let staging: String
  private let lock: FileLock

  /// Takes the lock. Throws when another run holds it, or when the path is something that is not a report of ours.
  package init(path: String) throws {
    // A link stays a link: what it points to is replaced.
    let url = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
    self.path = url.path
    let parent = url.deletingLastPathComponent()
    staging = parent.appendingPathComponent(".\(url.lastPathComponent).new").path
    do {
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    } catch {
      throw AnalyzerError(
        .output, "cannot create \(parent.path): \(error.localizedDescription)", hint: "choose another place with --out")
    }
    try Self.checkReplaceable(self.path)
    do {
      lock = try FileLock(path: parent.appendingPathComponent(".\(url.lastPathComponent).lock").path)
    } catch .held(let holder) {
      throw AnalyzerError(
        .output, "another run is writing \(self.path): \(holder)",
        hint: "wait for it, or choose another directory with --out")
    } catch .cannotOpen(let reason) {
      throw AnalyzerError(
        .output, "cannot write beside \(self.path): \(reason)", hint: "choose another place with --out")
    }
    try? FileManager.default.removeItem(atPath: staging)
  }

  deinit { try? FileManager.default.removeItem(atPath: staging) }

  private static func checkReplaceable(_ path: String) throws {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
    guard isDirectory.boolValue else {
      throw AnalyzerError(.output, "\(path) is a file", hint: "give a directory with --out")
    }
    let content = content(of: path)
    if content.isEmpty { return }
    // The manifest lists what we wrote; notes that somebody put beside it are not ours to delete.
    let manifest = (try? Data(contentsOf: URL(fileURLWithPath: path + "/" + marker)))
      .flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    var ours: Set<String> = []
    if let manifest, manifest["schema"] as? String == RunManifest.schema,
      let files = manifest["files"] as? [String: Any]
    {
      ours = Set(files.keys).union([marker, ".DS_Store"])
      // Folders that hold files of ours, as this program names them.
      ours.formUnion(files.keys.compactMap { name in name.lastIndex(of: "/").map { String(name[...$0]) } })
    }
    if let foreign = content.sorted().first(where: { !ours.contains($0) }) {
      throw AnalyzerError(
        .output, "\(path) holds \(foreign), which is not part of a report of this program; it will not be replaced",
        hint: "move it away, or choose an empty or new directory with --out")
    }
  }

  /// Files, and folders (their names end in a slash) with what is in them.
  private static func content(of path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.flatMap { name in
      // A link is not followed.
      let type = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)[.type] as? FileAttributeType
      guard type == .typeDirectory else { return [name] }
      let inner = try? FileManager.default.contentsOfDirectory(atPath: path + "/" + name)
      return [name + "/"] + (inner ?? ["(unreadable)"]).map { name + "/" + $0 }
    }
  }

  /// Writes all files (mode 0600: they may hold prompt text) and makes them the report.
  package func publish(_ files: [(name: String, content: Data)]) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: staging, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      for folder in Set(files.compactMap { file in file.name.lastIndex(of: "/").map { String(file.name[..<$0]) } }) {
        try FileManager.default.createDirectory(
          atPath: staging + "/" + folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
      for (name, content) in files { try Self.write(content, to: staging + "/" + name) }
      for name in Set(files.map { ($0.name as NSString).deletingLastPathComponent }) { Self.sync(staging + "/" + name) }
      // Once more: a run can take long, and somebody may have used the directory meanwhile.
      try Self.checkReplaceable(path)
      try swap()
    } catch let error as AnalyzerError {
      throw error
    } catch {
      throw AnalyzerError(
        .output, "cannot write the report: \(error.localizedDescription)", hint: "the old report, if any, is intact")
    }
  }

  private static func write(_ content: Data, to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    func failure() -> AnalyzerError {
      AnalyzerError(
        .output, "cannot write \(path): \(String(cString: strerror(errno)))", hint: "the old report, if any, is intact")
    }
    guard file >= 0 else { throw failure() }
    defer { close(file) }
    try content.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        #if canImport(Glibc)
          let written = Glibc.write(file, bytes.baseAddress! + offset, bytes.count - offset)
        #else
          let written = Darwin.write(file, bytes.baseAddress! + offset, bytes.count - offset)
        #endif
        guard written > 0 else { throw failure() }
        offset += written
      }
    }
    guard fsync(file) == 0 else { throw failure() }
  }

  private static func sync(_ directory: String) {
    let descriptor = open(directory, O_RDONLY)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// One step for everybody who looks: the old directory under the name, then the new one.
  private func swap() throws {
    if rename(staging, path) != 0 {
      guard exchange(staging, path) else {
        throw AnalyzerError(.output, "cannot replace \(path): \(String(cString: strerror(errno)))")
      }
      try? FileManager.default.removeItem(atPath: staging)
    }
    Self.sync((path as NSString).deletingLastPathComponent)
  }

  private func exchange(_ a: String, _ b: String) -> Bool {
    ca_exchange_paths(a, b) == 0
  }
}
