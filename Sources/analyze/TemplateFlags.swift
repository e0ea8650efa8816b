import ArgumentParser
import CostAnalyzer

/// What pages are made with: the flag of every command that writes `report.html`.
struct TemplateFlags: ParsableArguments {
  @Option(
    help: "Folder with templates and styles of your own for report.html; `analyze templates` writes the built-in ones.",
    completion: .directory)
  var templates: String?

  func read() throws -> ReportTemplates { try templates.map { try ReportTemplates(folder: $0) } ?? .builtIn }
}
