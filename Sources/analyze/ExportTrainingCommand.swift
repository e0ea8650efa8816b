import ArgumentParser
import CostAnalyzer
import Foundation

struct ExportTrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-training", abstract: "Write a cohort of requests as a training set for a smaller model.",
    discussion: """
      Chat fine-tuning JSON Lines: one example for each distinct question of the cohort, no two nearer than
      distillation.maxCosine, none with private data, spread out where there are more than --examples. The oldest are for
      training, the newest for validation. Logs are read twice. Most providers forbid to train competing models on their
      answers: read the terms first.

      EXAMPLES
        analyze export-training logs/*.jsonl.zst --cohort 2 --out training.jsonl --validation validation.jsonl
      """)

  @Argument(help: "Log files, directories or globs.", completion: .file())
  var logs: [String]

  @Option(help: "Cohort, by its number in distillation.csv: 1 is the dearest.")
  var cohort = 1

  @Option(help: "Most examples. (default: distillation.maxExamples)")
  var examples: Int?

  @Option(help: "File for the training part, readable by you alone.", completion: .file(extensions: ["jsonl"]))
  var out = "training.jsonl"

  @Option(help: "File for the validation part, readable by you alone.", completion: .file(extensions: ["jsonl"]))
  var validation = "validation.jsonl"

  @Option(help: "Embedder: auto, hashed, wordllama, minilm, endpoint, or the folder of a model.")
  var embedder: String?

  @Option(
    help: "YAML file with options; `analyze config` prints all of them.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(help: "Threads. The files do not depend on it. (default: all cores)")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 … 1024") }
    if logs.isEmpty { throw ValidationError("give at least one log") }
    if logs.contains("-") { throw ValidationError("logs are read twice: standard input cannot be") }
    if !(1...100_000).contains(examples ?? 1) { throw ValidationError("--examples must be 1 … 100,000") }
  }

  func run() throws {
    var request = Analysis.Request(inputs: logs)
    request.usageTokens = LazyTokenCounter { try TokenCounter.installed() }
    request.options = try config.map { try AnalysisOptions(yamlFile: $0) } ?? AnalysisOptions()
    if let embedder { request.options.embedding.model = embedder }
    try request.options.validate()
    request.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    request.embedder = try EmbedderCatalog.embedder(
      request.options.embedding, environment: ProcessInfo.processInfo.environment)
    let set = try Analysis.trainingSet(
      request, cohort: cohort, examples: examples ?? request.options.distillation.maxExamples)
    try PrivateFile.write(Data(set.training.joined()), to: out)
    try PrivateFile.write(Data(set.validation.joined()), to: validation)
    Terminal.out(
      """
      \(HostileText.visible(set.template)) on \(HostileText.visible(set.model)): \(NumberText.grouped(set.requests)) requests, \
      \(NumberText.grouped(set.accepted)) distinct questions with an answer, \(NumberText.grouped(set.distinct)) of them far \
      enough apart; \(NumberText.grouped(set.withPrivateData)) left out for private data, \(NumberText.grouped(set.unusable)) \
      that are no plain conversation
      \(NumberText.grouped(set.training.count)) examples in \(HostileText.visible(out)), \
      \(NumberText.grouped(set.validation.count)) newer ones in \(HostileText.visible(validation))
      """)
    Terminal.error(
      """
      Licence: most providers forbid to train models that compete with theirs on their answers. Check the terms of \
      \(HostileText.visible(set.model)) before you train.
      """)
  }
}
