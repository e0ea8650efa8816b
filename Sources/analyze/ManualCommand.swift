import ArgumentParser
import CostAnalyzer
import Foundation

struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page of all commands.",
    discussion: """
      For `man`, in mdoc. The date is that of SOURCE_DATE_EPOCH, or today.

      EXAMPLES
        analyze manual | man -l -
      """)

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let now = environment["SOURCE_DATE_EPOCH"].flatMap(Double.init).map(Date.init(timeIntervalSince1970:)) ?? Date()
    Terminal.write(try ManualPage(dumpedHelp: Analyze._dumpHelp(), date: now).text, to: STDOUT_FILENO)
  }
}
