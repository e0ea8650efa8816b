import ArgumentParser
import CostAnalyzer
import Foundation

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Set two runs side by side: bill, savings, hit rates, and which options differ.",
    discussion: """
      Prints Markdown. Figures with 95 % intervals say whether those overlap: where they do, the difference may be chance.

      EXAMPLES
        analyze compare reports/2026-11-19 reports/2026-11-26
        analyze compare before after --json | jq '.figures[] | select(.overlap == false)'
      """)

  @Argument(
    help: "Folder of a run, its run.json, or the start of its id (`analyze history`).", completion: .directory)
  var first: String

  @Argument(help: "Likewise.", completion: .directory)
  var second: String

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  @Option(help: "SQLite file that remembers runs.", completion: .file())
  var state: String?

  func run() throws {
    let statePath = state ?? StateStore.defaultPath(environment: ProcessInfo.processInfo.environment)
    let comparison = try RunComparison(
      RunFolder.find(first, state: statePath), RunFolder.find(second, state: statePath))
    if json {
      Terminal.out(try comparison.summary.summaryJSON())
    } else {
      Terminal.write(comparison.markdown, to: STDOUT_FILENO)
    }
  }
}
