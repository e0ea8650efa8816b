import Foundation

/// A pre-cache list as a deploy job reads it: checked against its manifest before a line of it is used.
package struct DeployList: Sendable {
  package let entries: [PrecacheList.Candidate]
  /// Nil where no manifest lies beside the list.
  package let manifest: PrecacheManifest?

  /// - Parameter path: of `precache.jsonl`; `precache.manifest.json` is looked for beside it.
  package init(path: String) throws {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
      throw AnalyzerError(.input, "cannot read the list \(path)", hint: "analyze run writes precache.jsonl")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let beside = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(
      PrecacheManifest.fileName)
    manifest = try (try? Data(contentsOf: beside)).map { content in
      guard let manifest = try? decoder.decode(PrecacheManifest.self, from: content) else {
        throw AnalyzerError(.input, "\(beside.path) is no manifest of a pre-cache list", hint: "copy it again")
      }
      return manifest
    }
    if let manifest, manifest.sha256 != RunManifest.sha256(data) {
      throw AnalyzerError(
        .input, "\(path) is not the list that \(beside.path) was written for", hint: "copy both files of one report")
    }
    entries = try data.split(separator: 10).enumerated().map { number, line in
      if let entry = try? decoder.decode(PrecacheList.Candidate.self, from: line), entry.schema == PrecacheList.schema {
        return entry
      }
      let schema = (try? JSONSerialization.jsonObject(with: line) as? [String: Any])?["schema"] as? String
      throw schema == PrecacheList.keysSchema
        ? AnalyzerError(
          .input, "\(path) holds keys without answers", hint: "make the list with --content redacted to load it")
        : AnalyzerError(
          .input, "\(path), line \(number + 1) is no entry of schema \(PrecacheList.schema)",
          hint: "make the list with this version of analyze")
    }
  }

  /// The entries of some groups; of all where each model has one only.
  ///
  /// Entries of one model in several groups differ in what the list does not say (tenant, system prompt, parameters): an
  /// answer made under one must not be served under another.
  package func entries(ofGroups wanted: [String]) throws -> [PrecacheList.Candidate] {
    let groups = Dictionary(grouping: entries, by: \.group)
    if let unknown = wanted.first(where: { groups[$0] == nil }) {
      throw AnalyzerError(.usage, "the list has no group \(unknown)", hint: "clusters.csv names the groups")
    }
    let chosen = wanted.isEmpty ? entries : entries.filter { wanted.contains($0.group) }
    let byModel = Dictionary(grouping: chosen, by: \.model).mapValues { Set($0.map(\.group)) }
    if let (model, several) = byModel.filter({ $1.count > 1 }).min(by: { $0.key < $1.key }) {
      let names = several.sorted().map { "\($0) (\(groups[$0]!.count) entries)" }.joined(separator: ", ")
      throw AnalyzerError(
        .usage, "entries of \(model) were asked under different tenants, system prompts or parameters: groups \(names)",
        hint: "load one with --group, under the settings that it was asked with")
    }
    return chosen
  }
}
