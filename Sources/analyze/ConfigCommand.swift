import ArgumentParser
import CostAnalyzer
import Foundation

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Print every option with its value: the defaults, or a file's resolved options.",
    discussion: """
      EXAMPLES
        analyze config > analyze.yaml
        analyze config --config analyze.yaml
      """)

  @Option(help: "YAML file with options.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  func run() throws {
    let options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    Terminal.write(try options.yaml(), to: STDOUT_FILENO)
  }
}
