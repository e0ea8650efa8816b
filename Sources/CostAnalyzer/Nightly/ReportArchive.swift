import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A directory with one report a night and a link `latest` to the newest.
package struct ReportArchive: Sendable {
  private let path: String

  /// Throws when the directory cannot be written to.
  package init(path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw AnalyzerError(
        .output, "cannot create \(path): \(error.localizedDescription)", hint: "choose another place with --out")
    }
    guard access(path, W_OK) == 0 else {
      throw AnalyzerError(
        .output, "cannot write to \(path): \(String(cString: strerror(errno)))", hint: "choose another place with --out"
      )
    }
  }

  /// Writes the report of a night, whole or not at all, and moves `latest` to it unless that is newer.
  package func publish(
    _ night: Nightly, date: String, environment: [String: String], templates: ReportTemplates = .builtIn
  ) throws -> (path: String, runID: String) {
    let report = path + "/" + date
    let output = try OutputDirectory(path: report)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let summary = HostileText.json(String(decoding: try encoder.encode(night.summary(report: nil)), as: UTF8.self))
    let chapter = NightChapter(night)
    let own = [
      (name: "nightly.md", content: Data(chapter.markdown.utf8)), ("nightly.json", Data((summary + "\n").utf8)),
    ]
    let files = try night.analysis.reportFiles(
      environment: environment, templates: templates, night: chapter.section(), adding: own)
    try output.publish(files)
    try point(to: date)
    return (report, RunManifest.runID(of: files.last!.content))
  }

  /// A new link under another name, then one rename: whoever looks sees the old report or the new one.
  private func point(to date: String) throws {
    let link = path + "/latest"
    if let current = try? FileManager.default.destinationOfSymbolicLink(atPath: link), current > date { return }
    let fresh = path + "/.latest.new"
    unlink(fresh)
    guard symlink(date, fresh) == 0, rename(fresh, link) == 0 else {
      throw AnalyzerError(.output, "cannot point \(link) to \(date): \(String(cString: strerror(errno)))")
    }
  }
}
