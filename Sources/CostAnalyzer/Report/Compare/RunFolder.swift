import Foundation

/// The folder of a run's report, as `run` or `nightly` left it.
package struct RunFolder {
  package let path: String
  package let runID: String
  /// `run.json` as it stands.
  private let manifest: JSONValue
  private let hashes: [String: String]

  /// - Parameter name: the folder, or its `run.json`.
  package init(_ name: String) throws {
    let isManifest = (name as NSString).lastPathComponent == OutputDirectory.marker
    let folder = isManifest ? (name as NSString).deletingLastPathComponent : name
    path = folder.isEmpty ? "." : folder
    let file = path + "/" + OutputDirectory.marker
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: file)),
      let manifest = try? JSONDecoder().decode(JSONValue.self, from: data),
      manifest["schema"]?.string == RunManifest.schema, let runID = manifest["run_id"]?.string,
      let hashes = manifest["files"]?.members.compactMapValues(\.string),
      // Nobody's manifest leads out of its folder.
      runID.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
      hashes.keys.allSatisfy({ !$0.hasPrefix("/") && !$0.split(separator: "/").contains("..") })
    else {
      throw AnalyzerError(
        .input, "\(name) is no report: there is no \(OutputDirectory.marker) of this program",
        hint: "give the folder that analyze run wrote, its run.json, or an id from analyze history")
    }
    (self.manifest, self.runID, self.hashes) = (manifest, runID, hashes)
  }

  /// A folder, or a run that the state knows by the start of its id (newest first) and whose report is still there.
  package static func find(_ name: String, state: String) throws -> RunFolder {
    if FileManager.default.fileExists(atPath: name) || name.contains("/") || name.utf8.count < 4
      || !FileManager.default.fileExists(atPath: state)
    {
      return try RunFolder(name)
    }
    let runs = try StateStore(path: state).runs(limit: 10_000)
    let known = runs.filter { $0.runID.hasPrefix(name) }
    guard let newest = known.first else { return try RunFolder(name) }
    for run in known {
      if let folder = try? RunFolder(run.out), folder.runID == run.runID { return folder }
    }
    throw AnalyzerError(
      .input, "the report of run \(newest.runID) is no longer in \(newest.out)",
      hint: "give another run, or analyse again")
  }

  package func document() throws -> ReportDocument {
    try ReportDocument(json: try content(of: ReportDocument.fileName), path: path + "/" + ReportDocument.fileName)
  }

  /// SHA-256 of the logs that were read.
  package var inputs: Set<String> {
    Set((manifest["inputs"]?.elements ?? []).compactMap { $0["sha256"]?.string })
  }

  /// A file that is what the manifest says.
  private func content(of name: String) throws -> Data {
    guard let hash = hashes[name] else {
      throw AnalyzerError(
        .input, "\(path) has no \(name): it was written by another version",
        hint: "run the analysis again with this version")
    }
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) else {
      throw AnalyzerError(.input, "cannot read \(path)/\(name)")
    }
    guard RunManifest.sha256(data) == hash else {
      throw AnalyzerError(
        .input, "\(path)/\(name) is not what \(OutputDirectory.marker) says: somebody changed it",
        hint: "run the analysis again")
    }
    return data
  }

  /// All files of the report with what is rendered made anew, the manifest last.
  package func rerendered(_ templates: ReportTemplates) throws -> [(name: String, content: Data)] {
    var files = try hashes.keys.filter { !ReportRendering.isRendered($0) }.sorted().map {
      (name: $0, content: try content(of: $0))
    }
    files += ReportRendering.files(try document(), templates)
    var members = manifest.members
    members["files"] = .object(
      Dictionary(uniqueKeysWithValues: files.map { ($0.name, .string(RunManifest.sha256($0.content))) }))
    let text = HostileText.json(try JSONValue.object(members).text([.sortedKeys, .prettyPrinted])) + "\n"
    return files + [(OutputDirectory.marker, Data(text.utf8))]
  }
}
