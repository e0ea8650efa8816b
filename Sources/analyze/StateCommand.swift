import ArgumentParser
import CostAnalyzer
import Foundation

struct StateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state", abstract: "Look after the state file of `nightly`.",
    subcommands: [Check.self, Compact.self, Forget.self])

  struct File: ParsableArguments {
    @Option(
      help: "SQLite file. (default: $ANALYZE_STATE or ~/.local/state/llm-cost-analyzer/state.sqlite)",
      completion: .file())
    var state: String?

    func open() throws -> StateStore {
      let path = state ?? StateStore.defaultPath(environment: ProcessInfo.processInfo.environment)
      guard FileManager.default.fileExists(atPath: path) else {
        throw AnalyzerError(.state, "\(path) does not exist", hint: "analyze nightly writes it")
      }
      return try StateStore(path: path)
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check the file, and that its daily sums are those of its requests.",
      discussion: """
        EXAMPLES
          analyze state check --state /srv/reports/state.sqlite
        """)
    @OptionGroup var file: File

    func run() throws {
      let store = try file.open()
      let problems = try store.check()
      for problem in problems { Terminal.out(HostileText.visible(problem)) }
      if !problems.isEmpty { throw ExitCode(1) }
      let days = try store.daily(.total)
      let requests = days.reduce(0) { $0 + $1.row.requests }
      Terminal.out(
        "fine: \(NumberText.grouped(requests)) requests of \(NumberText.grouped(days.count)) days in \(NumberText.grouped(try store.sources().count)) logs"
      )
    }
  }

  struct Compact: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give free space back to the disk.",
      discussion: """
        EXAMPLES
          analyze state compact --state /srv/reports/state.sqlite
        """)
    @OptionGroup var file: File

    func run() throws {
      let store = try file.open()
      let lock = try store.lock()
      defer { withExtendedLifetime(lock) {} }
      try store.compact()
    }
  }

  struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Erase a user's name: their requests stay, as requests of nobody.",
      discussion: """
        Reports that were written before still name the user, and so do the logs: those are yours to delete.

        EXAMPLES
          analyze state forget --user alice@example.com
        """)
    @OptionGroup var file: File

    @Option(help: "Name as the log has it.")
    var user: String

    func run() throws {
      let store = try file.open()
      let lock = try store.lock()
      defer { withExtendedLifetime(lock) {} }
      guard let requests = try store.forget(user: user) else {
        throw AnalyzerError(.state, "the state knows no user of that name")
      }
      Terminal.out("\(NumberText.grouped(requests)) requests are nobody's now")
    }
  }
}
