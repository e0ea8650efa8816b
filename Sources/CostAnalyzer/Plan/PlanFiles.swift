import Foundation

/// Turns a plan into the files of its directory.
package enum PlanFiles {
  package static let proxy = "litellm.yaml"
  package static let cache = "cache.yaml"

  /// All files, the manifest last.
  package static func files(
    _ plan: SavingsPlan, environment: [String: String]
  ) throws -> [(name: String, content: Data)] {
    let files = [
      (name: "plan.md", content: Data(PlanMarkdown(plan).text().utf8)),
      (name: "plan.json", content: try PlanJSON(plan).data()),
      (name: proxy, content: Data(ProxySettings(plan).text.utf8)),
      (name: cache, content: Data(CacheSettings(plan).text.utf8)),
    ]
    return files + [try plan.analysis.manifest(of: files, environment: environment)]
  }
}
