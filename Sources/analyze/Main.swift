import ArgumentParser
import CostAnalyzer
import Foundation

@main
struct Analyze: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Answers, from your LLM gateway's logs: what would we have saved?",
    discussion: """
      EXAMPLES
        analyze inspect /var/log/gateway
        analyze run /var/log/gateway/*.jsonl.zst --out report
        analyze plan /var/log/gateway/*.jsonl.zst --out plan
        analyze run logs/ --prices model_prices_and_context_window.json --json | jq .joint
        zstd -dc today.jsonl.zst | analyze run - --only ledger
        analyze generate --requests 20000 --seed 7 --out demo.jsonl.zst
        analyze compare reports/2026-11-19 reports/2026-11-26
        analyze evaluate pairs labelled.jsonl --json | jq .auc
        analyze prices gpt-4o azure/gpt-4o-2024-08-06
        analyze config > analyze.yaml
        analyze --generate-completion-script bash
        analyze manual > analyze.1

      EXIT CODES
        0 done   1 failed   2 done, but input was rejected or damaged (with --strict)
        3 done, but a gate of nightly failed   64 usage
      """,
    version: Analysis.version,
    subcommands: [
      InspectCommand.self, RunCommand.self, NightlyCommand.self, PlanCommand.self, ReplayCommand.self,
      JudgeCommand.self,
      ExportTrainingCommand.self,
      NeighboursCommand.self,
      EvaluateCommand.self, TrainCommand.self, EmbedCommand.self, TokensCommand.self,
      SetupCommand.self, GenerateCommand.self, PricesCommand.self, ConfigCommand.self, HistoryCommand.self,
      ReportCommand.self, CompareCommand.self, TemplatesCommand.self,
      StateCommand.self, DeployCommand.self, ManualCommand.self,
    ])

  static func main() {
    // A closed standard output (`analyze history | head`) is no error, and must not stop a run: see `Terminal`.
    signal(SIGPIPE, SIG_IGN)
    // A file that may not grow (`ulimit -f`) is an error of the write, with a message.
    signal(SIGXFSZ, SIG_IGN)
    InstructionSet.limit(environment: ProcessInfo.processInfo.environment)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as AnalyzerError {
      Terminal.error("analyze: \(HostileText.visible(error.message, limit: 2000))")
      if let hint = error.hint { Terminal.error("  \(HostileText.visible(hint, limit: 500))") }
      exit(withError: error.kind == .config || error.kind == .usage ? ExitCode(64) : ExitCode(1))
    } catch {
      // The message may quote an argument: no control characters from there either.
      let code = exitCode(for: error)
      let text = fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
        .map { HostileText.visible(String($0), limit: 2000) }.joined(separator: "\n")
      if !text.isEmpty { code.isSuccess ? Terminal.out(text) : Terminal.error(text) }
      Foundation.exit(code.rawValue)
    }
  }
}

/// Printing for people: to standard error, so that `--json` on standard output stays clean.
enum Terminal {
  static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }
  static func out(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// Nobody who stopped reading is told about it: the exit code speaks of the command, not of its reader.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}
