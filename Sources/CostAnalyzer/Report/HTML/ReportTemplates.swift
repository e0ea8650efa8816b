import Foundation
import Mustache

/// What a page is made with: Mustache templates, styles, and the script that sorts tables. Built in, or files of a folder in
/// their place.
package struct ReportTemplates: Sendable {
  /// Names of the files, with what is built in.
  package static let builtInFiles: [(name: String, content: String)] = [
    ("page.mustache", text(PackageResources.page_mustache)), ("block.mustache", text(PackageResources.block_mustache)),
    ("table.mustache", text(PackageResources.table_mustache)), ("page.css", text(PackageResources.page_css)),
    ("charts.css", text(PackageResources.charts_css)), ("sort.js", text(PackageResources.sort_js)),
  ]

  package static let builtIn: ReportTemplates = {
    do { return try ReportTemplates(files: builtInFiles, folder: "the program") } catch {
      preconditionFailure("built-in templates: \(error)")
    }
  }()

  private let files: [String: String]
  private let library: MustacheLibrary

  /// The built-in files, with those of a folder in their place; it may hold partials of its own.
  package init(folder: String) throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw AnalyzerError(
        .config, "cannot read the folder of templates \(folder)", hint: "analyze templates DIR writes one to start from"
      )
    }
    let own = names.filter { $0.hasSuffix(".mustache") || Self.builtInFiles.map(\.name).contains($0) }.sorted()
    if own.isEmpty {
      throw AnalyzerError(
        .config, "\(folder) holds no template",
        hint: "named like \(Self.builtInFiles.map(\.name).joined(separator: ", ")); analyze templates DIR writes them")
    }
    let read = try own.map { name in
      guard let content = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) else {
        throw AnalyzerError(.config, "cannot read \(folder)/\(name) as UTF-8")
      }
      return (name: name, content: content)
    }
    try self.init(files: Self.builtInFiles + read, folder: folder)
  }

  /// Later files take the place of earlier ones.
  private init(files: [(name: String, content: String)], folder: String) throws {
    self.files = Dictionary(files, uniquingKeysWith: { $1 })
    var library = MustacheLibrary()
    for (name, content) in self.files where name.hasSuffix(".mustache") {
      do {
        try library.register(content, named: String(name.dropLast(".mustache".count)))
      } catch {
        throw AnalyzerError(
          .config, "\(folder)/\(name) is no Mustache template: \(error)",
          hint: "https://mustache.github.io/mustache.5.html")
      }
    }
    self.library = library
  }

  var chartStyle: String { files["charts.css"]! }
  var pageStyle: String { files["page.css"]! }
  var script: String { files["sort.js"]! }

  func page(_ context: [String: Any]) -> String { library.render(context, withTemplate: "page")! }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
