import ArgumentParser
import CostAnalyzer
import Foundation

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Render an earlier run's report again, without analysing anything.",
    discussion: """
      Makes report.md, report.html and the charts anew from the report.json of the run, with the templates of this version or
      your own. All other files and the run's id stay what they were. The directory is replaced as a whole.

      EXAMPLES
        analyze report reports/2026-11-26 --templates house
        analyze report 3f2a90c1 --out /srv/www/cost
      """)

  @Argument(
    help: .init("Folder of the run, its run.json, or the start of its id (`analyze history`).", valueName: "run"),
    completion: .directory)
  var earlier: String

  @Option(help: "Directory of the new report. (default: that of the run)", completion: .directory)
  var out: String?

  @OptionGroup var templates: TemplateFlags

  @Option(help: "SQLite file that remembers runs.", completion: .file())
  var state: String?

  func run() throws {
    let statePath = state ?? StateStore.defaultPath(environment: ProcessInfo.processInfo.environment)
    let templates = try templates.read()
    let folder = try RunFolder.find(earlier, state: statePath)
    let output = try OutputDirectory(path: out ?? folder.path)
    try output.publish(try folder.rerendered(templates))
    Terminal.out("\(HostileText.visible(out ?? folder.path, limit: 2_000))/\(HTMLPage.fileName)")
  }
}
