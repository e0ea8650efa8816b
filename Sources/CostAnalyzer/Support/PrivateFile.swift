import Foundation

/// Writes one file that may hold what users asked: mode 0600, whole or not at all.
package enum PrivateFile {
  package static func write(_ data: Data, to path: String) throws {
    let file = try CompressedFileWriter(path: path, isPrivate: true, compresses: false)
    try file.write(Array(data))
    try file.finish()
  }
}
