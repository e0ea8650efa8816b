import ArgumentParser
import CostAnalyzer
import Foundation

struct TemplatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "templates", abstract: "Write the built-in templates of report.html into a folder, to be edited.",
    discussion: """
      Mustache templates, two style sheets, and the script that sorts tables. What you delete is taken from the program again.
      Files that are there already are left alone.

      EXAMPLES
        analyze templates house
        analyze run logs/ --out report --templates house
        analyze report report --templates house
      """)

  @Argument(help: "The folder; made when it is not there.", completion: .directory)
  var folder: String

  func run() throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (name, content) in ReportTemplates.builtInFiles {
        let path = folder + "/" + name
        if FileManager.default.fileExists(atPath: path) {
          Terminal.error("analyze: \(HostileText.visible(path, limit: 2_000)) is there already and stays as it is")
        } else {
          try Data(content.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
          Terminal.out(HostileText.visible(path, limit: 2_000))
        }
      }
    } catch {
      throw AnalyzerError(
        .output, "cannot write templates into \(folder): \(error.localizedDescription)", hint: "choose another folder")
    }
  }
}
