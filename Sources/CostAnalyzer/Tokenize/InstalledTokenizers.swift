import Foundation

/// Rank files on this machine.
package enum InstalledTokenizers {
  /// The folder in which `tokenizers` lies: the data folder.
  package static func parent(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    DataFolder.path(environment: environment)
  }

  /// Nil where the file of an encoding is not installed.
  package static func path(
    _ encoding: TokenEncoding, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    let path = parent(environment: environment) + "/tokenizers/" + encoding.fileName
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  package static func load(
    _ encoding: TokenEncoding, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(AnalyzerError) -> RankTokenizer? {
    guard let path = path(encoding, environment: environment) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(.input, "cannot read \(path)", hint: "analyze setup tokenizers fetches it again")
    }
    do {
      return try RankTokenizer(encoding, rankFile: [UInt8](data))
    } catch {
      throw AnalyzerError(.input, "\(path): \(error.message)", hint: error.hint)
    }
  }
}
