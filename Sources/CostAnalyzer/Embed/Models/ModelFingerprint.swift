import Crypto
import Foundation

/// SHA-256 of model files: what a model is, whatever its folder is called.
package enum ModelFingerprint {
  /// 64 hex digits of one file's content.
  package static func sha256(path: String) throws(AnalyzerError) -> String {
    hex(SHA256.hash(data: try content(path)))
  }

  /// The first 16 hex digits over the contents of several files, in order. Each goes in with its length, so that no two
  /// lists of files run together into one.
  package static func short(paths: [String]) throws(AnalyzerError) -> String {
    var hash = SHA256()
    for path in paths {
      let data = try content(path)
      withUnsafeBytes(of: UInt64(data.count).littleEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: data)
    }
    return String(hex(hash.finalize()).prefix(16))
  }

  private static func hex(_ digest: some Sequence<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func content(_ path: String) throws(AnalyzerError) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw AnalyzerError(
        .input, "cannot read \(path): \(error.localizedDescription)",
        hint: "check the path, or fetch the model again with 'analyze setup embeddings'")
    }
  }
}
