import ArgumentParser
import CostAnalyzer
import Foundation

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a log is before it is analysed: the first command to run.",
    discussion: """
      Formats, one record of each read field by field, rejects with their places, time range, models with the price each gets
      and why, and what the log does not say. A sample is read: the first MiB of up to 100 files, evenly spread; --all reads
      everything.

      EXAMPLES
        analyze inspect /var/log/gateway
        analyze inspect today.jsonl.zst --all --json | jq .models
      """)

  @Argument(help: "Log files, directories, globs, or - for standard input.", completion: .file())
  var logs: [String]

  @Option(
    help: "YAML file that describes a log format of your own: which JSON pointer holds which field.",
    completion: .file(extensions: ["yaml", "yml"]))
  var mapping: String?

  @OptionGroup var prices: PriceFlags

  @Option(
    help: "YAML file with options; `analyze config` prints all of them.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Flag(help: "Read all of the input instead of a sample.")
  var all = false

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws {
    if logs.isEmpty { throw ValidationError("give at least one log") }
  }

  func run() throws {
    var options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    if let mapping { options.input.mapping = mapping }
    prices.apply(to: &options)
    try options.validate()
    let inspection = try Inspection(
      inputs: logs, all: all, options: options,
      tokens: LazyTokenCounter { try TokenCounter.installed() }, threads: ProcessInfo.processInfo.activeProcessorCount)
    Terminal.out(json ? try InspectionSummary(inspection).summaryJSON() : InspectionText(inspection).text())
    if inspection.log.requests.count == 0 { throw ExitCode(1) }
  }
}
