import ArgumentParser
import CostAnalyzer

/// Where prices come from; the same for every command.
struct PriceFlags: ParsableArguments {
  @Option(
    help: "Price table in LiteLLM's JSON format. Without it, or for names it lacks, a small built-in table serves.",
    completion: .file(extensions: ["json"]))
  var prices: String?

  @Option(
    help: "Older prices with dates, in the same format: requests are charged what the model cost when they were made.",
    completion: .file(extensions: ["json"]))
  var priceHistory: String?

  @Option(
    help: "YAML file with names of your own for models, discounts, and rates of your own.",
    completion: .file(extensions: ["yaml", "yml"]))
  var contract: String?

  func apply(to options: inout AnalysisOptions) {
    if let prices { options.prices.file = prices }
    if let priceHistory { options.prices.history = priceHistory }
    if let contract { options.prices.contract = contract }
  }
}
