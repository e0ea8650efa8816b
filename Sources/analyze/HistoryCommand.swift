import ArgumentParser
import CostAnalyzer
import Foundation

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List earlier runs, newest first.",
    discussion: """
      EXAMPLES
        analyze history
        analyze history --limit 5 --state /var/lib/analyzer/state.sqlite
      """)

  @Option(help: "SQLite file that remembers runs.", completion: .file())
  var state: String?

  @Option(help: "How many runs.")
  var limit = 20

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  func run() throws {
    let path = state ?? StateStore.defaultPath(environment: ProcessInfo.processInfo.environment)
    guard FileManager.default.fileExists(atPath: path) else {
      throw AnalyzerError(.state, "no run is remembered: \(path) does not exist", hint: "analyze run writes it")
    }
    for run in try StateStore(path: path).runs(limit: limit) {
      let saving = run.jointSaving.map { ", together \(MoneyText.readable($0)) saved" } ?? ""
      Terminal.out(
        "\(run.number)  \(HostileText.visible(run.finishedAt))  \(HostileText.visible(run.runID))  \(NumberText.grouped(run.requests)) requests, bill \(MoneyText.readable(run.cost))\(saving)  \(HostileText.visible(run.out))"
      )
    }
  }
}
