import ArgumentParser
import CostAnalyzer
import Foundation

struct PricesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prices", abstract: "Show which price a model name resolves to, and by which rule.",
    discussion: """
      Without a name, lists the rows of the table with source and date. Names resolve by exact match and stated rules only
      (docs/prices.md), never by resemblance.

      EXAMPLES
        analyze prices gpt-4o ft:gpt-4o-mini-2024-07-18:acme::x
        analyze prices --prices model_prices_and_context_window.json claude-sonnet-4-5
        analyze prices --contract contract.yaml --at 2024-03-01 my-azure-deployment
        echo '{"model": "gpt-4o", "usage": {"input": 10, "output": 20}}' | analyze prices --cost-lines -
      """)

  @Argument(help: "Model names as they stand in a log.")
  var models: [String] = []

  @OptionGroup var sources: PriceFlags

  @Option(help: "YAML file with options, for its prices.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(help: "Seller of the models, as logs name it (openai, azure.ai.openai, aws.bedrock, …).")
  var provider: String?

  @Option(help: "Show the price of this day only (YYYY-MM-DD).")
  var at: String?

  @Option(
    help:
      "Write the cost of each line of this file (- is standard input): {\"model\": …, \"usage\": {\"input\": …, \"output\": …}}.",
    completion: .file(extensions: ["jsonl"]))
  var costLines: String?

  func validate() throws {
    if costLines != nil && !(models.isEmpty && provider == nil && at == nil) {
      throw ValidationError("--cost-lines takes models, provider and time from its lines")
    }
    if let at, PriceDate.firstDay(at) == nil { throw ValidationError("--at must be YYYY-MM-DD") }
  }

  func run() throws {
    var options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    sources.apply(to: &options)
    let tables = try options.priceTables()
    if let costLines { return try priceLines(of: costLines, tables) }
    if models.isEmpty {
      for table in tables { list(table) }
      return
    }
    var missing = false
    for model in models {
      let (resolution, table) = PriceBook.resolve(model, provider: provider, in: tables)
      Terminal.out("\(HostileText.visible(model)) -> \(HostileText.visible(resolution.summary, limit: 2000))")
      guard let row = resolution.row else {
        missing = true
        continue
      }
      let day = at.flatMap(PriceDate.firstDay)
      for version in day.map({ [row.version(at: $0)] }) ?? row.versions {
        let since = version.isDated ? "from \(PriceDate.text(version.validFrom)): " : ""
        Terminal.out("  \(since)\(PriceText.rates(version))  [\(HostileText.visible(table))]")
        for line in PriceText.otherRates(version) { Terminal.out("    \(line)") }
      }
    }
    if missing { throw ExitCode(1) }
  }

  private func list(_ table: PriceTable) {
    let seen = table.lastSeen.map { "last seen \(PriceDate.text($0))" } ?? "of unknown date"
    Terminal.out(
      "# \(HostileText.visible(table.name)): \(table.rows.count) prices, \(seen), \(table.skippedRows.count) entries without a price per token"
    )
    for row in table.rows {
      for version in row.versions {
        let since = version.isDated ? "from \(PriceDate.text(version.validFrom))  " : ""
        Terminal.out(
          "\(HostileText.visible(row.name))  \(since)\(PriceText.rates(version))  \(HostileText.visible(version.asOf ?? ""))  \(HostileText.visible(version.source ?? ""))"
        )
      }
    }
  }

  private func priceLines(of file: String, _ tables: [PriceTable]) throws {
    let data = file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
    guard let data else { throw AnalyzerError(.input, "cannot read \(file)", hint: "check the path") }
    var pricer = CostLine.Pricer(tables: tables)
    var answers = ""
    for (index, line) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated() where !line.isEmpty {
      do {
        answers += try pricer.answer(json: String(decoding: line, as: UTF8.self)) + "\n"
      } catch let error as AnalyzerError {
        throw AnalyzerError(.input, "line \(index + 1): \(error.message)", hint: error.hint)
      }
    }
    Terminal.write(answers, to: STDOUT_FILENO)
  }
}
