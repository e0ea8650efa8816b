import ArgumentParser
import CostAnalyzer
import Foundation

struct EvaluatePromptsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompts", abstract: "How many tokens each level of trimming takes out of prompts, and what it keeps.",
    discussion: """
      FILE holds one prompt a line: a JSON string, or an object with "prompt", "text" or "question". Levels add up. Meanings
      are compared when an embedding model is installed.

      EXAMPLES
        analyze evaluate prompts prompts.jsonl
        analyze evaluate prompts prompts.jsonl --model gpt-4 --embedder minilm --json
      """)

  @Argument(help: "Prompts.", completion: .file(extensions: ["jsonl"]))
  var file: String

  @Option(help: "Whose tokens: a model's name.")
  var model = "gpt-4o"

  @Option(
    help:
      "Embedder that compares meanings: wordllama, minilm, or the folder of a model. (default: wordllama if installed)")
  var embedder: String?

  @Option(help: "Threads; figures do not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads must be at least 1") }
  }

  func run() throws {
    let texts = try PromptFile.read(path: file)
    let counter = try TokenCounter.installed()
    var chosen = try embedder.map { try EmbedderCatalog.named($0) }
    if chosen == nil, InstalledEmbeddings.find("wordllama") != nil { chosen = try EmbedderCatalog.named("wordllama") }
    let evaluation = try PromptEvaluation(
      texts, trimmer: PromptTrimmer(try .builtin()), counter: counter, encoding: counter.method(for: model).encoding,
      embedder: chosen, threads: threads)
    if !json { return Terminal.out(evaluation.text) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.keyEncodingStrategy = .convertToSnakeCase
    Terminal.out(String(decoding: try encoder.encode(evaluation), as: UTF8.self))
  }
}
