import Foundation

/// A folder for this user only, removed with everything in it when the object goes away.
final class TemporaryFolder {
  let path: String

  /// Below `parent`, which must exist; below the system's temporary folder by default.
  init(in parent: String = NSTemporaryDirectory(), prefix: String = "analyze-") throws(AnalyzerError) {
    path = (parent as NSString).appendingPathComponent(prefix + UUID().uuidString)
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw AnalyzerError(
        .output, "cannot create a folder in \(parent): \(error.localizedDescription)",
        hint: "make room, or choose another place with TMPDIR")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}
