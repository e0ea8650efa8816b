import ArgumentParser
import CostAnalyzer

struct EvaluateBudgetWindowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budget-windows", abstract: "When budgets start anew, for times read from standard input.",
    discussion: """
      Each line of standard input is {"duration": "7d", "timeZone": "Europe/Berlin", "resetTime": "00:00", "time": "…Z"};
      zone and time of day may be left out. Each line of the output is the window that ends next: {"start": "…Z", "reset": "…Z"}.

      EXAMPLES
        echo '{"duration": "30d", "time": "2026-02-10T12:00:00Z"}' | analyze evaluate budget-windows
      """)

  func run() throws {
    var number = 0
    while let line = readLine() {
      number += 1
      do {
        let window = try BudgetWindowLine(json: line)
        Terminal.out(#"{"reset":"\#(Timestamp.text(window.reset))","start":"\#(Timestamp.text(window.start))"}"#)
      } catch let error as AnalyzerError {
        throw AnalyzerError(.input, "line \(number): \(error.message)", hint: error.hint)
      }
    }
  }
}
